"""Choosing: of the rows that gathered most, those whose words are all together nearest to what was asked.

Gathering reads only as many postings as the budget allows, so what a row has gathered is a lower bound.
Here every word of the best few thousand rows is looked at once; nothing is compared anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from node.matching.alignment import INITIAL_NEARNESS, Held, held_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from node.matching.index.segment import Segment

ASKED_SHARE: Final = 0.55
HELD_SHARE: Final = 0.45


class Part(NamedTuple):
    """A word of the query, or two of them glued, or half of one.

    Attributes:
        words: words of the segment near it.
        nearness: how near each is.
        weight: how much it says.
        letter: code of its letter when it is an initial, or 0.
        replaces: words of the query that it stands for instead, by their place; none for a word itself.
    """

    words: NDArray[np.int32]
    nearness: NDArray[np.float32]
    weight: float
    letter: int = 0
    replaces: tuple[int, ...] = ()


def choose(
    segment: Segment, rows: NDArray[np.int64], parts: Sequence[Part], asked_weight: float, most: int
) -> NDArray[np.int64]:
    """At most so many rows, best first.

    Args:
        segment: where they lie.
        rows: each once.
        parts: the words of the query first, in their order; then what stands for some of them.
        asked_weight: what all words of the query say together.
        most: rows handed on.
    """
    held = held_by(segment, rows)
    gained = [_gained(segment, part, held) for part in parts]
    total = sum(
        (gain for gain, part in zip(gained, parts, strict=True) if not part.replaces),
        np.zeros(len(rows), np.float32),
    )
    best = total
    for replaced in dict.fromkeys(part.replaces for part in parts if part.replaces):
        other = total - sum(gained[at] for at in replaced)
        for gain, part in zip(gained, parts, strict=True):
            if part.replaces == replaced:
                other = other + gain
        best = np.maximum(best, other)
    score = best / (ASKED_SHARE * asked_weight + HELD_SHARE * segment.arrays.row_weight[rows] + 1)
    chosen: NDArray[np.int64] = rows[np.argsort(-score, kind="stable")[:most]]
    return chosen


def _gained(segment: Segment, part: Part, held: Held) -> NDArray[np.float32]:
    """What each row gains by its word that is nearest to a part."""
    table = segment.near
    table[part.words] = part.nearness * np.sqrt(segment.arrays.word_weight[part.words])
    # The last place of the table stands for no word.
    near = table[held.words]
    table[part.words] = 0
    if part.letter:
        arrays = segment.arrays
        begins = (arrays.word_letter[held.words] == part.letter) & (held.words >= 0)
        near = np.maximum(near, INITIAL_NEARNESS * begins * np.sqrt(held.weights))
    gained: NDArray[np.float32] = near.max(axis=1) * np.float32(part.weight**0.5)
    return gained
