"""Coarse consonant codes: what of a name survives nearly every transliteration.

p and b are one, t and d, k, g and q, l and r, all hissing sounds; vowels, y and h are nothing, a leading
one is ``A``. Letters that writers of different languages read differently (w, j, kh, c, g) give
alternatives, at most four codes a word.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice, product
from typing import Final

CODES_MAX: Final = 4
_COMBINATIONS_MAX: Final = 16
_REMEMBERED: Final = 1 << 15
_SILENT: Final = "-"

_DIGRAPHS: Final = (
    ("tsch", "C"),
    ("shch", "C"),
    ("sch", "C"),
    ("tch", "C"),
    ("dzh", "C"),
    ("zh", "C"),
    ("sh", "C"),
    ("ch", "C"),
    ("cz", "C"),
    ("sz", "C"),
    ("kh", "X"),
    ("gh", "g"),
    ("ph", "f"),
    ("th", "t"),
    ("dh", "d"),
    ("dz", "C"),
    ("dj", "C"),
    ("ts", "C"),
    ("tz", "C"),
    ("ck", "k"),
    ("x", "ks"),
    ("q", "k"),
    ("ou", "u"),
    ("oo", "u"),
)
_CLASSES: Final = {
    **dict.fromkeys("pb", "P"),
    **dict.fromkeys("fv", "F"),
    **dict.fromkeys("td", "T"),
    **dict.fromkeys("kg", "K"),
    **dict.fromkeys("szC", "S"),
    **dict.fromkeys("lr", "R"),
    "m": "M",
    "n": "N",
}
_VOWELS: Final = frozenset("aeiouyh")
_FRONT: Final = frozenset("eiy")


@lru_cache(maxsize=_REMEMBERED)
def codes(form: str) -> tuple[str, ...]:
    """The codes of a word in ASCII letters; never empty for a word that is not."""
    text = form
    for letters, one in _DIGRAPHS:
        if letters in text:
            text = text.replace(letters, one)
    alternatives: list[str] = []
    ambiguous = 0
    for at, letter in enumerate(text):
        following = text[at + 1 : at + 2]
        found, counted = _classes(letter, following, first=at == 0, ambiguous=ambiguous)
        ambiguous += counted
        alternatives.append(found)
    return tuple(sorted(_collapsed(alternatives))[:CODES_MAX]) or (text[:2],)


def _classes(  # noqa: PLR0911  # one return a rule
    letter: str, following: str, *, first: bool, ambiguous: int
) -> tuple[str, bool]:
    """The classes a letter may stand for, and whether that was ambiguous."""
    if letter in _VOWELS:
        return ("A" if first else _SILENT), False
    free = ambiguous < 2  # noqa: PLR2004  # two ambiguous letters give four codes
    if letter == "w":
        if first and following in _VOWELS:
            return "A", True
        return ("F-" if free else "F"), True
    if letter == "j":
        return (("SA" if first else "S-") if free else "S"), True
    if letter == "X":
        return (("KA" if first else "K-") if free else "K"), True
    if letter == "c":
        if following in _FRONT:
            return "S", True
        return ("KS" if ambiguous == 0 else "K"), True
    if letter == "g" and following in _FRONT and ambiguous == 0:
        return "KS", True
    return _CLASSES.get(letter, _SILENT), False


def _collapsed(alternatives: list[str]) -> set[str]:
    found = set()
    for letters in islice(product(*alternatives), _COMBINATIONS_MAX):
        code = ""
        for letter in letters:
            if letter != _SILENT and code[-1:] != letter:
                code += letter
        found.add(code)
    found.discard("")
    return found
