"""The forms in which a field may leave: full, generalised, masked. Pure and total.

What a form does to a value is fixed here; which form applies is the owner's law. A way of generalising
that nobody defined releases nothing.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from node.records import countries

if TYPE_CHECKING:
    from collections.abc import Callable

YEAR_CHARACTERS: Final = 4
MONTH_CHARACTERS: Final = 7
COVER: Final = "…"
PSEUDONYM: Final = "pseudonym"
# Parts of a name that say nothing of how it reads; every other one is the name or a piece of it.
BESIDE_A_NAME: Final = frozenset({"kind", "script", "transliteration"})
# Parts of a composite date that are no date.
BESIDE_A_DATE: Final = frozenset({"certainty"})
# Which end of a route a part is about.
_END: Final = re.compile(r"^(?:from|to)_")
# A partial ISO 8601 date, or an instant.
_DATE: Final = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:[T ].*)?)?)?", re.ASCII)
# The signs of a geohash: digits and letters without a, i, l and o.
GEOHASH: Final = frozenset("0123456789bcdefghjkmnpqrstuvwxyz")
# Characters of an identifier that stay readable at the end of its masked form.
MASK_TAIL_CHARACTERS: Final = 2


def _dated(cut: Callable[[str], str]) -> Callable[[Any], Any]:
    """Of a date or an instant less; of what is none, nothing: its first signs might be a day.

    Of a composite birth date each date is cut, and how certain it is stays.
    """

    def one(text: str) -> str:
        return cut(text) if _DATE.fullmatch(text) else ""

    def generalise(value: Any) -> Any:
        if isinstance(value, str):
            return one(value)
        told = {part.name: str(getattr(value, part.name)) for part in fields(value)}
        kept = {name: text if name in BESIDE_A_DATE else one(text) for name, text in told.items()}
        return replace(value, **kept) if any(map(one, told.values())) else ""

    return generalise


def _only(*kept: str) -> Callable[[Any], Any]:
    """Of a composite value, only these parts, at whichever end of a route; of a plain one, nothing."""

    def generalise(value: Any) -> Any:
        if not is_dataclass(value) or isinstance(value, type):
            return ""
        emptied = {part.name: "" for part in fields(value) if _END.sub("", part.name) not in kept}
        return replace(value, **emptied)

    return generalise


def _country(value: Any) -> Any:
    """Of an address or a leg its countries; of a place in words the country at its end, if it names one."""
    if is_dataclass(value):
        return _country_parts(value)
    last = str(value).rpartition(",")[2].rpartition("(")[2].rstrip(") ")
    return countries.code(last) or ""


_country_parts: Final = _only("country")


def _initials(value: Any) -> Any:
    """Of each word its first letter."""
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            part.name: _initials(getattr(value, part.name))
            for part in fields(value)
            if part.name not in BESIDE_A_NAME
        }
        return replace(value, **changed)
    return " ".join(f"{word[0]}{COVER}" for word in str(value).split())


def _tail(value: Any) -> Any:
    """All but the last characters covered, whatever the length."""
    if is_dataclass(value) and not isinstance(value, type):
        changed = {part.name: _tail(getattr(value, part.name)) for part in fields(value)}
        return replace(value, **changed)
    text = str(value)
    return COVER + text[-MASK_TAIL_CHARACTERS:] if len(text) > MASK_TAIL_CHARACTERS + 1 else COVER


def _geohash(signs: int) -> Callable[[Any], Any]:
    """Of a geohash its first signs: five name some five kilometres, three some hundred and fifty."""

    def generalise(value: Any) -> Any:
        text = str(value).lower()
        return text[:signs] if frozenset(text) <= GEOHASH else ""

    return generalise


GENERALISERS: Final[dict[str, Callable[[Any], Any]]] = {
    "year": _dated(lambda date: date[:YEAR_CHARACTERS]),
    "month": _dated(lambda date: date[:MONTH_CHARACTERS]),
    "decade": _dated(lambda date: f"{date[: YEAR_CHARACTERS - 1]}0"),
    "country": _country,
    "region": _only("region", "country"),
    "city": _only("city", "region", "country"),
    "scheme": _only("scheme", "country"),
    "publisher": _only("publisher"),
    "initials": _initials,
    "last2": _tail,
    "geohash5": _geohash(5),
    "geohash3": _geohash(3),
}


def generalise(
    value: object, how: str, pseudonym: Callable[[str], str] | None = None
) -> object | None:
    """The coarser form of a value; ``None`` when nothing is left of it or the way is unknown.

    Args:
        value: as stored.
        how: one way, or several joined with ``+`` that are gone one after the other.
        pseudonym: gives the same name for the same text to one requester, and another to everybody else.
    """
    found: object | None = value
    for name in how.split("+"):
        if name == PSEUDONYM and pseudonym is not None:
            found = _each(found, lambda one: _renamed(one, pseudonym))
        else:
            way = GENERALISERS.get(name)
            found = None if way is None else _each(found, way)
        if found is None:
            return None
    return found


def _renamed(value: Any, pseudonym: Callable[[str], str]) -> Any:
    """Of a composite value every part by itself."""
    if is_dataclass(value) and not isinstance(value, type):
        told = {part.name: str(getattr(value, part.name)) for part in fields(value)}
        return replace(value, **{name: pseudonym(text) for name, text in told.items() if text})
    return pseudonym(str(value))


def mask(value: object) -> object | None:
    """The covered form: initials of names, the last characters of the rest."""

    def cover(one: Any) -> Any:
        return _initials(one) if hasattr(one, "full") else _tail(one)

    return _each(value, cover)


def _each(value: object, way: Callable[[Any], Any]) -> object | None:
    if isinstance(value, tuple):
        kept = tuple(dict.fromkeys(done for one in value if _says(done := way(one))))
        return kept or None
    done = way(value)
    return done if _says(done) else None


def _says(value: Any) -> bool:
    if is_dataclass(value) and not isinstance(value, type):
        return any(getattr(value, part.name) for part in fields(value))
    return bool(value)
