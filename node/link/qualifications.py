"""What is stated of an officer, between the contract's message and the exchange's value."""

from __future__ import annotations

from datetime import date

from comity.wire.v1 import query_pb2
from node.qualifications import NOT_QUALIFIED, Qualifications


def to_wire(told: Qualifications) -> query_pb2.Qualifications | None:
    """The message; nothing when nothing is stated."""
    if told == NOT_QUALIFIED:
        return None
    return query_pb2.Qualifications(
        sworn=told.sworn,
        clearance=told.clearance,
        certificates=sorted(told.certificates),
        until=told.until.isoformat(),
    )


def from_wire(wire: query_pb2.QueryBody) -> Qualifications:
    """What is stated.

    Raises:
        ValueError: it says nothing, out of order, twice, or until a day that there is not.
    """
    if not wire.HasField("qualifications"):
        return NOT_QUALIFIED
    message = wire.qualifications
    certificates = tuple(message.certificates)
    if not (message.sworn or message.clearance or certificates):
        raise ValueError("states nothing, at length")
    if certificates != tuple(sorted(set(certificates))):
        raise ValueError("certificates out of order")
    return Qualifications(
        sworn=message.sworn,
        clearance=message.clearance,
        certificates=frozenset(certificates),
        until=date.fromisoformat(message.until),
    )
