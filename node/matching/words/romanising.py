"""Spellings in ASCII letters that a word of any script has, the likeliest first.

Latin and most alphabets have one (anyascii). A Hangul syllable has several: Revised Romanisation,
McCune-Reischauer and habit. Han characters: ``node.matching.words.chinese``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from node.matching.words import chinese
from node.matching.words.cleaning import latin
from node.matching.words.indic import indic, is_indic, thai
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
_HEBREW: Final = str.maketrans({"\u05d5": "w", "\u05e9": "sh", "\u05d7": "ch"})
_B_OR_V: Final = str.maketrans("vf", "bp")
_GREEK_FIRST: Final = (("μπ", "b"), ("ντ", "d"), ("γκ", "g"))
_GREEK: Final = (
    *(("ου", "ou"), ("αυ", "av"), ("ευ", "ev"), ("ηυ", "iv")),
    *(("γγ", "ng"), ("γχ", "nch"), ("γξ", "nx"), ("χ", "ch")),
)
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
    if script is Script.ARABIC:
        written = _VOWEL_LETTERS.get(word[0], word[0]) + word[1:].translate(_LONG_VOWELS)
        return _first((latin(written), latin(written.translate(_AS_IN_PERSIAN))))
    if script is Script.HEBREW:
        return _first((latin(_hebrew(word)),))
    if script is Script.GREEK:
        written = latin(_greek(word))
        return _first((written, written.replace("ch", "h")))
    return _first(tuple(map(latin, (indic(word) if is_indic(word) else thai(word)))))


def _hebrew(word: str) -> str:
    """With signs told apart that anyascii writes alike; a double vav is a consonant, a single one may be."""
    written = _VOWEL_LETTERS.get(word[0], word[0]) + word[1:].translate(_LONG_VOWELS)
    return written.replace("\u05d5\u05d5", "v").translate(_HEBREW)


def _greek(word: str) -> str:
    """With letters that are one sound together written so; accents say nothing."""
    bare = "".join(
        one for one in unicodedata.normalize("NFD", word) if not unicodedata.combining(one)
    )
    for letters, first in _GREEK_FIRST:
        if bare.startswith(letters):
            bare = first + bare[len(letters) :]
    for letters, written in _GREEK:
        bare = bare.replace(letters, written)
    return bare


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
    found = [form]
    if script in {Script.HANGUL, Script.KANA} and not syllable:
        found.append(form.replace("b", "v").replace("p", "f"))  # neither writes v or f
    elif script is Script.GREEK:
        found.append(form.replace("ch", "kh"))
    elif script is Script.CYRILLIC:
        # Ukrainian, and Russian for a foreign h
        found += [f"h{form[1:]}" if form[0] == "g" else form, form.replace("g", "h")]
    return tuple(dict.fromkeys(found))


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
        found += [one.replace("ch", "kh") for one in found]
        found += [one.translate(_B_OR_V) for one in found]
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
