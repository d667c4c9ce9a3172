"""Bytes of what is sealed, and of the routing beside it.

``comity.wire`` is closed: a body must equal its own deterministic serialisation without unknown fields,
and every enumerated value must be defined. So nothing can travel that one side understands and the other
does not.
"""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from typing import TYPE_CHECKING, Any, Final, TypeVar

from google.protobuf.message import DecodeError

from comity.api.query.v1 import answer_pb2, justification_pb2
from comity.api.record.v1 import record_pb2, values_pb2
from comity.errors import Reason, Refusal
from comity.rpc import shapes
from comity.wire.v1 import answer_pb2 as wire_answer_pb2
from comity.wire.v1 import query_pb2, routing_pb2
from node.exchange.model import (
    OpenedAnswer,
    Outcome,
    Routing,
    SealedAnswer,
    SealedQuestion,
    Stage,
    Treatment,
    Urgency,
)
from node.link import assurances, qualifications
from node.link import selectors as selector_codec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from google.protobuf.message import Message

    from node.exchange.model import Edge, Released

WIRE_VERSION: Final = 1

M = TypeVar("M", bound="Message")

_PURPOSE: Final = {
    name.removeprefix("PURPOSE_"): number
    for name, number in justification_pb2.Purpose.items()
    if number
}
_PURPOSE_NAME: Final = {number: name for name, number in _PURPOSE.items()}
_ENTITY: Final = {
    name.removeprefix("ENTITY_TYPE_").lower(): number
    for name, number in record_pb2.EntityType.items()
    if number
}
_ENTITY_NAME: Final = {number: name for name, number in _ENTITY.items()}
_CATEGORY: Final = {
    name.removeprefix("SUBJECT_CATEGORY_").lower(): number
    for name, number in justification_pb2.SubjectCategory.items()
    if number
}
_CATEGORY_NAME: Final = {number: name for name, number in _CATEGORY.items()}
_AIM: Final = {
    name.removeprefix("AIM_").lower(): number
    for name, number in justification_pb2.Aim.items()
    if number
}
_AIM_NAME: Final = {number: name for name, number in _AIM.items()}
# The form ladder inside (0 nothing … 4 full) and on the wire (named from the top).
_FORM_TO_WIRE: Final = {
    4: answer_pb2.FORM_FULL,
    3: answer_pb2.FORM_GENERALISED,
    2: answer_pb2.FORM_MASKED,
    1: answer_pb2.FORM_HIT,
    0: answer_pb2.FORM_NOTHING,
}
_FORMS_RELEASED: Final = frozenset(
    {answer_pb2.FORM_FULL, answer_pb2.FORM_GENERALISED, answer_pb2.FORM_MASKED}
)
_FORMS_DEFINED: Final = frozenset(_FORM_TO_WIRE.values())
_BANDS_DEFINED: Final = frozenset(answer_pb2.Band.values()) - {answer_pb2.BAND_UNSPECIFIED}


def _incompatible(what: str) -> Refusal:
    return Refusal(Reason.ENVELOPE_REFUSED, f"{what} is not canonical")


def closed(message: type[M], data: bytes) -> M:
    """Parses ``data`` and refuses everything but the canonical form of a known message."""
    try:
        parsed = message.FromString(data)
    except DecodeError as error:
        raise _incompatible(message.__name__) from error
    parsed.DiscardUnknownFields()
    if parsed.SerializeToString(deterministic=True) != data:
        raise _incompatible(message.__name__)
    return parsed


