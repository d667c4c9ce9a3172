"""Rows that can meet: of a large law, those that may fit a situation that a given row fits.

Where a row does not fit, nothing that is said of that row matters. So whoever asks what one row changes need
look at no row that cannot fit together with it, and a law of ten thousand rows is a few hundred then.

Rules:

* Two rows are taken to meet unless one part of the matcher alone cannot hold for both; that is asked of the
  functions that Casbin calls, or of the solver. So a row may be kept that never meets it, none is left out
  that does.
* Pairs of parts that the solver is asked about are bounded; beyond that, parts count as going together.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from comity.policytools import solver
from comity.policytools.encoding import BEFORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from comity.policytools.encoding import Encoding
    from comity.policytools.limits import Limit
    from comity.rulings.columns import Row

# Pairs of parts of rows that the solver is asked about, both ways, a third of a millisecond each.
PAIRS_MAX: Final = 10_000

Cells = tuple[str, ...]


class Near:
    """Which rows of one verb meet which.

    Args:
        encoding: of the verb, over a space in which each of the rows can be told.
        rows: all rows, of one law or of two; sets of them are bits of a number, the first row's the lowest.
        countries: each member's country.
        limit: how long it may take.
    """

    def __init__(
        self,
        encoding: Encoding,
        rows: Sequence[Row],
        countries: Mapping[str, str],
        limit: Limit,
    ) -> None:
        self._limit = limit
        self._encoding = encoding
        self.rows = tuple(rows)
        self.all = (1 << len(self.rows)) - 1
        self._places = {row.id: place for place, row in enumerate(self.rows)}
        self._parts = [
            _Part(encoding, place, self.rows) for place in range(len(encoding.taken.clauses))
        ]
        self._known: dict[tuple[int, Cells], int] = {}
        self._pairs: dict[tuple[int, int], bool] = {}
        self._small = solver.solver()
        self._small.add(encoding.readings.sound(encoding.reading, countries))

    def of(self, row: Row, *, whatever: str = "") -> int:
        """Rows that may fit where this one does, itself among them; in whatever form, say."""
        bits = self.all
        for part in self._parts:
            if whatever and part.word == whatever:
                continue
            key = (part.place, part.cells_of(row))
            if key not in self._known:
                self._limit.look()
                self._known[key] = self._met(part, row)
            bits &= self._known[key]
            if not bits:
                break
        return bits

    def along(self, word: str, value: Any) -> int:
        """Rows that may fit where a word of the question (``r_field``) has a value."""
        bits = self.all
        for part in self._parts:
            if part.word == word:
                bits &= part.holding((value,))
        return bits

    def places(self, rows: Iterable[Row]) -> int:
        """Rows as a set."""
        return _bits([self._places[row.id] for row in rows], len(self.rows))

    def union(self, rows: Iterable[Row], *, whatever: str = "") -> int:
        """Rows that meet one of several."""
        bits = 0
        for row in rows:
            bits |= self.of(row, whatever=whatever)
            if bits == self.all:
                break
        return bits

    def chosen(self, rows: Iterable[Row], bits: int) -> list[Row]:
        """Of rows in their order those in a set."""
        held = bits.to_bytes(len(self.rows) // 8 + 1, "little")
        places = self._places
        return [row for row in rows if held[(place := places[row.id]) >> 3] >> (place & 7) & 1]

    def _met(self, part: _Part, row: Row) -> int:
        """Rows for which one part of the matcher may hold together with it holding for this one."""
        if part.word:
            values = part.values_of(row)
            return self.all if len(values) == part.count else part.holding(values)
        if len(self._pairs) >= PAIRS_MAX:
            return self.all
        here = self._encoding.clause(part.place, row)
        if here is True:
            return self.all
        bits = 0
        for other, where in part.alike.values():
            if here is not False and self._together(here, self._encoding.clause(part.place, other)):
                bits |= where
        return bits

    def _together(self, one: Any, other: Any) -> bool:
        if other is True or one is other:
            return True
        if other is False:
            return False
        key = (id(one), id(other))  # the encoding keeps them, so that addresses stay their own
        known = self._pairs.get(key)
        if known is None:
            solver.within(self._small, self._limit)
            self._small.push()
            self._small.add(one, other)
            known = solver.verdict(self._small) != "unsat"
            self._small.pop()
            self._pairs[key] = self._pairs[key[1], key[0]] = known
        return known


class _Part:
    """One part of the matcher, with rows by the cells that it reads.

    Attributes:
        word: the word of the question that it reads, where that is a single one.
        alike: cells to one row that has them, and all of those.
    """

    __slots__ = ("_domain", "_encoding", "alike", "count", "place", "word")

    def __init__(self, encoding: Encoding, place: int, rows: Sequence[Row]) -> None:
        self._encoding = encoding
        self.place = place
        read = encoding.read_by(place)
        single = len(read) == 1 and read[0] in encoding.space.scalars
        single = single and ".facts." not in read[0]
        self.word = read[0] if single else ""
        self._domain = encoding.space.scalars[self.word] if single else ()
        self.count = len(self._domain)
        numbers: dict[Cells, list[int]] = {}
        for number, row in enumerate(rows):
            numbers.setdefault(self.cells_of(row), []).append(number)
        self.alike = {
            cells: (rows[held[0]], _bits(held, len(rows))) for cells, held in numbers.items()
        }

    def cells_of(self, row: Row) -> Cells:
        """The cells of a row that it reads; those of an older law are others, as its groups may be."""
        cells = self._encoding.cells(row)[self.place]
        return (BEFORE, *cells) if row.id.startswith(BEFORE) else cells

    def values_of(self, row: Row) -> tuple[Any, ...]:
        """Values of the one word for which it holds for a row."""
        return tuple(value for value in self._domain if self._holding(row, value))

    def holding(self, values: Sequence[Any]) -> int:
        """Rows for which it holds with one of some values."""
        bits = 0
        for row, where in self.alike.values():
            if any(self._holding(row, value) for value in values):
                bits |= where
        return bits

    def _holding(self, row: Row, value: Any) -> bool:
        taken = self._encoding.taken
        source, _, attribute = self.word.partition(".")
        told = [
            (SimpleNamespace(**{attribute: value}) if attribute else value)
            if one == source
            else None
            for one in taken.request
        ]
        return self._encoding.holds(self.place, row, told)


def _bits(numbers: Iterable[int], count: int) -> int:
    """One bit for each number."""
    held = bytearray(count // 8 + 1)
    for number in numbers:
        held[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(held, "little")
