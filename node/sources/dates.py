"""Dates as lists publish them, as partial ISO 8601 dates: ``1974``, ``1974-03``, ``1974-03-09``.

A date a list gives as a range becomes what both ends share (``1 to 29 Feb 1960`` is ``1960-02``), and no
date at all when they share no year; an approximate year stays a year. Of a birth date the range, and that it
is approximate, are kept beside it (``birth``), so nothing is made more certain than it was.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from node.records.births import CIRCA, RANGE, STATED
from node.records.values import BirthDate

ENGLISH: Final = ("%d %b %Y", "%b %Y", "%Y", "%d %B %Y", "%B %Y")
ISO: Final = ("%Y-%m-%d", "%Y-%m", "%Y")
INTERPOL: Final = ("%Y/%m/%d", "%Y/%m", "%Y")
_APPROXIMATE: Final = re.compile(r"^(?:circa|approximately|about|approx\.?|c\.)\s+", re.IGNORECASE)
_RANGE: Final = re.compile(r"\s+(?:to|-)\s+|(?<=\d{4})-(?=\d{4}$)")
# No list gives an earlier year of birth, issue or theft; anything earlier is a slip or another calendar.
YEAR_MIN: Final = 1850
YEAR_MAX: Final = 2100
_TEXT_CHARS_MAX: Final = 60


def partial(text: str, formats: tuple[str, ...]) -> str | None:
    """A date in one of these formats as partial ISO 8601, or nothing.

    Args:
        text: as published.
        formats: ``strptime`` patterns; one without ``%d`` gives no day, one without ``%m``/``%b`` no month.
    """
    text = text.strip().rstrip(".").strip()
    if not text or len(text) > _TEXT_CHARS_MAX:
        return None
    for pattern in formats:
        try:
            moment = datetime.strptime(text, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
        if not YEAR_MIN <= moment.year <= YEAR_MAX:
            return None
        if "%d" in pattern:
            return moment.strftime("%Y-%m-%d")
        return moment.strftime("%Y-%m" if "%b" in pattern.lower() or "%m" in pattern else "%Y")
    return None


def published(text: str, formats: tuple[str, ...] = ENGLISH) -> str | None:
    """A date in words as lists publish it: exact, approximate or a range."""
    text = _APPROXIMATE.sub("", text.strip())
    ends = _RANGE.split(text, maxsplit=1)
    if len(ends) == 1:
        return partial(text, formats)
    return shared(partial(ends[0], formats), partial(ends[1], formats))


def birth(text: str, formats: tuple[str, ...] = ENGLISH) -> BirthDate | None:
    """A birth date in words as lists publish it, with what is certain of it; nothing where it is none."""
    said = text.strip()
    plain = _APPROXIMATE.sub("", said)
    ends = _RANGE.split(plain, maxsplit=1)
    if len(ends) > 1:
        return between(partial(ends[0], formats), partial(ends[1], formats))
    date = partial(plain, formats)
    if date is None:
        return None
    return BirthDate(date=date, certainty=STATED if plain == said else CIRCA)


def between(start: str | None, end: str | None) -> BirthDate | None:
    """A birth date between two, with what they share; nothing where neither is a date."""
    if start and end:
        start, end = sorted((start, end))
        return BirthDate(shared(start, end) or "", RANGE, start, end)
    return BirthDate("", RANGE, start or "", end or "") if start or end else None


def shared(start: str | None, end: str | None) -> str | None:
    """What two dates have in common: day, month, year or nothing."""
    if start is None or end is None:
        return None
    kept: list[str] = []
    for one, other in zip(start.split("-"), end.split("-"), strict=False):
        if one != other:
            break
        kept.append(one)
    return "-".join(kept) or None