class WireCodec:
    """The one codec of sealed bodies, version 1."""

    def __init__(self) -> None:
        self._routings: dict[Routing, bytes] = {}
        self._answer_routings: dict[tuple[str, str], bytes] = {}
        self._decoded: dict[bytes, Routing] = {}

    def encode_routing(self, routing: Routing) -> bytes:
        """A query's routing; the same few classes recur, so the bytes are remembered."""
        known = self._routings.get(routing)
        if known is None:
            known = routing_pb2.Routing(
                wire_version=WIRE_VERSION,
                sender=routing.sender,
                recipients=routing.recipients,
                instrument=routing.instrument,
                purpose=_PURPOSE[routing.purpose],
                entity_type=_ENTITY[routing.entity_type],
                stage=int(routing.stage),  # type: ignore[arg-type]  # the numbers are the contract's
                urgency=int(routing.urgency),  # type: ignore[arg-type]  # the numbers are the contract's
                delivery_class=routing_pb2.DELIVERY_CLASS_INTERACTIVE,
                answer_bucket_bytes=routing.answer_bucket_bytes,
            ).SerializeToString(deterministic=True)
            _remember(self._routings, routing, known)
        return known

    def encode_answer_routing(self, *, sender: str, requester: str) -> bytes:
        """An answer's routing: who answers, who asked."""
        known = self._answer_routings.get((sender, requester))
        if known is None:
            known = routing_pb2.Routing(
                wire_version=WIRE_VERSION,
                sender=sender,
                recipients=[requester],
                delivery_class=routing_pb2.DELIVERY_CLASS_INTERACTIVE,
            ).SerializeToString(deterministic=True)
            _remember(self._answer_routings, (sender, requester), known)
        return known

    def decode_routing(self, data: bytes) -> Routing:
        """A query's routing, or ``Refusal``; bytes that were canonical once are so again."""
        known = self._decoded.get(data)
        if known is None:
            known = _routing(data)
            if len(data) <= ROUTING_BYTES_REMEMBERED:
                _remember(self._decoded, data, known)
        return known

    def encode_question(self, body: SealedQuestion) -> bytes:
        """A question's sealed body."""
        return query_pb2.QueryBody(
            reply_public_key=body.reply_public_key,
            selectors=[selector_codec.to_wire(one) for one in body.selectors],
            case_reference=body.case,
            offence=body.offence,
            subject_category=_CATEGORY[body.subject_category],
            aim=_AIM[body.aim],
            end_user_country=body.end_user_country,
            role=body.role,
            asker=body.asker,
            max_candidates=body.max_candidates,
            seen=query_pb2.Seen(directory_version=body.directory_version),
            assurances=assurances.to_wire(body.assurances),
            qualifications=qualifications.to_wire(body.qualifications),
        ).SerializeToString(deterministic=True)

    def decode_question(self, data: bytes) -> SealedQuestion:
        """A question's body, or ``Refusal``."""
        wire = closed(query_pb2.QueryBody, data)
        try:
            shapes.check(wire)  # another member's node is not believed to have checked its caller
        except Refusal as refusal:
            raise _incompatible(f"question: {refusal.field}") from refusal
        if wire.HasField("assurances") and not wire.assurances.ByteSize():
            raise _incompatible("question that states nothing, at length")
        try:
            return SealedQuestion(
                reply_public_key=wire.reply_public_key,
                selectors=tuple(selector_codec.from_wire(one) for one in wire.selectors),
                case=wire.case_reference,
                offence=wire.offence,
                subject_category=_CATEGORY_NAME[wire.subject_category],
                aim=_AIM_NAME[wire.aim],
                end_user_country=wire.end_user_country,
                role=wire.role,
                asker=wire.asker,
                max_candidates=wire.max_candidates,
                directory_version=wire.seen.directory_version,
                assurances=assurances.from_wire(wire),
                qualifications=qualifications.from_wire(wire),
            )
        except (KeyError, ValueError) as error:
            raise _incompatible("question") from error

    def encode_answer(
        self, body: SealedAnswer, *, receipt_salt: bytes, ruling_digest: bytes
    ) -> bytes:
        """An answer's sealed body."""
        return wire_answer_pb2.AnswerBody(
            outcome=int(body.outcome),  # type: ignore[arg-type]  # the numbers are the contract's
            reason=body.reason,
            hits=[_hit(one) for one in body.hits],
            complete=body.complete,
            policy_version=body.policy_version,
            seen=query_pb2.Seen(directory_version=body.directory_version),
            part=1,
            parts=1,
            receipt_salt=receipt_salt,
            ruling_digest=ruling_digest,
        ).SerializeToString(deterministic=True)

    def decode_answer(self, data: bytes) -> tuple[OpenedAnswer, bytes, bytes]:
        """An answer's body with the receipt's salt and the ruling's digest, or ``Refusal``."""
        wire = closed(wire_answer_pb2.AnswerBody, data)
        released = withheld = 0
        for hit in _every(wire.hits):
            if hit.entity_type not in _ENTITY_NAME or hit.band not in _BANDS_DEFINED:
                raise _incompatible("hit")
            for treatment in hit.treatments:
                form = treatment.form
                if form in _FORMS_RELEASED:
                    released += 1
                elif form == answer_pb2.FORM_NOTHING:
                    withheld += 1
                elif form not in _FORMS_DEFINED:
                    raise _incompatible("treatment")
        try:
            outcome = Outcome(wire.outcome)
        except ValueError as error:
            raise _incompatible("outcome") from error
        answer = OpenedAnswer(
            outcome=outcome,
            reason=wire.reason,
            hits=tuple(wire.hits),
            fields_released=released,
            fields_withheld=withheld,
            complete=wire.complete,
            directory_version=wire.seen.directory_version,
        )
        return answer, wire.receipt_salt, wire.ruling_digest


