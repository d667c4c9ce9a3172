"""The ways a published name may be read: each a short tuple of words that carry the name.

Most names have one reading. A name written in two scripts has one for each, as has each of several names in
one field; a name with a remark in brackets is read without it too. A Korean or Chinese name written together
is read syllable by syllable and with its given name joined; a name in Han characters is read in Korean too
when every character has a Korean reading, and as a Japanese one when it is two words that such names have.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from functools import lru_cache
from importlib import resources
from typing import Final

from node.matching.words.chinese import korean_reading
from node.matching.words.cleaning import NAME_CHARACTERS_MAX, is_foreign, words
from node.matching.words.compounds import shaped
from node.matching.words.japanese import read_in_japanese
from node.matching.words.scripts import Script, script_of

# Raised by whoever changes what this package returns for any name.
NORMALISER_VERSION: Final = 10
WORDS_KEPT_MAX: Final = 8
_REMEMBERED: Final = 4_096
# L.L.C. and S.A. are one word each.
_DOTS: Final = re.compile(r"(?<=\b\w)\.(?=\w\b)|(?<=\b\w)\.(?=\s|$)")
# Shorter native text beside a Latin name is a sign or initial of it, not the name once more.
_SECOND_NAME_MIN: Final = 4
_SYLLABLES_MAX: Final = 4
# Names in one field, as some lists write them, and what some add to a name.
NAMES_MAX: Final = 4
_BETWEEN_NAMES: Final = re.compile(r"[;/|]|\b(?:a\.?k\.?a\b\.?|alias\b)", re.IGNORECASE)
# Son, daughter or wife of, as South and South-East Asian papers shorten it; no sign between two names.
_CHILD_OF: Final = re.compile(r"\b(?:[sdw]/o|a/[lp])\b", re.IGNORECASE)
_REMARK: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_KOREAN_SYLLABLES: Final = range(2, 4)
_FULL_KOREAN_NAME: Final = 3

# M/V and F/V are one word each.
_SLASHES: Final = re.compile(r"(?<=\b\w)/(?=\w\b)")

Reading = tuple[str, ...]


class NameOf(Enum):
    """Whose name it is; it decides which words carry nothing."""

    PERSON = "titles"
    ORGANISATION = "legal forms"
    THING = "signs of motor vessels and the like"

    @classmethod
    def entity(cls, entity_type: str) -> NameOf:
        """By an entity type of the contract: what is neither a person nor an organisation is a thing."""
        return {"person": cls.PERSON, "organisation": cls.ORGANISATION}.get(entity_type, cls.THING)


def _list(name: str) -> frozenset[str]:
    text = resources.files("node.matching.words").joinpath(name).read_text("utf-8")
    return frozenset(
        word for line in text.splitlines() if not line.startswith("#") for word in line.split()
    )


PARTICLES: Final = _list("particles.txt")
TITLES: Final = _list("titles.txt")
LEGAL_FORMS: Final = _list("legal_forms.txt")
VESSEL_SIGNS: Final = frozenset({"mv", "mt", "ms", "mf", "ss", "fv", "sv", "sy", "my"})
_GLUED_FORMS: Final = tuple(
    sorted(
        (one for one in LEGAL_FORMS if script_of(one[0]) >= Script.HANGUL), key=len, reverse=True
    )
)


@lru_cache(maxsize=_REMEMBERED)
def readings(text: str, whose: NameOf = NameOf.PERSON) -> tuple[Reading, ...]:
    """The readings of a name, the plainest first; none for text without a letter or digit.

    Args:
        text: as published.
        whose: whether titles carry nothing, or legal forms; "Lady Anne II" is the whole name of a ship.
    """
    found: dict[Reading, None] = {}
    if whose is NameOf.ORGANISATION:
        for group in _by_script(words(_DOTS.sub("", text))):
            kept = _carrying(shaped([*map(_without_form, group)], PARTICLES), LEGAL_FORMS)
            found.update({kept: None} if kept else {})
        return tuple(found)
    if whose is NameOf.THING:
        for group in _by_script(words(_SLASHES.sub("", _DOTS.sub("", text)))):
            kept = _carrying(shaped(group, PARTICLES), VESSEL_SIGNS)
            found.update({kept: None} if kept else {})
        return tuple(found)
    for name in _names(text):
        foreign = is_foreign(name)
        for group in _by_script(words(name)):
            syllables = _syllables(group, foreign=foreign)
            kept = _carrying(shaped(syllables, PARTICLES), TITLES)
            if kept:
                found[kept] = None
                if not foreign:
                    found.update(dict.fromkeys(_read_otherwise(kept)))
                    if script_of(group[0][0]) is Script.HAN:
                        found.update(dict.fromkeys(read_in_japanese(group)))
    return tuple(found)


def _names(text: str) -> list[str]:
    """The names in one field: several apart, and one without its remark in brackets before the whole."""
    whole = _CHILD_OF.sub(" ", unicodedata.normalize("NFKC", text[:NAME_CHARACTERS_MAX]))
    several = _BETWEEN_NAMES.split(whole)
    if len(several) > 1:
        several = [part for part in several if words(part)]
    if len(several) > 1 and all(map(_is_whole, several)):
        return [name for part in several[:NAMES_MAX] for name in _names(part)]
    bare = _REMARK.sub(" ", whole)
    return [bare, whole] if bare != whole and _is_whole(bare) else [whole]


def _is_whole(text: str) -> bool:
    """Whether a text may be somebody's whole name: two words, or written in syllables."""
    found = words(text)
    return len(found) > 1 or (
        len(found) == 1 and len(found[0]) > 1 and script_of(found[0][0]) >= Script.HANGUL
    )


