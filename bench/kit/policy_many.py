"""Shipped law with so many more rows beside it, for what proves: every red line holds in it."""

from __future__ import annotations

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
        # No grant for a mark alone, no refusal that a protected mark gives away.
        if row["effect"] == "allow" or row["marking"] == "third-party":
            row["marking"] = "*"
        lines.append(",".join(row[name] for name in laws.COLUMNS.split(",")))
    (root / PACKS[-1]).mkdir()
    (root / PACKS[-1] / "release.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return open_tree(root), PACKS
