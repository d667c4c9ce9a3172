"""Ranking: the readings of a name against the segments of an index, best rows first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from node.matching.alignment import Held, align, held_by
from node.matching.features import COVERED, WHOLE_STRING, features
from node.matching.gathering import Gathered, gather
from node.matching.query import asked_for, weigh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from node.matching.index.frequencies import Frequencies
    from node.matching.index.segment import Segment
    from node.matching.model import Model
    from node.matching.query import Asked
    from node.matching.words.tokens import Token

# Candidates that are weighed again with words of the query joined or cut.
VARIED_MAX: Final = 40
VARIANT_GAIN: Final = 0.02
# Rows that are handed on.
RANKED_MAX: Final = 50
WHOLE_STRING_SHARE: Final = 0.3
# Breaks ties between equal log-odds without moving any.
TIE: Final = 1e-3
# Log-odds of 0.99: as sure as a name alone can make anybody.
NAME_LOGIT_MAX: Final = 4.6


class Ranked(NamedTuple):
    """One row, weighed by its name alone.

    Attributes:
        segment: where it lies.
        row: its number there.
        name_id: number of the published name.
        record_id: number of the record.
        logit: log-odds by the name alone.
        alike: whether it has exactly the words asked for.
        namesakes: rows with exactly these words.
        tokens: the words of the query as they were cut for this row.
        asked: the reading that met it.
    """

    segment: Segment
    row: int
    name_id: int
    record_id: int
    logit: float
    alike: bool
    namesakes: int
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
        tried = np.argsort(-found[:, WHOLE_STRING], kind="stable")[:VARIED_MAX]
        some = Held(held.words[tried], held.weights[tried])
        weights = weigh(variant.tokens, frequencies)
        other = align(segment, variant.tokens, weights, variant.near, some)
        again = features(segment, variant.tokens, weights, some, other, names=names)
        better = again[:, COVERED] > found[tried, COVERED] + VARIANT_GAIN
        found[tried[better]] = again[better]
        cut[tried[better]] = number
    return found, cut


# Invented names in the scripts whose tables are read at first use.
WARMING: Final = ("Anna Example", "Анна Пример", "آنا مثال", "김보기", "例子名")


def warm(segments: Sequence[Segment], frequencies: Frequencies, model: Model) -> None:
    """Reads every table and compiles every path, so that no query waits for it."""
    for name in WARMING:
        rank(segments, asked_for(name, frequencies), frequencies, model)


def rank(
    segments: Sequence[Segment], asked: Sequence[Asked], frequencies: Frequencies, model: Model
) -> list[Ranked]:
    """Rows of all segments, best first, one for each published name."""
    best: dict[tuple[int, int], Ranked] = {}
    for segment in segments:
        for one in asked:
            for ranked in _of_reading(segment, one, frequencies, model):
                key = (ranked.record_id, ranked.name_id)
                known = best.get(key)
                if known is None or known.logit < ranked.logit:
                    best[key] = ranked
    found = _shared(list(best.values()))
    return sorted(found, key=lambda one: (-one.logit, one.record_id, one.name_id))[:RANKED_MAX]


def _shared(found: list[Ranked]) -> list[Ranked]:
    """At most one record is the person asked for: the odds of each are against all the others too."""
    best: dict[int, float] = {}
    for one in found:
        best[one.record_id] = max(best.get(one.record_id, -math.inf), one.logit)
    odds = {record: math.exp(min(logit, NAME_LOGIT_MAX)) for record, logit in best.items()}
    total = sum(odds.values())
    return [
        one._replace(logit=one.logit - math.log1p(max(0.0, total - odds[one.record_id])))
        for one in found
    ]


def _of_reading(
    segment: Segment, one: Asked, frequencies: Frequencies, model: Model
) -> list[Ranked]:
    gathered = gather(segment, one)
    if not len(gathered.rows):
        return []
    found, cut = weighed(segment, one, gathered, frequencies)
    likely = found[:, COVERED] + WHOLE_STRING_SHARE * found[:, WHOLE_STRING]
    logits = model.logits(found) + TIE * likely
    cuts = (one.tokens, *(variant.tokens for variant in gathered.variants))
    arrays = segment.arrays
    best = np.argsort(-logits, kind="stable")[:RANKED_MAX]
    alike = np.isin(gathered.rows, gathered.namesakes)
    return [
        Ranked(
            segment,
            row,
            int(arrays.row_name[row]),
            int(arrays.row_record[row]),
            float(logits[at]),
            bool(alike[at]),
            len(gathered.namesakes),
            cuts[cut[at]],
            one,
        )
        for at, row in ((at, int(gathered.rows[at])) for at in best.tolist())
    ]
