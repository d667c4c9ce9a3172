"""Names of several words in one shape, however they were joined or spelled.

``Abd al-Rahman``, ``Abdul Rahman`` and ``Abdurrahman`` become ``abd rahman``; ``Abdullah`` and its
spellings stay one word; ``Salah al-Din`` and ``Saladin`` end in ``uddin``, ``Habib Allah`` in ``ullah``;
the same in Arabic letters.
"""

from __future__ import annotations

import re
from typing import Final

from node.matching.words.cleaning import latin
from node.matching.words.scripts import Script, script_of

_ARTICLES: Final = frozenset(("al", "el", "ul", "ar", "as", "ad", "an", "il", "ur"))
_ABD: Final = frozenset(
    (
        "abdul",
        "abdel",
        "abdal",
        "abdoul",
        "abdol",
        "abdu",
        "abdou",
        "abd",
        "abdur",
        "abdus",
        "abder",
    )
)
_ABDULLAH: Final = (
    "abdullah",
    "abdallah",
    "abdellah",
    "abdoullah",
    "abdoulla",
    "abdulla",
    "abdalla",
)
_ABD_JOINED: Final = re.compile(
    r"^abd(?:[aeou]u?|ou)?(?:l|r(?=r)|s(?=s)|d(?=d)|n(?=n)|t(?=t)|z(?=z))?[aeu]?l?"
    r"([bcdfghjklmnpqrstvwxyz].{2,})$"
)
_ABD_JOINED_MIN: Final = 7
_GOD: Final = frozenset(("allah", "lah", "ullah", "allaah"))
_GOD_AFTER: Final = frozenset(("allah", "ullah", "alla", "ollah"))
_DIN_ARTICLES: Final = frozenset(("al", "el", "ul", "ud", "ad", "ed"))
_DIN: Final = frozenset(("din", "deen", "dine"))
_DIN_JOINED: Final = frozenset(
    (*_DIN, "eddin", "eddine", "uddin", "aldin", "addin", "eldin", "oddin")
)
_DIN_END: Final = re.compile(r"(?<=..)(?:[aeo]l|[eao]u?d|ou?d)d[ei]+ne?$")
_STEM_MIN: Final = 3

_ARABIC_ARTICLE: Final = "\u0627\u0644"
_ARABIC_ABD: Final = "\u0639\u0628\u062f"
_ARABIC_ABDULLAH: Final = "\u0639\u0628\u062f\u0627\u0644\u0644\u0647"
_ARABIC_ABDULLAH_OTHER: Final = frozenset(
    ("\u0639\u0628\u062f\u0627\u0644\u0644\u06c1", "\u0639\u0628\u062f\u0627\u0644\u0647")
)
_ARABIC_GOD: Final = frozenset(("\u0627\u0644\u0644\u0647", "\u0627\u0644\u0644\u06c1"))
_ARABIC_DIN: Final = frozenset(("\u0627\u0644\u062f\u064a\u0646", "\u0627\u0644\u062f\u06cc\u0646"))
_ARABIC_PARTICLES: Final = frozenset(
    (
        "\u0627\u0644",
        "\u0622\u0644",
        "\u0628\u0646",
        "\u0627\u0628\u0646",
        "\u0628\u0646\u062a",
        "\u0648\u0644\u062f",
    )
)
_ARABIC_ARTICLE_FROM: Final = 5
# What an Arabic particle is called among the Latin ones.
PARTICLE: Final = "bin"


def shaped(words: list[str], particles: frozenset[str]) -> list[str]:
    """Words of one reading with compounds put into one shape; Latin ones in ASCII letters."""
    found: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        script = script_of(word[0])
        if script is Script.LATIN:
            spelled = latin(word)
            if spelled:
                at += _latin(
                    spelled, [latin(one) for one in words[at + 1 : at + 3]], found, particles
                )
        elif script is Script.ARABIC:
            at += _arabic(word, words[at + 1 : at + 2], found)
        else:
            found.append(word)
        at += 1
    return found


def _latin(word: str, following: list[str], found: list[str], particles: frozenset[str]) -> int:
    """Adds a word in its shape; returns how many of the following words went into it."""
    stem = found[-1] if found and len(found[-1]) >= _STEM_MIN and found[-1] not in particles else ""
    joined = _ABD_JOINED.match(word) if len(word) >= _ABD_JOINED_MIN else None
    if joined and not word.startswith(_ABDULLAH):
        found += ["abd", joined[1]]
    elif word in _ABD:
        taken = 0
        while taken < len(following) and following[taken] in _ARTICLES:
            taken += 1
        if taken < len(following) and following[taken] in _GOD:
            found.append("abdullah")
            return taken + 1
        found.append("abd")
        return taken
    elif stem and word in _DIN_JOINED:
        found[-1] += "uddin"
    elif stem and word in _GOD_AFTER:
        found[-1] += "ullah"
    elif stem and word in _DIN_ARTICLES and following[:1] and following[0] in _DIN:
        found[-1] += "uddin"
        return 1
    else:
        found.append(_DIN_END.sub("uddin", word))
    return 0


def _arabic(word: str, following: list[str], found: list[str]) -> int:
    after_name = bool(found) and script_of(found[-1][0]) is Script.ARABIC
    if word in _ARABIC_ABDULLAH_OTHER:
        found.append(_ARABIC_ABDULLAH)
    elif word.startswith(_ARABIC_ABD + _ARABIC_ARTICLE) and word != _ARABIC_ABDULLAH:
        found += [_ARABIC_ABD, _without_article(word[len(_ARABIC_ABD) :])]
    elif word == _ARABIC_ABD and following and following[0] in _ARABIC_GOD:
        found.append(_ARABIC_ABDULLAH)
        return 1
    elif word in _ARABIC_PARTICLES:
        found.append(PARTICLE)
    elif after_name and found[-1] != _ARABIC_ABD and word in _ARABIC_GOD | _ARABIC_DIN:
        found[-1] += word
    else:
        found.append(_without_article(word))
    return 0


def _without_article(word: str) -> str:
    if word.startswith(_ARABIC_ARTICLE) and len(word) >= _ARABIC_ARTICLE_FROM:
        return word[len(_ARABIC_ARTICLE) :]
    return word
