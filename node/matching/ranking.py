"""Ranking: the readings of a name against the segments of an index, best rows first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from node.matching.alignment import Held, align, held_by
from node.matching.features import COVERED, WHOLE_STRING, features
from node.matching.found import NOTHING_PASSED
from node.matching.gathering import Gathered, gather
from node.matching.query import asked_for, weigh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from node.matching.found import Passed
    from node.matching.index.frequencies import Frequencies
    from node.matching.index.segment import Segment
    from node.matching.model import Model
    from node.matching.query import Asked
    from node.matching.words.tokens import Token

# The first candidates, which are weighed again with words of the query joined or cut.
VARIED_MAX: Final = 40
VARIANT_GAIN: Final = 0.02
# Rows that are handed on.
RANKED_MAX: Final = 60
WHOLE_STRING_SHARE: Final = 0.3
# Breaks ties between equal log-odds without moving any.
TIE: Final = 1e-3


class Ranked(NamedTuple):
    """One row, weighed by its name alone, as if there was no other.

    Attributes:
        segment: where it lies.
        row: its number there.
        name_id: number of the published name.
        record_id: number of the record.
        logit: log-odds by the name alone.
        alike: whether it has exactly the words asked for.
        tokens: the words of the query as they were cut for this row.
        asked: the reading that met it.
    """

    segment: Segment
    row: int
    name_id: int
    record_id: int
    logit: float
    alike: bool
    tokens: tuple[Token, ...]
    asked: Asked


def weighed(
    segment: Segment, one: Asked, gathered: Gathered, frequencies: Frequencies
) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """Features of every candidate, and which cut of the query gave them (0 as asked)."""
    held = held_by(segment, gathered.rows)
    names = frequencies.names
    aligned = align(segment, one.tokens, one.weights, gathered.near, held)
    found = features(segment, one.tokens, one.weights, held, aligned, names=names)
    cut = np.zeros(len(found), np.int8)
    for number, variant in enumerate(gathered.variants, 1):
        some = Held(held.words[:VARIED_MAX], held.weights[:VARIED_MAX])
        weights = weigh(variant.tokens, frequencies)
        other = align(segment, variant.tokens, weights, variant.near, some)
        again = features(segment, variant.tokens, weights, some, other, names=names)
        better = np.flatnonzero(again[:, COVERED] > found[: len(again), COVERED] + VARIANT_GAIN)
        found[better] = again[better]
        cut[better] = number
    return found, cut


# Invented names in the scripts whose tables are read at first use.
WARMING: Final = ("Anna Example", "Анна Пример", "آنا مثال", "김보기", "例子名")


def warm(segments: Sequence[Segment], frequencies: Frequencies, model: Model) -> None:
    """Reads every table and compiles every path, so that no query waits for it."""
    for name in WARMING:
        rank(segments, asked_for(name, frequencies), frequencies, model)


class _Weighed(NamedTuple):
    """Candidates of one reading in one segment, with their log-odds."""

    segment: Segment
    asked: Asked
    gathered: Gathered
    logits: NDArray[np.float64]
    cut: NDArray[np.int8]
    cuts: tuple[tuple[Token, ...], ...]


def rank(
    segments: Sequence[Segment],
    asked: Sequence[Asked],
    frequencies: Frequencies,
    model: Model,
    passed: Passed = NOTHING_PASSED,
) -> tuple[list[Ranked], bool]:
    """Rows of all segments, best first, one for each published name; and whether others were left out."""
    found = [
        weighed_so
        for segment in segments
        for one in asked
        if (weighed_so := _of_reading(segment, one, frequencies, model, passed)) is not None
    ]
    if not found:
        return [], False
    source = np.repeat(np.arange(len(found)), [len(one.logits) for one in found])
    place = np.concatenate([np.arange(len(one.logits)) for one in found])
    logits = np.concatenate([one.logits for one in found])
    names = np.concatenate([one.segment.arrays.row_name[one.gathered.rows] for one in found])
    records = np.concatenate([one.segment.arrays.row_record[one.gathered.rows] for one in found])
    order = np.lexsort((names, records, -logits))
    _, first = np.unique(names[order], return_index=True)
    first.sort()
    best = order[first][:RANKED_MAX]
    cut = len(first) > RANKED_MAX or any(one.gathered.cut for one in found)
    columns = (source, place, names, records, logits)
    ranked = [
        _ranked(found[of], at, name, record, logit)
        for of, at, name, record, logit in zip(
            *(column[best].tolist() for column in columns), strict=True
        )
    ]
    return ranked, cut


def _ranked(one: _Weighed, at: int, name_id: int, record_id: int, logit: float) -> Ranked:
    return Ranked(
        one.segment,
        int(one.gathered.rows[at]),
        name_id,
        record_id,
        logit,
        # Namesakes come first among the candidates.
        at < len(one.gathered.namesakes),
        one.cuts[one.cut[at]],
        one.asked,
    )


def _of_reading(
    segment: Segment, one: Asked, frequencies: Frequencies, model: Model, passed: Passed
) -> _Weighed | None:
    gathered = gather(segment, one, passed)
    if not len(gathered.rows):
        return None
    found, cut = weighed(segment, one, gathered, frequencies)
    likely = found[:, COVERED] + WHOLE_STRING_SHARE * found[:, WHOLE_STRING]
    logits = (model.logits(found) + TIE * likely).astype(np.float64)
    cuts = (one.tokens, *(variant.tokens for variant in gathered.variants))
    return _Weighed(segment, one, gathered, logits, cut, cuts)
