"""When somebody was born, as far as a record's fields tell: ages and the label of a minor follow from it.

Which fields tell it stands in the contract (``birth_date`` in ``options.proto``), and nowhere else.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from comity.catalogue import FIELDS
from node.records import normalise
from node.records.ages import AGE_OF_MAJORITY_YEARS, age_on, first_day, latest_day
from node.records.values import BirthDate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What may be certain of a birth date (data-model sheet b.1).
STATED: Final = "STATED"
CIRCA: Final = "CIRCA"
RANGE: Final = "RANGE"
# Who was born about a year may have been born in the one before or after it.
CIRCA_YEARS: Final = 1
# Paths that tell when somebody was born, by entity type.
TELLING: Final[dict[str, tuple[str, ...]]] = {
    entity: tuple(info.path for info in infos if info.birth_date)
    for entity, infos in FIELDS.items()
}


class Span(NamedTuple):
    """The first and the last day that somebody may have been born on."""

    first: date
    last: date


def spans(entity_type: str, fields: Mapping[str, object], today: date) -> list[Span]:
    """What each birth date of a record allows; one that says nothing is left out.

    Args:
        entity_type: of the record.
        fields: values by path.
        today: settles the century of a machine-readable zone's two-digit year.
    """
    told = (fields.get(path) for path in TELLING.get(entity_type, ()))
    return [span for value in told for span in _of(value, today)]


def may_be_of_a_minor(entity_type: str, fields: Mapping[str, object], today: date) -> bool:
    """Whether any birth date of a record allows an age under eighteen."""
    return any(
        age_on(span.last, today) < AGE_OF_MAJORITY_YEARS
        for span in spans(entity_type, fields, today)
    )


def _of(value: object, today: date) -> Iterator[Span]:
    if isinstance(value, tuple):
        for one in value:
            yield from _of(one, today)
    elif isinstance(value, BirthDate):
        yield from _between(value, today)
    elif isinstance(value, str) and value:
        said = normalise.partial_date(value) or normalise.mrz_birth_date(value, today)
        first, last = first_day(said), latest_day(said)
        if first is not None and last is not None:
            yield Span(first, last)


def _between(born: BirthDate, today: date) -> Iterator[Span]:
    """A range without an end is open: to the day of the answer, and to the beginning of time."""
    first, last = first_day(born.earliest or born.date), latest_day(born.latest or born.date)
    if first is None and last is None:
        return
    first, last = first or date.min, last or today
    if born.certainty == CIRCA:
        first = date(max(first.year - CIRCA_YEARS, date.min.year), 1, 1)
        last = date(last.year + CIRCA_YEARS, 12, 31)
    yield Span(first, last)


def wrong_with(born: BirthDate) -> str:
    """What is wrong with a birth date, as the end of a sentence; empty when nothing is."""
    parts = (born.date, born.earliest, born.latest)
    if not all(normalise.partial_date(part) for part in parts if part):
        return "is no date"
    if born.certainty not in {STATED, CIRCA, RANGE}:
        return f"is {STATED}, {CIRCA} or {RANGE}"
    if born.certainty == RANGE:
        ends = bool(born.earliest or born.latest)
        order = not (born.earliest and born.latest) or born.earliest[:4] <= born.latest[:4]
        return "" if ends and order else "is a range with an end, from an earlier to a later date"
    return "" if born.date and not (born.earliest or born.latest) else "has a date and no range"
