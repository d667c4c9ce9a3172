"""Gathering candidates: the rows that share most with a reading, under a budget of postings.

The rarest word of the query comes first. Words that are too common for what is left of the budget only
strengthen rows that rarer words have found. Rows whose words are exactly those asked for are always
among the candidates, whatever the budget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from node.matching.choosing import ASKED_SHARE, HELD_SHARE, Part, choose
from node.matching.cutting import best_cut
from node.matching.found import NOTHING_PASSED
from node.matching.index.segment import distinct, spans
from node.matching.nearness import EXACT_FROM, Near, near, near_joined
from node.matching.words.tokens import token

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from node.matching.found import Passed
    from node.matching.index.segment import Segment
    from node.matching.query import Asked
    from node.matching.words.tokens import Token

# Postings read for one reading.
POSTINGS_MAX: Final = 12_000
POSTINGS_PER_WORD_MIN: Final = 2_000
# Rows found from which a word that is over budget only strengthens.
ENOUGH_FOUND: Final = 1_500
STRENGTHENING_MAX: Final = 6
# Rows that are looked at once more, word by word.
CHOSEN_FROM_MAX: Final = 1_200
# Rows handed on.
CANDIDATES_MAX: Final = 60
NAMESAKES_MAX: Final = 100
# Nearness from which a word leads to rows.
NEAR_MIN: Final = 0.42
JOINED_NEAR_MIN: Final = 0.75
JOINED_READING_MIN: Final = 0.85
JOINED_LENGTHS: Final = range(4, 17)
# Of a word cut in two, and from which nearness words near a half lead to rows.
SPLIT_NEARNESS: Final = 0.9
SPLIT_NEAR_MIN: Final = 0.55
LETTER_MAX: Final = 255

_NO_WORDS: Final = np.zeros(0, np.int32)
_NO_NEARNESS: Final = np.zeros(0, np.float32)


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
        cut: whether other rows were left out for these.
    """

    rows: NDArray[np.int64]
    near: tuple[Near | None, ...]
    variants: tuple[Variant, ...]
    namesakes: NDArray[np.int32]
    cut: bool


class _Step(NamedTuple):
    """A part of the query, and from which nearness its words lead to rows."""

    part: Part
    least: float


def gather(segment: Segment, one: Asked, passed: Passed = NOTHING_PASSED) -> Gathered:
    """Candidates of one reading; what is passed over takes no row's place."""
    found = tuple(near(segment, each) for each in one.tokens)
    plain = [
        Part(
            *((_NO_WORDS, _NO_NEARNESS) if held is None else (held.words, held.nearness)),
            float(one.weights[at]),
            min(ord(form[0]), LETTER_MAX) if len(form := one.tokens[at].forms[0]) == 1 else 0,
        )
        for at, held in enumerate(found)
    ]
    joined_steps, joined = _joined(segment, one, found)
    split_steps, split = _split(segment, one, found)
    order = sorted(range(len(plain)), key=lambda at: (-plain[at].weight, at))
    steps = [*(_Step(plain[at], NEAR_MIN) for at in order), *joined_steps, *split_steps]
    asked_weight = float(one.weights.sum())
    rows, cut = _touched(segment, steps, asked_weight, passed)
    cut = cut or len(rows) > CANDIDATES_MAX
    if len(rows):
        parts = [*plain, *(step.part for step in (*joined_steps, *split_steps))]
        rows = choose(segment, rows, parts, asked_weight, CANDIDATES_MAX)
    same = _without(segment, segment.namesakes(one.whole), passed)
    cut = cut or len(same) > NAMESAKES_MAX
    same = same[:NAMESAKES_MAX]
    if len(same):
        rows = np.array(list(dict.fromkeys([*same.tolist(), *rows.tolist()])), np.int64)
    return Gathered(rows, found, (*joined, *split), same, cut)


def _without(segment: Segment, rows: NDArray[np.int32], passed: Passed) -> NDArray[np.int32]:
    """The rows that are not passed over."""
    if passed.records and len(rows):
        away = np.isin(segment.arrays.row_record[rows], list(passed.records))
        rows = rows[~away]
    if passed.names and len(rows):
        rows = rows[~np.isin(segment.arrays.row_name[rows], list(passed.names))]
    return rows


