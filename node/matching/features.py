"""What speaks for and against a candidate, as numbers that can be told in words.

Each has a direction that is known beforehand and kept in training: covering more of either name never
speaks against a match, missing more never for it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from node.matching.alignment import Aligned, Held
    from node.matching.index.segment import Segment
    from node.matching.words.tokens import Token

# Name and direction of every feature: +1 speaks for a match, -1 against, 0 either.
FEATURES: Final = (
    ("covered of both", 1),
    ("covered of the worse side", 1),
    ("surprise below chance", 1),
    ("surprise", 1),
    ("heaviest word met", 1),
    ("worst pair", 1),
    ("alike in spelling", 1),
    ("by sound only", -1),
    ("known spellings of one name", 1),
    ("spelled the same", 1),
    ("whole string", 1),
    ("missing on both sides", -1),
    ("missing of the query", -1),
    ("missing of the record", -1),
    ("words unmatched on both sides", -1),
    ("one word asked", -1),
    ("one word recorded", -1),
    ("one pair only", -1),
    ("initials", 0),
)
NAMES: Final = tuple(name for name, _ in FEATURES)
COVERED: Final = NAMES.index("covered of both")
WHOLE_STRING: Final = NAMES.index("whole string")
SPELLED_SAME: Final = NAMES.index("spelled the same")
# Sounding alike counts as "by sound only" below this similarity of spelling.
SOUND_ONLY_BELOW: Final = 0.85
EXACT_FROM: Final = 0.9999
TOKENS_FLOOR: Final = 1e-6
MISSING_SCALE: Final = 10.0
SURPRISE_SCALE: Final = 10.0
SURPRISE_MAX: Final = 12.0


def features(  # one line a feature reads better than a loop
    segment: Segment,
    tokens: Sequence[Token],
    weights: NDArray[np.float32],
    held: Held,
    aligned: Aligned,
    *,
    names: int,
) -> NDArray[np.float32]:
    """One row a candidate, one column a feature.

    Args:
        segment: where the candidates lie.
        tokens: the words asked for.
        weights: how much each says.
        held: the candidates' words.
        aligned: their pairs.
        names: how many names there are to be met by chance.
    """
    met = aligned.partner >= 0
    asked, recorded = float(weights.sum()), np.maximum(held.weights.sum(axis=1), 0.2)
    query = (aligned.nearness * weights).sum(axis=1) / asked
    record = (aligned.nearness * aligned.weight).sum(axis=1) / recorded
    shared = np.where(met, np.minimum(weights[None, :], aligned.weight), 0)
    total = np.maximum(shared.sum(axis=1), TOKENS_FLOOR)
    surprise = (shared * np.maximum(aligned.nearness * 2 - 1, 0)).sum(axis=1) - math.log(names)
    query_missing = (weights * ~met).sum(axis=1)
    record_missing = np.maximum(held.weights.sum(axis=1) - aligned.weight.sum(axis=1), 0)
    pairs = met.sum(axis=1)
    recorded_words = (held.words >= 0).sum(axis=1)
    by_sound = (aligned.code > 0) & (aligned.spelled < SOUND_ONLY_BELOW) & ~aligned.symbol
    columns = (
        query * record,
        np.minimum(query, record),
        np.minimum(surprise, 0) / SURPRISE_SCALE,
        np.clip(surprise, 0, SURPRISE_MAX) / SURPRISE_SCALE,
        (shared * aligned.nearness).max(axis=1) / SURPRISE_SCALE,
        np.where(met, aligned.nearness, 1).min(axis=1) * (pairs > 0),
        (aligned.spelled * shared).sum(axis=1) / total,
        (by_sound * shared).sum(axis=1) / total,
        (aligned.symbol * shared).sum(axis=1) / total,
        ((aligned.spelled >= EXACT_FROM) * shared).sum(axis=1) / total,
        _whole_string(segment, tokens, held),
        np.minimum(query_missing, record_missing) / MISSING_SCALE,
        query_missing / MISSING_SCALE,
        record_missing / MISSING_SCALE,
        np.minimum(len(tokens) - pairs, np.maximum(recorded_words - pairs, 0)),
        np.full(len(pairs), float(len(tokens) == 1)),
        recorded_words == 1,
        pairs == 1,
        aligned.initial.sum(axis=1),
    )
    return np.stack(columns, axis=1).astype(np.float32)


def _whole_string(segment: Segment, tokens: Sequence[Token], held: Held) -> NDArray[np.float32]:
    """How alike the whole names are, their words sorted and written together."""
    own = "".join(sorted(one.forms[0] for one in tokens))
    found: NDArray[np.float32] = process.cdist(
        [own], _spelled(segment, held.words), scorer=Indel.normalized_similarity, dtype=np.float32
    )[0]
    return found


def _spelled(segment: Segment, words: NDArray[np.int64]) -> list[str]:
    """The first spellings of each row's words, sorted and joined."""
    first = segment.arrays.word_form[np.maximum(words, 0)]
    texts = segment.forms[first]
    texts[words < 0] = ""
    return ["".join(sorted(row)) for row in texts.tolist()]
