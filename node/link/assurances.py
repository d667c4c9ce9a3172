"""Statements of an asking agency between the contract's message and the exchange's value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.api.query.v1 import justification_pb2
from node.exchange.model import NOTHING_STATED, Assurances, TargetCheck

if TYPE_CHECKING:
    from comity.wire.v1 import query_pb2


def to_wire(stated: Assurances) -> justification_pb2.Assurances | None:
    """The message; nothing when nothing is stated, so that such questions look as they always did."""
    if stated == NOTHING_STATED:
        return None
    return justification_pb2.Assurances(
        confirmed_references=stated.confirmed,
        facts=stated.facts,
        threat=stated.threat,
        sentence=stated.sentence,
        exculpatory=stated.exculpatory,
        preservation=stated.preservation,
        confidential=stated.confidential,
        target_check=int(stated.target),  # type: ignore[arg-type]  # the numbers are the contract's
    )


def from_wire(wire: justification_pb2.Justification | query_pb2.QueryBody) -> Assurances:
    """The statements that stand in a message.

    Raises:
        ValueError: a check of the target that the contract does not define.
    """
    if not wire.HasField("assurances"):
        return NOTHING_STATED
    message = wire.assurances
    return Assurances(
        confirmed=tuple(message.confirmed_references),
        facts=message.facts,
        threat=message.threat,
        sentence=message.sentence,
        exculpatory=message.exculpatory,
        preservation=message.preservation,
        confidential=message.confidential,
        target=TargetCheck(message.target_check),
    )