def _without_form(word: str) -> str:
    """A word without the legal form that Chinese, Japanese and Korean writing glues to it."""
    for form in _GLUED_FORMS:
        if len(word) > len(form):
            word = word.removesuffix(form).removeprefix(form) or word
    return word


def _by_script(all_words: list[str]) -> list[list[str]]:
    """Latin and other words apart, unless what is not Latin is too little to be a name."""
    native = [word for word in all_words if script_of(word[0]) is not Script.LATIN]
    western = [word for word in all_words if script_of(word[0]) is Script.LATIN]
    little = len(native) == 1 and len(native[0]) < _SECOND_NAME_MIN
    if not native or not western or (little and script_of(native[0][0]) < Script.HANGUL):
        return [all_words]
    return [western, native]


def _syllables(group: list[str], *, foreign: bool) -> list[str]:
    """Korean and Chinese names one syllable a word, as they are written in Latin letters."""
    if foreign or not group:
        return group
    if all(script_of(word[0]) is Script.HAN for word in group):
        return list("".join(group)) if sum(map(len, group)) <= _SYLLABLES_MAX else group
    if all(script_of(word[0]) is Script.HANGUL for word in group):
        whole = "".join(group)
        if len(group) <= 2 and len(whole) in _KOREAN_SYLLABLES:  # noqa: PLR2004  # surname, given
            return list(whole)
    return group


def _carrying(group: list[str], empty: frozenset[str]) -> Reading:
    carrying = [word for word in group if word not in PARTICLES and word not in empty]
    kept = carrying or [word for word in group if word not in PARTICLES] or group
    return tuple(kept[:WORDS_KEPT_MAX])


def _read_otherwise(kept: Reading) -> list[Reading]:
    """Surname with the joined given name, and the Korean reading of Han characters."""
    if not 2 <= len(kept) <= _SYLLABLES_MAX or any(len(word) > 1 for word in kept):  # noqa: PLR2004
        return []
    scripts = {script_of(word) for word in kept}
    joined = len(kept) == _FULL_KOREAN_NAME
    if scripts == {Script.HANGUL}:
        return [(kept[0], kept[1] + kept[2])] if joined else []
    if scripts != {Script.HAN}:
        return []
    others: list[Reading] = [(kept[0], kept[1] + kept[2])] if joined else []
    korean = tuple(korean_reading(word) for word in kept)
    if all(korean):
        others.append(korean)
        if joined:
            others.append((korean[0], korean[1] + korean[2]))
    return others
