"""From published text to bare words: one case, one width, no marks that writers leave out."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from anyascii import anyascii

# What is looked at of one name, and of one word; the rest of longer text is not a name.
NAME_CHARACTERS_MAX: Final = 256
WORDS_MAX: Final = 24
WORD_CHARACTERS_MAX: Final = 40

_LABEL: Final = re.compile(r"original script\s*:?", re.IGNORECASE)
# Apostrophes, ayn and hamza signs, tatweel, Arabic and Hebrew vowel points, joiners, direction marks.
_LEFT_OUT: Final = re.compile(
    "['’‘`´ʿʾʼʻ′ʽ\u0640\u0610-\u061a\u064b-\u065f\u0670\u0591-\u05c7"
    "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
# A word is letters, digits and combining marks: vowel signs of Indic scripts are marks.
_BETWEEN: Final = re.compile(
    r"(?:[^\w\u0300-\u036f\u0900-\u0963\u0971-\u0dff\u0e00-\u0eff\u0f71-\u0fff\u1000-\u1049"
    r"\u1780-\u17d3]|_)+"
)
_NOT_ALPHANUMERIC: Final = re.compile("[^a-z0-9]")
# A dot between words of Chinese or Japanese writing marks a foreign name.
_FOREIGN_DOTS: Final = frozenset("·・‧•")


def words(text: str) -> list[str]:
    """The words of a name in their order, in lower case, each in its own script."""
    whole = unicodedata.normalize("NFKC", _LABEL.sub(" ", text[:NAME_CHARACTERS_MAX]))
    folded = unicodedata.normalize("NFKC", whole.casefold())
    found = (word for word in _BETWEEN.split(_LEFT_OUT.sub("", folded)) if word)
    return [word[:WORD_CHARACTERS_MAX] for word in found if _has_letter(word)][:WORDS_MAX]


def is_foreign(text: str) -> bool:
    """Whether a name in Han or kana is a foreign one, told by the dot between its words."""
    return not _FOREIGN_DOTS.isdisjoint(text[:NAME_CHARACTERS_MAX])


def latin(word: str) -> str:
    """A word in ASCII letters and digits; empty when nothing of it can be written so."""
    return _NOT_ALPHANUMERIC.sub("", word if word.isascii() else anyascii(word).lower())


def _has_letter(word: str) -> bool:
    return any(character.isalnum() for character in word)
