"""Showing: searching and ruling by turns, until what may be shown owes nothing to what may not.

Rules:

* A field that may not be released may not be searched on either: a match is a disclosure. A record is judged
  by each match by itself: one that may not count must not take the place of one that may, or its going
  missing would tell of it.
* A record of another type than was asked for (a telephone number finds its person) is found only where the
  question might have been asked about that type.
* Whatever may not be shown takes nobody's place: a search that left something out is made again without it.
* How sure a match is, its reasons and its place in the order are settled among what may be shown
  (``node.matching.settling``).
* Where rows ask how many records an answer shows, or how well one matches, those that may be shown whatever
  the answer are counted and settled, and what may leave of each is ruled again with that known. So it decides
  what leaves of a record, never whether it is shown, and the asker sees it anyway: nothing hidden counts.
* What is kept silent is told to the owner's desk: as a task, in the log, and in the owner's own record of the
  ruling.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from node.exchange.tasking import tasks_of_alerts
from node.exchange.trail import Trails
from node.matching.found import Likeness, Passed
from node.matching.settling import settle
from node.policy.law import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from comity.rulings import Mask, RecordLabels
    from node.exchange.model import Routing, SealedQuestion
    from node.exchange.pseudonyms import Pseudonyms
    from node.exchange.tasking import Task
    from node.exchange.trail import Entry
    from node.matching.found import Candidate, Found
    from node.policy.law import Law, View
    from node.records.record import RecordId
    from node.records.selectors import Selector

# Records of one selector that are ruled on at a time; more than a question may ever ask for.
SEARCHED_MAX: Final = 20
# Searches of one selector, each without what the ones before came upon and may not be shown. By name that is
# a thousand hidden records that are all likelier than the last one shown.
ROUNDS_MAX: Final = 20

log = logging.getLogger(__name__)


class Shown(NamedTuple):
    """A record that may be shown: how it matches, what was ruled, and its entry in the trail."""

    candidate: Candidate
    label: RecordLabels
    mask: Mask
    ruled: Entry


class Looked(NamedTuple):
    """What a question came to.

    Attributes:
        shown: records that may be shown, best match first.
        trail: every ruling, for the owner's own record.
        view: the question under the law that was in force after the last search.
        unseen: whether more fits than was looked at.
        behind: whether the register holds names that no search saw yet.
        alerts: tasks of desks that are told of a record that is kept silent.
    """

    shown: list[Shown]
    trail: list[Entry]
    view: View
    unseen: bool
    behind: bool
    alerts: tuple[Task, ...] = ()


class Searching(Protocol):
    """The register's search."""

    async def search(self, selector: Selector, limit: int, passed: Passed) -> Found:
        """What matches, without what is passed over."""
        ...

    def can_search(self, selector: Selector) -> bool:
        """Whether it can look for such a thing at all."""
        ...


class Reading(Protocol):
    """What policies look at."""

    def labels(
        self, record_ids: Sequence[RecordId], *, nationalities: bool = False
    ) -> Mapping[RecordId, RecordLabels]:
        """Labels of records."""
        ...


class _Ruled(NamedTuple):
    """What the law says about one record; no labels: it is as if it was not there."""

    label: RecordLabels
    mask: Mask
    searchable: frozenset[str]
    confirmed: bool
    candidates: int | None = None
    match: str | None = None

    @property
    def may_show(self) -> bool:
        return self.mask.best >= Form.HIT or bool(self.mask.contact)


