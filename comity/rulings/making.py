"""One mask in the making: Casbin asked for each field, form and approval; and decisions in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.rulings import ladder
from comity.rulings.context import Form
from comity.rulings.effects import Effect, Instead
from comity.rulings.mask import Decision, FieldRuling, Mask
from comity.rulings.reasons import REASONS, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from comity.rulings.asked import Asked, Labelled
    from comity.rulings.columns import Row
    from comity.rulings.law import AsksCasbin, Law


_FULL: Final = "full"
_HIT: Final = "hit"


class Making:
    """One request and record, at each level of approval.

    Args:
        law: fields, and their usual ways of being made coarser.
        rows: every row by its id.
        engine: Casbin for the verb release.
        requests: the request as it stands, then as it would be with each higher approval.
        rec: the record.
        possible: duties that can be met here (``comity.rulings.ladder.ruling``).
        coarser: restrictions that ask for a way of making coarser.
        silent: restrictions by which a desk of the owner is told. A desk is told whichever row decides: who
            else must not be shown the record takes nothing from whoever has to look after the person.
        hiding: restrictions that neither confirm nor deny. Behind one no desk is named to whoever asks.
    """

    def __init__(
        self,
        law: Law,
        rows: Mapping[str, Row],
        engine: AsksCasbin,
        *,
        requests: Sequence[Asked],
        rec: Labelled,
        possible: Container[str] | None,
        coarser: frozenset[str] = frozenset(),
        silent: frozenset[str] = frozenset(),
        hiding: frozenset[str] = frozenset(),
    ) -> None:
        self._law = law
        self._rows = rows
        self._engine = engine
        self._requests = requests
        self._rec = rec
        self._possible = possible
        self._coarser = coarser
        self._silent = silent
        self._hiding = hiding
        self._kept_silent = False
        self._alerts: set[tuple[str, str]] = set()
        self._view = engine.view()
        self._alike: dict[object, FieldRuling] = {}

    def mask(self, survivors: tuple[int, ...], duties: frozenset[str]) -> Mask:
        """The mask over every field of the record's type."""
        law, engine = self._law, self._engine
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
        return Mask(rulings, self._alerts, kept_silent=self._kept_silent)

    def _rule(
        self, path: str, bits: tuple[int, ...], how: str, duties: frozenset[str]
    ) -> FieldRuling:
        found = self._highest(path, 0, bits[0], how)
        levels = (
            (request.approval, self._highest(path, level, bits[level], how))
            for level, request in enumerate(self._requests)
            if level and not (bits[level] == bits[0] and self._engine.separate)
        )
        coarser: tuple[str, ...] = ()
        if found.form is Form.GENERALISED and self._coarser:
            coarser = self._engine.refusing(
                self._view,
                bits[0] & self._engine.along("r_form", _FULL),
                self._coarser,
                *(self._requests[0], self._rec, path, _FULL),
            )
        self._alerts |= self._told(path, bits[0])
        full = found.form is Form.FULL
        then = ladder.NO_MORE if full else ladder.what_if(found, levels)
        ruled = ladder.ruling(
            found,
            then=then,
            rows=self._rows,
            duties=duties,
            how=how,
            coarser=coarser,
            possible=self._possible,
        )
        if ruled.effect is Effect.CONTACT_ONLY and self._refusing(path, bits[0], self._hiding):
            self._kept_silent = True
        return ruled

    def _told(self, path: str, bits: int) -> set[tuple[str, str]]:
        """Rows that keep a field silent, each with its desk."""
        rows = self._refusing(path, bits, self._silent)
        return {(row, told.detail) for row in rows if (told := self._rows[row].instead)}

    def _refusing(self, path: str, bits: int, among: frozenset[str]) -> tuple[str, ...]:
        """Rows among these that refuse even a hit: Casbin is asked on behind the one that decides."""
        if not among:
            return ()
        return self._engine.refusing(
            self._view,
            bits & self._engine.along("r_form", _HIT),
            among,
            *(self._requests[0], self._rec, path, _HIT),
        )

    def _highest(self, path: str, level: int, bits: int, how: str) -> ladder.Found:
        engine, req, rec = self._engine, self._requests[level], self._rec

        def asks(form: str) -> tuple[bool, str]:
            surviving = bits & engine.along("r_form", form)
            return engine.ask(self._view, surviving, req, rec, path, form)

        return ladder.highest(asks, how=how)


def decided(*, allowed: bool, row: Row | None) -> Decision:
    """A decision in words."""
    if row is None:
        return refusal(ReasonCode.NO_LEGAL_BASIS)
    told = Instead(Effect.RELEASE) if allowed else row.instead or Instead(Effect.DENY)
    reason = ReasonCode.OK if allowed else row.reason
    return Decision(
        allowed=allowed,
        row=row.id,
        law=row.law,
        reason=reason if allowed or row.tell else ReasonCode.UNAVAILABLE,
        sentence=row.sentence,
        duties=row.duties if allowed else (),
        effect=told.effect,
        detail=told.detail,
        people=told.people,
        tell=row.tell,
    )


def refusal(reason: ReasonCode) -> Decision:
    """No, by no row."""
    return Decision(allowed=False, row="", law="", reason=reason, sentence=REASONS[reason].sentence)


def hidden() -> Decision:
    """No, and not even whether there was anything to decide."""
    told = REASONS[ReasonCode.UNAVAILABLE].sentence
    reason = ReasonCode.UNAVAILABLE
    return Decision(allowed=False, row="", law="", reason=reason, sentence=told, tell=False)
