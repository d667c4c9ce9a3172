"""The law in force: one immutable bundle, every question answered by Casbin, default deny.

Rules:

* A bundle never changes; another version is another bundle (``comity.rulings.policies`` swaps them).
* What is remembered is keyed by what rows distinguish: the rows that survive for a request and a record,
  at each level of approval. A new case number, or another day between the same two dates, is no new
  ruling. Memories are bounded and start afresh when full.
* A matcher that raises denies, alarms, and is not remembered.
* A field that may not leave even as a hit may not be searched on: a match is a disclosure.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING

from comity.rulings import ladder
from comity.rulings.asked import Asked, Labelled, asked, asked_here, labelled, routed
from comity.rulings.columns import Verb
from comity.rulings.context import APPROVALS, Form
from comity.rulings.engine import Engine
from comity.rulings.errors import MatcherFault
from comity.rulings.functions import FORM_WORDS, FUNCTIONS
from comity.rulings.mask import Decision, Mask
from comity.rulings.memory import Known, Questions
from comity.rulings.reasons import REASONS, ReasonCode

if TYPE_CHECKING:
    from comity.rulings.columns import Row
    from comity.rulings.context import AskContext, RecordLabels, RequestContext, RouteContext
    from comity.rulings.law import AsksCasbin, BuildsEngine, Law
    from comity.rulings.mask import FieldRuling

log = logging.getLogger(__name__)


Observe = Callable[["Bundle", "RequestContext", "RecordLabels", Mask], None]


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
        engine: BuildsEngine = Engine,
    ) -> None:
        self.law = law
        self.version = law.version
        self.alarm = alarm or _tell_log
        self._observe = observe
        self._words = law.vocabulary
        self.rows = MappingProxyType({row.id: row for rows in law.rows.values() for row in rows})
        self._engines = {verb: _engine(law, verb, engine) for verb in law.models}
        duty_rows = law.rows.get(Verb.DUTY, ())
        self._duties = tuple(sorted({row.cells["duty"] for row in duty_rows}))
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
        try:
            fields = self._fields(asked(request, self._words), labelled(labels, self._words), mask)
        except MatcherFault as fault:
            self.alarm(f"match was denied: {fault}")
            return frozenset()
        self._matches.keep(request.key, labels.key, fields)
        return fields

    def admit(self, context: AskContext) -> Decision:
        """Whether this agency lets its own officer ask this."""
        return self._decide(Verb.ASK, context.key, asked_here(context, self._words))

    def route(self, context: RouteContext) -> Decision:
        """Whether the federation lets this query pass between these members."""
        return self._decide(Verb.ROUTE, context.key, routed(context, self._words))

    def _first_mask(self, request: RequestContext, labels: RecordLabels) -> Mask:
        try:
            mask = self._ruled(asked(request, self._words), labelled(labels, self._words))
        except MatcherFault as fault:
            self.alarm(f"release was denied: {fault}")
            fields = self._words.entities.get(labels.entity_type, ())
            return Mask({field.path: ladder.refused("") for field in fields})
        self._masks.keep(request.key, labels.key, mask)
        if self._observe is not None:
            self._observe(self, request, labels, mask)
        return mask

    def _ruled(self, req: Asked, rec: Labelled) -> Mask:
        engine = self._engines[Verb.RELEASE]
        levels = APPROVALS[APPROVALS.index(req.approval) :]
        requests = [req, *(req.with_approval(level) for level in levels[1:])]
        survivors = engine.survivors_each(requests, rec, but="approval")
        duties = self._duties_of(req, rec)
        key = (rec.entity_type, survivors, levels, duties)
        mask = self._known_masks.get(key) if engine.separate else None
        if mask is None:
            mask = _Ruling(self, engine, requests, rec).mask(survivors, duties)
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
            if one.form >= Form.HIT and engine.ask(view, bits & along, req, rec, path)[0]:
                open_to.append(path)
        return frozenset(open_to)

    def _decide(self, verb: Verb, key: str, context: object) -> Decision:
        known = self._decisions.by_request.get(verb)
        decision = known.get(key) if known is not None else None
        if decision is not None:
            return decision
        engine = self._engines[verb]
        try:
            allowed, row_id = engine.ask(engine.view(), engine.survivors(context), context)
        except MatcherFault as fault:
            self.alarm(f"{verb} was denied: {fault}")
            reason = ReasonCode.UNAVAILABLE
            return Decision(
                allowed=False, row="", law="", reason=reason, sentence=REASONS[reason].sentence
            )
        decision = decided(allowed=allowed, row=self.rows.get(row_id))
        self._decisions.keep(verb, key, decision)
        return decision


def decided(*, allowed: bool, row: Row | None) -> Decision:
    """A decision in words."""
    if row is None:
        reason = ReasonCode.NO_LEGAL_BASIS
        return Decision(
            allowed=False, row="", law="", reason=reason, sentence=REASONS[reason].sentence
        )
    reason = ReasonCode.OK if allowed else row.reason
    return Decision(allowed=allowed, row=row.id, law=row.law, reason=reason, sentence=row.sentence)


def _engine(law: Law, verb: Verb, engine: BuildsEngine) -> AsksCasbin:
    return engine(
        law.models[verb],
        rows=lambda names: law.tokens(verb, names),
        links=law.links,
        functions=FUNCTIONS,
    )


class _Ruling:
    """One mask in the making."""

    __slots__ = ("_alike", "_bundle", "_engine", "_rec", "_requests", "_view")

    def __init__(
        self, bundle: Bundle, engine: AsksCasbin, requests: list[Asked], rec: Labelled
    ) -> None:
        self._bundle = bundle
        self._engine = engine
        self._requests = requests
        self._rec = rec
        self._view = engine.view()
        self._alike: dict[object, FieldRuling] = {}

    def mask(self, survivors: tuple[int, ...], duties: frozenset[str]) -> Mask:
        law, engine = self._bundle.law, self._engine
        rulings = {}
        for field in law.vocabulary.entities.get(self._rec.entity_type, ()):
            how = law.how.get(field.path, "")
            along = engine.along("r_field", field.path)
            bits = tuple(one & along for one in survivors)
            # Fields that the same rows speak about get the same ruling.
            key = (bits, how)
            known = self._alike.get(key) if engine.separate else None
            if known is None:
                known = self._alike[key] = self._rule(field.path, bits, how, duties)
            rulings[field.path] = known
        return Mask(rulings)

    def _rule(
        self, path: str, bits: tuple[int, ...], how: str, duties: frozenset[str]
    ) -> FieldRuling:
        found = self._highest(path, 0, bits[0], how)
        what_if = (
            (request.approval, self._highest(path, level, bits[level], how))
            for level, request in enumerate(self._requests)
            if level and not (bits[level] == bits[0] and self._engine.separate)
        )
        needs = None if found.form is Form.FULL else ladder.needed(found, what_if)
        return ladder.ruling(found, needs=needs, rows=self._bundle.rows, duties=duties, how=how)

    def _highest(self, path: str, level: int, bits: int, how: str) -> ladder.Found:
        engine, req, rec = self._engine, self._requests[level], self._rec

        def asks(form: str) -> tuple[bool, str]:
            surviving = bits & engine.along("r_form", form)
            return engine.ask(self._view, surviving, req, rec, path, form)

        return ladder.highest(asks, how=how)
