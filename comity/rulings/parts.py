"""Which rows one part of a matcher is true for: worked out once per combination of words.

Rows come as columns, because a part reads few of them.
"""

from __future__ import annotations

from collections import defaultdict
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from comity.rulings.matcher import Conjunct

# Combinations of words remembered for one part of a matcher before it starts afresh. Free words (case
# numbers) make new ones all the time.
PART_MEMORY_MAX: Final = 2_048


def _nothing(context: object) -> None:
    del context


def _reader(names: Iterable[str]) -> Callable[[Any], object]:
    wanted = tuple(names)
    return attrgetter(*wanted) if wanted else _nothing


def bits_of(numbers: Iterable[int], count: int) -> int:
    """One bit for each number below ``count``."""
    held = bytearray(count // 8 + 1)
    for number in numbers:
        held[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(held, "little")


class Part:
    """One conjunct over all rows; remembers by the words it reads."""

    __slots__ = ("_function", "_known", "_of_rec", "_of_req", "_tuples", "attributes")

    def __init__(
        self, conjunct: Conjunct, tokens: Sequence[str], columns: Sequence[Sequence[str]]
    ) -> None:
        self._function = conjunct.function
        self.attributes = conjunct.attributes
        self._of_req = _reader(name for source, name in conjunct.attributes if source == "r_req")
        self._of_rec = _reader(name for source, name in conjunct.attributes if source == "r_rec")
        read = [columns[tokens.index(column)] for column in conjunct.columns]
        numbers: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        count = len(columns[0])
        for number, words in enumerate(zip(*read, strict=True) if read else [()] * count):
            numbers[words].append(number)
        self._tuples = tuple((words, bits_of(where, count)) for words, where in numbers.items())
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
