"""Between the contract's messages and the values of this package; the only module that knows both."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from comity.api.query.v1 import (
    answer_pb2,
    justification_pb2,
    mark_service_pb2,
    query_service_pb2,
    reason_pb2,
    selector_pb2,
)
from comity.api.record.v1 import options_pb2, record_pb2
from comity.client import errors, model, selectors, words
from comity.errors import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum

    from google.protobuf.descriptor import EnumDescriptor

    from comity.client.model import Value

_ASSERTION_PARTS: Final = tuple(part.name for part in fields(model.Assertion))


def _numbers(contract: Any, prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): number for name, number in contract.items() if number}


def _words(contract: Any, prefix: str, kind: type[StrEnum]) -> dict[int, Any]:
    return {n: kind(word) for word, n in _numbers(contract, prefix).items() if word in set(kind)}


_PURPOSE: Final = _numbers(justification_pb2.Purpose, "PURPOSE_")
_CATEGORY: Final = _numbers(justification_pb2.SubjectCategory, "SUBJECT_CATEGORY_")
_AIM: Final = _numbers(justification_pb2.Aim, "AIM_")
_TARGET_CHECK: Final = _numbers(justification_pb2.TargetCheck, "TARGET_CHECK_")
_STAGE: Final = _numbers(options_pb2.Stage, "STAGE_")
_URGENCY: Final = _numbers(query_service_pb2.Urgency, "URGENCY_")

_PURPOSE_WORD: Final = _words(justification_pb2.Purpose, "PURPOSE_", words.Purpose)
_CATEGORY_WORD: Final = _words(
    justification_pb2.SubjectCategory, "SUBJECT_CATEGORY_", words.SubjectCategory
)
_AIM_WORD: Final = _words(justification_pb2.Aim, "AIM_", words.Aim)
_TARGET_CHECK_WORD: Final = _words(
    justification_pb2.TargetCheck, "TARGET_CHECK_", words.TargetCheck
)
_STAGE_WORD: Final = _words(options_pb2.Stage, "STAGE_", words.Stage)
_URGENCY_WORD: Final = _words(query_service_pb2.Urgency, "URGENCY_", words.Urgency)
# Enumerations that stand inside selectors, by the contract's name.
_IN_SELECTORS: Final[dict[str, type[StrEnum]]] = {
    "ObservableType": words.ObservableType,
    "ReferenceType": words.ReferenceType,
}
_OUTCOME: Final = _words(answer_pb2.Outcome, "OUTCOME_", words.Outcome)
_FORM: Final = _words(answer_pb2.Form, "FORM_", words.Form)
_BAND: Final = _words(answer_pb2.Band, "BAND_", words.Band)
_REASON: Final = _words(reason_pb2.ErrorReason, "ERROR_REASON_", Reason)
_ENTITY: Final = {
    number: name.removeprefix("ENTITY_TYPE_").lower()
    for name, number in record_pb2.EntityType.items()
}


def question(asked: model.Question) -> query_service_pb2.Question:
    """A question for the wire.

    Raises:
        TypeError: something that is no selector, or no justification.
        ValueError: a word that the contract does not have.
    """
    why = asked.justification
    if not isinstance(why, model.Justification):
        raise TypeError("a question needs a Justification")
    return query_service_pb2.Question(
        selectors=[_selector(one) for one in asked.selectors],
        targets=asked.targets,
        justification=justification_pb2.Justification(
            purpose=_PURPOSE[words.Purpose(why.purpose)],  # type: ignore[arg-type]  # numbers are the contract's
            case_reference=why.case_reference,
            offence=why.offence,
            subject_category=_CATEGORY[words.SubjectCategory(why.subject_category)],  # type: ignore[arg-type]
            aim=_AIM[words.Aim(why.aim)],  # type: ignore[arg-type]
            legal_basis=why.legal_basis,
            necessity=why.necessity,
            on_behalf_of_country=why.on_behalf_of_country,
            assurances=_stated(why.assurances),
        ),
        stage=_STAGE[words.Stage(asked.stage)],  # type: ignore[arg-type]
        urgency=_URGENCY[words.Urgency(asked.urgency)],  # type: ignore[arg-type]
        max_candidates=asked.max_candidates,
        wait_ms=asked.wait_ms,
        subject_reference=asked.subject_reference,
    )


def _stated(stated: model.Assurances) -> justification_pb2.Assurances | None:
    if stated == model.NOTHING_STATED:
        return None
    check = stated.target_check
    return justification_pb2.Assurances(
        confirmed_references=stated.confirmed_references,
        facts=stated.facts,
        threat=stated.threat,
        sentence=stated.sentence,
        exculpatory=stated.exculpatory,
        preservation=stated.preservation,
        confidential=stated.confidential,
        target_check=_TARGET_CHECK[words.TargetCheck(check)] if check else None,  # type: ignore[arg-type]
    )


def _selector(asked: selectors.Selector) -> selector_pb2.Selector:
    if type(asked) not in selectors.SELECTORS.values():
        raise TypeError(f"{type(asked).__name__} is no selector")
    message = selector_pb2.Selector()
    inner = getattr(message, asked.by)
    inner.SetInParent()
    for part in inner.DESCRIPTOR.fields:
        value = getattr(asked, part.name)
        if part.message_type is not None:
            for leg in value:
                getattr(inner, part.name).add(origin=leg.origin, destination=leg.destination)
            continue
        if value and part.enum_type is not None:
            word = _IN_SELECTORS[part.enum_type.name](value)
            value = part.enum_type.values_by_name[_prefix(part.enum_type) + word].number
        if value:
            setattr(inner, part.name, value)
    return message


def _prefix(kind: EnumDescriptor) -> str:
    return kind.values[0].name.removesuffix("UNSPECIFIED")


def _asked_selector(message: selector_pb2.Selector) -> selectors.Selector | None:
    """A selector as it was asked; nothing where it is of a kind that this release does not know."""
    place = message.WhichOneof("by") or ""
    kind = selectors.SELECTORS.get(place)
    if kind is None:
        return None
    parts: dict[str, Any] = {}
    told = getattr(message, place)
    for part in told.DESCRIPTOR.fields:
        value = getattr(told, part.name)
        if part.message_type is not None:
            value = tuple(selectors.Leg(one.origin, one.destination) for one in value)
        elif part.enum_type is not None:
            word = part.enum_type.values_by_number[value].name
            word = word.removeprefix(_prefix(part.enum_type))
            value = _IN_SELECTORS[part.enum_type.name](word) if value else ""
        parts[part.name] = value
    return kind(**parts)


def reply(message: query_service_pb2.LookupResponse | query_service_pb2.Told) -> model.Reply:
    """A whole answer."""
    return model.Reply(
        query_id=message.query_id,
        answers=answers(message.answers),
        summary=summary(message.summary, message.query_id),
    )


def refused(message: query_service_pb2.Refused) -> errors.ComityCallError:
    """The refusal of one question on a held stream."""
    reason = _REASON.get(message.reason, Reason.INTERNAL)
    return errors.coded(
        reason,
        field=message.field or None,
        reference=message.reference or None,
        hint=message.hint,
    )


def answers(messages: Iterable[answer_pb2.SourceAnswer]) -> tuple[model.SourceAnswer, ...]:
    """What sources said."""
    return tuple(
        model.SourceAnswer(
            source=one.source,
            outcome=_OUTCOME.get(one.outcome, words.Outcome.UNKNOWN),
            reason=one.reason,
            sentence=one.sentence,
            hits=tuple([_hit(hit) for hit in one.hits]),
            complete=one.complete,
            elapsed_ms=one.elapsed_ms,
            answer_digest=one.answer_digest,
            receipt=one.receipt,
            marks=tuple(map(mark, one.marks)),
        )
        for one in messages
    )


def mark(message: mark_service_pb2.Mark) -> model.Mark:
    """A mark of the own agency."""
    ended = message.HasField("withdrawn_at")
    return model.Mark(
        mark_id=message.mark_id,
        subject_reference=message.subject_reference,
        source=message.source,
        record_reference=message.record_reference,
        reason=message.reason,
        set_by=message.set_by,
        set_at=_instant(message.set_at),
        withdrawn_by=message.withdrawn_by,
        withdrawn_at=_instant(message.withdrawn_at) if ended else None,
        withdrawal_reason=message.withdrawal_reason,
    )


def _hit(message: answer_pb2.Hit) -> model.Hit:
    entity_type = _ENTITY.get(message.entity_type, "unspecified")
    return model.Hit(
        record_reference=message.record_reference,
        entity_type=entity_type,
        band=_BAND.get(message.band, words.Band.UNTOLD),
        score=message.score,
        match_reasons=tuple(message.match_reasons),
        record=_record(message.record, entity_type),
        treatments=tuple([_treatment(one) for one in message.treatments]),
        obligations=tuple(message.obligations),
        edges=tuple([_edge(one) for one in message.edges]),
    )


def _edge(message: answer_pb2.Edge) -> model.Edge:
    return model.Edge(
        relation=message.relation,
        outward=message.outward,
        other=_hit(message.other),
        since=message.since,
        until=message.until,
        assertion=_assertion(message.assertion) if message.HasField("assertion") else None,
        row=message.row,
        law=message.law,
        obligations=tuple(message.obligations),
    )


def _treatment(message: answer_pb2.FieldTreatment) -> model.Treatment:
    approval = None
    if message.HasField("approval"):
        told = message.approval
        approval = model.Approval(told.role, _FORM.get(told.form, words.Form.NOTHING), told.row)
    return model.Treatment(
        field=message.field,
        form=_FORM.get(message.form, words.Form.NOTHING),
        reason=message.reason,
        row=message.row,
        law=message.law,
        sentence=message.sentence,
        approval=approval,
    )


def _record(message: record_pb2.Record, entity_type: str) -> model.RecordView:
    released: dict[str, Value] = {}
    which = message.WhichOneof("entity")
    if which is not None:
        for field, value in getattr(message, which).ListFields():
            released[f"{which}.{field.name}"] = _value(value)
    assertion = _assertion(message.assertion) if message.HasField("assertion") else None
    return model.RecordView(which or entity_type, released, assertion)


def _assertion(message: Any) -> model.Assertion:
    parts: dict[str, Any] = {name: getattr(message, name) for name in _ASSERTION_PARTS}
    parts["restrictions"] = tuple(message.restrictions)
    return model.Assertion(**parts)


def _value(value: Any) -> Value:
    if isinstance(value, str | bool):
        return value
    if hasattr(value, "ListFields"):
        return {part.name: str(said) for part, said in value.ListFields()}
    return tuple([_value(one) for one in value])  # type: ignore[misc]  # lists are not nested


def summary(message: answer_pb2.Summary, query_id: str) -> model.Summary:
    """The accounting."""
    return model.Summary(
        query_id=query_id,
        asked=tuple(message.asked),
        not_searched=tuple(message.not_searched),
        fields_released=message.fields_released,
        fields_withheld=message.fields_withheld,
        receipts_verified=message.receipts_verified,
        receipts_due=message.receipts_due,
        elapsed_ms=message.elapsed_ms,
        ended_at=_instant(message.ended_at) if message.HasField("ended_at") else None,
        warnings=tuple(message.warnings),
    )


def _instant(stamp: Any) -> datetime:
    return datetime.fromtimestamp(stamp.ToMilliseconds() / 1000, tz=UTC)


def past_query(message: query_service_pb2.QueryRecord) -> model.PastQuery:
    """A query asked before."""
    held = message.HasField("question") and message.question.selectors
    return model.PastQuery(
        query_id=message.query_id,
        asked_at=_instant(message.asked_at),
        asked_by=message.asked_by,
        question=_asked(message.question) if held else None,
        answers=answers(message.answers),
        summary=summary(message.summary, message.query_id) if message.HasField("summary") else None,
    )


def _asked(message: query_service_pb2.Question) -> model.Question:
    why = message.justification
    return model.Question(
        selectors=tuple(one for told in message.selectors if (one := _asked_selector(told))),
        justification=model.Justification(
            purpose=_PURPOSE_WORD[why.purpose],
            case_reference=why.case_reference,
            offence=why.offence,
            subject_category=_CATEGORY_WORD[why.subject_category],
            aim=_AIM_WORD[why.aim],
            legal_basis=why.legal_basis,
            necessity=why.necessity,
            on_behalf_of_country=why.on_behalf_of_country,
            assurances=_asked_stated(why.assurances),
        ),
        targets=tuple(message.targets),
        stage=_STAGE_WORD.get(message.stage, words.Stage.CORE),
        urgency=_URGENCY_WORD.get(message.urgency, words.Urgency.NORMAL),
        max_candidates=message.max_candidates,
        wait_ms=message.wait_ms,
        subject_reference=message.subject_reference,
    )


def _asked_stated(message: justification_pb2.Assurances) -> model.Assurances:
    return model.Assurances(
        confirmed_references=tuple(message.confirmed_references),
        facts=message.facts,
        threat=message.threat,
        sentence=message.sentence,
        exculpatory=message.exculpatory,
        preservation=message.preservation,
        confidential=message.confidential,
        target_check=_TARGET_CHECK_WORD.get(message.target_check),
    )
