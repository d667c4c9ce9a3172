"""Two laws' rows of one verb beside each other, and as little of them as a question needs.

Rules:

* Where no changed row fits, both laws decide alike: the first row that fits is the same. So they differ
  only where a changed row fits, and there only rows count that can meet it (``comity.policytools.near``).
* A row that both laws have is one row and one formula; the old law's version of a changed one has another id.
* Casbin is asked over all rows, never over those that were picked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from comity.policytools.encoding import BEFORE, Encoding
from comity.policytools.near import Near
from comity.policytools.space import narrowed, space_of, widened
from comity.policytools.theory import Theory, values_of
from comity.rulings.anatomy import anatomy
from comity.rulings.columns import as_casbin
from comity.rulings.engine import Engine
from comity.rulings.functions import ANY, FUNCTIONS
from comity.rulings.matcher import CONTEXTS
from comity.rulings.stock import StockEngine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from comity.policytools.limits import Limit
    from comity.policytools.situations import Given
    from comity.policytools.space import Space
    from comity.rulings.columns import Row, Verb
    from comity.rulings.law import Law

FIELD: Final = "r_field"
# Rows beyond which Casbin as it comes, a tenth of a second for each question then, confirms only the first
# few situations; the others Casbin as it answers at a node, over the rows that its matcher leaves.
STOCK_ROWS_MAX: Final = 1_000
STOCK_ASKED_MAX: Final = 4

Answer = tuple[bool, str]
Links = Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of both laws that matter to a question, as formulas.

    Attributes:
        theory: their formulas; ``allowed`` is the new law's.
        now: those of the new law, in deciding order.
        was: those of the old one.
    """

    theory: Theory
    now: tuple[Row, ...]
    was: tuple[Row, ...]


