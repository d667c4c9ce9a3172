"""Frames of the contract, and the routing's canonical form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from google.protobuf.message import DecodeError

from comity.api.query.v1 import justification_pb2, query_service_pb2
from comity.api.record.v1 import record_pb2
from comity.api.relay.v1 import relay_service_pb2 as relay
from comity.errors import Reason, Refusal
from comity.wire.v1 import routing_pb2
from gateway.relay.model import Routing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gateway.relay.model import News

WIRE_VERSION: Final = 1
STAGE_MAX: Final = 4
ANSWER_BUCKETS: Final = frozenset({16 * 1024, 64 * 1024})

_PURPOSE: Final = {
    number: name.removeprefix("PURPOSE_")
    for name, number in justification_pb2.Purpose.items()
    if number
}
_ENTITY: Final = {
    number: name.removeprefix("ENTITY_TYPE_").lower()
    for name, number in record_pb2.EntityType.items()
    if number
}
_URGENCY: Final = {
    number: name.removeprefix("URGENCY_")
    for name, number in query_service_pb2.Urgency.items()
    if number
}


class Delivery(NamedTuple):
    """An envelope on its way to a node; its bytes are copied once, into the message that leaves."""

    envelope: bytes
    remaining_ms: int
    receipt: bytes


Frame = relay.GatewayFrame | Delivery


def message_of(batch: Iterable[Frame]) -> relay.AttachResponse:
    """A batch of frames as one message, built in place."""
    message = relay.AttachResponse()
    frames = message.frames
    for frame in batch:
        if isinstance(frame, Delivery):
            deliver = frames.add().deliver
            deliver.envelope, deliver.remaining_ms, deliver.receipt = frame
        else:
            frames.append(frame)
    return message


class ProtoFrames:
    """Implements ``gateway.relay.link.Frames``."""

    __slots__ = ()

    def deliver(self, envelope: bytes, *, remaining_ms: int, receipt: bytes) -> Delivery:
        """An envelope for a node."""
        return Delivery(envelope, remaining_ms, receipt)

    def status(
        self, query_id: bytes, news: Sequence[News], *, refused: str = ""
    ) -> relay.GatewayFrame:
        """What became of a query so far."""
        recipients = [
            relay.RecipientStatus(agency=one.agency, state=int(one.state), offline_s=one.offline_s)  # type: ignore[arg-type]  # the numbers are the contract's
            for one in news
        ]
        return relay.GatewayFrame(
            status=relay.Status(query_id=query_id, recipients=recipients, refused=refused)
        )

    def cancel(self, query_id: bytes) -> relay.GatewayFrame:
        """Nobody waits any more."""
        return relay.GatewayFrame(cancel=relay.Cancel(query_id=query_id))


class ProtoRouting:
    """Implements ``gateway.relay.ports.RoutingCodec``."""

    __slots__ = ()

    def decode(self, data: bytes) -> Routing:
        """A query's routing; raises ``Refusal`` for anything but its canonical form."""
        try:
            wire = routing_pb2.Routing.FromString(data)
        except DecodeError as error:
            raise Refusal(Reason.ENVELOPE_REFUSED, "unreadable routing") from error
        wire.DiscardUnknownFields()
        recipients = tuple(wire.recipients)
        sound = (
            wire.SerializeToString(deterministic=True) == data
            and wire.wire_version == WIRE_VERSION
            and wire.delivery_class == routing_pb2.DELIVERY_CLASS_INTERACTIVE
            and recipients == tuple(sorted(set(recipients)))
            and wire.purpose in _PURPOSE
            and wire.entity_type in _ENTITY
            and wire.urgency in _URGENCY
            and 1 <= wire.stage <= STAGE_MAX
            and wire.answer_bucket_bytes in ANSWER_BUCKETS
        )
        if not sound:
            raise Refusal(Reason.ENVELOPE_REFUSED, "routing is not canonical")
        return Routing(
            sender=wire.sender,
            recipients=recipients,
            instrument=wire.instrument,
            purpose=_PURPOSE[wire.purpose],
            entity_type=_ENTITY[wire.entity_type],
            stage=wire.stage,
            urgency=_URGENCY[wire.urgency],
            answer_bucket_bytes=wire.answer_bucket_bytes,
        )
