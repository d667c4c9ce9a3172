"""Sets of people to search: invented as two agencies write them, or read from files."""

from __future__ import annotations

import csv
import random
from typing import TYPE_CHECKING

from bench.kit.people import Person
from bench.kit.people_set import PeopleSet, Query, kind_of
from comity.demo.registers import draw, lexicon
from comity.demo.registers import people as invented
from comity.demo.registers.profiles import PROFILES

if TYPE_CHECKING:
    from pathlib import Path

NOBODY_SHARE = 4


def generated_set(size: int, asked_for: int) -> PeopleSet:
    """Invented people as one agency writes them, asked for as another one does."""
    chance = random.Random(size)  # noqa: S311  # repeatable on purpose
    cultures = tuple(lexicon.CULTURES)
    own, other = PROFILES["DE-LP"], PROFILES["FR-PJ"]
    people: list[Person] = []
    queries: list[Query] = []
    wanted = min(size, asked_for)
    asked = {*chance.sample(range(size), wanted), *range(size, size + wanted // NOBODY_SHARE)}
    for number in range(size + wanted // NOBODY_SHARE):
        source = draw.Draw(1, "bench", number)
        being = invented.being(source, cultures=cultures)
        held = invented.names(being, source, own)
        if number < size:
            names = [(one["full"], "name") for one in held]
            people.append(Person(f"i{number}", "invented", names, being.year))
        if number in asked:
            written = invented.names(being, draw.Draw(2, "ask", number), other)[-1]["full"]
            if number >= size:
                queries.append(Query(written, None, "nobody", being.year))
            elif written not in {one["full"] for one in held}:
                queries.append(Query(written, number, kind_of(written, "alias"), being.year))
    return PeopleSet(people, queries)


def set_of_files(people_file: Path, queries_file: Path) -> PeopleSet:
    """The set that two CSV files describe."""
    people: list[Person] = []
    number_of: dict[str, int] = {}
    with people_file.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names = [row["name"], *(row.get("aliases") or "").split(";")]
            number_of[row["id"]] = len(people)
            texts = [(name.strip(), "name") for name in names if name.strip()]
            people.append(Person(row["id"], "file", texts, *_known(row)))
    queries: list[Query] = []
    with queries_file.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            expected = (row.get("expected_id") or "").strip()
            number = number_of.get(expected, -1) if expected else None
            queries.append(Query(row["query"], number, "file", *_known(row)))
    return PeopleSet(people, queries)


def _known(row: dict[str, str]) -> tuple[int, str, str, str]:
    born = (row.get("birth_date") or "").strip()[:10]
    sex = (row.get("gender") or "")[:1].upper()
    year = int(born[:4]) if born[:4].isdigit() else 0
    return year, (row.get("country") or "").strip().casefold(), sex, born if year else ""