class Both:
    """The rows of one verb in an old law and in a new one; groups may differ, words and models do not.

    Attributes:
        law: the new law with rows of both, and with members to come.
        wide: the same with groups that tell apart whatever either law's tell apart.
        now: rows of the new law, in deciding order.
        was: rows of the old one.
        changed: rows of either that the other has not, or has otherwise as far as Casbin sees it.
    """

    def __init__(self, old: Law, new: Law, verb: Verb, given: Given, limit: Limit) -> None:
        self.verb = verb
        self.limit = limit
        self._given = given
        self.now = new.rows[verb]
        self.was = self.now
        self.changed: tuple[Row, ...] = ()
        regrouped = old.links != new.links
        # Countries and members are told apart by the groups of both laws.
        rows = {**new.rows, verb: (*self.now, *old.rows[verb])}
        links = _both_links(old, new) if regrouped else new.links
        self.wide = widened(replace(new, rows=rows, links=links))
        to_come = _to_come(self.wide, new)
        self.law = replace(self.wide, links=_with(new.links, to_come))
        self._links_before = _with(old.links, to_come)
        self.taken = anatomy(self.law, verb)
        self._older = (
            anatomy(replace(self.law, links=self._links_before), verb) if regrouped else None
        )
        self.rows = self.now
        self._compare(old)
        self._asked = 0

    def _compare(self, old: Law) -> None:
        """Finds rows that both laws have, as far as Casbin sees them, and gives the others their names."""
        tokens = list(self.taken.tokens)
        same = {row.id: row for row in self.now}
        kept = {
            row.id
            for row in old.rows[self.verb]
            if row.id in same and _as_seen(row, tokens) == _as_seen(same[row.id], tokens)
        }
        if self._older is not None:
            kept = {name for name in kept if self._reads_alike(same[name])}
        self.was = tuple(
            same[row.id] if row.id in kept else replace(row, id=BEFORE + row.id)
            for row in old.rows[self.verb]
        )
        gone = tuple(row for row in self.was if row.id not in kept)
        self.changed = (*(row for row in self.now if row.id not in kept), *gone)
        self.rows = (*self.now, *gone)
        self.wide, self.law = (
            replace(one, rows={**one.rows, self.verb: self.rows}) for one in (self.wide, self.law)
        )
        self.taken = self.taken.of(self.rows)
        self._older = None if self._older is None else self._older.of(self.rows)

    def _reads_alike(self, row: Row) -> bool:
        """Whether both laws' groups make the same of a row."""
        one, other = self._readings
        for place in range(len(self.taken.clauses)):
            here, there = one.clause(place, row), other.clause(place, row)
            if here is not there and (
                isinstance(here, bool) or isinstance(there, bool) or not here.eq(there)
            ):
                return False
        return True

    @cached_property
    def _readings(self) -> tuple[Encoding, Encoding]:
        """All rows read by the new law's groups, and by the old one's, over the same situations."""
        space = space_of(self.wide, self.taken)
        one = Encoding(self.taken, space, self.limit.look)
        older = self._older or self.taken
        return one, Encoding(older, space, self.limit.look, readings=one.readings)

    @cached_property
    def space(self) -> Space:
        """All situations that rows of either law tell apart.

        Raises:
            NotEncodable: an attribute of which nobody knows the values.
        """
        return space_of(self.wide, self.taken)

    @cached_property
    def near(self) -> Near:
        """Which rows meet which.

        Raises:
            NotEncodable: something would have to be left out.
        """
        encoding = Encoding(self.taken, self.space, self.limit.look, older=self._older)
        return Near(encoding, self.rows, self.law.vocabulary.agencies, self.limit)

    @cached_property
    def by_id(self) -> Mapping[str, Row]:
        """Every row."""
        return {row.id: row for row in self.rows}

    def kinds(self, rows: Iterable[Row]) -> list[list[str]]:
        """Fields that none of these rows tells apart; what is found of one holds for all of them."""
        reads = [one.functions["g4"] for one in (self.taken, self._older) if one is not None]
        cells = sorted({row.cells["field"] for row in rows} - {ANY})
        kinds: dict[tuple[bool, ...], list[str]] = defaultdict(list)
        for path in sorted(self.law.vocabulary.paths):
            # Of fields that nobody can make coarser the form "coarser" is never asked.
            told = (path == cell or called(path, cell) for cell in cells for called in reads)
            kinds[path in self.law.how, *told].append(path)
        return list(kinds.values())

    def slice(self, bits: int, fields: Sequence[str] = (), *, limit: Limit | None = None) -> Slice:
        """These rows alone; asked about some fields only, where they are named.

        Args:
            bits: the rows.
            fields: the fields.
            limit: how long it may take, and all that is asked of it, where that is another.

        Raises:
            NotEncodable: something would have to be left out.
        """
        near = self.near
        now, was, rows = (near.chosen(one, bits) for one in (self.now, self.was, self.rows))
        taken = self.taken.of(tuple(rows))
        space = narrowed(self.space, self.wide, taken)
        if fields:
            space = replace(space, scalars={**space.scalars, FIELD: tuple(fields)})
        theory = Theory(
            self.law,
            self.verb,
            self._given,
            rows=now,
            taken=taken,
            older=None if self._older is None else self._older.of(tuple(rows)),
            space=space,
            limit=limit or self.limit,
        )
        return Slice(theory, tuple(now), tuple(was))

    def casbin(self, found: Mapping[str, Any]) -> tuple[Answer, Answer]:
        """What Casbin says over all rows of the old law, and of the new one, each with the deciding row."""
        self._asked += 1
        stock = len(self.rows) <= STOCK_ROWS_MAX or self._asked <= STOCK_ASKED_MAX
        values = values_of(self.taken, found)
        engines = self._stock if stock else self._quick
        before, after = (_asked(one, self.taken.request, values) for one in engines)
        return before, after

    @cached_property
    def _stock(self) -> tuple[Any, Any]:
        return self._engines(StockEngine)

    @cached_property
    def _quick(self) -> tuple[Any, Any]:
        return self._engines(Engine)

    def _engines(self, kind: Any) -> tuple[Any, Any]:
        """Casbin over the old law's rows and groups, and over the new one's."""
        before, after = (
            kind(
                self.law.models[self.verb],
                rows=lambda names, rows=rows: as_casbin(self.verb, rows, names),
                links=links,
                functions=FUNCTIONS,
            )
            for rows, links in ((self.was, self._links_before), (self.now, self.law.links))
        )
        return before, after

    def by(self, row_id: str) -> str:
        """The deciding row in words."""
        row = self.by_id.get(row_id)
        return f"by {row_id} ({row.sentence})" if row else "because no row fits"


def _asked(engine: Any, request: Sequence[str], values: Sequence[Any]) -> Answer:
    """The answer of either engine."""
    contexts = [value for name, value in zip(request, values, strict=True) if name in CONTEXTS]
    bits = engine.survivors(*contexts)
    for name, value in zip(request, values, strict=True):
        if name not in CONTEXTS:
            bits &= engine.along(name, value)
    answer: Answer = engine.ask(engine.view(), bits, *values)
    return answer


def _both_links(old: Law, new: Law) -> Links:
    """Groups that tell apart whatever either law's tell apart: the old law's under names of their own."""
    found = dict(new.links)
    for section, pairs in old.links.items():
        before = {(member, BEFORE + group) for member, group in pairs}
        before |= {(BEFORE + member, BEFORE + group) for member, group in pairs}
        found[section] = tuple(sorted({*found.get(section, ()), *before}))
    return found


def _to_come(wide: Law, new: Law) -> tuple[tuple[str, str], ...]:
    """Members to come, with their countries."""
    agencies = wide.vocabulary.agencies
    return tuple((one, at) for one, at in agencies.items() if one not in new.vocabulary.agencies)


def _with(links: Links, members: Iterable[tuple[str, str]]) -> Links:
    return {**links, "g": tuple(sorted({*links["g"], *members}))}


def _as_seen(row: Row, tokens: list[str]) -> tuple[list[str], int]:
    """A row as Casbin sees it."""
    return row.tokens(tokens), row.priority
