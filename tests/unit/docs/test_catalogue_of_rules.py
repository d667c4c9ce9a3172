"""The page that says which rules of law are rows names rows there are, and leaves no rule and no row out."""

from __future__ import annotations

import csv
import re
from itertools import groupby

from comity.rulings import ReasonCode
from tests.unit.docs.pages import ROOT, prose, rows

PAGE = ROOT / "docs" / "policy-officer" / "catalogue.md"
# How many rules each family of the catalogue has.
RULES = {
    "A": 14, "B": 10, "C": 7, "D": 13, "E": 10, "F": 15, "G": 10, "W": 7, "I": 6, "J": 5, "K": 9, "L": 9,
}  # fmt: skip


def shipped_rows() -> dict[str, dict[str, str]]:
    found = {}
    for file in sorted((ROOT / "policies").glob("*/*.csv")):
        if file.stem in ("groups", "generalisations"):
            continue
        lines = (line for line in file.read_text("utf-8").splitlines() if line[:1] != "#")
        for row in csv.DictReader(lines):
            found[row["id"]] = row | {"pack": file.parent.name}
    return found


SHIPPED = shipped_rows()
NAMED = set(re.findall(r"`([A-Z0-9]+(?:-[A-Z0-9]+)+)`", prose(PAGE)))


def test_every_rule_has_its_line_in_order() -> None:
    told = [row[0] for row in rows(PAGE)]
    counted = {family: [*group] for family, group in groupby(told, lambda rule: rule[0])}
    assert counted == {
        family: [f"{family}{number}" for number in range(1, most + 1)]
        for family, most in RULES.items()
    }


def test_every_row_that_it_names_is_shipped() -> None:
    assert NAMED - {"REFINE"} <= SHIPPED.keys()


def test_every_rule_names_a_row_or_says_where_it_is_kept_or_what_it_waits_for() -> None:
    for rule, asks, decided in rows(PAGE):
        assert asks
        named = set(re.findall(r"`([A-Z0-9]+(?:-[A-Z0-9]+)+)`", decided)) & SHIPPED.keys()
        kept = re.search(
            r"in the program|\*\*waits?\*\*|`comity policy|`feedback|on purpose", decided
        )
        assert named or kept, rule


def test_every_bar_and_every_mark_of_the_core_stands_in_it() -> None:
    """A row of the core that no rule asks for would be law that nobody can trace."""
    core = {name for name, row in SHIPPED.items() if row["pack"] == "core"}
    assert {name for name in core - NAMED if SHIPPED[name].get("tier") != "default"} == set()


def test_reasons_that_no_row_gives_are_named() -> None:
    given = {row.get("reason") for row in SHIPPED.values()}
    without = set(map(str, ReasonCode)) - given
    page = prose(PAGE).partition("## Reasons that no row gives")[2]
    assert set(re.findall(r"`([A-Z_]+)`", page)) == without - {"OK", "GENERALISED"}
