"""Invented people: who somebody is, once, and how a register writes it down.

``being`` makes a person from a number alone, so that several registers can know the same one;
``names`` and ``birth_date`` write that person down with an agency's habits and mistakes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comity.demo.registers.lexicon import CULTURES
from comity.demo.registers.spelling import folded, mistyped, romanised

if TYPE_CHECKING:
    from comity.demo.registers.culture import Culture
    from comity.demo.registers.draw import Draw
    from comity.demo.registers.profiles import Profile

Name = dict[str, str]

# The day on which the invented registers were "written"; nothing here reads a clock.
AS_OF_YEAR: Final = 2026
AGE_OF_MAJORITY_YEARS: Final = 18
_AGE_ADULT_SPAN_YEARS: Final = 62
_MINOR_AGE_MIN_YEARS: Final = 11
_MINOR_AGE_SPAN_YEARS: Final = 6
# Every month has these days; no invented birthday falls on the 29th.
_DAYS: Final = 28
_MONTHS: Final = 12
# How an alias comes about; the last of the five is another spelling.
_FAMILY_MISTYPED, _GIVEN_MISTYPED, _GIVEN_ONLY, _FAMILY_FORMER, _ALIASES = 0, 1, 2, 3, 5
# Birth dates, cumulated percent: year only, no day, day and month swapped, a day too late.
_YEAR_ONLY, _NO_DAY, _SWAPPED, _NEXT_DAY = 10, 15, 18, 20


@dataclass(frozen=True, slots=True)
class Being:
    """One invented person.

    Attributes:
        culture: whose naming customs.
        sex: M or F.
        given: given name in its own script and in Latin letters (English scheme).
        family: family name, likewise.
        year: year of birth.
        month: month of birth.
        day: day of birth.
        country: nationality, ISO 3166-1 alpha-2.
    """

    culture: Culture
    sex: str
    given: tuple[str, str]
    family: tuple[str, str]
    year: int
    month: int
    day: int
    country: str


def being(draw: Draw, *, cultures: tuple[str, ...], minor: bool = False) -> Being:
    """Invent somebody."""
    culture = CULTURES[draw.one(cultures)]
    sex = "F" if draw.percent(32) else "M"
    if minor:
        year = AS_OF_YEAR - _MINOR_AGE_MIN_YEARS - draw.below(_MINOR_AGE_SPAN_YEARS)
    else:
        year = AS_OF_YEAR - AGE_OF_MAJORITY_YEARS - 1 - draw.below(_AGE_ADULT_SPAN_YEARS)
    return Being(
        culture,
        sex,
        _given(draw, culture, sex),
        _family(draw, culture, sex),
        year,
        1 + draw.below(_MONTHS),
        1 + draw.below(_DAYS),
        culture.countries[0] if draw.percent(60) else draw.one(culture.countries),
    )


def _given(draw: Draw, culture: Culture, sex: str) -> tuple[str, str]:
    words = culture.female if sex == "F" else culture.male
    first = draw.one(words)
    if culture.joined is not None:
        second = draw.one(words)
        latin = f"{first[1]}{culture.joined}{second[1]}"
        return first[0] + second[0], latin[:1].upper() + latin[1:]
    if draw.percent(25):
        second = draw.one(words)
        if second != first:
            return f"{first[0]} {second[0]}", f"{first[1]} {second[1]}"
    return first


def _family(draw: Draw, culture: Culture, sex: str) -> tuple[str, str]:
    stem = draw.one(culture.stems)
    endings = culture.endings_female if sex == "F" and culture.endings_female else culture.endings
    ending = draw.one(endings)
    if ending[0] == "-":
        return stem
    family = stem[0] + ending[0], stem[1] + ending[1]
    if culture.language == "spa" or (culture.script == "Latn" and draw.percent(4)):
        other, last = draw.one(culture.stems), draw.one(endings)
        between = " " if culture.language == "spa" else "-"
        return (
            f"{family[0]}{between}{other[0]}{last[0]}",
            f"{family[1]}{between}{other[1]}{last[1]}",
        )
    return family


def names(person: Being, draw: Draw, profile: Profile) -> list[Name]:
    """Every name under which an agency's register knows the person, its main one first."""
    known: list[Name] = []
    foreign = person.culture.script != "Latn"
    native_first = foreign and profile.native_scripts
    if native_first:
        known.append(_native(person, "LEGAL"))
    kind = "TRANSLITERATED" if native_first else "LEGAL"
    known.append(_latin(person, profile.scheme, kind, plain=profile.folds))
    if foreign and not native_first and draw.percent(22):
        known.append(_native(person, "ALIAS"))
    if draw.percent(30):
        known.append(_alias(person, draw, profile))
        if draw.percent(30):
            known.append(_alias(person, draw, profile))
    return _distinct(known)


def _distinct(known: list[Name]) -> list[Name]:
    return list({name["full"]: name for name in reversed(known)}.values())[::-1]


def _full(person: Being, given: str, family: str, between: str = " ") -> str:
    if person.culture.family_first:
        return f"{family}{between}{given}"
    return f"{given}{between}{family}"


def _name(kind: str, full: str, family: str, given: str, script: str) -> Name:
    return {"kind": kind, "full": full, "family": family, "given": given, "script": script}


def _native(person: Being, kind: str) -> Name:
    given, family = person.given[0], person.family[0]
    between = "" if person.culture.joined is not None else " "
    full = _full(person, given, family, between)
    return _name(kind, full, family, given, person.culture.script)


def _latin(person: Being, scheme: str, kind: str, *, plain: bool) -> Name:
    given, family = person.given[1], person.family[1]
    if person.culture.script != "Latn":
        given = " ".join([romanised(word, scheme) for word in given.split(" ")])
        family = romanised(family, scheme)
    elif plain:
        given, family = folded(given), folded(family)
    return _name(kind, _full(person, given, family), family, given, "Latn")


def _alias(person: Being, draw: Draw, profile: Profile) -> Name:
    choice = draw.below(_ALIASES)
    other = "loose" if draw.percent(50) else "english"
    name = _latin(person, other, "ALIAS", plain=True)
    if choice == _FAMILY_MISTYPED:
        family = mistyped(name["family"], draw)
        return _name("ALIAS", _full(person, name["given"], family), family, name["given"], "Latn")
    if choice == _GIVEN_MISTYPED:
        given = mistyped(name["given"], draw)
        return _name("ALIAS", _full(person, given, name["family"]), name["family"], given, "Latn")
    if choice == _GIVEN_ONLY:
        given = name["given"].split(" ")[0]
        return _name("LOW_QUALITY", given, "", given, "Latn")
    if choice == _FAMILY_FORMER and person.sex == "F":
        family = _family(draw, person.culture, "F")[1]
        former = romanised(family, profile.scheme) if person.culture.script != "Latn" else family
        full = _full(person, name["given"], former)
        return _name("FORMER", full, former, name["given"], "Latn")
    return name


def birth_date(person: Being, draw: Draw) -> str:
    """The birth date as the register has it: complete, partial, or slightly wrong; ISO 8601."""
    luck = draw.below(100)
    if luck < _YEAR_ONLY:
        return f"{person.year:04}"
    if luck < _NO_DAY:
        return f"{person.year:04}-{person.month:02}"
    month, day = person.month, person.day
    if luck < _SWAPPED and day <= _MONTHS:
        month, day = day, month
    elif luck < _NEXT_DAY:
        day = day % _DAYS + 1
    return f"{person.year:04}-{month:02}-{day:02}"
