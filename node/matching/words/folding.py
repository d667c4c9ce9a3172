"""Folded spellings: a word in eleven letters, as many writers of many languages would agree on it.

Finer than a coarse code, which forgets vowels, coarser than a spelling: ``Barry``, ``Berri`` and ``Bari``
are one folded word. Two words whose folded spellings are a letter apart are found under one key.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_REMEMBERED: Final = 1 << 15
# Longest first, so that a long group is not cut by a shorter one.
_GROUPS: Final = {
    **dict.fromkeys(("tsch", "shch", "sch", "tch", "dzh", "zh", "sh", "ch", "cz", "sz"), "s"),
    **dict.fromkeys(("dz", "dj", "ts", "tz"), "s"),
    **dict.fromkeys(("kh", "gh", "ck"), "k"),
    **dict.fromkeys(("ou", "oo", "ow", "uw", "aw"), "u"),
    **dict.fromkeys(("ce", "ci", "cy"), "s"),
    "ph": "f",
    "th": "t",
    "dh": "t",
    "x": "ks",
}
_GROUP: Final = re.compile("|".join(sorted(_GROUPS, key=len, reverse=True)))
_LETTERS: Final = str.maketrans("bvdgqczjlaeiyouw", "pftkkkssraaiiuuf", "h")
_DOUBLED: Final = re.compile(r"(.)\1+")


def _grouped(found: re.Match[str]) -> str:
    letters = found[0]
    # The vowel that makes a c soft stays.
    return _GROUPS[letters] + (letters[1] if letters in {"ce", "ci", "cy"} else "")


@lru_cache(maxsize=_REMEMBERED)
def folded(form: str) -> str:
    """A spelling in ASCII letters, folded; the spelling itself where nothing of it is left."""
    return _DOUBLED.sub(r"\1", _GROUP.sub(_grouped, form).translate(_LETTERS)) or form
