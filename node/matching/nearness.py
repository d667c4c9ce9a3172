"""Which words of a segment are near a word of the query, and how near: 0 to 1.

Nearness joins how alike the spellings are, whether the coarse codes agree, and whether both are spellings
of one name known to Wikidata. One look-up compares a few hundred words at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel, JaroWinkler

from node.matching.index.segment import distinct, spans
from node.matching.words.tokens import keys, spelling_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from node.matching.index.segment import Segment
    from node.matching.words.tokens import Token

# Words looked at under one key, and under codes too short to say much.
WORDS_PER_KEY_MAX: Final = 300
WORDS_PER_SHORT_CODE_MAX: Final = 200
SHORT_CODE_MAX: Final = 3
JOINED_WORDS_PER_KEY_MAX: Final = 60
# Spelling similarity below this says nothing.
ALIKE_FLOOR: Final = 0.45
JARO_WINKLER_SHARE: Final = 0.4
SPELLING_SHARE: Final = 0.6
UNSUPPORTED: Final = 0.92
CODE_BASE: Final = 0.30
CODE_BASE_NATIVE: Final = 0.55
CODE_LETTER: Final = 0.08
CODE_LETTERS_MAX: Final = 5
LATIN_CODE_SHARE: Final = 0.9
SYMBOL_NEARNESS: Final = 0.93
NEAR_MAX: Final = 0.98
EXACT_FROM: Final = 0.9999


class Near(NamedTuple):
    """Words near one word of the query, by ascending number.

    Attributes:
        words: numbers of the words.
        nearness: how near each is.
        spelled: how alike the closest spellings are.
        code: how many classes of the coarse code agree; 0 when the codes differ.
        symbol: whether both are spellings of one known name.
    """

    words: NDArray[np.int32]
    nearness: NDArray[np.float32]
    spelled: NDArray[np.float32]
    code: NDArray[np.float32]
    symbol: NDArray[np.bool_]


def near(segment: Segment, one: Token) -> Near | None:
    """Words near a token; ``None`` when there is none."""
    return _near(segment, one, sorted(keys(one)), WORDS_PER_KEY_MAX)


def near_joined(segment: Segment, one: Token) -> Near | None:
    """The same with fewer keys, for two words of the query glued together."""
    found = spelling_keys(one.forms[0])
    found.update(f"c{code}" for code in one.codes if len(code) >= SHORT_CODE_MAX)
    return _near(segment, one, sorted(found), JOINED_WORDS_PER_KEY_MAX)


def _near(segment: Segment, one: Token, texts: Sequence[str], limit: int) -> Near | None:
    lists, coded, named = [], [], []
    for text, position in zip(texts, segment.find(texts).tolist(), strict=True):
        if position < 0:
            continue
        kind, letters = text[0], len(text) - 1
        short = kind == "c" and letters <= SHORT_CODE_MAX
        words = segment.words_of(position, min(limit, WORDS_PER_SHORT_CODE_MAX) if short else limit)
        lists.append(words)
        if kind == "c":
            coded.append((min(letters, CODE_LETTERS_MAX), words))
        elif kind == "q":
            named.append(words)
    if not lists:
        return None
    words = distinct(lists)
    spelled = _spelled(segment, one, words)
    code = np.zeros(len(words), np.float32)
    for letters, those in sorted(coded, key=lambda found: found[0]):
        code[np.searchsorted(words, those)] = letters
    symbol = np.zeros(len(words), np.bool_)
    for those in named:
        symbol[np.searchsorted(words, those)] = True
    return Near(words, nearness(spelled, code, symbol, native=one.native), spelled, code, symbol)


def _spelled(segment: Segment, one: Token, words: NDArray[np.int32]) -> NDArray[np.float32]:
    """How alike the closest spellings of the token and each word are."""
    arrays, text = segment.arrays, segment.forms
    positions, counts = spans(arrays.word_form, words)
    begins = arrays.form_start[positions].tolist()
    ends = arrays.form_start[positions + 1].tolist()
    spellings = [text[begin:end] for begin, end in zip(begins, ends, strict=True)]
    both = JARO_WINKLER_SHARE * process.cdist(
        one.forms, spellings, scorer=JaroWinkler.similarity, dtype=np.float32
    ) + (1 - JARO_WINKLER_SHARE) * process.cdist(
        one.forms, spellings, scorer=Indel.normalized_similarity, dtype=np.float32
    )
    best = both[0] if len(one.forms) == 1 else both.max(axis=0)
    if len(spellings) > len(words):
        best = np.maximum.reduceat(best, np.append(0, np.cumsum(counts)[:-1]))
    closest: NDArray[np.float32] = best.astype(np.float32, copy=False)
    return closest


def nearness(
    spelled: NDArray[np.float32],
    code: NDArray[np.float32],
    symbol: NDArray[np.bool_],
    *,
    native: bool,
) -> NDArray[np.float32]:
    """The nearness of words from spelling, code and symbol."""
    base = np.clip((spelled - ALIKE_FLOOR) / (1 - ALIKE_FLOOR), 0, 1)
    coded = (CODE_BASE_NATIVE if native else CODE_BASE) + CODE_LETTER * code
    agreeing = np.maximum(
        SPELLING_SHARE * base + (1 - SPELLING_SHARE) * np.maximum(coded, base),
        coded if native else LATIN_CODE_SHARE * coded,
    )
    found = np.where(code > 0, agreeing, UNSUPPORTED * base)
    found = np.where(symbol, np.maximum(found, SYMBOL_NEARNESS), found)
    whole: NDArray[np.float32] = np.where(
        spelled >= EXACT_FROM, 1.0, np.minimum(found, NEAR_MAX)
    ).astype(np.float32)
    return whole
