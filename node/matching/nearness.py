"""Which words of a segment are near a word of the query, and how near: 0 to 1.

Nearness joins how alike the spellings are, whether the coarse codes agree, and whether both are spellings
of one name known to Wikidata. One look-up compares a few hundred words at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel

from node.matching.index.segment import distinct, spans
from node.matching.words.tokens import folded_keys, keys, slip_keys, spelling_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from node.matching.index.segment import Segment
    from node.matching.words.tokens import Token

# Words looked at under one key of each kind, the most frequent first.
WORDS_PER_KEY_MAX: Final = {"c": 150, "d": 20, "f": 100, "v": 120, "q": 100}
JOINED_WORDS_PER_KEY_MAX: Final = dict.fromkeys("cfv", 30)
JOINED_CODE_MIN: Final = 3
# A segment does not change, so what is near a word stays near it; a few kilobytes each.
WORDS_REMEMBERED: Final = 1_024
# Spelling similarity below this says nothing.
ALIKE_FLOOR: Final = 0.45
# Of words in different scripts the folded spelling says more than letters do, a short one less.
FOLDED_ACROSS: Final = 0.97
FOLDED_LETTERS: Final = 0.6
SPELLING_SHARE: Final = 0.6
UNSUPPORTED: Final = 0.92
CODE_BASE: Final = 0.30
CODE_BASE_ACROSS: Final = 0.55
CODE_LETTER: Final = 0.08
CODE_LETTERS_MAX: Final = 5
CODE_SHARE: Final = 0.9
SYMBOL_NEARNESS: Final = 0.93
NEAR_MAX: Final = 0.98
# A word that has one as near as this is not looked for with slips.
NEAR_ENOUGH: Final = 0.80
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
    known = segment.remembered
    if one.text in known:
        found: Near | None = known.pop(one.text)
    else:
        texts = keys(one)
        found = _near(segment, one, sorted(texts), WORDS_PER_KEY_MAX)
        if not one.native and (found is None or found.nearness.max() < NEAR_ENOUGH):
            slips = _held(segment, slip_keys(one.forms[0]) - texts)
            if slips:
                found = _near(segment, one, sorted({*texts, *slips}), WORDS_PER_KEY_MAX)
        if len(known) >= WORDS_REMEMBERED:
            del known[next(iter(known))]
    known[one.text] = found  # the latest at the end
    return found


def _held(segment: Segment, texts: Iterable[str]) -> list[str]:
    """Keys that a segment has. Folding makes two changes of some slips; looking for each costs no room."""
    wanted = list(texts)
    begins, ends = segment.find(wanted)
    return [wanted[at] for at in np.flatnonzero(ends > begins).tolist()]


def near_joined(segment: Segment, one: Token, *, by_sound: bool) -> Near | None:
    """The same with fewer keys, for two words of the query glued together."""
    found = spelling_keys(one.forms[0]) | folded_keys(one.folds[0])
    if by_sound:
        found.update(f"c{code}" for code in one.codes if len(code) >= JOINED_CODE_MIN)
    return _near(segment, one, sorted(found), JOINED_WORDS_PER_KEY_MAX)


def _near(
    segment: Segment, one: Token, texts: Sequence[str], limits: Mapping[str, int]
) -> Near | None:
    begins, ends = segment.find(texts)
    held = np.flatnonzero(ends > begins)
    if not len(held):
        return None
    key_word = segment.arrays.key_word
    lists, coded, named = [], [], []
    for at, begin, end in zip(
        held.tolist(), begins[held].tolist(), ends[held].tolist(), strict=True
    ):
        text = texts[at]
        words = key_word[begin : min(end, begin + limits[text[0]])]
        lists.append(words)
        if text[0] == "c":
            coded.append((min(len(text) - 1, CODE_LETTERS_MAX), words))
        elif text[0] == "q":
            named.append(words)
    words = distinct(lists)
    spelled, alike = _alike(segment, one, words)
    code = np.zeros(len(words), np.float32)
    if coded:
        # Of several codes that agree the longest counts: it is written last.
        coded.sort(key=lambda found: found[0])
        letters = np.repeat([of for of, _ in coded], [len(those) for _, those in coded])
        code[words.searchsorted(np.concatenate([those for _, those in coded]))] = letters
    symbol = np.zeros(len(words), np.bool_)
    if named:
        symbol[words.searchsorted(np.concatenate(named))] = True
    across = segment.arrays.word_native[words] | one.native
    return Near(words, nearness(alike, spelled, code, symbol, across), spelled, code, symbol)


def _alike(
    segment: Segment, one: Token, words: NDArray[np.int32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How alike the closest spellings of the token and each word are: as they are; or folded too."""
    arrays = segment.arrays
    positions, counts = spans(arrays.word_form, words)
    forms = segment.forms[positions].tolist()
    folds = segment.folds[positions].tolist()
    spelled = process.cdist(one.forms, forms, scorer=Indel.normalized_similarity, dtype=np.float32)
    own = tuple(dict.fromkeys(one.folds))
    alike = process.cdist(own, folds, scorer=Indel.normalized_similarity, dtype=np.float32)
    across = alike * np.array([[FOLDED_ACROSS - FOLDED_LETTERS / len(fold)] for fold in own])
    native = arrays.word_native[words] | one.native
    spelled = _best(spelled, counts)
    both = np.where(native, _best(across, counts), (_best(alike, counts) + spelled) / 2)
    return spelled, np.maximum(spelled, both)


def _best(each: NDArray[np.float32], counts: NDArray[np.int64]) -> NDArray[np.float32]:
    best = each[0] if len(each) == 1 else each.max(axis=0)
    if len(best) > len(counts):
        best = np.maximum.reduceat(best, np.append(0, np.cumsum(counts)[:-1]))
    closest: NDArray[np.float32] = best.astype(np.float32, copy=False)
    return closest


def nearness(
    alike: NDArray[np.float32],
    spelled: NDArray[np.float32],
    code: NDArray[np.float32],
    symbol: NDArray[np.bool_],
    across: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """The nearness of words.

    Args:
        alike: similarity of the spellings as they are or folded.
        spelled: similarity as they are.
        code: classes of the coarse code that agree.
        symbol: whether both are spellings of one known name.
        across: whether either is in another script than Latin.
    """
    base = np.maximum((alike - ALIKE_FLOOR) / (1 - ALIKE_FLOOR), 0)
    coded = np.where(across, CODE_BASE_ACROSS, CODE_BASE) + CODE_LETTER * code
    agreeing = np.maximum(
        SPELLING_SHARE * base + (1 - SPELLING_SHARE) * np.maximum(coded, base),
        np.where(across, (coded + base) / 2, CODE_SHARE * coded),
    )
    found = np.where(code > 0, agreeing, UNSUPPORTED * base)
    found = np.where(symbol, np.maximum(found, SYMBOL_NEARNESS), found)
    whole: NDArray[np.float32] = np.where(
        spelled >= EXACT_FROM, 1.0, np.minimum(found, NEAR_MAX)
    ).astype(np.float32)
    return whole
