"""Questions on real published lists, taken from the lists at run time.

Being listed is no proof of guilt, and these are real people: nothing of the lists is in this program.
What is asked for is something that was just loaded, the way another agency would ask for it.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from typing import TYPE_CHECKING

from comity.client import (
    Observable,
    ObservableType,
    Person,
    Stage,
    StolenObject,
    SubjectCategory,
    Vehicle,
)
from comity.demo.story import Scene, why

if TYPE_CHECKING:
    from pathlib import Path

_INDIVIDUAL = re.compile(r"<INDIVIDUAL>(.*?)</INDIVIDUAL>", re.DOTALL)
NAME_PARTS_MIN = 3
YEAR_CHARACTERS = 4
_OBJECT = SubjectCategory.OBJECT


def real_scenes(data: Path) -> tuple[Scene, ...]:
    """Five questions on the lists below ``data``."""
    eu, tca, rpd = "EU-2023-977", "TCA-2020", "INTERPOL-RPD"
    listed, script, year = _listed(data / "persons/un_consolidated.xml.gz")
    wallet = _cell(data / "cyber/ofac_crypto_addresses_2024.csv", row=1, column=1)
    plate = _cell(data / "objects/nz_stolen_vehicles_2012.csv.gz", row=0, column=0)
    title = _cell(data / "objects/fbi_national_stolen_art_stolen_art_new.csv", row=1, column=0)
    return (
        Scene(
            "DE-LP",
            Person(listed, birth_date=year),
            "a person on the UN list, by published name and year of birth",
            why("DE-2026-0001", offence="terrorism", basis=eu),
            "Directive 2023/977",
            "One name, asked of every register; lists overlap, and each owner answers for its own.",
            stage=Stage.CORE,
        ),
        Scene(
            "DE-LP",
            Person(script, birth_date=year),
            "the same person, in the original script",
            why("DE-2026-0001", offence="terrorism", basis=eu),
            "Directive 2023/977",
            "The script does not matter.",
            stage=Stage.CORE,
        ),
        Scene(
            "FR-PJ",
            Observable(ObservableType.WALLET, wallet),
            "a wallet on OFAC's list",
            why("FR-2026-0002", offence="money-laundering", basis=eu, subject=_OBJECT),
            "Directive 2023/977",
            "Matched exactly, whatever the notation.",
            targets=("GB-CA",),
        ),
        Scene(
            "GB-CA",
            StolenObject(title=title),
            "a work of art by the title in the FBI's file",
            why("GB-2026-0003", offence="art-theft", basis=tca, subject=_OBJECT),
            "TCA Part Three",
            "The file has no reference numbers, so a work is found by its title.",
            targets=("FR-PJ",),
        ),
        Scene(
            "DE-LP",
            Vehicle(plate=plate),
            "a plate on the New Zealand police's list",
            why("DE-2026-0004", offence="vehicle-theft", basis=rpd, subject=_OBJECT),
            "INTERPOL RPD",
            "A complete plate, never a partial one.",
            targets=("ZZ-IM",),
            stage=Stage.CORE,
        ),
    )


def _open(path: Path) -> str:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8", "replace")


def _cell(path: Path, *, row: int, column: int) -> str:
    return list(csv.reader(_open(path).splitlines()[: row + 1]))[row][column]


def _listed(path: Path) -> tuple[str, str, str]:
    """The published name, the name in its original script, the year of birth.

    Of the first individual with a long name that nobody else on the list shares a part of; a common name
    would be answered by a request to refine.
    """
    found = []
    shared: Counter[str] = Counter()
    for one in _INDIVIDUAL.finditer(_open(path)):
        parts = (_tag(one[1], f"{part}_NAME") for part in ("FIRST", "SECOND", "THIRD"))
        name = " ".join(filter(None, parts))
        shared.update(set(name.upper().split()))
        born = _tag(one[1], "INDIVIDUAL_DATE_OF_BIRTH")
        year = _tag(born, "YEAR") or _tag(born, "DATE")[:YEAR_CHARACTERS]
        found.append((name, _tag(one[1], "NAME_ORIGINAL_SCRIPT"), year))
    for name, script, year in found:
        words = name.upper().split()
        if script and year and len(words) >= NAME_PARTS_MIN and all(shared[w] == 1 for w in words):
            return name, script, year
    return "", "", ""


def _tag(text: str, tag: str) -> str:
    found = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    return found[1].strip() if found else ""
