"""What a cell of a row may say: each check gives what is wrong, or nothing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from comity.rulings.conditions import CONDITIONS, ConditionRefused, Kind, atoms
from comity.rulings.context import UNKNOWN
from comity.rulings.effects import wrong_instead
from comity.rulings.errors import nearest
from comity.rulings.functions import ANY, NONE, OF_COUNTRIES, REFUGEE_FROM_ASKER

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

# Conditions that name a word. A kind of which no words are listed takes any: certificates, where a vocabulary
# is older than their list.
_WORDS: Final = (Kind.WORD, Kind.AMONG)
_ANY_WORD: Final[frozenset[str]] = frozenset()
# Words by kind, with the groups of that kind: "agency", "offence", "subject", "field", "purpose" …
Words = dict[str, frozenset[str]]


def word(kind: str, called: str = "") -> Callable[[str, Words], str]:
    """One word of a kind, a group of that kind, ``*`` or ``unknown``."""

    def check(cell: str, words: Words) -> str:
        known = words[kind]
        if cell in (ANY, UNKNOWN) or cell in known:
            return ""
        if set(cell.split("|")) <= known:
            return f'"{cell}" are several; this column takes one word: name a group, or write a row for each'
        return f'unknown {called or kind} "{cell}"{nearest(cell, known)}'

    return check


def some(kind: str) -> Callable[[str, Words], str]:
    """One or several words, separated by bars."""
    one = word(kind)

    def check(cell: str, words: Words) -> str:
        parts = cell.split("|")
        if ANY in parts and len(parts) > 1:
            return f'"{cell}" mixes * with words'
        return next((wrong for part in parts if (wrong := one(part, words))), "")

    return check


def duties(cell: str, words: Words) -> str:
    """Duties, or ``-``."""
    return "" if cell == NONE else some("duty")(cell, words)


def marking(cell: str, words: Words) -> str:
    """A marking of the vocabulary, or one about refuge."""
    if cell == REFUGEE_FROM_ASKER:
        return ""
    prefix, colon, country = cell.partition(":")
    if prefix + colon in OF_COUNTRIES:
        return word("country")(country, words)
    return word("marking")(cell, words)


def choice(called: str, *allowed: str) -> Callable[[str, Words], str]:
    """One of a few words."""

    def check(cell: str, words: Words) -> str:
        del words
        if cell in allowed:
            return ""
        return f'bad {called} "{cell}": one of {", ".join(allowed)}{nearest(cell, allowed)}'

    return check


def pattern(called: str, pattern: re.Pattern[str], *also: str) -> Callable[[str, Words], str]:
    """Of a shape, or one of a few words."""

    def check(cell: str, words: Words) -> str:
        del words
        return "" if cell in also or pattern.fullmatch(cell) else f'"{cell}" is not {called}'

    return check


def day(cell: str, words: Words) -> str:
    """A day in ISO 8601, or ``-``."""
    del words
    if cell == NONE:
        return ""
    try:
        right = date.fromisoformat(cell).isoformat() == cell
    except ValueError:
        right = False
    return "" if right else f'"{cell}" is not a day like 2026-11-24'


def when(cell: str, words: Words) -> str:
    """Registered conditions, and the words they name."""
    try:
        told = atoms(cell)
    except ConditionRefused as refused:
        name = cell.partition("&")[0].removeprefix("not-")
        return f"{refused}{nearest(name, CONDITIONS)}"
    for atom in told:
        if atom.name == "marked" and marking(atom.value, words):
            return marking(atom.value, words)
        known = words.get(atom.name, _ANY_WORD) if atom.condition.kind in _WORDS else _ANY_WORD
        if known and atom.value not in known:
            return f'unknown {atom.name} "{atom.value}"{nearest(atom.value, known)}'
    return ""


def instead(cell: str, words: Words) -> str:
    """What a denial does instead, as ``comity.rulings.effects`` knows it."""
    return wrong_instead(cell, words["desk"])


def how(cell: str, words: Words) -> str:
    """A way of making a value coarser, or ``-``."""
    return "" if cell == NONE else word("generalisation")(cell, words)


def text(called: str, least: int) -> Callable[[str, Words], str]:
    """Some text."""

    def check(cell: str, words: Words) -> str:
        del words
        return "" if len(cell) >= least else f"a row needs {called}"

    return check
