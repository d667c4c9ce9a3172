"""Spellings in ASCII letters that a word of any script has, the likeliest first.

Latin and most alphabets have one (anyascii). A Hangul syllable has several: Revised Romanisation,
McCune-Reischauer and habit. Han characters: ``node.matching.words.chinese``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from node.matching.words import chinese
from node.matching.words.cleaning import latin
from node.matching.words.scripts import Script, script_of
from node.matching.words.tables import read

FORMS_MAX: Final = 8
_SYLLABLES_REMEMBERED: Final = 20_000

_ABJADS: Final = frozenset((Script.ARABIC, Script.HEBREW))
_ABJAD_VOWELS: Final = frozenset("aiuywh")
# Letters that anyascii leaves out: a long vowel, and at the beginning whatever carries one.
_APART: Final = re.compile("([td])([szj])")
_VOWEL_LETTERS: Final = dict.fromkeys("\u0627\u0622\u0623\u0625\u0671\u0639\u05d0\u05e2", "a")
_LONG_VOWELS: Final = str.maketrans(
    dict.fromkeys("\u0627\u0622\u0623\u0625\u0671\u0649\u0629", "a")
)
# Letters that Persian, Urdu and Turkish readers sound otherwise than Arabs do.
_AS_IN_PERSIAN: Final = str.maketrans({"\u0636": "z", "\u0638": "z", "\u0630": "z", "\u062b": "s"})
# Thai and Lao write some vowels before the consonant that they follow.
_PREPOSED: Final = re.compile("([\u0e40-\u0e44\u0ec0-\u0ec4])([\u0e01-\u0e2e\u0e81-\u0eae])")
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
    ("ui", "i", "ee"),
    ("i", "ee"),
)
_FINALS: Final = (
    "",
    *("k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p"),
    *("t", "t", "ng", "t", "t", "k", "t", "p", "t"),
)
_KOREAN_SURNAMES: Final = {one: tuple(rest) for one, *rest in read("korean_surnames.txt")}


def hangul(word: str) -> tuple[str, ...]:
    """Spellings of one or two syllables written together."""
    if len(word) == 1:
        return _first((*_KOREAN_SURNAMES.get(word, ()), *_syllable(word)))
    plain = latin(word)
    if len(word) > 2:  # noqa: PLR2004  # longer words are foreign names, written by sound
        return (plain,) if plain else ()
    first, second = (_syllable(one)[:3] for one in word)
    return _first((plain, *(a + b for a in first for b in second)))


def forms(word: str) -> tuple[str, ...]:
    """Spellings of a word, at most eight, the likeliest first; none when it cannot be spelled."""
    script = script_of(word[0])
    if script is Script.HANGUL:
        return hangul(word)
    if script is Script.HAN:
        return _first(chinese.spellings(word))
    if script in _ABJADS:
        written = _VOWEL_LETTERS.get(word[0], word[0]) + word[1:].translate(_LONG_VOWELS)
        spelled = latin(written)
        if script is Script.ARABIC and spelled:
            return _first((spelled, latin(written.translate(_AS_IN_PERSIAN))))
    else:
        spelled = latin(_PREPOSED.sub(r"\2\1", word))
    return (spelled,) if spelled else ()


def sounds(form: str, script: Script, *, syllable: bool) -> tuple[str, ...]:
    """A spelling as it sounds, in letters that codes are made of; more than one where scripts are ambiguous.

    Args:
        form: in ASCII letters.
        script: what it was written in.
        syllable: whether it stands for one character; longer Han words are foreign names, whose sounds
            Chinese only approaches.
    """
    if script is Script.HAN:
        plain = form.replace("x", "s").replace("q", "ch").replace("j", "ch")
        if syllable:
            return (plain,)
        return plain, form.replace("x", "h").replace("q", "k").replace("j", "k")
    if script in _ABJADS:
        return _abjad(form, script)
    if script in {Script.HANGUL, Script.KANA} and not syllable and set(form) & {"b", "p"}:
        # Neither writes v or f.
        return form, form.replace("b", "v").replace("p", "f")
    if script is Script.CYRILLIC and form[0] == "g":
        return form, f"h{form[1:]}"  # Ukrainian, and Russian for a foreign h
    return (form,)


def _abjad(form: str, script: Script) -> tuple[str, ...]:
    """Within a word w is a vowel; Hebrew writes b and v, p and f by the same letters."""
    if script is Script.ARABIC:
        form = _APART.sub(r"\1h\2", form)
    found = [form[0] + form[1:].replace("w", "u")]
    if "w" in form:
        found.append(form.replace("w", "v"))
        if form[0] == "w":
            found.append(f"u{form[1:].replace('w', 'u')}")
    if script is Script.HEBREW:
        found = [form, form.replace("v", "b").replace("f", "p")]
    if form[:2] in {"as", "es"} and form[2:3] not in _ABJAD_VOWELS:
        found.append(form[1:])  # Persian puts a vowel before two consonants
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=_SYLLABLES_REMEMBERED)
def _syllable(character: str) -> tuple[str, ...]:
    number = ord(character) - _HANGUL_FIRST
    if not 0 <= number < len(_INITIALS) * len(_VOWELS) * len(_FINALS):
        return _first((latin(character),))
    initial, rest = divmod(number, len(_VOWELS) * len(_FINALS))
    vowel, final = divmod(rest, len(_FINALS))
    end = _FINALS[final]
    return _first(tuple(a + v + end for v in _VOWELS[vowel] for a in _INITIALS[initial]))


def _first(spellings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in spellings if one))[:FORMS_MAX]
