"""Gathering candidates: the rows that share most with a reading, under a budget of postings.

The rarest word of the query comes first. Words that are too common for what is left of the budget only
strengthen rows that rarer words have found. Rows whose words are exactly those asked for are always
among the candidates, whatever the budget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from node.matching.index.segment import spans
from node.matching.nearness import Near, near, near_joined
from node.matching.words.tokens import key_hash, token

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from node.matching.index.segment import Segment
    from node.matching.query import Asked
    from node.matching.words.tokens import Token

# Postings read for one reading.
POSTINGS_MAX: Final = 30_000
POSTINGS_PER_WORD_MIN: Final = 2_000
# Rows found from which a word that is over budget only strengthens.
ENOUGH_FOUND: Final = 1_500
STRENGTHENING_MAX: Final = 6
STRENGTHENING_NEAR: Final = 0.9
# Rows handed on.
CANDIDATES_MAX: Final = 100
NAMESAKES_MAX: Final = 100
# Nearness from which a word leads to rows.
NEAR_MIN: Final = 0.42
JOINED_NEAR_MIN: Final = 0.75
JOINED_READING_MIN: Final = 0.85
JOINED_LENGTHS: Final = range(4, 17)
# A word of at least this length is also read as two known words.
SPLIT_LENGTH_MIN: Final = 6
SPLIT_PART_MIN: Final = 2
SPLIT_NEARNESS: Final = 0.9
SPLIT_WEIGHT: Final = 0.6
# Length of the shorter part times ten, plus the logarithm of how often it is met.
SPLIT_READING_MIN: Final = 26.0
ASKED_SHARE: Final = 0.55
HELD_SHARE: Final = 0.45


class Variant(NamedTuple):
    """The query with two of its words joined or one cut in two, for weighing the same candidates."""

    tokens: tuple[Token, ...]
    near: tuple[Near | None, ...]


class Gathered(NamedTuple):
    """Rows worth weighing, best first.

    Attributes:
        rows: numbers of the rows.
        near: for each token of the query the words near it.
        variants: other ways to cut the query into words.
        namesakes: rows with exactly the words asked for, the first of them.
    """

    rows: NDArray[np.int64]
    near: tuple[Near | None, ...]
    variants: tuple[Variant, ...]
    namesakes: NDArray[np.int32]


class _Step(NamedTuple):
    words: NDArray[np.int32]
    nearness: NDArray[np.float32]
    weight: float
    least: float


def gather(segment: Segment, one: Asked) -> Gathered:
    """Candidates of one reading."""
    found = tuple(near(segment, each) for each in one.tokens)
    order = sorted(range(len(found)), key=lambda at: (-float(one.weights[at]), at))
    steps = [
        _Step(held.words, held.nearness, float(one.weights[at]), NEAR_MIN)
        for at in order
        if (held := found[at]) is not None
    ]
    joined_steps, joined = _joined(segment, one, found)
    split_steps, split = _split(segment, one, found)
    rows = _rows(segment, [*steps, *joined_steps, *split_steps], float(one.weights.sum()))
    same = segment.namesakes(one.whole)[:NAMESAKES_MAX]
    if len(same):
        rows = np.array(list(dict.fromkeys([*same.tolist(), *rows.tolist()])), np.int64)
    return Gathered(rows, found, (*joined, *split), same)


def _rows(segment: Segment, steps: list[_Step], asked_weight: float) -> NDArray[np.int64]:
    arrays, touched = segment.arrays, segment.touched
    parts: list[NDArray[np.int32]] = []
    used, left = 0, len(steps)
    for step in steps:
        kept = step.nearness >= step.least
        words, nearness = step.words[kept], step.nearness[kept]
        share = max(POSTINGS_PER_WORD_MIN, (POSTINGS_MAX - used) // max(1, left) * 2)
        left -= 1
        if not len(words):
            continue
        best = np.argsort(-nearness, kind="stable")
        words, nearness = words[best], nearness[best]
        within = int(np.searchsorted(np.cumsum(arrays.word_count[words]), share))
        if within < len(words) and used > ENOUGH_FOUND:
            _strengthen(segment, words[within:], nearness[within:], step.weight, exact=within == 0)
            if within == 0:
                continue
        within = max(within, 1)
        # In ascending nearness: a row that holds several near words keeps the nearest.
        words, nearness = words[:within][::-1], nearness[:within][::-1]
        positions, counts = spans(arrays.posting_start, words)
        gains = np.repeat(step.weight * nearness, counts)
        if len(positions) > POSTINGS_MAX:
            positions, gains = positions[-POSTINGS_MAX:], gains[-POSTINGS_MAX:]
        rows = arrays.posting[positions]
        touched[rows] = touched[rows] + gains
        parts.append(rows)
        used += len(rows)
    if not parts:
        return np.zeros(0, np.int64)
    return _best(segment, np.concatenate(parts), asked_weight)


def _strengthen(
    segment: Segment,
    words: NDArray[np.int32],
    nearness: NDArray[np.float32],
    weight: float,
    *,
    exact: bool,
) -> None:
    """Adds words that are over budget to the rows that were found already."""
    arrays, touched = segment.arrays, segment.touched
    limit = 1 if exact else STRENGTHENING_MAX
    for word, close in zip(words[:limit].tolist(), nearness[:limit].tolist(), strict=True):
        if close >= STRENGTHENING_NEAR or exact:
            start, end = arrays.posting_start[word], arrays.posting_start[word + 1]
            rows = arrays.posting[start:end]
            rows = rows[touched[rows] > 0]
            touched[rows] += weight * close


def _best(segment: Segment, rows: NDArray[np.int32], asked_weight: float) -> NDArray[np.int64]:
    """The rows that gathered most for their weight; clears what was gathered."""
    touched = segment.touched
    gathered = touched[rows]
    touched[rows] = 0
    scores = gathered / (
        ASKED_SHARE * asked_weight + HELD_SHARE * segment.arrays.row_weight[rows] + 1
    )
    most = CANDIDATES_MAX * 4
    if len(rows) > most:
        kept = np.argpartition(-scores, most - 1)[:most]
        rows, scores = rows[kept], scores[kept]
    rows, first = np.unique(rows, return_index=True)
    order = np.argsort(-scores[first], kind="stable")[:CANDIDATES_MAX]
    best: NDArray[np.int64] = rows[order].astype(np.int64)
    return best


def _joined(
    segment: Segment, one: Asked, found: tuple[Near | None, ...]
) -> tuple[list[_Step], list[Variant]]:
    """Adjacent words of the query, glued together."""
    steps: list[_Step] = []
    best: tuple[float, Variant] | None = None
    place = {text: at for at, text in enumerate(each.text for each in one.tokens)}
    for first, second in zip(one.reading, one.reading[1:], strict=False):
        a, b = place[first], place[second]
        glued = one.tokens[a].forms[0] + one.tokens[b].forms[0]
        if a == b or len(glued) not in JOINED_LENGTHS or not glued.isascii():
            continue
        whole = token(glued)
        held = near_joined(segment, whole)
        if held is None:
            continue
        weight = float(one.weights[a] + one.weights[b])
        steps.append(_Step(held.words, held.nearness, weight, JOINED_NEAR_MIN))
        closest = float(held.nearness.max())
        if closest >= JOINED_READING_MIN and (best is None or closest > best[0]):
            rest = [at for at in range(len(one.tokens)) if at not in {a, b}]
            tokens = (*(one.tokens[at] for at in rest), whole)
            best = closest, Variant(tokens, (*(found[at] for at in rest), held))
    return steps, [] if best is None else [best[1]]


def _split(
    segment: Segment, one: Asked, found: tuple[Near | None, ...]
) -> tuple[list[_Step], list[Variant]]:
    """Words of the query that are two known words written together."""
    steps: list[_Step] = []
    variants: list[Variant] = []
    for at, each in enumerate(one.tokens):
        form = each.forms[0]
        best = _cut(segment, form) if len(form) >= SPLIT_LENGTH_MIN else None
        if best is None:
            continue
        value, cut, first, second = best
        words = np.array(sorted((first, second)), np.int32)
        nearness = np.full(len(words), SPLIT_NEARNESS, np.float32)
        weight = float(one.weights[at]) * SPLIT_WEIGHT
        steps.append(_Step(words, nearness, weight, NEAR_MIN))
        if value >= SPLIT_READING_MIN:
            halves = (token(form[:cut]), token(form[cut:]))
            rest = [other for other in range(len(one.tokens)) if other != at]
            variants.append(
                Variant(
                    (*(one.tokens[other] for other in rest), *halves),
                    (*(found[other] for other in rest), *(near(segment, half) for half in halves)),
                )
            )
    return steps, variants[:1]


def _cut(segment: Segment, form: str) -> tuple[float, int, int, int] | None:
    """Where a word is best cut into two known ones: value, place, both words' numbers."""
    cuts = range(SPLIT_PART_MIN, len(form) - SPLIT_PART_MIN + 1)
    texts = [f"t{form[:cut]}" for cut in cuts] + [f"t{form[cut:]}" for cut in cuts]
    hashes = np.fromiter((key_hash(text) for text in texts), np.uint64, len(texts))
    positions = segment.find_hashes(hashes)
    firsts, seconds = positions[: len(cuts)], positions[len(cuts) :]
    best: tuple[float, int, int, int] | None = None
    for at in np.flatnonzero((firsts >= 0) & (seconds >= 0)).tolist():
        words = [int(segment.words_of(int(side[at]), 1)[0]) for side in (firsts, seconds)]
        count = int(segment.arrays.word_count[words].min())
        value = min(cuts[at], len(form) - cuts[at]) * 10 + float(np.log1p(count))
        if best is None or value > best[0]:
            best = value, cuts[at], words[0], words[1]
    return best
