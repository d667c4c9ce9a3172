"""A coarser form holds nothing of what it is coarser than."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from node.exchange import release
from node.records.values import OrganisationName, PersonName

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
