"""Text, dates and references: what every identifier is made of."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Final

_PARTIAL_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_TEXT_MAX: Final = 4096
# Readers and typists mix these up; the folded form is one of several keys, never what is shown.
FOLDED: Final = str.maketrans("OIQ", "010")


def plain(text: str) -> str:
    """NFKC, outer and doubled white space gone, control and format characters gone."""
    if text.isascii() and text.isprintable():  # of all that, it can only hold white space
        return " ".join(text[:_TEXT_MAX].split())
    folded = unicodedata.normalize("NFKC", text[:_TEXT_MAX])
    kept = "".join(
        " " if character.isspace() else character
        for character in folded
        if character.isspace()
        or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    return " ".join(kept.split())


def alphanumeric(text: str) -> str:
    """Capital letters and digits only; letters of other scripts are kept as they are."""
    capitals = _signs(plain(text)).upper()
    # Capitals of some letters are a letter and a mark; the mark goes with the separators.
    return _signs(capitals)


def _signs(text: str) -> str:
    return text if text.isalnum() else "".join(one for one in text if one.isalnum())


def latin(text: str) -> str:
    """``alphanumeric`` where every sign is one of A to Z and 0 to 9, else nothing."""
    found = alphanumeric(text)
    return found if found.isascii() else ""


def reference(text: str) -> str:
    """A register's own reference without separators: at least one figure and two signs."""
    found = alphanumeric(text)
    return found if len(found) > 1 and any(sign.isdigit() for sign in found) else ""


def words(text: str) -> str:
    """A word of a list (a substance, a place) without case and marks."""
    folded = unicodedata.normalize("NFKD", plain(text)).casefold()
    kept = (
        " " if not sign.isalnum() else sign for sign in folded if not unicodedata.combining(sign)
    )
    return " ".join("".join(kept).split())


def leg(text: str) -> str:
    """A leg of a route as ``origin>destination``; either may be anywhere (``*``), not both."""
    origin, arrow, destination = text.partition(">")
    ends = (words(origin) or "*", words(destination) or "*")
    return ">".join(ends) if arrow and ends != ("*", "*") else ""


def partial_date(text: str) -> str:
    """A date that exists, as far as it is given: 1974, 1974-03 or 1974-03-09."""
    found = _PARTIAL_DATE.fullmatch(plain(text))
    if found is None:
        return ""
    year, month, day = found.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return ""
    return found[0]


def moment(text: str) -> str:
    """An instant (RFC 3339, with its offset) in UTC to the second, or a partial date."""
    known = partial_date(text)
    if known:
        return known
    try:
        found = datetime.fromisoformat(plain(text).upper())
    except ValueError:
        return ""
    offset = found.utcoffset()
    if offset is None:
        return ""  # an instant without offset is several instants
    try:
        return (found - offset).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError):
        return ""


def has_controls(text: str) -> bool:
    """Whether text holds control characters, lone surrogates or direction overrides."""
    if text.isascii():
        return not text.isprintable()
    return any(
        unicodedata.category(one) in {"Cc", "Cs", "Co", "Cn"}
        or "\u202a" <= one <= "\u202e"
        or "\u2066" <= one <= "\u2069"
        for one in text
    )
