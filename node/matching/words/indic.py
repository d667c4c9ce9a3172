"""Scripts of India and of Thailand and Laos, prepared for romanising: the vowels that they do not write.

The blocks of India's scripts are laid out alike (ISCII), so one rule reads them all: a consonant without a
vowel sign sounds an ``a`` unless it ends the word, and the sign of a nasal is the one that fits what follows.
"""

from __future__ import annotations

import re
from typing import Final

_FIRST: Final = 0x0900
_BEYOND: Final = 0x0D80
_BLOCK: Final = 0x80
_NASALS: Final = frozenset((0x01, 0x02, 0x70))
_CONSONANTS: Final = range(0x15, 0x3A)
_LABIALS: Final = range(0x2A, 0x2F)
_H: Final = 0x39
_BENGALI: Final = range(0x0980, 0x0A00)
# What ends a consonant otherwise: the sign that joins letters, vowel signs, and the dot below.
_CARRIED: Final = (0x3C, *range(0x3E, 0x4E))

# Thai and Lao write some vowels before the consonant that they follow.
_PREPOSED: Final = re.compile("([\u0e40-\u0e44\u0ec0-\u0ec4])([\u0e01-\u0e2e\u0e81-\u0eae])")
# Letters that are written and not spoken: under the sign thanthakhat, and a t that goes with a silent r.
_SILENT: Final = re.compile(
    "(?:[\u0e14-\u0e18](?=\u0e23\u0e4c))?[\u0e01-\u0e2e][\u0e34\u0e38]?\u0e4c"
)
_AT_THE_END: Final = (
    (re.compile("[\u0e08\u0e0a\u0e0b\u0e28\u0e29\u0e2a]$"), "\u0e15"),
    (re.compile("[\u0e23\u0e25\u0e2c]$"), "\u0e19"),
)


def is_indic(word: str) -> bool:
    """Whether a word begins in a script of India."""
    return _FIRST <= ord(word[0]) < _BEYOND


def indic(word: str) -> tuple[str, ...]:
    """A word with its vowels; a Bengali b may be a v elsewhere."""
    found = []
    for sign, following in zip(word, f"{word[1:]} ", strict=True):
        place, then = ord(sign) % _BLOCK, ord(following) % _BLOCK if following != " " else 0
        if place in _NASALS:
            found.append("m" if then in _LABIALS else "ng" if then == _H else "n")
        elif place in _CONSONANTS and then and then not in _CARRIED:
            found += [sign, "a"]
        else:
            found.append(sign)
    written = "".join(found)
    return (written, written.replace("\u09ac", "v")) if ord(word[0]) in _BENGALI else (written,)


def thai(word: str) -> tuple[str, ...]:
    """A word in the order of its sounds; of Thai and Lao its last sound, too, as it is spoken."""
    written = _PREPOSED.sub(r"\2\1", _SILENT.sub("", word))
    spoken = written
    for letters, sound in _AT_THE_END:
        spoken = letters.sub(sound, spoken)
    return (written, spoken) if spoken != written else (written,)
