"""Deciding what one query may learn: search, ask the law about each candidate, read only what it names.

Rules:

* A field that may not be released may not be searched on either: a match is a disclosure. A record is judged
  by each match by itself: one that may not count must not take the place of one that may, or its going
  missing would tell of it.
* A record of another type than was asked for (a telephone number finds its person) is found only where the
  question might have been asked about that type.
* Records that may not be shown take nobody's place: what the question sets as its limit counts what is shown.
* The mask limits what is read from the store; a second filter at the exit drops whatever it does not name.
* What is told of withheld fields comes from the mask alone, so it says nothing about which of them the
  record has.
* A record whose every field is below a hit was never there, unless its owner lets a desk be named.
* What is kept silent is told to the owner's desk, in the log and in the owner's own record of the ruling.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from comity.catalogue import FIELDS
from comity.errors import Reason, Refusal
from comity.rulings import ReasonCode
from node.exchange import release
from node.exchange.apart import MISUSED, MISUSED_HERE, held_apart
from node.exchange.model import (
    CANDIDATES_MAX,
    Outcome,
    Released,
    Routing,
    SealedAnswer,
    SealedQuestion,
    Stage,
    Treatment,
)
from node.exchange.relating import Relating
from node.exchange.trail import Trails, recorded
from node.matching.found import Band, Candidate
from node.policy.law import Form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from comity.rulings import FieldRuling, Mask, RecordLabels
    from node.exchange.relating import Stored
    from node.exchange.trail import Entry
    from node.matching.found import Found
    from node.policy.law import Law, View
    from node.records.record import RecordId
    from node.records.selectors import Selector

REFERENCE_PERSON: Final = b"CMT1-recordref"
VALUE_PERSON: Final = b"CMT1-valuename"
REFERENCE_BYTES: Final = 8
# A field whose stage comes later than the one asked for.
NEED_CONFIRM: Final = str(ReasonCode.NEED_CONFIRM)
LATER: Final = "it leaves at a later stage of the exchange"
# A field whose deciding row grants a hit and no more: that row's sentence says what it grants.
HIT_ONLY: Final = "no more than a hit may leave"
# Masks whose told treatments are remembered; beyond it they are built again.
TREATMENTS_REMEMBERED: Final = 1_024
# Sets of fields that records of one kind have, for each mask.
COMBINATIONS_REMEMBERED: Final = 64

# Candidates of one selector that are ruled on, whatever the question's own limit: as many as a question may
# ever ask for. Were it that limit, hidden records that match better would push out those that may be shown.
SEARCHED_MAX: Final = 20
# Told where nothing of how well a record matched may be: possible.
WEAKEST_BAND: Final = 3

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


class Pseudonyms:
    """References of records, different for each requester, so that two of them cannot join."""

    __slots__ = ("_country", "_secret")

    def __init__(self, secret: bytes, country: str) -> None:
        self._secret = secret
        self._country = country

    def name(self, requester: str, text: str) -> str:
        """A stand-in for a value: the same for the same requester, no use to anybody else."""
        digest = blake2b(
            f"{requester}\0{text}".encode(),
            key=self._secret,
            person=VALUE_PERSON,
            digest_size=REFERENCE_BYTES,
        )
        return f"~{digest.hexdigest()}"

    def reference(self, requester: str, record_id: int) -> str:
        """For example ``DE-7F3A09C21B44D0E8``."""
        text = f"{requester}\0{record_id}".encode()
        digest = blake2b(
            text, key=self._secret, person=REFERENCE_PERSON, digest_size=REFERENCE_BYTES
        )
        return f"{self._country}-{digest.hexdigest().upper()}"


class Deciding:
    """The owner's decision about one query."""

    def __init__(
        self, *, searching: Searching, reading: Reading, law: Law, pseudonyms: Pseudonyms
    ) -> None:
        self._searching = searching
        self._reading = reading
        self._law = law
        self._pseudonyms = pseudonyms
        self._told: dict[tuple[int, int], tuple[Mask, _Told]] = {}
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
                hits.append(self._contact(routing, candidate, label, mask))
                continue
            hit = self._release(view, routing, candidate, label, mask)
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
        return self._release(view, routing, found, label, mask)

    def _contact(
        self, routing: Routing, candidate: Candidate, label: RecordLabels, mask: Mask
    ) -> Released:
        """A reference and whom to contact, no data: not even how well it matched."""
        told = Treatment(
            field=label.entity_type,
            form=int(Form.HIT),
            reason=str(ReasonCode.UNAVAILABLE),
            sentence=f"No data leave; contact the owner's {mask.contact} with this reference.",
        )
        return Released(
            reference=self._pseudonyms.reference(routing.sender, candidate.record_id),
            entity_type=label.entity_type,
            band=WEAKEST_BAND,
            score=0.0,
            match_reasons=(),
            fields={},
            assertion=None,
            treatments=(told,),
            obligations=(),
        )

    def _release(
        self,
        view: View,
        routing: Routing,
        candidate: Candidate,
        label: RecordLabels,
        mask: Mask,
    ) -> Released:
        told = self._told_of(mask, label.entity_type, view.stage)
        to = routing.sender
        values: dict[str, object] = {}
        if told.readable:
            stored = self._reading.read([candidate.record_id], told.readable)
            for path, value in stored.get(candidate.record_id, {}).items():
                ruling = told.forms.get(path)
                if ruling is None:
                    continue  # the second filter: what the mask does not name stays
                formed = _formed(value, ruling, lambda text: self._pseudonyms.name(to, text))
                if formed is not None:
                    values[path] = formed
        return Released(
            reference=self._pseudonyms.reference(routing.sender, candidate.record_id),
            entity_type=label.entity_type,
            band=int(candidate.band),
            score=candidate.score if values else 0.0,
            match_reasons=candidate.reasons if values else (),
            fields=values,
            assertion=self._reading.assertion(candidate.record_id) if values else None,
            treatments=told.treatments(frozenset(values)),
            obligations=told.obligations,
        )

    def _told_of(self, mask: Mask, entity_type: str, stage: int) -> _Told:
        known = self._told.get((id(mask), stage))
        if known is not None and known[0] is mask:
            return known[1]
        told = _Told(mask, entity_type, stage)
        if len(self._told) >= TREATMENTS_REMEMBERED:
            self._told.clear()
        self._told[id(mask), stage] = (mask, told)
        return told


