"""People for the bench ``matching``: published ones from ``../shared/data``, invented ones always.

A person is a list of published names with what is known beside them. Nothing of the published lists is
kept in the project; where they are absent only the invented people are measured.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path("../shared/data")
OFAC_INDIVIDUAL, OFAC_REMARKS, OFAC_ALIAS = 2, 11, 3
YEAR = re.compile(r"DOB (?:\d{1,2} )?(?:[A-Z][a-z]{2} )?(\d{4})")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with every name that was published.

    Attributes:
        key: unique over all sources.
        source: the list.
        names: each with its kind: name, alias, weak, script.
        born: the date of birth, as far as it is known, or nothing where no more than the year is.
    """

    key: str
    source: str
    names: list[tuple[str, str]] = field(default_factory=list)
    year: int = 0
    country: str = ""
    gender: str = ""
    born: str = ""


def half(key: str) -> int:
    """0 or 1: which half of the people somebody is in; nothing tuned on one is scored on the other."""
    return hashlib.sha1(key.encode(), usedforsecurity=False).digest()[0] & 1


def _rows(path: Path) -> Iterator[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as file:
        yield from csv.reader(line for line in file if not line.startswith("\x1a"))


def ofac(data: Path) -> Iterator[Person]:
    """OFAC's individuals with their aliases (public domain)."""
    aliases: dict[str, list[tuple[str, str]]] = {}
    for row in _rows(data / "persons/ofac/alt.csv.gz"):
        if len(row) > OFAC_ALIAS:
            aliases.setdefault(row[0], []).append((row[OFAC_ALIAS], "alias"))
    for row in _rows(data / "persons/ofac/sdn.csv.gz"):
        if len(row) > OFAC_REMARKS and row[OFAC_INDIVIDUAL].strip() == "individual":
            found = YEAR.search(row[OFAC_REMARKS])
            names = _distinct([(row[1], "name"), *aliases.get(row[0], ())])
            yield Person(f"ofac-{row[0]}", "ofac", names, int(found[1]) if found else 0)


def ofac_others(data: Path) -> Iterator[tuple[str, str]]:
    """OFAC's organisations and ships (public domain), each with a key."""
    for row in _rows(data / "persons/ofac/sdn.csv.gz"):
        if len(row) > OFAC_REMARKS and row[OFAC_INDIVIDUAL].strip() in {"-0-", "vessel"}:
            yield f"ofac-{row[0]}", row[1]


def un(data: Path) -> Iterator[Person]:
    """The United Nations' individuals, with original script and quality of aliases."""
    with gzip.open(data / "persons/un_consolidated.xml.gz") as file:
        root = ET.parse(file).getroot()  # noqa: S314  # a file of ours, kept beside the project
    for one in root.iter("INDIVIDUAL"):
        parts = (one.findtext(f"{part}_NAME") for part in ("FIRST", "SECOND", "THIRD", "FOURTH"))
        names = [(" ".join(part.strip() for part in parts if part and part.strip()), "name")]
        names.append((one.findtext("NAME_ORIGINAL_SCRIPT") or "", "script"))
        for alias in one.iter("INDIVIDUAL_ALIAS"):
            weak = alias.findtext("QUALITY") == "Low"
            names.append((alias.findtext("ALIAS_NAME") or "", "weak" if weak else "alias"))
        year = one.findtext("INDIVIDUAL_DATE_OF_BIRTH/YEAR") or ""
        yield Person(
            f"un-{one.findtext('DATAID')}",
            "un",
            _distinct(names),
            int(year) if year.isdigit() else 0,
            one.findtext("NATIONALITY/VALUE") or "",
            (one.findtext("GENDER") or "")[:1],
        )


def politicians(data: Path) -> Iterator[Person]:
    """Politicians with their names in many scripts."""
    with gzip.open(
        data / "persons/everypolitician_people.jsonl.gz", "rt", encoding="utf-8"
    ) as file:
        for line in file:
            one = json.loads(line)
            names = _distinct(
                [(name, "name" if not at else "alias") for at, name in enumerate(one["names"])]
            )
            year = str(one.get("birth_date") or "")[:4]
            gender = str(one.get("gender") or "")[:1].upper()
            yield Person(
                f"ep-{one['id']}",
                "politicians",
                names,
                int(year) if year.isdigit() else 0,
                one["country"],
                gender,
            )


def invented_others(data: Path) -> Iterator[Person]:
    """A hundred thousand people whom somebody else invented, for filling up and for nobody-queries."""
    for name in ("global", "us"):
        path = data / f"matching/yente_negatives_{name}_50k.csv.gz"
        header: list[str] = []
        for number, row in enumerate(_rows(path)):
            if not number:
                header = row
                continue
            one = dict(zip(header, row, strict=False))
            yield Person(
                f"yente-{name}-{number}",
                "yente",
                [(one["full_name"], "name")],
                int(one["date_of_birth"][:4] or 0),
                one["nationality"],
                one["gender"][:1].upper(),
            )


def published(data: Path) -> list[Person]:
    """Everybody on a list."""
    return [*ofac(data), *un(data), *politicians(data)]


def _distinct(names: list[tuple[str, str]]) -> list[tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for text, kind in names:
        whole = " ".join(text.split())
        if whole and whole != "-0-":
            found.setdefault(whole.casefold(), (whole, kind))
    return list(found.values())
