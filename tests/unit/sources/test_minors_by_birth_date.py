"""Birth dates of imported records: whoever may be under eighteen is marked a minor."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from comity.catalogue import FIELDS
from node.records import normalise
from node.records.ages import may_be_minor
from node.records.record import Labels, Record
from node.records.values import Assertion, BirthDate
from node.sources import register
from node.sources.labelling import labelled
from tests.simulators.source_files import refused

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("born", "minor"),
    [
        ("2008-11-24", False),
        ("2008-11-25", True),
        ("2008-11", True),
        ("2008-10", False),
        ("2008", True),
        ("2007", False),
        ("", False),
        ("2008-13-01", False),
        ("someday", False),
    ],
)
def test_whoever_may_be_under_eighteen_is_a_minor(born: str, *, minor: bool) -> None:
    assert may_be_minor(born, TODAY) is minor


@pytest.mark.parametrize(
    ("born", "minor"),
    [
        (BirthDate("2007", "STATED"), False),
        (BirthDate("2007", "CIRCA"), True),  # may be 2008
        (BirthDate("2006", "CIRCA"), False),
        (BirthDate("", "RANGE", "2000", "2010"), True),
        (BirthDate("", "RANGE", "2000", "2007"), False),
        (BirthDate("", "RANGE", "2000", ""), True),  # nobody knows until when
        (BirthDate("", "RANGE", "", "2000"), False),
    ],
)
def test_of_a_range_and_an_approximate_date_the_youngest_counts(
    born: BirthDate, *, minor: bool
) -> None:
    told = Record("1", "x", "person", {"person.further_birth_dates": (born,)}, Labels("suspect"))
    assert ("minor" in labelled(told, TODAY).labels.markings) is minor


@pytest.mark.parametrize(
    "born",
    [
        {"date": "soon", "certainty": "STATED"},
        {"date": "1974"},
        {"date": "1974", "certainty": "MAYBE"},
        {"certainty": "CIRCA"},
        {"certainty": "RANGE"},
        {"certainty": "RANGE", "earliest": "1975", "latest": "1974"},
        {"date": "1974", "certainty": "STATED", "latest": "1975"},
    ],
)
def test_a_further_birth_date_that_is_none_quarantines_the_row(
    tmp_path: Path, born: dict[str, str]
) -> None:
    path = tmp_path / "register.jsonl"
    row = {"key": "1", "entity": "person", "fields": {"person.further_birth_dates": [born]}}
    path.write_text(json.dumps(row))
    assert refused(register.read(path)) == [(1, "value not valid")]


ZONE = "P<ZZEDOE<<JANE<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nL898902C<3ZZE{born}9F3008086<<<<<<<<<<<<<<04"


@pytest.mark.parametrize("minor", [True, False])
@pytest.mark.parametrize(
    "path", [info.path for infos in FIELDS.values() for info in infos if info.birth_date]
)
def test_any_birth_date_of_a_record_tells_whether_it_is_about_a_minor(
    path: str, *, minor: bool
) -> None:
    """A notice about a child, and the child's prints and card, are marked like the child's own record."""
    year = "2015" if minor else "1974"
    written: dict[str, object] = {
        "machine_readable_zone": ZONE.format(born=f"{year[2:]}0309"),
        "further_birth_dates": (BirthDate("1950", "STATED"), BirthDate(year, "STATED")),
    }
    entity, _, name = path.partition(".")
    record = Record("1", "x", entity, {path: written.get(name, f"{year}-03-09")}, Labels("suspect"))
    assert ("minor" in labelled(record, TODAY).labels.markings) is minor


def test_every_entity_that_names_a_subject_says_when_that_was_born() -> None:
    """So that nobody adds a birth date that no label follows from."""
    told = {info.path for infos in FIELDS.values() for info in infos if info.birth_date}
    named = {
        info.path
        for infos in FIELDS.values()
        for info in infos
        if "birth_date" in info.path or "birth_dates" in info.path
    }
    assert named <= told


@pytest.mark.parametrize(
    ("born", "said"),
    [
        ("150309", "2015-03-09"),
        ("26<<<<", "2026"),
        ("27<<<<", "1927"),
        ("1503<<", "2015-03"),
        ("159999", "2015"),
        ("<<<<<<", ""),
    ],
)
def test_the_year_in_a_machine_readable_zone_is_the_latest_that_has_come(
    born: str, said: str
) -> None:
    assert normalise.mrz_birth_date(ZONE.format(born=born), TODAY) == said
    card = f"I<ZZED231458907<<<<<<<<<<<<<<<\n{born}9F3008086ZZE<<<<<<<<<<<4\nDOE<<JANE<<<<<<<<<<<<<<<<<<<<<"
    assert normalise.mrz_birth_date(card, TODAY) == said
    french = f"IDFRADOE<<<<<<<<<<<<<<<<<<<<<<<<<<<<\n123456789012{'0JANE<<<<<<<<<<'}{born}4F6"
    assert normalise.mrz_birth_date(french, TODAY) == said
    assert not normalise.mrz_birth_date("no zone", TODAY)


def test_labels_only_ever_get_stricter() -> None:
    child = Record(
        "1",
        "x",
        "person",
        {"person.birth_date": "2015"},
        Labels("villain", frozenset({"refugee"})),
        Assertion(contested=True),
    )
    assert labelled(child, TODAY).labels == Labels(
        "unknown", frozenset({"refugee", "minor", "contested"})
    )
    adult = Record("1", "x", "person", {"person.birth_date": "1974"}, Labels("suspect"))
    assert labelled(adult, TODAY) is adult
