"""Which rows one part of a matcher is true for: worked out once per combination of words.

Rows come as columns, because a part reads few of them, and each column is indexed once for all parts: a word
to the rows that say it, as bits of one integer.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Hashable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from comity.rulings.matcher import Conjunct

# Combinations of words remembered for one part of a matcher before it starts afresh. Free words (case
# numbers) make new ones all the time.
PART_MEMORY_MAX: Final = 2_048
# Words that one byte tells apart.
BYTE: Final = 256
# So many combinations of words are always tried; more only if there are as many rows.
COMBINATIONS_MIN: Final = 1_024

Word = TypeVar("Word", bound=Hashable)


def _nothing(context: object) -> None:
    del context


def _reader(names: Iterable[str]) -> Callable[[Any], object]:
    wanted = tuple(names)
    return attrgetter(*wanted) if wanted else _nothing


class Columns:
    """A verb's rows as columns, each indexed when a part first reads it."""

    __slots__ = ("_known", "_rows", "_tokens", "count")

    def __init__(self, tokens: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self._tokens = list(tokens)
        self._rows = list(zip(*rows, strict=True)) or [()] * len(tokens)
        self._known: dict[str, dict[str, int]] = {}
        self.count = len(rows)

    def index(self, token: str) -> dict[str, int]:
        """Each word of a column, to one bit for each row that says it."""
        known = self._known.get(token)
        if known is None:
            known = self._known[token] = _index(self._column(token))
        return known

    def _column(self, token: str) -> Sequence[str]:
        return self._rows[self._tokens.index(token)]

    def combined(self, tokens: Sequence[str]) -> tuple[tuple[tuple[str, ...], int], ...]:
        """Each combination of words that some row says in these columns, with those rows."""
        if not tokens:
            return (((), (1 << self.count) - 1),) if self.count else ()
        indexes = [self.index(token) for token in tokens]
        if math.prod(map(len, indexes)) > max(self.count, COMBINATIONS_MIN):
            columns = [self._column(token) for token in tokens]
            return tuple(_index(list(zip(*columns, strict=True))).items())
        pairs: list[tuple[tuple[str, ...], int]] = [((), (1 << self.count) - 1)]
        for index in indexes:
            pairs = [
                ((*words, word), bits & more)
                for (words, bits), (word, more) in itertools.product(pairs, index.items())
                if bits & more
            ]
        return tuple(pairs)


def _index(column: Sequence[Word]) -> dict[Word, int]:
    words = dict.fromkeys(column)
    if len(words) > BYTE:
        numbers: defaultdict[Word, list[int]] = defaultdict(list)
        for number, word in enumerate(column):
            numbers[word].append(number)
        return {word: _bits_of(where, len(column)) for word, where in numbers.items()}
    # Few words: each row is one byte, and reading "010011…" as a number takes no step of Python for a row.
    place = {word: number for number, word in enumerate(words)}
    row_bytes = bytes(map(place.__getitem__, reversed(column)))
    found = {}
    for word, number in place.items():
        digits = bytearray(b"0" * BYTE)
        digits[number] = ord("1")
        found[word] = int(row_bytes.translate(digits), 2)
    return found


def _bits_of(numbers: Iterable[int], count: int) -> int:
    """One bit for each number below ``count``."""
    held = bytearray(count // 8 + 1)
    for number in numbers:
        held[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(held, "little")


class Part:
    """One conjunct over all rows; remembers by the words it reads."""

    __slots__ = ("_function", "_known", "_of_rec", "_of_req", "_tuples", "attributes")

    def __init__(self, conjunct: Conjunct, columns: Columns) -> None:
        self._function = conjunct.function
        self.attributes = conjunct.attributes
        self._of_req = _reader(name for source, name in conjunct.attributes if source == "r_req")
        self._of_rec = _reader(name for source, name in conjunct.attributes if source == "r_rec")
        self._tuples = columns.combined(conjunct.columns)
        self._known: dict[object, int] = {}

    def rows(self, req: Any, rec: Any, *variables: str) -> int:
        """The rows it is true for, one bit each."""
        key = (self._of_req(req), self._of_rec(rec), variables)
        bits = self._known.get(key)
        if bits is None:
            bits = 0
            for words, where in self._tuples:
                if self._function(req, rec, *variables, *words):
                    bits |= where
            if len(self._known) >= PART_MEMORY_MAX:
                self._known.clear()
            self._known[key] = bits
        return bits