class _Told:
    """What a mask means at a stage, worked out once: what is read, what is told."""

    __slots__ = ("_known", "bare", "forms", "obligations", "readable", "released", "withheld")

    def __init__(self, mask: Mask, entity_type: str, stage: int) -> None:
        self.forms: dict[str, FieldRuling] = {}
        self.released: dict[str, Treatment] = {}
        withheld: list[Treatment] = []
        for field in FIELDS[entity_type]:
            ruling = mask[field.path]
            if ruling.form >= Form.MASKED and field.stage <= stage:
                self.forms[field.path] = ruling
                self.released[field.path] = _treatment(field.path, ruling, int(ruling.form))
            elif ruling.form >= Form.MASKED:
                withheld.append(
                    Treatment(field.path, int(Form.NOTHING), NEED_CONFIRM, sentence=LATER)
                )
            else:
                told = _treatment(field.path, ruling, int(Form.NOTHING))
                if ruling.form is Form.HIT and told.sentence:
                    told = replace(told, sentence=HIT_ONLY)
                withheld.append(told)
        self.readable = tuple(self.forms)
        self.withheld = tuple(withheld)
        # A bare hit names the record as a whole and the row that allowed it.
        allowed = next(one for one in mask.values() if one.form >= Form.HIT)
        self.bare = (_treatment(entity_type, allowed, int(Form.HIT)),)
        duties = {
            duty for ruling in mask.values() if ruling.form >= Form.HIT for duty in ruling.duties
        }
        self.obligations = tuple(sorted(duties))
        self._known: dict[frozenset[str], tuple[Treatment, ...]] = {}

    def treatments(self, leaving: frozenset[str]) -> tuple[Treatment, ...]:
        """What is told when these fields leave; the same tuple each time, so that it is encoded once."""
        known = self._known.get(leaving)
        if known is None:
            told = tuple(self.released[path] for path in self.forms if path in leaving)
            known = told + self.withheld if told else self.bare
            if len(self._known) >= COMBINATIONS_REMEMBERED:
                self._known.clear()
            self._known[leaving] = known
        return known


def _treatment(path: str, ruling: FieldRuling, form: int) -> Treatment:
    needs = ruling.needs
    return Treatment(
        field=path,
        form=form,
        reason=str(ruling.reason),
        row=ruling.row if ruling.tell else "",
        law=ruling.law if ruling.tell else "",
        sentence=ruling.sentence if ruling.tell else "",
        approval_role=needs.role if needs and ruling.tell else "",
        approval_form=int(needs.form) if needs and ruling.tell else 0,
        approval_row=needs.row if needs and ruling.tell else "",
    )


def _formed(value: object, ruling: FieldRuling, pseudonym: Callable[[str], str]) -> object | None:
    if ruling.form is Form.FULL:
        return value
    if ruling.form is Form.GENERALISED:
        return release.generalise(value, ruling.how, pseudonym)
    if ruling.form is Form.MASKED:
        return release.mask(value)
    return None
