"""Aligning the words of candidates with those asked for, all candidates at once.

Each word of either side is used once; pairs are taken greedily by nearness and weight. Nothing here looks
at the order of words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from node.matching.index.segment import distinct, spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from node.matching.index.segment import Segment
    from node.matching.nearness import Near
    from node.matching.words.tokens import Token

# Pairs less near than this are none.
PAIR_MIN: Final = 0.35
# An initial and a word that begins with it.
INITIAL_NEARNESS: Final = 0.6
WEIGHT_FLOOR: Final = 0.2
NO_WORD: Final = -1


class Held(NamedTuple):
    """Words of candidates as a table, one row a candidate, padded with ``NO_WORD``."""

    words: NDArray[np.int64]
    weights: NDArray[np.float32]


class Aligned(NamedTuple):
    """How the words of the query meet those of each candidate; one row a candidate, one column a token.

    Attributes:
        partner: column of the candidate's word, or -1.
        nearness: how near the pair is; 0 without one.
        weight: weight of the candidate's word; 0 without one.
        spelled: how alike the pair is spelled.
        code: classes of the coarse code that agree.
        symbol: whether both are spellings of one known name.
        initial: whether one side is an initial of the other.
    """

    partner: NDArray[np.int64]
    nearness: NDArray[np.float32]
    weight: NDArray[np.float32]
    spelled: NDArray[np.float32]
    code: NDArray[np.float32]
    symbol: NDArray[np.bool_]
    initial: NDArray[np.bool_]


def held_by(segment: Segment, rows: NDArray[np.int64]) -> Held:
    """The words of rows."""
    arrays = segment.arrays
    positions, counts = spans(arrays.row_start, rows)
    columns = int(counts.max(initial=1))
    words = np.full((len(rows), columns), NO_WORD, np.int64)
    words[np.arange(columns)[None, :] < counts[:, None]] = arrays.row_word[positions]
    weights = np.where(words >= 0, arrays.word_weight[np.maximum(words, 0)], 0).astype(np.float32)
    return Held(words, weights)


def align(
    segment: Segment,
    tokens: Sequence[Token],
    weights: NDArray[np.float32],
    near: Sequence[Near | None],
    held: Held,
) -> Aligned:
    """The pairs of every candidate."""
    table = _Table(near)
    columns = table.columns(held.words)
    nearness = table.nearness[:, columns].transpose(1, 0, 2)
    initial = _initials(segment, tokens, held.words)
    nearness = np.where(initial, np.maximum(nearness, INITIAL_NEARNESS), nearness)
    value = nearness * np.sqrt(
        weights[None, :, None] * np.maximum(held.weights, WEIGHT_FLOOR)[:, None, :]
    )
    value[nearness < PAIR_MIN] = 0
    partner = _greedy(value)
    met = partner >= 0
    column = np.maximum(partner, 0)
    candidate = np.arange(len(partner))[:, None]
    token = np.arange(len(tokens))[None, :]
    of_table = columns[candidate, column]
    return Aligned(
        partner,
        np.where(met, nearness[candidate, token, column], 0).astype(np.float32),
        np.where(met, held.weights[candidate, column], 0).astype(np.float32),
        np.where(met, table.spelled[token, of_table], 0).astype(np.float32),
        np.where(met, table.code[token, of_table], 0).astype(np.float32),
        met & table.symbol[token, of_table],
        met & initial[candidate, token, column],
    )


class _Table:
    """What is known of every near word, one row a token; the last column is for all other words."""

    __slots__ = ("_known", "code", "nearness", "spelled", "symbol")

    def __init__(self, near: Sequence[Near | None]) -> None:
        lists = [one.words for one in near if one is not None]
        self._known = distinct(lists) if lists else np.zeros(0, np.int32)
        shape = (len(near), len(self._known) + 1)
        self.nearness = np.zeros(shape, np.float32)
        self.spelled = np.zeros(shape, np.float32)
        self.code = np.zeros(shape, np.float32)
        self.symbol = np.zeros(shape, np.bool_)
        for at, one in enumerate(near):
            if one is None:
                continue
            columns = np.searchsorted(self._known, one.words)
            self.nearness[at, columns] = one.nearness
            self.spelled[at, columns] = one.spelled
            self.code[at, columns] = one.code
            self.symbol[at, columns] = one.symbol

    def columns(self, words: NDArray[np.int64]) -> NDArray[np.int64]:
        """The column of each word."""
        other = len(self._known)
        if not other:
            return np.zeros(words.shape, np.int64)
        at = np.minimum(np.searchsorted(self._known, words), other - 1)
        found: NDArray[np.int64] = np.where(self._known[at] == words, at, other)
        return found


def _initials(
    segment: Segment, tokens: Sequence[Token], words: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Where one side is a single letter that the other begins with."""
    arrays = segment.arrays
    known = np.maximum(words, 0)
    letter, short = arrays.word_letter[known], arrays.word_short[known]
    own = np.array([min(ord(one.forms[0][0]), 255) for one in tokens])
    own_short = np.array([len(one.forms[0]) == 1 for one in tokens])
    same = own[None, :, None] == letter[:, None, :]
    either = own_short[None, :, None] | short[:, None, :]
    found: NDArray[np.bool_] = same & either & (words >= 0)[:, None, :]
    return found


def _greedy(value: NDArray[np.float32]) -> NDArray[np.int64]:
    """The best pair of each candidate, then the best of what is left, and so on; clears ``value``."""
    count, tokens, words = value.shape
    partner = np.full((count, tokens), NO_WORD, np.int64)
    every = np.arange(count)
    flat = value.reshape(count, -1)
    for _ in range(min(tokens, words)):
        best = flat.argmax(axis=1)
        some = flat[every, best] > 0
        if not some.any():
            break
        token, word = np.divmod(best, words)
        partner[every[some], token[some]] = word[some]
        value[every, token, :] = 0
        value[every, :, word] = 0
    return partner
