"""What stands beside a name: birth date, nationality and sex, and numbers in it, as capped log-odds.

Nothing vetoes: registers hold wrong dates, people hold several nationalities. The figures are set by
hand, like those of a likelihood ratio that can be told: the same year of birth is about 35 times likelier
for the same person than for another.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from node.matching.words.numerals import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

BIRTH_DATE: Final = "person.birth_date"
FURTHER_BIRTH_DATES: Final = "person.further_birth_dates"
NATIONALITIES: Final = "person.nationalities"
SEX: Final = "person.sex"

# Far below what a full date says (one in twenty-five thousand): it carries a changed surname, and no further.
DATE_SAME: Final = 6.0
# Registers that know the year alone often write the first of January.
FIRST_OF_JANUARY: Final = "-01-01"
FIRST_OF_JANUARY_SAME: Final = 4.2
DAY_AND_MONTH_SWAPPED: Final = 3.8
YEAR_SAME: Final = 3.6
YEAR_SAME_OTHER_DAY: Final = 1.2
YEAR_ONE_APART: Final = 0.6
YEAR_OTHER: Final = -2.6
NATIONALITY_SAME: Final = 0.7
NATIONALITY_OTHER: Final = -0.7
SEX_SAME: Final = 0.2
SEX_OTHER: Final = -2.0
# Of things and organisations, in the name itself.
NUMBER_OTHER: Final = -3.0
# Between the years of a range (ISO 8601-1, 5.5).
BETWEEN: Final = "/"
_YEAR_CHARACTERS: Final = 4
_FULL_DATE_CHARACTERS: Final = 10


class Evidence(NamedTuple):
    """What is known beside a name, asked or stored; empty where unknown.

    Attributes:
        birth_dates: partial ISO 8601 dates.
        further: of a stored record, dates beyond its first; a range as ``1961/1963``.
    """

    birth_dates: tuple[str, ...] = ()
    nationalities: tuple[str, ...] = ()
    sex: str = ""
    further: tuple[str, ...] = ()


NOTHING: Final = Evidence()


class Beside(NamedTuple):
    """What the evidence says.

    Attributes:
        logit: log-odds it adds.
        reasons: in words.
        used: fields it was read from.
        dated: whether a full date of birth agreed.
        contradicted: whether any of it speaks against.
    """

    logit: float
    reasons: tuple[str, ...]
    used: frozenset[str]
    dated: bool
    contradicted: bool


SILENT: Final = Beside(0.0, (), frozenset(), dated=False, contradicted=False)


def weigh(asked: Evidence, stored: Evidence) -> Beside:
    """The evidence of what is known on both sides."""
    if NOTHING in {asked, stored}:
        return SILENT
    found: list[tuple[float, str, str]] = []
    born = [
        (*_fit(one, other), path)
        for path, dates in ((BIRTH_DATE, stored.birth_dates), (FURTHER_BIRTH_DATES, stored.further))
        for one in asked.birth_dates
        for other in dates
    ]
    if born:
        # Whatever date fits best, the first one where several do; it says which field was searched on.
        found.append(max(born, key=lambda one: one[0]))
    if asked.nationalities and stored.nationalities:
        if set(asked.nationalities) & set(stored.nationalities):
            found.append((NATIONALITY_SAME, "same nationality", NATIONALITIES))
        else:
            found.append((NATIONALITY_OTHER, "another nationality", NATIONALITIES))
    if asked.sex and stored.sex and "X" not in {asked.sex, stored.sex}:
        if asked.sex == stored.sex:
            found.append((SEX_SAME, "same sex", SEX))
        else:
            found.append((SEX_OTHER, "another sex", SEX))
    return Beside(
        sum(logit for logit, _, _ in found),
        tuple(words for _, words, _ in found),
        frozenset(path for _, _, path in found),
        any(logit == DATE_SAME for logit, _, _ in found),
        any(logit < 0 for logit, _, _ in found),
    )


def numbered(asked: Sequence[str], recorded: Sequence[str]) -> Beside:
    """What numbers in the names of a thing say: with another one it is its sister, if anything."""
    ours, theirs = numbers(asked), numbers(recorded)
    if not ours or not theirs or ours == theirs:
        return SILENT
    told = ("another number in the name",)
    return Beside(NUMBER_OTHER, told, frozenset(), dated=False, contradicted=True)


def further(stored: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """Further birth dates as they are weighed: dates, and ranges with both ends; an open one says nothing."""
    told = []
    for one in stored:
        ends = (one.get("earliest", ""), one.get("latest", ""))
        if all(ends):
            told.append(BETWEEN.join(end[:_YEAR_CHARACTERS] for end in ends))
        elif one.get("date"):
            told.append(one["date"])
    return tuple(told)


def _fit(asked: str, stored: str) -> tuple[float, str]:
    if BETWEEN in stored:
        return _within(asked, *stored.split(BETWEEN))
    return _birth(asked, stored)


def _birth(asked: str, stored: str) -> tuple[float, str]:
    shared = min(len(asked), len(stored))
    if asked[:shared] == stored[:shared]:
        return _same(asked[:shared])
    years = asked[:_YEAR_CHARACTERS], stored[:_YEAR_CHARACTERS]
    if not all(year.isdecimal() for year in years):
        return 0.0, "a date of birth that cannot be compared"
    apart = abs(int(years[0]) - int(years[1]))
    if apart:
        near = (YEAR_ONE_APART, "year of birth one apart")
        return near if apart == 1 else (YEAR_OTHER, "another year of birth")
    if asked[5:7] == stored[8:10] and asked[8:10] == stored[5:7]:
        return DAY_AND_MONTH_SWAPPED, "same date of birth with day and month swapped"
    return YEAR_SAME_OTHER_DAY, "same year, another day of birth"


def _same(told: str) -> tuple[float, str]:
    if len(told) < _FULL_DATE_CHARACTERS:
        return YEAR_SAME, "same year of birth"
    if told.endswith(FIRST_OF_JANUARY):
        return FIRST_OF_JANUARY_SAME, "same date of birth, as registers write a year alone"
    return DATE_SAME, "same date of birth"


def _within(asked: str, earliest: str, latest: str) -> tuple[float, str]:
    """A year within a range is the less telling, the more years there are; outside, its nearer end counts."""
    year = asked[:_YEAR_CHARACTERS]
    if not all(end.isdecimal() for end in (year, earliest, latest)):
        return 0.0, "a date of birth that cannot be compared"
    if earliest <= year <= latest:
        years = int(latest) - int(earliest) + 1
        return max(YEAR_SAME - math.log(years), 0.0), "born within the years recorded"
    return _birth(asked, earliest if year < earliest else latest)
