"""Spellings in ASCII letters that a word of any script has, the likeliest first.

Latin and most alphabets have one (anyascii). A Hangul syllable has several: Revised Romanisation,
McCune-Reischauer and habit. A Han character has pinyin, Wade-Giles and the Cantonese reading.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Final

from node.matching.words.cleaning import latin
from node.matching.words.scripts import Script, script_of

FORMS_MAX: Final = 8
_SYLLABLES_REMEMBERED: Final = 20_000

_HANGUL_FIRST: Final = 0xAC00
_INITIALS: Final = (
    ("k", "g"),
    ("kk", "g"),
    ("n",),
    ("d", "t"),
    ("dd", "t"),
    ("r", "l"),
    ("m",),
    ("b", "p"),
    ("bb", "p"),
    ("s",),
    ("ss", "s"),
    ("",),
    ("j", "ch"),
    ("jj", "ch"),
    ("ch",),
    ("k",),
    ("t",),
    ("p",),
    ("h",),
)
_VOWELS: Final = (
    ("a",),
    ("ae",),
    ("ya",),
    ("yae",),
    ("eo", "o", "u"),
    ("e",),
    ("yeo", "yo", "yu"),
    ("ye",),
    ("o",),
    ("wa",),
    ("wae",),
    ("oe",),
    ("yo",),
    ("u", "oo"),
    ("wo", "weo"),
    ("we",),
    ("wi",),
    ("yu", "yoo"),
    ("eu", "u"),
    ("ui", "i"),
    ("i", "ee"),
)
_FINALS: Final = (
    "",
    *("k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p"),
    *("t", "t", "ng", "t", "t", "k", "t", "p", "t"),
)
_WADE_GILES: Final = (
    ("zh", "ch"),
    ("ch", "ch"),
    ("sh", "sh"),
    ("j", "ch"),
    ("q", "ch"),
    ("x", "hs"),
    ("z", "ts"),
    ("c", "ts"),
    ("r", "j"),
    ("b", "p"),
    ("d", "t"),
    ("g", "k"),
)
# Family names that are read otherwise than the character alone.
_SURNAME_PINYIN: Final = {
    "曾": "zeng",
    "单": "shan",
    "單": "shan",
    "解": "xie",
    "仇": "qiu",
    "区": "ou",
    "區": "ou",
    "查": "zha",
    "盖": "ge",
    "朴": "piao",
    "翟": "zhai",
    "覃": "qin",
    "尉": "yu",
    "乐": "yue",
    "樂": "yue",
    "缪": "miao",
    "繆": "miao",
    "冼": "xian",
    "召": "shao",
    "折": "she",
}
# Jyutping to the spelling that people of Hong Kong write.
_JYUTPING: Final = (
    ("eoi", "ui"),
    ("oeng", "eung"),
    ("oe", "eu"),
    ("eo", "u"),
    ("aa", "a"),
)


def _read(name: str) -> list[list[str]]:
    text = resources.files("node.matching.words").joinpath(name).read_text("utf-8")
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


_KOREAN_SURNAMES: Final = {one: tuple(rest) for one, *rest in _read("korean_surnames.txt")}
_HAN: Final = {one: (korean, yue) for one, korean, yue in _read("han_readings.txt")}


def korean_reading(character: str) -> str:
    """The Hangul syllable a Han character is read as in Korean names; empty when it has none."""
    return _HAN.get(character, ("-", "-"))[0].rpartition(",")[2].strip("-")


def hangul(word: str) -> tuple[str, ...]:
    """Spellings of one or two syllables written together."""
    if len(word) == 1:
        return _first((*_KOREAN_SURNAMES.get(word, ()), *_syllable(word)))
    plain = latin(word)
    if len(word) > 2:  # noqa: PLR2004  # longer words are foreign names, written by sound
        return (plain,) if plain else ()
    first, second = (_syllable(one)[:3] for one in word)
    return _first((plain, *(a + b for a in first for b in second)))


def han(word: str) -> tuple[str, ...]:
    """Spellings of a character, or of characters written together."""
    plain = latin(word)
    if len(word) > 1:
        pinyin = [_pinyin(one) for one in word]
        return _first((plain, "".join(pinyin), "".join(map(_wade_giles, pinyin))))
    own = _pinyin(word)
    yue = _HAN.get(word, ("-", "-"))[1].strip("-")
    return _first((own, _wade_giles(own), plain, *_cantonese(yue)))


def forms(word: str) -> tuple[str, ...]:
    """Spellings of a word, at most eight, the likeliest first; none when it cannot be spelled."""
    script = script_of(word[0])
    if script is Script.HANGUL:
        return hangul(word)
    if script is Script.HAN:
        return han(word)
    spelled = latin(word)
    if (
        script is Script.ARABIC and word[0] == "\u0639"
    ):  # ayn is silent, the vowel it carries is not
        spelled = f"a{spelled}"
    return (spelled,) if spelled else ()


@lru_cache(maxsize=_SYLLABLES_REMEMBERED)
def _syllable(character: str) -> tuple[str, ...]:
    number = ord(character) - _HANGUL_FIRST
    if not 0 <= number < len(_INITIALS) * len(_VOWELS) * len(_FINALS):
        return _first((latin(character),))
    initial, rest = divmod(number, len(_VOWELS) * len(_FINALS))
    vowel, final = divmod(rest, len(_FINALS))
    end = _FINALS[final]
    return _first(tuple(a + v + end for v in _VOWELS[vowel] for a in _INITIALS[initial]))


def _pinyin(character: str) -> str:
    return _SURNAME_PINYIN.get(character) or latin(character)


def _wade_giles(pinyin: str) -> str:
    for start, other in _WADE_GILES:
        if pinyin.startswith(start):
            return other + pinyin[len(start) :]
    return pinyin


def _cantonese(jyutping: str) -> tuple[str, ...]:
    if not jyutping:
        return ()
    text = jyutping
    for letters, others in _JYUTPING:
        text = text.replace(letters, others)
    if text.startswith("j"):
        text = text[1:] if text[1:3] == "yu" or text[1] == "y" else f"y{text[1:]}"
    if text.startswith("z"):
        return (f"ch{text[1:]}", f"ts{text[1:]}")
    if text.startswith("c"):
        return (f"ch{text[1:]}", f"ts{text[1:]}")
    return (text,)


def _first(spellings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in spellings if one))[:FORMS_MAX]
