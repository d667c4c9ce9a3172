"""How old somebody is, as a band: told instead of a birth date (data-model sheet b.1).

Whoever may be under eighteen is MINOR, as the label says too; where the years known do not settle the
decade, the band is ADULT.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Final

AGE_OF_MAJORITY_YEARS: Final = 18
MINOR: Final = "MINOR"
ADULT: Final = "ADULT"
_MONTHS: Final = 12
_DECADE: Final = 10
# Nobody is known to have become older; a band beyond says more about the record than about the person.
AGE_MAX_YEARS: Final = 122


def first_day(partial: str) -> date | None:
    """The first day a partial ISO 8601 date can mean, or nothing when it is none."""
    try:
        year, month, day = ([int(part) for part in partial.split("-")] + [1, 1])[:3]
        return date(year, month, day)
    except ValueError:
        return None


def latest_day(partial: str) -> date | None:
    """The last day a partial ISO 8601 date can mean, or nothing when it is none."""
    try:
        year, month, day = ([int(part) for part in partial.split("-")] + [0, 0])[:3]
        month = month or _MONTHS
        return date(year, month, day or monthrange(year, month)[1])
    except ValueError:
        return None


def age_on(born: date, today: date) -> int:
    """Whole years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def may_be_minor(birth_date: str, today: date) -> bool:
    """Whether somebody born then may be under eighteen."""
    born = latest_day(birth_date)
    return born is not None and age_on(born, today) < AGE_OF_MAJORITY_YEARS


def age_band(birth_date: str, today: date) -> str:
    """MINOR, ADULT, a span such as 30-39; empty when the date says nothing."""
    earliest, latest = first_day(birth_date), latest_day(birth_date)
    return "" if earliest is None or latest is None else band_between(earliest, latest, today)


def band_between(earliest: date, latest: date, today: date) -> str:
    """The band of somebody born between two days; empty when they say nothing."""
    if earliest > today:
        return ""
    oldest, youngest = age_on(earliest, today), age_on(latest, today)
    if oldest > AGE_MAX_YEARS:
        return ""
    if youngest < AGE_OF_MAJORITY_YEARS:
        return MINOR
    decade = youngest // _DECADE * _DECADE
    if oldest // _DECADE * _DECADE != decade:
        return ADULT
    return f"{max(decade, AGE_OF_MAJORITY_YEARS)}-{decade + _DECADE - 1}"
