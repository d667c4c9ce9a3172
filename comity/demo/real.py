"""Questions on real published lists, taken from the lists at run time.

Being listed is no proof of guilt, and these are real people: nothing of the lists is in this program.
What is asked for is something that was just loaded, the way another agency would ask for it.
"""

from __future__ import annotations

import csv
import gzip
import re
from typing import TYPE_CHECKING

from comity.client import Observable, ObservableType, Person, StolenObject, SubjectCategory, Vehicle
from comity.demo.story import Scene, why

if TYPE_CHECKING:
    from pathlib import Path

# A name and its original script, from the first listed individual who has both.
_INDIVIDUAL = re.compile(r"<INDIVIDUAL>(.*?)</INDIVIDUAL>", re.DOTALL)
_OBJECT = SubjectCategory.OBJECT


def real_scenes(data: Path) -> tuple[Scene, ...]:
    """Five questions on the lists below ``data``."""
    eu, tca, rpd = "EU-2023-977", "TCA-2020", "INTERPOL-RPD"
    listed, script = _listed(data / "persons/un_consolidated.xml.gz")
    wallet = _cell(data / "cyber/ofac_crypto_addresses_2024.csv", row=1, column=1)
    plate = _cell(data / "objects/nz_stolen_vehicles_2012.csv.gz", row=0, column=0)
    title = _cell(data / "objects/fbi_national_stolen_art_stolen_art_new.csv", row=1, column=0)
    return (
        Scene(
            "DE-LP",
            Person(listed),
            "a person on the UN list, by the published name",
            why("DE-2026-0001", offence="terrorism", basis=eu),
            "Directive 2023/977",
            "One name, asked of every register; lists overlap, and each owner answers for its own.",
        ),
        Scene(
            "DE-LP",
            Person(script),
            "the same person, in the original script",
            why("DE-2026-0001", offence="terrorism", basis=eu),
            "Directive 2023/977",
            "The script does not matter.",
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
            "Many works share a title; the answer asks to refine rather than list them.",
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
        ),
    )


def _open(path: Path) -> str:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8", "replace")


def _cell(path: Path, *, row: int, column: int) -> str:
    return list(csv.reader(_open(path).splitlines()[: row + 1]))[row][column]


def _listed(path: Path) -> tuple[str, str]:
    """The published name, and the name in its original script."""
    for found in _INDIVIDUAL.finditer(_open(path)):
        text = found[1]
        script = _tag(text, "NAME_ORIGINAL_SCRIPT")
        name = " ".join(
            filter(None, (_tag(text, f"{part}_NAME") for part in ("FIRST", "SECOND", "THIRD")))
        )
        if script and len(name.split()) > 1:
            return name, script
    return "", ""


def _tag(text: str, tag: str) -> str:
    found = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    return found[1].strip() if found else ""
