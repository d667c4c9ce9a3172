"""Between the contract's messages and the values of the exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.api.query.v1 import (
    answer_pb2,
    justification_pb2,
    query_service_pb2,
    selector_pb2,
)
from comity.errors import Reason, Refusal
from node.exchange.model import (
    WAIT_MS_DEFAULT,
    WAIT_MS_MAX,
    Justification,
    Question,
    Stage,
    Urgency,
)
from node.link import assurances
from node.link import selectors as selector_codec
from node.records import normalise

if TYPE_CHECKING:
    from node.exchange.model import SourceAnswer, Summary
    from node.storage.queries import PastQuery

# Kept back from a call's deadline so that the reply still arrives in time.
DEADLINE_MARGIN_MS: Final = 50

_PURPOSE: Final = {
    number: name.removeprefix("PURPOSE_") for name, number in justification_pb2.Purpose.items()
}
_CATEGORY: Final = {
    number: name.removeprefix("SUBJECT_CATEGORY_").lower()
    for name, number in justification_pb2.SubjectCategory.items()
}
_AIM: Final = {
    number: name.removeprefix("AIM_").lower() for name, number in justification_pb2.Aim.items()
}


def question_of(message: query_service_pb2.Question, *, remaining_s: float | None) -> Question:
    """The question, its shape checked beyond what the contract's rules can say.

    Raises:
        Refusal: INVALID_REQUEST naming the field.
    """
    selectors = []
    kinds = set()
    for index, one in enumerate(message.selectors):
        selector = selector_codec.from_wire(one)
        kinds.add(selector.entity_type)
        try:
            selector.validate()
        except Refusal as refusal:
            kind = one.WhichOneof("by")
            field = f"question.selectors[{index}].{kind}.{refusal.field or ''}".rstrip(".")
            raise Refusal(
                refusal.reason, refusal.detail, field=field, hint=refusal.hint
            ) from refusal
        selectors.append(selector)
    if len(kinds) != 1:
        # The routing names one entity type; asking for two kinds of thing is two questions.
        raise Refusal(
            Reason.INVALID_REQUEST, "selectors of several entity types", field="question.selectors"
        )
    why = message.justification
    wait_ms = message.wait_ms or WAIT_MS_DEFAULT
    if remaining_s is not None:
        wait_ms = min(wait_ms, int(remaining_s * 1000) - DEADLINE_MARGIN_MS)
    return Question(
        selectors=tuple(selectors),
        entity_type=kinds.pop(),
        justification=Justification(
            purpose=_PURPOSE[why.purpose],
            case=why.case_reference,
            offence=why.offence,
            subject_category=_CATEGORY[why.subject_category],
            aim=_AIM[why.aim],
            instrument=why.legal_basis,
            necessity=why.necessity,
            end_user_country=why.on_behalf_of_country,
            assurances=assurances.from_wire(why),
        ),
        targets=tuple(message.targets),
        stage=Stage(message.stage or Stage.CORE),
        urgency=Urgency(message.urgency or Urgency.NORMAL),
        max_candidates=message.max_candidates,
        wait_ms=max(1, min(wait_ms, WAIT_MS_MAX)),
        subject_reference=message.subject_reference,
    )


def wording(message: query_service_pb2.Question) -> bytes:
    """The question as it is kept: of a payment card no more than its ends."""
    if not any(map(_names_a_card, message.selectors)):
        return message.SerializeToString()
    kept = query_service_pb2.Question()
    kept.CopyFrom(message)
    for one in filter(_names_a_card, kept.selectors):
        one.observable.value = normalise.covered_card(normalise.plain(one.observable.value))
    return kept.SerializeToString()


def _names_a_card(selector: selector_pb2.Selector) -> bool:
    return selector.observable.type == selector_pb2.OBSERVABLE_TYPE_CARD


def add_source(
    told: query_service_pb2.LookupResponse
    | query_service_pb2.SearchResponse
    | query_service_pb2.Told,
    answer: SourceAnswer,
) -> None:
    """One source's part, built in the message that leaves: what was released is copied once."""
    told.answers.add(
        source=answer.source,
        outcome=int(answer.outcome),
        reason=answer.reason,
        sentence=answer.sentence,
        hits=answer.hits,  # as decoded: what was released is the caller's
        complete=answer.complete,
        elapsed_ms=answer.elapsed_ms,
        answer_digest=answer.digest,
        receipt=answer.receipt,
    )


def summary(values: Summary) -> answer_pb2.Summary:
    """The accounting."""
    message = answer_pb2.Summary(
        asked=values.asked,
        not_searched=values.not_searched,
        fields_released=values.fields_released,
        fields_withheld=values.fields_withheld,
        receipts_verified=values.receipts_verified,
        receipts_due=values.receipts_due,
        elapsed_ms=values.elapsed_ms,
        warnings=values.warnings,
    )
    message.ended_at.FromMilliseconds(values.ended_ms)
    return message


def query_record(past: PastQuery) -> query_service_pb2.QueryRecord:
    """A query asked before."""
    record = query_service_pb2.QueryRecord(query_id=past.query_id.hex(), asked_by=past.asked_by)
    record.asked_at.FromMilliseconds(past.asked_ms)
    record.question.MergeFromString(past.question)
    for kept in past.answers or ():
        record.answers.add(
            source=kept["source"],
            outcome=kept["outcome"],
            reason=kept["reason"],
            sentence=kept["sentence"],
            complete=kept["complete"],
            elapsed_ms=kept["elapsed_ms"],
            answer_digest=bytes.fromhex(kept["digest"]),
            receipt=past.receipts.get(kept["source"], b""),
        )
    if past.summary is not None:
        ended_ms = past.summary["ended_ms"]
        for name, value in past.summary.items():
            if name != "ended_ms":
                target = getattr(record.summary, name)
                if isinstance(value, list):
                    target.extend(value)
                else:
                    setattr(record.summary, name, value)
        record.summary.ended_at.FromMilliseconds(ended_ms)
    return record