# Distinct routings remembered; a member meets a few hundred classes of request.
ROUTINGS_REMEMBERED: Final = 4_096
# Longer ones are decoded each time, so that nobody fills the memory with them.
ROUTING_BYTES_REMEMBERED: Final = 1_024

K = TypeVar("K")
V = TypeVar("V")


def _routing(data: bytes) -> Routing:
    wire = closed(routing_pb2.Routing, data)
    try:
        if wire.wire_version != WIRE_VERSION:
            raise _incompatible("wire version")
        return Routing(
            sender=wire.sender,
            recipients=tuple(wire.recipients),
            instrument=wire.instrument,
            purpose=_PURPOSE_NAME[wire.purpose],
            entity_type=_ENTITY_NAME[wire.entity_type],
            stage=Stage(wire.stage),
            urgency=Urgency(wire.urgency),
            answer_bucket_bytes=wire.answer_bucket_bytes,
        )
    except (KeyError, ValueError) as error:
        raise _incompatible("routing") from error


def _remember(where: dict[K, V], key: K, value: V) -> None:
    if len(where) >= ROUTINGS_REMEMBERED:
        where.clear()
    where[key] = value


# What was told of fields, encoded, beside the tuples that said so: those of one mask come again and again.
_told: dict[tuple[int, int], tuple[tuple[Treatment, ...], tuple[str, ...], bytes]] = {}


def _encoded(treatments: tuple[Treatment, ...], obligations: tuple[str, ...]) -> bytes:
    """The part of a hit that the law wrote."""
    key = (id(treatments), id(obligations))
    known = _told.get(key)
    if known is not None and known[0] is treatments and known[1] is obligations:
        return known[2]
    part = answer_pb2.Hit(
        treatments=[_treatment(one) for one in treatments], obligations=obligations
    ).SerializeToString(deterministic=True)
    _remember(_told, key, (treatments, obligations, part))
    return part


def _treatment(one: Treatment) -> answer_pb2.FieldTreatment:
    told = answer_pb2.FieldTreatment(
        field=one.field,
        form=_FORM_TO_WIRE[one.form],
        reason=one.reason,
        row=one.row,
        law=one.law,
        sentence=one.sentence,
    )
    if one.approval_role:
        told.approval.role = one.approval_role
        told.approval.form = _FORM_TO_WIRE[one.approval_form]
        told.approval.row = one.approval_row
    return told


def _every(hits: Iterable[answer_pb2.Hit]) -> Iterator[answer_pb2.Hit]:
    """Hits, and what their relations lead to; a relation leads on to nothing."""
    for hit in hits:
        yield hit
        for edge in hit.edges:
            if edge.other.edges:
                raise _incompatible("edge")
            yield edge.other


def _edge(told: Edge) -> answer_pb2.Edge:
    return answer_pb2.Edge(
        relation=told.relation,
        outward=told.outward,
        since=told.since,
        until=told.until,
        assertion=_shaped(told.assertion) or None,  # type: ignore[arg-type]  # by its parts
        row=told.row,
        law=told.law,
        obligations=told.obligations,
        other=_hit(told.other),
    )


def _hit(released: Released) -> answer_pb2.Hit:
    record: dict[str, Any] = {}
    if released.fields:
        record[released.entity_type] = {
            path.rpartition(".")[2]: _value(value) for path, value in released.fields.items()
        }
        if said := _shaped(released.assertion):
            record["assertion"] = said
    hit = answer_pb2.Hit(
        record_reference=released.reference,
        entity_type=_ENTITY[released.entity_type],
        band=released.band,  # type: ignore[arg-type]  # numbers of the contract
        score=released.score,
        match_reasons=released.match_reasons,
        record=record or None,  # type: ignore[arg-type]  # by its parts
        edges=[_edge(one) for one in released.edges],
    )
    hit.MergeFromString(_encoded(released.treatments, released.obligations))
    return hit


def _value(value: object) -> object:
    """A field as the message takes it: repeated ones are tuples, of text or of composite values."""
    if not isinstance(value, tuple):
        return value
    return [one if isinstance(one, str) else _shaped(one) for one in value]


_names: dict[type, tuple[str, ...]] = {}


def _shaped(value: Any) -> dict[str, Any]:
    """The parts of a composite value that are said, by their names in its message; none of no value."""
    if value is None:
        return {}
    kind = type(value)
    names = _names.get(kind)
    if names is None:
        known = getattr(values_pb2, kind.__name__).DESCRIPTOR.fields_by_name
        names = _names[kind] = tuple(
            part.name for part in dataclass_fields(kind) if part.name in known
        )
    return {name: part for name in names if (part := getattr(value, name))}
