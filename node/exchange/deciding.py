"""Deciding what one query may learn: search, ask the law about each candidate, read only what it names.

Rules:

* A field that may not be released may not be searched on either: a match is a disclosure. A record is judged
  by each match by itself: one that may not count must not take the place of one that may, or its going
  missing would tell of it.
* A record of another type than was asked for (a telephone number finds its person) is found only where the
  question might have been asked about that type.
* Records that may not be shown take nobody's place: what the question sets as its limit counts what is shown.
* A record whose every field is below a hit was never there, unless its owner lets a desk be named.
* What is kept silent is told to the owner's desk, in the log and in the owner's own record of the ruling.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

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
from node.exchange.telling import Telling
from node.exchange.trail import Trails, recorded
from node.matching.found import Band, Candidate
from node.policy.law import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from comity.rulings import Mask, RecordLabels
    from node.exchange.pseudonyms import Pseudonyms
    from node.exchange.relating import Stored
    from node.exchange.trail import Entry
    from node.matching.found import Found
    from node.policy.law import Law, View
    from node.records.record import RecordId
    from node.records.selectors import Selector


# Candidates of one selector that are ruled on, whatever the question's own limit: as many as a question may
# ever ask for. Were it that limit, hidden records that match better would push out those that may be shown.
SEARCHED_MAX: Final = 20

log = logging.getLogger(__name__)


class _Shown(NamedTuple):
    """A record that may be shown: its best match that counts, and its entry in the trail."""

    candidate: Candidate
    label: RecordLabels
    mask: Mask
    ruled: Entry


class Searching(Protocol):
    """The register's search."""

    async def search(self, selector: Selector, limit: int) -> Found:
        """Candidates, best first."""
        ...

    def can_search(self, selector: Selector) -> bool:
        """Whether it can look for such a thing at all."""
        ...


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
        self._trails = Trails()

    async def decide(
        self, routing: Routing, question: SealedQuestion
    ) -> tuple[SealedAnswer, bytes]:
        """The answer, and the full ruling as JSON for the owner's own record.

        Raises:
            Refusal: the law refuses the query as such.
        """
        if any(one.entity_type != routing.entity_type for one in question.selectors):
            # The gateway judged the type that the routing names; another one was never judged.
            raise Refusal(Reason.ENVELOPE_REFUSED, "selectors of another type than the routing's")
        barred = self._law.accept(routing, question)
        if barred is not None and barred.reason is ReasonCode.QUALITY:
            return SealedAnswer(outcome=Outcome.UNSUITABLE, complete=False), b"{}"
        if barred is not None:
            raise Refusal(Reason.ADMISSION_DENIED, f"row {barred.row}")
        limit = min(question.max_candidates or CANDIDATES_MAX, CANDIDATES_MAX)
        suitable = [
            one
            for one in question.selectors
            if one.unsuitable() is None and self._searching.can_search(one)
        ]
        if not suitable:
            return SealedAnswer(outcome=Outcome.UNSUITABLE, complete=False), b"{}"
        candidates: dict[RecordId, list[Candidate]] = {}
        more = behind = False
        for selector in suitable:
            found = await self._searching.search(selector, SEARCHED_MAX)
            more = more or found.more
            behind = behind or found.behind
            for candidate in found.candidates:
                candidates.setdefault(candidate.record_id, []).append(candidate)
        view = self._law.view(
            routing, question
        )  # taken after the search: the law in force at release
        shown, trail = self._rule(view, routing, question, candidates)
        if len(shown) > limit or (more and len(shown) >= limit):
            answer = SealedAnswer(outcome=Outcome.REFINE, complete=False)
        else:
            hits = self._tell(view, routing, shown)
            # What was not looked through is never a no-hit, whoever may be hidden in it.
            nobody = Outcome.OVERLOADED if behind else Outcome.NO_HIT
            answer = SealedAnswer(
                outcome=Outcome.HIT if hits else nobody,
                hits=tuple(hits),
                complete=not behind and len(suitable) == len(question.selectors),
            )
        return (
            SealedAnswer(
                outcome=answer.outcome,
                hits=answer.hits,
                complete=answer.complete,
                policy_version=view.version,
            ),
            recorded(view, trail),
        )

    def _rule(
        self,
        view: View,
        routing: Routing,
        question: SealedQuestion,
        candidates: Mapping[RecordId, Sequence[Candidate]],
    ) -> tuple[list[_Shown], list[Entry]]:
        """Which records may be shown, best match first, and the trail of every ruling."""
        shown: list[_Shown] = []
        trail: list[Entry] = []
        if not candidates:
            return shown, trail
        labels = self._reading.labels(list(candidates), nationalities=view.asks_nationality)
        for record_id, matches in sorted(candidates.items()):
            label = labels.get(record_id)
            if label is None or not self._may_come_upon(label, routing, question):
                continue
            about = view
            if view.confirms:
                about = view.of_record(self._pseudonyms.reference(routing.sender, record_id))
            mask = about.mask(label)
            searchable = about.searchable(label)
            counted = [one for one in matches if one.matched_on <= searchable]
            visible = bool(counted) and (mask.best >= Form.HIT or bool(mask.contact))
            ruled = self._trails.entry(mask, label, record_id, visible=visible)
            ruled.confirmed = about is not view
            trail.append(ruled)
            for row, desk in mask.alerts:
                log.warning("for the %s: a query met a record that %s keeps silent", desk, row)
            if visible:
                best = max(counted, key=lambda one: one.score)
                shown.append(_Shown(best, label, mask, ruled))
        shown.sort(key=lambda one: -one.candidate.score)
        return shown, trail

    def _may_come_upon(
        self, label: RecordLabels, routing: Routing, question: SealedQuestion
    ) -> bool:
        """Whether a record of another type may be found by the identifier asked for (docs/adr/0009)."""
        kind = label.entity_type
        return (
            kind == routing.entity_type or self._law.accept(routing, question, about=kind) is None
        )

    def _tell(self, view: View, routing: Routing, shown: Sequence[_Shown]) -> list[Released]:
        """What leaves of each of them; relations are entered in their trail."""
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
                hit = self._misused(hit, candidate.record_id, mask)
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
