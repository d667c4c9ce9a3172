"""Cutting: a word of the query read as two that were written together, perhaps with a slip in one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from node.matching.words.folding import folded
from node.matching.words.tokens import folded_keys, word_hash

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from node.matching.index.segment import Segment

LENGTH_MIN: Final = 6
PART_MIN: Final = 2
# Value below which a cut says nothing: parts of two letters must be met very often.
VALUE_MIN: Final = 26.0
# With a slip in one part: the least length of the word, and of either part.
SLIPPED_LENGTH_MIN: Final = 8
SLIPPED_PART_MIN: Final = 3
# Names that hold a word from which it is a word of its own, unless its parts are met oftener.
CARRIED_MIN: Final = 2
# Names that hold a word from which it is not looked at any further.
CARRIED_MAX: Final = 64


class Cut(NamedTuple):
    """Where a word is cut.

    Attributes:
        value: ten times the letters of the shorter part, plus the logarithm of how often it is met.
        at: letters of the first part.
    """

    value: float
    at: int


def best_cut(segment: Segment, form: str, carried: int) -> Cut | None:
    """The best place, if there is one.

    Args:
        segment: whose words the parts are.
        form: the spelling to cut.
        carried: how many names hold it as one word.
    """
    if len(form) < LENGTH_MIN or carried >= CARRIED_MAX:
        return None
    places = np.arange(PART_MIN, len(form) - PART_MIN + 1)
    texts = [form[:at] for at in places] + [form[at:] for at in places]
    words = segment.known_words(np.fromiter(map(word_hash, texts), np.uint64, len(texts)))
    counts = np.where(words >= 0, segment.counts(np.maximum(words, 0)), 0)
    first, second = counts[: len(places)], counts[len(places) :]
    known = np.minimum(first, second)
    least = carried if carried >= CARRIED_MIN else 0
    best = _best(form, places, np.where(known > least, known, 0))
    if not known.any() and not least and len(form) >= SLIPPED_LENGTH_MIN:
        best = _best(form, places, _slipped(segment, texts, first, second))
    return best


def _best(form: str, places: NDArray[np.int64], counts: NDArray[np.int64]) -> Cut | None:
    """The place of most value among those whose count is not 0."""
    values = np.minimum(places, len(form) - places) * 10 + np.log1p(counts)
    values[counts == 0] = 0
    at = int(values.argmax())
    return Cut(float(values[at]), int(places[at])) if values[at] >= VALUE_MIN else None


def _slipped(
    segment: Segment, texts: list[str], first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.int64]:
    """How often the known part is met where the other is a letter away from a known word."""
    count = len(first)
    long = np.fromiter(map(len, texts), np.int64) >= SLIPPED_PART_MIN
    long = long[:count] & long[count:]
    found = np.zeros(count, np.int64)
    for at in np.flatnonzero(long & ((first > 0) | (second > 0))).tolist():
        other = texts[count + at] if first[at] else texts[at]
        begins, ends = segment.find(sorted(folded_keys(folded(other))))
        if (ends > begins).any():
            found[at] = max(first[at], second[at])
    return found
