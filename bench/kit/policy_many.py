"""Shipped law with so many more rows beside it, for what proves: every red line holds in it."""

from __future__ import annotations

import csv
import random
import shutil
from typing import TYPE_CHECKING, Final

from bench.kit import policy_law as laws
from comity.policytools.tree import open_tree

if TYPE_CHECKING:
    from pathlib import Path

    from comity.policytools.tree import Packs, Tree

PACKS: Final = ("core", "eu-member", "many")
# Fields and groups of the contract, since red lines speak of those.
_FIELDS: Final = (
    "person.names", "person.birth_date", "person.sex", "person.phones", "person.addresses", "vehicle.make",
    "identity", "contact", "description", "family", "narrative", "thing",
)  # fmt: skip

_CONTACT: Final = ("contact", "person.phones", "person.addresses")
_UNION: Final = ("eu", "FR", "DE", "FR-PJ", "DE-LP")


def tree(folder: Path, count: int) -> tuple[Tree, Packs]:
    """A folder of law: the shipped one with a pack of ``count`` rows more."""
    root = folder / "policies"
    shutil.copytree(laws.POLICIES, root)
    drawn = random.Random(7)  # noqa: S311  # a bench wants to repeat itself
    lines = [laws.COLUMNS]
    for row in laws.rows(count + 1)[:-1]:
        row["field"] = drawn.choice(_FIELDS)
        if row["case"] != "*":
            row["until"] = "2031-01-01"
        if row["effect"] == "allow":
            # Under Prüm II core data leave, and contact data by no row outside the Union.
            if row["instrument"] in ("EU-PRUM-II", "*"):
                row["instrument"] = "EU-2023-977"
            if row["field"] in _CONTACT and row["who"] not in _UNION:
                row["who"] = "eu"
        # No grant for a mark alone, no refusal that a protected mark gives away.
        if row["effect"] == "allow" or row["marking"] == "third-party":
            row["marking"] = "*"
        lines.append(",".join(row[name] for name in laws.COLUMNS.split(",")))
    (root / PACKS[-1]).mkdir()
    (root / PACKS[-1] / "release.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return open_tree(root), PACKS


# What a change makes of a row's form.
_OTHER_FORM: Final = {
    "<=hit": "<=full",
    "<=masked": "<=hit",
    "<=generalised": "<=masked",
    "<=full": "<=masked",
    ">hit": ">masked",
    ">masked": ">hit",
    ">generalised": ">hit",
    "any": ">hit",
}


def changed(folder: Path, count: int, rows: int) -> Tree:
    """The same law once somebody changed so many of the added rows.

    In turns a row gets another form, gets a neighbour for another country, and goes.
    """
    tree(folder, count)
    file = folder / "policies" / PACKS[-1] / "release.csv"
    with file.open(encoding="utf-8", newline="") as told:
        lines = list(csv.DictReader(told))
    drawn = random.Random(11)  # noqa: S311  # a bench wants to repeat itself
    for turn, place in enumerate(sorted(drawn.sample(range(count), rows))):
        row = lines[place]
        if turn % 3 == 0:
            row["form"] = _OTHER_FORM[row["form"]]
        elif turn % 3 == 1:
            other = "FR" if row["who"] == "IT" else "IT"
            lines.append(row | {"id": row["id"].replace("ROW", "NEW"), "who": other})
        else:
            row["id"] = ""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, laws.COLUMNS.split(","), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row in lines if row["id"])
    return open_tree(folder / "policies")
