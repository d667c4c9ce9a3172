"""A coarser form holds nothing of what it is coarser than."""

from __future__ import annotations

import csv
import re
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from comity.catalogue import FIELDS
from node.exchange import release
from node.records.values import (
    Address,
    BirthDate,
    Identifier,
    Listing,
    Officer,
    OrganisationName,
    PersonName,
    RouteLeg,
)
from tests.simulators.law import POLICIES

if TYPE_CHECKING:
    from collections.abc import Callable

# How a name is filed, not how it reads.
FILING = {"kind": "LEGAL", "script": "Cyrl", "transliteration": "ICAO-9303-3"}


@pytest.mark.parametrize("made", [PersonName, OrganisationName])
@pytest.mark.parametrize(
    "coarser",
    [release.mask, lambda value: release.generalise(value, "initials")],
    ids=["masked", "initials"],
)
def test_every_part_of_a_name_is_cut_to_its_initials(
    made: type, coarser: Callable[[object], object]
) -> None:
    """Whatever parts a name has, or will have."""
    parts = [part.name for part in fields(made) if part.name not in FILING]
    filing = {part.name: FILING[part.name] for part in fields(made) if part.name in FILING}
    name = made(**{part: f"Geheim{part} Zweitwort" for part in parts}, **filing)
    told = coarser((name,))
    assert isinstance(told, tuple)
    (cut,) = told
    assert {part: getattr(cut, part) for part in parts} == dict.fromkeys(parts, "G… Z…")
    assert {part: getattr(cut, part) for part in filing} == filing


@pytest.mark.parametrize(
    ("way", "stored", "left"),
    [
        ("geohash5", "u33db2m3", "u33db"),
        ("geohash3", "U33DB2M3", "u33"),
        ("geohash5", "u33", "u33"),
        ("geohash5", "52.516 N", None),
        ("geohash5", "", None),
    ],
)
def test_of_a_geohash_its_first_signs_leave_and_of_anything_else_nothing(
    way: str, stored: str, left: str | None
) -> None:
    assert release.generalise(stored, way) == left


INFOS = {info.path: info for infos in FIELDS.values() for info in infos}
WAYS = {
    row["field"]: row["how"]
    for row in csv.DictReader(
        (POLICIES / "model" / "generalisations.csv").read_text("utf-8").splitlines()
    )
}
# What no coarser form of any field may hold: words, figures, the day.
SECRETS = ("Geheim", "Zweitwort", "4711", "-23")
SAMPLES: dict[str, object] = {
    "PersonName": PersonName(kind="LEGAL", full="Geheim Zweitwort", family="Zweitwort"),
    "OrganisationName": OrganisationName(kind="LEGAL", full="Geheim Zweitwort"),
    "Address": Address(line="Geheim 4711", city="Paris", country="FR", postcode="4711"),
    "RouteLeg": RouteLeg("FR", "Geheim", "DE", "Zweitwort", "SEA", "1987-11-23"),
    "Identifier": Identifier("tax", "Geheim-4711", "FR"),
    "Listing": Listing("OFAC", "Geheim", "4711", "1987-11-23"),
    "BirthDate": BirthDate("1987-11-23", "STATED"),
    "Officer": Officer("Geheim Zweitwort", "Geheim", "1987-11-23"),
}
BY_WAY = {
    "year": "1987-11-23",
    "month": "1987-11-23T04:07:11Z",
    "country": "Geheim 4711, Zweitwort, France",
    "city": "Geheim",
    "initials": "Geheim Zweitwort",
    "last2": "Geheim-4711",
    "geohash5": "u33db2m3",
}


@pytest.mark.parametrize("path", WAYS)
def test_every_field_that_has_a_coarser_form_keeps_something_and_nothing_of_the_rest(
    path: str,
) -> None:
    info, way = INFOS[path], WAYS[path]
    one = SAMPLES[info.values] if info.values else BY_WAY[way]
    told = release.generalise((one,) if info.repeated else one, way)
    assert told
    written = repr(told)
    assert not [secret for secret in SECRETS if secret in written]


# Fields that read like a date, a name or a place and have no coarser form, and why.
# Relations leave whole or not at all, by rows of their own.
NO_COARSER = {
    "identity_document.blank_range_from": "an end of a batch says nothing in part",
    "identity_document.blank_range_to": "an end of a batch says nothing in part",
}
READS_LIKE_ONE = re.compile(
    r"(_date|_dates|_on|_at|_seen|_from|_to|since|until|place|names|addresses|route|owners)$"
)


def test_every_date_name_place_and_address_has_a_coarser_form() -> None:
    wanted = {
        path
        for path, info in INFOS.items()
        if READS_LIKE_ONE.search(path)
        or info.values in {"PersonName", "OrganisationName", "Address", "RouteLeg", "BirthDate"}
    }
    without = {path for path in wanted - set(WAYS) if not path.startswith("relation.")}
    assert without == set(NO_COARSER)


@pytest.mark.parametrize("way", ["year", "month", "decade"])
@pytest.mark.parametrize("text", ["09.03.1987", "9/3/87", "March 1987", "23", "", "19870309"])
def test_of_a_date_in_another_shape_nothing_leaves(way: str, text: str) -> None:
    """Its first four signs may be the day and the month."""
    assert release.generalise(text, way) is None


def test_of_a_composite_birth_date_every_date_is_cut() -> None:
    stored = (
        BirthDate("1987-11-23", "CIRCA"),
        BirthDate("", "RANGE", "1985-02-03", "1989-04-05"),
        BirthDate("someday", "STATED"),
    )
    assert release.generalise(stored, "year") == (
        BirthDate("1987", "CIRCA"),
        BirthDate("", "RANGE", "1985", "1989"),
    )


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Zelengrad, Syria", "SY"),
        ("Zelengrad (DE)", "DE"),
        ("France", "FR"),
        ("Zelengrad", None),
        ("Zelengrad, Far Province", None),
        ("", None),
    ],
)
def test_of_a_place_in_words_no_more_than_its_country_leaves(text: str, left: str | None) -> None:
    assert release.generalise(text, "country") == left


def test_of_a_route_the_countries_leave() -> None:
    leg = RouteLeg("FR", "Geheim", "DE", "Zweitwort", "SEA", "1987-11-23")
    assert release.generalise((leg,), "country") == (RouteLeg("FR", "", "DE", "", "", ""),)
