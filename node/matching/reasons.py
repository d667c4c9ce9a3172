"""Why a name matched, in words; nothing of the record is quoted, and no other record has a part in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from node.matching.alignment import align, held_by
from node.matching.nearness import near
from node.matching.query import weigh
from node.matching.words.scripts import Script, script_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.matching.alignment import Aligned
    from node.matching.index.frequencies import Frequencies
    from node.matching.ranking import Ranked

_SCRIPTS: Final = {
    Script.ARABIC: "Arabic",
    Script.HEBREW: "Hebrew",
    Script.CYRILLIC: "Cyrillic",
    Script.GREEK: "Greek",
    Script.HANGUL: "Korean",
    Script.KANA: "Japanese",
    Script.HAN: "Chinese",
    Script.OTHER: "another script's",
}
_EXACT_FROM: Final = 0.9999
_ALIKE_FROM: Final = 0.80
_COUNTED: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")


def reasons(ranked: Ranked, frequencies: Frequencies) -> tuple[str, ...]:
    """The reasons of one row."""
    segment, tokens = ranked.segment, ranked.tokens
    held = held_by(segment, np.array([ranked.row]))
    found = [near(segment, one) for one in tokens]
    aligned = align(segment, tokens, weigh(tokens, frequencies), found, held)
    stored = [segment.word(word) for word in segment.row_words(ranked.row)]
    words = [one.text for one in tokens]
    return (
        *_spelling(words, stored, aligned),
        *_order(ranked, words, aligned),
        *_rest(len(words), len(stored), aligned),
    )


def _spelling(words: Sequence[str], stored: Sequence[str], aligned: Aligned) -> list[str]:
    partners = aligned.partner[0].tolist()
    kinds = {"same": 0, "near": 0, "sound": 0, "known": 0, "initial": 0}
    scripts: dict[Script, int] = {}
    for at, partner in enumerate(partners):
        if partner < 0:
            continue
        script = script_of(stored[partner][0])
        if aligned.initial[0, at]:
            kinds["initial"] += 1
        elif script is not script_of(words[at][0]):
            scripts[script] = scripts.get(script, 0) + 1
        elif aligned.spelled[0, at] >= _EXACT_FROM:
            kinds["same"] += 1
        elif aligned.symbol[0, at]:
            kinds["known"] += 1
        elif aligned.spelled[0, at] >= _ALIKE_FROM or not aligned.code[0, at]:
            kinds["near"] += 1
        else:
            kinds["sound"] += 1
    if kinds["same"] == len(words) == len(stored):
        return ["name spelled alike"]
    told = [
        (kinds["same"], "spelled alike"),
        (kinds["near"], "in a slightly different spelling"),
        (kinds["sound"], "alike by sound"),
        (kinds["known"], "a known other form of the same name"),
        (kinds["initial"], "given as an initial"),
    ]
    told += [
        (count, "in Latin letters" if script is Script.LATIN else f"in {_SCRIPTS[script]} spelling")
        for script, count in sorted(scripts.items())
    ]
    return [f"{_parts(count)} {how}" for count, how in told if count]


def _order(ranked: Ranked, words: Sequence[str], aligned: Aligned) -> list[str]:
    if sorted(words) != sorted(ranked.asked.reading):
        if len(words) < len(ranked.asked.reading):
            return ["two parts of the name written together"]
        return ["a part of the name read as two"]
    place = {word: aligned.partner[0, at] for at, word in enumerate(words)}
    met = [place[word] for word in ranked.asked.reading if place[word] >= 0]
    if met == sorted(met):
        return []
    return ["given and family name swapped" if len(words) == 2 else "parts in another order"]  # noqa: PLR2004


def _rest(asked: int, stored: int, aligned: Aligned) -> list[str]:
    pairs = int((aligned.partner[0] >= 0).sum())
    found = []
    if stored > pairs:
        found.append(f"the record has {_parts(stored - pairs)} more")
    if asked > pairs:
        found.append(f"{_parts(asked - pairs)} asked for not in the record")
    return found


def _parts(count: int) -> str:
    return f"{_COUNTED[min(count, len(_COUNTED) - 1)]} part{'s' if count != 1 else ''} of the name"