class Showing:
    """Looks for what a question asks and says which of it may be shown."""

    __slots__ = ("_law", "_pseudonyms", "_reading", "_searching", "_trails")

    def __init__(
        self, *, searching: Searching, reading: Reading, law: Law, pseudonyms: Pseudonyms
    ) -> None:
        self._searching = searching
        self._reading = reading
        self._law = law
        self._pseudonyms = pseudonyms
        self._trails = Trails()

    async def look(
        self, routing: Routing, question: SealedQuestion, selectors: Sequence[Selector]
    ) -> Looked:
        """Everything that may be shown.

        Args:
            routing: whose question it is.
            question: what is asked, and why.
            selectors: those of its selectors that can be searched.
        """
        looks = [
            await _Look(self, routing, question).through(selector, self._searching)
            for selector in selectors
        ]
        # Taken after the last search: the law in force at release rules on all of it.
        view = self._law.view(routing, question)
        met = {one.record_id for look in looks for one in look.met}
        ruled = self.rule(view, routing, question, met)
        best: dict[RecordId, Candidate] = {}
        for look in looks:
            for one in settle(look.counted(ruled)):
                previous = best.get(one.record_id)
                if previous is None or previous.score < one.score:
                    best[one.record_id] = one
        if view.asks_candidates or view.asks_match:
            ruled |= self._settled(view, routing, best, ruled)
        # The owner's own record holds whatever would have matched, had everything been shown.
        matched = {one.record_id for look in looks for one in settle(look.met)} | best.keys()
        entered = {one: ruled[one] for one in matched & ruled.keys()}
        shown, trail = self._entered(view, entered, best)
        return Looked(
            shown,
            trail,
            view,
            unseen=any(look.unseen for look in looks),
            behind=any(look.behind for look in looks),
            alerts=tuple(self._alerts(routing.sender, entered)),
        )

    def _alerts(self, requester: str, ruled: Mapping[RecordId, _Ruled]) -> Iterator[Task]:
        """Tasks of desks that rows tell, and a line in the log that names neither record nor person."""
        for record_id, one in sorted(ruled.items()):
            if not one.mask.alerts:
                continue
            reference = self._pseudonyms.reference(requester, record_id)
            for task in tasks_of_alerts(one.mask.alerts, record=record_id, reference=reference):
                log.warning(
                    "for the %s: a query met a record that %s keeps silent", task.desk, task.what
                )
                yield task

    def _entered(
        self,
        view: View,
        ruled: Mapping[RecordId, _Ruled],
        best: Mapping[RecordId, Candidate],
    ) -> tuple[list[Shown], list[Entry]]:
        shown: list[Shown] = []
        trail: list[Entry] = []
        for record_id, one in sorted(ruled.items()):
            candidate = best.get(record_id)
            entry = self._trails.entry(
                *(one.mask, one.label, record_id),
                visible=candidate is not None,
                words=view.words,
            )
            entry.confirmed, entry.candidates, entry.match = (
                one.confirmed,
                one.candidates,
                one.match,
            )
            trail.append(entry)
            if candidate is not None:
                shown.append(Shown(candidate, one.label, one.mask, entry))
        # Those that are equally sure stand in the order of the register.
        shown.sort(key=lambda one: -one.candidate.score)
        return shown, trail

    def rule(
        self,
        view: View,
        routing: Routing,
        question: SealedQuestion,
        record_ids: Iterable[RecordId],
    ) -> dict[RecordId, _Ruled]:
        """What the law says about records; those that are as if they were not there are left out."""
        found: dict[RecordId, _Ruled] = {}
        wanted = sorted(record_ids)
        if not wanted:
            return found
        labels = self._reading.labels(wanted, nationalities=view.asks_nationality)
        for record_id in wanted:
            label = labels.get(record_id)
            if label is None or not self._may_come_upon(label, routing, question):
                continue
            about = self._about(view, routing, record_id)
            found[record_id] = _Ruled(
                label, about.mask(label), about.searchable(label), confirmed=about is not view
            )
        return found

    def _about(self, view: View, routing: Routing, record_id: RecordId) -> View:
        """The question about one record, whose match its asker may have confirmed."""
        if not view.confirms:
            return view
        return view.of_record(self._pseudonyms.reference(routing.sender, record_id))

    def _settled(
        self,
        view: View,
        routing: Routing,
        best: Mapping[RecordId, Candidate],
        ruled: Mapping[RecordId, _Ruled],
    ) -> dict[RecordId, _Ruled]:
        """What may leave of the records that are shown, once it is known how many and how sure they are."""
        count = len(best) if view.asks_candidates else None
        found: dict[RecordId, _Ruled] = {}
        for record_id, candidate in best.items():
            match = candidate.band.name.lower() if view.asks_match else None
            about = self._about(view, routing, record_id).settled(candidates=count, match=match)
            one = ruled[record_id]
            again = one._replace(mask=about.mask(one.label), candidates=count, match=match)
            if again.may_show:  # what is unknown is stricter, so knowing it takes nothing away
                found[record_id] = again
        return found

    def _may_come_upon(
        self, label: RecordLabels, routing: Routing, question: SealedQuestion
    ) -> bool:
        """Whether a record of another type may be found by the identifier asked for (docs/adr/0009)."""
        kind = label.entity_type
        return (
            kind == routing.entity_type or self._law.accept(routing, question, about=kind) is None
        )

    def view(self, routing: Routing, question: SealedQuestion) -> View:
        """The question under the law in force."""
        return self._law.view(routing, question)


class _Look:
    """One selector's searches.

    Attributes:
        met: everything that any of them came upon.
        unseen: whether more fits than the last one looked at.
        behind: whether there are names that it did not see yet.
    """

    __slots__ = ("_question", "_routing", "_showing", "behind", "met", "unseen")

    def __init__(self, showing: Showing, routing: Routing, question: SealedQuestion) -> None:
        self._showing = showing
        self._routing = routing
        self._question = question
        self.met: dict[Candidate | Likeness, None] = {}
        self.unseen = self.behind = False

    async def through(self, selector: Selector, searching: Searching) -> _Look:
        """Searches until nothing that may not be shown takes a place."""
        passed = Passed()
        for _ in range(ROUNDS_MAX):
            found = await searching.search(selector, SEARCHED_MAX, passed)
            self.met.update(dict.fromkeys(found.candidates))
            self.unseen, self.behind = found.unseen, self.behind or found.behind
            hidden = self._hidden(found.candidates) if found.more else Passed()
            if hidden == Passed():
                break
            passed = Passed(passed.records | hidden.records, passed.names | hidden.names)
        return self

    def _hidden(self, candidates: Sequence[Candidate | Likeness]) -> Passed:
        """What the next search passes over."""
        view = self._showing.view(self._routing, self._question)
        ids = {one.record_id for one in candidates}
        ruled = self._showing.rule(view, self._routing, self._question, ids)
        open_to = {key: one.searchable for key, one in ruled.items() if one.may_show}
        names = [
            one.names
            for one in candidates
            if isinstance(one, Likeness)
            and one.record_id in open_to
            and not one.matched_on <= open_to[one.record_id]
        ]
        return Passed(frozenset(ids - open_to.keys()), frozenset().union(*names))

    def counted(self, ruled: Mapping[RecordId, _Ruled]) -> list[Candidate | Likeness]:
        """Of everything met what may be shown, and may be found by what it matched on."""
        return [
            one
            for one in self.met
            if (law := ruled.get(one.record_id)) is not None
            and law.may_show
            and one.matched_on <= law.searchable
        ]
