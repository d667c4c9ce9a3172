"""The law in force: one immutable bundle, every question answered by Casbin, default deny.

Rules:

* A bundle never changes; another version is another bundle (``comity.rulings.policies`` swaps them).
* What is remembered is keyed by what rows distinguish: the rows that survive for a request and a record,
  at each level of approval. A new case number, or another day between the same two dates, is no new
  ruling. Memories are bounded and start afresh when full.
* A matcher that raises denies, alarms, and is not remembered.
* A field that may not leave even as a hit may not be searched on, unless the record's desk may be named: a
  match is a disclosure.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from comity.rulings import ladder
from comity.rulings.asked import (
    Asked,
    Labelled,
    asked,
    asked_here,
    edge,
    labelled,
    routed,
    used,
)
from comity.rulings.columns import Verb
from comity.rulings.conditions import atoms
from comity.rulings.context import APPROVALS, UNKNOWN, Form
from comity.rulings.effects import HIDDEN, Effect
from comity.rulings.engine import Engine
from comity.rulings.errors import MatcherFault
from comity.rulings.functions import FORM_WORDS, FUNCTIONS
from comity.rulings.making import Making, decided, hidden, refusal
from comity.rulings.mask import Decision, Mask
from comity.rulings.memory import Known, Questions
from comity.rulings.reasons import ReasonCode

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from comity.rulings.context import RecordLabels, RequestContext
    from comity.rulings.law import AsksCasbin, BuildsEngine, Law
    from comity.rulings.questions import AskContext, RouteContext, UseContext

log = logging.getLogger(__name__)


# Shown every new ruling: the bundle, the verb, what was asked, and the answer.
Observe = Callable[["Bundle", Verb, tuple[Any, ...], object], None]


def _tell_log(sentence: str) -> None:
    log.error("%s", sentence)


class Bundle:
    """The law in force at a node or a gateway; build one with ``load_bundle``."""

    def __init__(
        self,
        law: Law,
        *,
        alarm: Callable[[str], None] | None = None,
        observe: Observe | None = None,
        possible_duties: Container[str] | None = None,
        engine: BuildsEngine = Engine,
    ) -> None:
        self.law = law
        self.version = law.version
        self.alarm = alarm or _tell_log
        self.possible_duties = possible_duties
        self._observe = observe
        self._words = law.vocabulary
        self.rows = MappingProxyType({row.id: row for rows in law.rows.values() for row in rows})
        self._engines = {verb: _engine(law, verb, engine) for verb in law.models}
        duty_rows = law.rows.get(Verb.DUTY, ())
        self._duties = tuple(sorted({row.cells["duty"] for row in duty_rows}))
        # Approvals that some row names; the others change nothing.
        release_rows = law.rows.get(Verb.RELEASE, ())
        self._approvals = frozenset([row.cells["approval"] for row in release_rows])
        self._coarser = frozenset(
            [row.id for row in release_rows if row.how and row.cells["effect"] == "deny"]
        )
        self._silent = frozenset(
            [
                row.id
                for row in release_rows
                if row.instead and row.instead.effect is Effect.SILENT_TO_OWNER
            ]
        )
        self._hiding = frozenset(
            [row.id for row in release_rows if row.instead and row.instead.effect in HIDDEN]
        )
        conditions = {
            cell for rows in law.rows.values() for cell in [row.cells["when"] for row in rows]
        }
        self.asks_nationality = any("-national" in cell for cell in conditions)
        release_conditions = [row.cells["when"] for row in release_rows]
        self.asks_candidates = any("candidates" in cell for cell in release_conditions)
        self.asks_match = any("match=" in cell for cell in release_conditions)
        self.volumes = tuple(sorted(_numbers("volume", conditions)))
        self._masks: Questions[Mask] = Questions()
        self._matches: Questions[frozenset[str]] = Questions()
        self._decisions: Questions[Decision] = Questions()
        self._known_masks: Known[Mask] = Known()
        self._known_duties: Known[frozenset[str]] = Known()
        self._prepare()

    def _prepare(self) -> None:
        """Work out what depends on rows alone, so that the first ruling need not."""
        paths = self._words.paths
        for verb, variable, words in (
            (Verb.RELEASE, "r_field", paths),
            (Verb.RELEASE, "r_form", FORM_WORDS),
            (Verb.MATCH, "r_field", paths),
            (Verb.DUTY, "r_duty", self._duties),
        ):
            if verb in self._engines:
                with suppress(MatcherFault):  # it comes again when ruling, and denies
                    for word in words:
                        self._engines[verb].along(variable, word)

    def mask(self, request: RequestContext, labels: RecordLabels) -> Mask:
        """What may leave of a record like this, for this request: one ruling for each field."""
        known = self._masks.by_request.get(request.key)
        if known is not None:
            mask = known.get(labels.key)
            if mask is not None:
                return mask
        return self._first_mask(request, labels)

    def match(self, request: RequestContext, labels: RecordLabels) -> frozenset[str]:
        """Fields of a record like this that may be searched on."""
        known = self._matches.by_request.get(request.key)
        if known is not None:
            fields = known.get(labels.key)
            if fields is not None:
                return fields
        mask = self.mask(request, labels)
        words = self._words
        try:
            fields = self._fields(asked(request, words), labelled(labels, words, request), mask)
        except MatcherFault as fault:
            self.alarm(f"match was denied: {fault}")
            return frozenset()
        self._matches.keep(request.key, labels.key, fields)
        self._show(Verb.MATCH, (request, labels), fields)
        return fields

    def admit(self, context: AskContext) -> Decision:
        """Whether this agency lets its own officer ask this."""
        words = self._words
        return self._decide(
            Verb.ASK, context.key, (context,), lambda: (asked_here(context, words),)
        )

    def route(self, context: RouteContext) -> Decision:
        """Whether the federation lets this query pass between these members."""
        words = self._words
        return self._decide(Verb.ROUTE, context.key, (context,), lambda: (routed(context, words),))

    def relate(
        self, request: RequestContext, labels: RecordLabels, relation: str, other: RecordLabels
    ) -> Decision:
        """Whether a relation may be told that leads from one record to another.

        A relation to something that may not be shown is none.
        """
        if min(self.mask(request, labels).best, self.mask(request, other).best) < Form.HIT:
            return hidden()
        words = self._words
        kind = relation if relation in words.relations else UNKNOWN
        key = f"{request.key}\1{labels.key}\1{kind}\1{other.key}"

        def values() -> tuple[object, ...]:
            ends = (labelled(one, words, request) for one in (labels, other))
            return asked(request, words), edge(*ends), kind

        told = (request, labels, relation, other)
        return self._decide(Verb.RELATION, key, told, values, along=("r_relation", kind))

    def onward(self, context: UseContext, labels: RecordLabels) -> Decision:
        """Whether data that a member holds may be passed on."""
        return self._use(Verb.ONWARD, context, labels)

    def evidence_use(self, context: UseContext, labels: RecordLabels) -> Decision:
        """Whether data that a member holds may be used in court."""
        return self._use(Verb.EVIDENCE, context, labels)

    def retain(self, context: UseContext, labels: RecordLabels) -> Decision:
        """Whether a copy may be taken in, or still be kept."""
        return self._use(Verb.RETAIN, context, labels)

    def _use(self, verb: Verb, context: UseContext, labels: RecordLabels) -> Decision:
        words = self._words
        key = f"{context.key}\1{labels.key}"
        return self._decide(
            verb,
            key,
            (context, labels),
            lambda: (used(context, words), labelled(labels, words, context)),
        )

    def _first_mask(self, request: RequestContext, labels: RecordLabels) -> Mask:
        words = self._words
        try:
            mask = self._ruled(asked(request, words), labelled(labels, words, request))
        except MatcherFault as fault:
            self.alarm(f"release was denied: {fault}")
            fields = words.entities.get(labels.entity_type, ())
            return Mask({field.path: ladder.refused("") for field in fields})
        self._masks.keep(request.key, labels.key, mask)
        self._show(Verb.RELEASE, (request, labels), mask)
        return mask

    def _show(self, verb: Verb, asked_for: tuple[Any, ...], answer: object) -> None:
        if self._observe is not None:
            self._observe(self, verb, asked_for, answer)

    def answer(self, verb: Verb, *asked_for: Any) -> Any:
        """The answer to a question that ``Observe`` was shown."""
        answers: dict[Verb, Callable[..., object]] = {
            Verb.RELEASE: self.mask,
            Verb.MATCH: self.match,
            Verb.ASK: self.admit,
            Verb.ROUTE: self.route,
            Verb.RELATION: self.relate,
            Verb.ONWARD: self.onward,
            Verb.EVIDENCE: self.evidence_use,
            Verb.RETAIN: self.retain,
        }
        return answers[verb](*asked_for)

    def _ruled(self, req: Asked, rec: Labelled) -> Mask:
        engine = self._engines[Verb.RELEASE]
        higher = APPROVALS[APPROVALS.index(req.approval) + 1 :]
        if engine.separate:
            higher = tuple(level for level in higher if level in self._approvals)
        requests = [req, *(req.with_approval(level) for level in higher)]
        survivors = engine.survivors_each(requests, rec, but="approval")
        duties = self._duties_of(req, rec)
        key = (rec.entity_type, survivors, higher, duties)
        mask = self._known_masks.get(key) if engine.separate else None
        if mask is None:
            making = Making(
                self.law,
                self.rows,
                engine,
                requests=requests,
                rec=rec,
                possible=self.possible_duties,
                coarser=self._coarser,
                silent=self._silent,
                hiding=self._hiding,
            )
            mask = making.mask(survivors, duties)
            if engine.separate:
                self._known_masks.keep(key, mask)
        return mask

    def _duties_of(self, req: Asked, rec: Labelled) -> frozenset[str]:
        engine = self._engines[Verb.DUTY]
        bits = engine.survivors(req, rec)
        duties = self._known_duties.get(bits) if engine.separate else None
        if duties is None:
            view = engine.view()
            duties = frozenset(
                duty
                for duty in self._duties
                if engine.ask(view, bits & engine.along("r_duty", duty), req, rec, duty)[0]
            )
            self._known_duties.keep(bits, duties)
        return duties

    def _fields(self, req: Asked, rec: Labelled, mask: Mask) -> frozenset[str]:
        engine = self._engines[Verb.MATCH]
        bits = engine.survivors(req, rec)
        open_to = []
        view = engine.view()
        for path, one in mask.items():
            along = engine.along("r_field", path)
            shown = one.form >= Form.HIT or mask.contact
            if shown and engine.ask(view, bits & along, req, rec, path)[0]:
                open_to.append(path)
        return frozenset(open_to)

    def _decide(
        self,
        verb: Verb,
        key: str,
        asked_for: tuple[Any, ...],
        values: Callable[[], tuple[object, ...]],
        *,
        along: tuple[str, str] | None = None,
    ) -> Decision:
        known = self._decisions.by_request.get(verb)
        decision = known.get(key) if known is not None else None
        if decision is not None:
            return decision
        engine, told = self._engines[verb], values()
        try:
            bits = engine.survivors(*told[:2])
            if along is not None:
                bits &= engine.along(*along)
            allowed, row_id = engine.ask(engine.view(), bits, *told)
        except MatcherFault as fault:
            self.alarm(f"{verb} was denied: {fault}")
            return refusal(ReasonCode.UNAVAILABLE)
        decision = decided(allowed=allowed, row=self.rows.get(row_id))
        self._decisions.keep(verb, key, decision)
        self._show(verb, asked_for, decision)
        return decision


def _numbers(name: str, conditions: Iterable[str]) -> set[int]:
    """Numbers that rows compare something with; a cell that says nothing known was refused when loading."""
    told = (atom for cell in conditions for atom in atoms(cell) if atom.name == name)
    return {int(atom.value) for atom in told}


def _engine(law: Law, verb: Verb, engine: BuildsEngine) -> AsksCasbin:
    return engine(
        law.models[verb],
        rows=lambda names: law.tokens(verb, names),
        links=law.links,
        functions=FUNCTIONS,
    )
