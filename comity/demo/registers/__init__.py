"""Invented registers for demonstrations, tests and benches, from a few hundred rows to millions.

Pure: knows no storage, no protobuf and no node; it makes plain rows in the *Comity register format* and
``node.sources`` imports them like any other list. Nobody in them exists. The same agency, seed and
number give the same row on every machine, Python version and day.

The Comity register format is JSON lines (UTF-8, one object a line):

``key``
    the row's name in its register; stays the same when the row changes.
``entity``
    an entity type of ``comity.catalogue`` (``person``, ``vehicle`` …).
``fields``
    dotted path to value, paths of that entity in ``comity.catalogue``: text, a list of text, or for
    structured fields an object (or list of objects) with the field names of
    ``comity/api/record/v1/values.proto``.
``labels``
    ``subject`` (category of data subject: suspect, convicted, wanted, contact, witness, victim, missing,
    informant, object, unknown) and ``markings`` (minor, protected, refugee, contested, third-party,
    originator-controlled, listed).
``assertion``
    nature, 4x4 evaluation, handling code, dates; field names of ``Assertion`` in ``values.proto``.
"""

from __future__ import annotations

from itertools import count as numbers
from itertools import islice
from typing import TYPE_CHECKING

from comity.demo.registers.cast import Character, cast, cast_rows, character
from comity.demo.registers.profiles import AGENCIES, PROFILES
from comity.demo.registers.rows import Row, row

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["AGENCIES", "Character", "Row", "cast", "character", "registers"]


def registers(agency: str, count: int, seed: int) -> Iterator[Row]:
    """The first ``count`` rows of an invented agency's register: its cast, then as many as wanted.

    Args:
        agency: one of ``AGENCIES``.
        count: how many rows; any number, rows are made as they are taken.
        seed: another seed, another register; the cast stays.

    Raises:
        ValueError: no such agency.
    """
    profile = PROFILES.get(agency)
    if profile is None:
        raise ValueError(f"no such agency: {agency}; there are {', '.join(AGENCIES)}")
    cast_first = cast_rows(agency)
    yield from cast_first[:count]
    yield from (
        row(profile, seed, number) for number in islice(numbers(), max(0, count - len(cast_first)))
    )