def _touched(
    segment: Segment, steps: list[_Step], asked_weight: float, passed: Passed
) -> tuple[NDArray[np.int64], bool]:
    """The rows that gathered most within the budget, each once, and whether others were left out."""
    arrays, touched = segment.arrays, segment.touched
    parts: list[NDArray[np.int32]] = []
    used, left = 0, len(steps)
    for part, least in steps:
        kept = part.nearness >= least
        words, nearness = part.words[kept], part.nearness[kept]
        share = max(POSTINGS_PER_WORD_MIN, (POSTINGS_MAX - used) // max(1, left) * 2)
        left -= 1
        if not len(words):
            continue
        best = np.argsort(-nearness, kind="stable")
        words, nearness = words[best], nearness[best]
        within = int(np.cumsum(segment.counts(words)).searchsorted(share))
        if within < len(words) and used > ENOUGH_FOUND:
            _strengthen(segment, words[within:], nearness[within:], part.weight)
            if within == 0:
                continue
        within = max(within, 1)
        # In ascending nearness: a row that holds several near words keeps the nearest.
        words, nearness = words[:within][::-1], nearness[:within][::-1]
        positions, counts = spans(arrays.posting_start, words)
        gains = np.repeat(
            nearness * np.sqrt(np.float32(part.weight) * arrays.word_weight[words]), counts
        )
        if len(positions) > POSTINGS_MAX:
            positions, gains = positions[-POSTINGS_MAX:], gains[-POSTINGS_MAX:]
        rows = arrays.posting[positions]
        touched[rows] = touched[rows] + gains
        parts.append(rows)
        used += len(rows)
    if not parts:
        return np.zeros(0, np.int64), False
    every = np.concatenate(parts)
    rows = _without(segment, every, passed)
    gathered = touched[rows]
    touched[every] = 0
    scores = gathered / (ASKED_SHARE * asked_weight + HELD_SHARE * arrays.row_weight[rows] + 1)
    cut = len(rows) > CHOSEN_FROM_MAX
    if cut:
        rows = rows[np.argpartition(-scores, CHOSEN_FROM_MAX)[:CHOSEN_FROM_MAX]]
    return distinct([rows]).astype(np.int64), cut


def _strengthen(
    segment: Segment, words: NDArray[np.int32], nearness: NDArray[np.float32], weight: float
) -> None:
    """Adds the nearest words that are over budget to the rows that were found already."""
    arrays, touched = segment.arrays, segment.touched
    for word, close in zip(
        words[:STRENGTHENING_MAX].tolist(), nearness[:STRENGTHENING_MAX].tolist(), strict=True
    ):
        start, end = arrays.posting_start[word], arrays.posting_start[word + 1]
        rows = arrays.posting[start:end]
        rows = rows[touched[rows] > 0]
        touched[rows] += weight * close


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
        held = near_joined(segment, whole, by_sound=one.native)
        if held is None:
            continue
        weight = float(one.weights[a] + one.weights[b])
        part = Part(held.words, held.nearness, weight, replaces=(a, b))
        steps.append(_Step(part, JOINED_NEAR_MIN))
        closest = float(held.nearness.max())
        if closest >= JOINED_READING_MIN and (best is None or closest > best[0]):
            rest = [at for at in range(len(one.tokens)) if at not in {a, b}]
            tokens = (*(one.tokens[at] for at in rest), whole)
            best = closest, Variant(tokens, (*(found[at] for at in rest), held))
    return steps, [] if best is None else [best[1]]


def _split(
    segment: Segment, one: Asked, found: tuple[Near | None, ...]
) -> tuple[list[_Step], list[Variant]]:
    """Words of the query that are two words written together, one of them perhaps with a slip."""
    steps: list[_Step] = []
    variants: list[Variant] = []
    for at, each in enumerate(one.tokens):
        form = each.forms[0]
        cut = best_cut(segment, form, _carried(segment, found[at]))
        if cut is None:
            continue
        halves = (token(form[: cut.at]), token(form[cut.at :]))
        held = (near(segment, halves[0]), near(segment, halves[1]))
        # A step for each half, so that a row with both has more than a row with one.
        steps += sorted(
            (_half(segment, at, some) for some in held if some is not None),
            key=lambda step: -step.part.weight,
        )
        rest = [other for other in range(len(one.tokens)) if other != at]
        variants.append(
            Variant(
                (*(one.tokens[other] for other in rest), *halves),
                (*(found[other] for other in rest), *held),
            )
        )
    return steps, variants[:1]


def _half(segment: Segment, at: int, held: Near) -> _Step:
    """A half of a word as a part of its own; it says as much as the word nearest to it."""
    weight = float(segment.arrays.word_weight[held.words[held.nearness.argmax()]])
    part = Part(held.words, held.nearness * np.float32(SPLIT_NEARNESS), weight, replaces=(at,))
    return _Step(part, SPLIT_NEAR_MIN)


def _carried(segment: Segment, held: Near | None) -> int:
    """How many names hold a word just as it is asked for."""
    if held is None:
        return 0
    return int(segment.counts(held.words[held.spelled >= EXACT_FROM]).sum())
