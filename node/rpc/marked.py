"""Answers as a caller gets them: with this agency's own marks on records that are not the person sought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.api.query.v1 import answer_pb2, mark_service_pb2
from node.rpc import convert

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.api.query.v1 import query_service_pb2
    from node.exchange.marking import Marking
    from node.exchange.model import Question, SourceAnswer
    from node.storage.marks import Mark


def mark_message(mark: Mark) -> mark_service_pb2.Mark:
    """A mark for a caller."""
    message = mark_service_pb2.Mark(
        mark_id=mark.mark_id,
        subject_reference=mark.subject,
        source=mark.source,
        record_reference=mark.record,
        reason=mark.reason,
        set_by=mark.set_by,
        withdrawn_by=mark.withdrawn_by,
        withdrawal_reason=mark.withdrawal_reason,
    )
    message.set_at.FromMilliseconds(mark.set_ms)
    if mark.withdrawn_ms:
        message.withdrawn_at.FromMilliseconds(mark.withdrawn_ms)
    return message


def tell(
    told: query_service_pb2.LookupResponse
    | query_service_pb2.SearchResponse
    | query_service_pb2.Told,
    question: Question,
    answers: Iterable[SourceAnswer],
    *,
    marking: Marking,
) -> None:
    """Puts into a reply what sources said.

    Marked records stand last among their source's, and are probable no more.

    A record that an identifier found stays exact: the identifier is the same, whoever the person is.
    """
    for answer in answers:
        convert.add_source(told, answer)
    if not marking.any_about(question.subject):
        return
    records = [(one.source, hit.record_reference) for one in told.answers for hit in one.hits]
    marks = marking.about(question.subject, records)
    for message in told.answers:
        _apply(message, marks)


def _apply(message: answer_pb2.SourceAnswer, marks: Mapping[tuple[str, str], Mark]) -> None:
    found = [marks.get((message.source, hit.record_reference)) for hit in message.hits]
    if not any(found):
        return
    for hit, mark in zip(message.hits, found, strict=True):
        if mark is not None and hit.band == answer_pb2.BAND_PROBABLE:
            hit.band = answer_pb2.BAND_POSSIBLE
    message.marks.extend(mark_message(mark) for mark in found if mark is not None)
    message.hits.sort(key=lambda hit: (message.source, hit.record_reference) in marks)
