"""Deciding what one query may learn: search, ask the law about each candidate, read only what it names.

Rules:

* What may be shown owes nothing to what may not (``node.exchange.showing``).
* Records that may not be shown take nobody's place: what the question sets as its limit counts what is shown.
* More than the limit, or than was looked at, asks for a narrower question; nothing is ever listed on.
* A record whose every field is below a hit was never there, unless its owner lets a desk be named.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from comity.errors import Reason, Refusal
from comity.rulings import ReasonCode
from node.exchange.apart import MISUSED, MISUSED_HERE, held_apart
from node.exchange.model import (
    CANDIDATES_MAX,
    Outcome,
    Released,
    Routing,
    SealedAnswer,
    SealedQuestion,
    Stage,
)
from node.exchange.relating import Relating
from node.exchange.showing import Showing
from node.exchange.tasking import tasks_of_duties
from node.exchange.telling import Telling
from node.exchange.trail import recorded
from node.matching.found import Band, Candidate
from node.policy.law import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from comity.rulings import Mask, RecordLabels
    from node.exchange.model import Edge
    from node.exchange.pseudonyms import Pseudonyms
    from node.exchange.relating import Stored
    from node.exchange.showing import Searching, Shown
    from node.exchange.tasking import Task
    from node.policy.law import Law, View
    from node.records.record import RecordId


class Reading(Protocol):
    """The register's reading, masked."""

    def labels(
        self, record_ids: Sequence[RecordId], *, nationalities: bool = False
    ) -> Mapping[RecordId, RecordLabels]:
        """What policies look at."""
        ...

    def read(
        self, record_ids: Sequence[RecordId], paths: Iterable[str]
    ) -> Mapping[RecordId, Mapping[str, object]]:
        """Only these fields of these records."""
        ...

    def assertion(self, record_id: RecordId) -> object | None:
        """How the record is to be judged and handled."""
        ...

    def edges(self, record_id: RecordId, limit: int) -> Sequence[Stored]:
        """Relations of a record."""
        ...


class Decided(NamedTuple):
    """What one query comes to.

    Attributes:
        answer: what its requester is told.
        ruling: the full ruling as JSON, for the owner's own record.
        alerts: tasks of desks that are told of a record that is kept silent, whatever leaves.
        duties: tasks of desks that what leaves makes.
    """

    answer: SealedAnswer
    ruling: bytes = b"{}"
    alerts: tuple[Task, ...] = ()
    duties: tuple[Task, ...] = ()


class Deciding:
    """The owner's decision about one query."""

    def __init__(
        self, *, searching: Searching, reading: Reading, law: Law, pseudonyms: Pseudonyms
    ) -> None:
        self._searching = searching
        self._reading = reading
        self._law = law
        self._pseudonyms = pseudonyms
        self._telling = Telling(reading, pseudonyms)
        self._showing = Showing(
            searching=searching, reading=reading, law=law, pseudonyms=pseudonyms
        )

    async def decide(self, routing: Routing, question: SealedQuestion) -> Decided:
        """The answer, the full ruling for the owner's own record, and what its desks have to do.

        Raises:
            Refusal: the law refuses the query as such.
        """
        if any(one.entity_type != routing.entity_type for one in question.selectors):
            # The gateway judged the type that the routing names; another one was never judged.
            raise Refusal(Reason.ENVELOPE_REFUSED, "selectors of another type than the routing's")
        barred = self._law.accept(routing, question)
        if barred is not None and barred.reason is ReasonCode.QUALITY:
            return Decided(SealedAnswer(outcome=Outcome.UNSUITABLE, complete=False))
        if barred is not None:
            raise Refusal(Reason.ADMISSION_DENIED, f"row {barred.row}")
        limit = min(question.max_candidates or CANDIDATES_MAX, CANDIDATES_MAX)
        suitable = [
            one
            for one in question.selectors
            if one.unsuitable() is None and self._searching.can_search(one)
        ]
        if not suitable:
            return Decided(SealedAnswer(outcome=Outcome.UNSUITABLE, complete=False))
        looked = await self._showing.look(routing, question, suitable)
        shown, view = looked.shown, looked.view
        duties: list[Task] = []
        if len(shown) > limit or looked.unseen:
            answer = SealedAnswer(outcome=Outcome.REFINE, complete=False)
        else:
            hits = self._tell(view, routing, shown, duties)
            # What was not looked through is never a no-hit, whoever may be hidden in it.
            nobody = Outcome.OVERLOADED if looked.behind else Outcome.NO_HIT
            answer = SealedAnswer(
                outcome=Outcome.HIT if hits else nobody,
                hits=tuple(hits),
                complete=not looked.behind and len(suitable) == len(question.selectors),
            )
        return Decided(
            SealedAnswer(
                outcome=answer.outcome,
                hits=answer.hits,
                complete=answer.complete,
                policy_version=view.version,
            ),
            recorded(view, looked.trail),
            alerts=looked.alerts,
            duties=tuple(duties),
        )

    def _tell(
        self, view: View, routing: Routing, shown: Sequence[Shown], duties: list[Task]
    ) -> list[Released]:
        """What leaves of each of them; relations are entered in their trail, tasks in ``duties``."""
        relating = Relating(self._reading, view, partial(self._other, view, routing))
        hits: list[Released] = []
        for candidate, label, mask, ruled in shown:
            if mask.contact:
                hits.append(self._telling.contact(routing, candidate, label, mask))
                continue
            hit = self._telling.release(view, routing, candidate, label, mask)
            if hit.fields and routing.stage >= Stage.CORE:  # as the contract stages a relation
                edges, ruled.edges = relating.edges(candidate.record_id, label)
                if edges:
                    hit = replace(hit, edges=edges)
                    duties += _duties_of_edges(edges, ruled.edges)
                hit = self._misused(hit, candidate.record_id, mask)
            duties += tasks_of_duties(
                hit.obligations, record=candidate.record_id, reference=hit.reference
            )
            hits.append(hit)
        return held_apart(hits)

    def _misused(self, hit: Released, record_id: RecordId, mask: Mask) -> Released:
        """Says beside a match that an identity of the record is misused, where that may be told."""
        if hit.entity_type != "person" or mask[MISUSED].form < Form.HIT:
            return hit
        if not self._reading.read([record_id], (MISUSED,)).get(record_id):
            return hit
        return replace(hit, match_reasons=(*hit.match_reasons, MISUSED_HERE))

    def _other(
        self, view: View, routing: Routing, record_id: RecordId, label: RecordLabels, mask: Mask
    ) -> Released:
        """The record at the other end of a relation."""
        found = Candidate(record_id, 0.0, Band.EXACT, (), frozenset())
        return self._telling.release(view, routing, found, label, mask)


def _duties_of_edges(edges: Sequence[Edge], trail: Sequence[Mapping[str, Any]]) -> list[Task]:
    """Tasks of what relations told, and of the records at their other ends."""
    told = [one["edge"] for one in trail if one["told"]]
    return [
        task
        for number, edge in zip(told, edges, strict=True)
        for task in tasks_of_duties(
            (*edge.obligations, *edge.other.obligations),
            record=number,
            reference=edge.other.reference,
        )
    ]
