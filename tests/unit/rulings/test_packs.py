"""The shipped packs do what the tests beside them say, and no row of them is dead weight."""

from __future__ import annotations

import shutil
from functools import cache
from typing import TYPE_CHECKING

import pytest

from comity.policytools import testing
from comity.policytools.tree import open_tree
from comity.rulings import Form
from tests.simulators.law import NODE_PACKS, POLICIES, labels, request, shipped

if TYPE_CHECKING:
    from pathlib import Path

FILES = sorted(POLICIES.glob("*/*_test.toml"))


@cache
def _by_law() -> dict[str, testing.LawTested]:
    return {" + ".join(one.packs): one for one in testing.run_tests(open_tree(POLICIES))}


@pytest.mark.parametrize("law", [" + ".join(one) for one in open_tree(POLICIES).laws()])
def test_every_claim_beside_the_rows_holds(law: str) -> None:
    assert _by_law()[law].claims
    assert not [f"{one.claim}: {one.sentence}" for one in _by_law()[law].failures]


# Rows that decide in no claim, and why not.
WITHOUT_A_CLAIM = {
    "TREATY-EXPIRED": "no shipped instrument has ended; one that did is below",
    "TREATY-PURPOSE": "no shipped instrument is for some purposes only; one that is is below",
}


def test_every_row_decides_in_a_claim_beside_it() -> None:
    silent = {row for one in _by_law().values() for row in one.silent}
    assert silent == set(WITHOUT_A_CLAIM)


@pytest.mark.parametrize(
    ("line", "row"),
    [("until = 2025-12-31", "TREATY-EXPIRED"), ('purposes = ["PREVENT"]', "TREATY-PURPOSE")],
)
def test_an_instrument_that_ended_or_is_for_another_purpose_carries_nothing(
    tmp_path: Path, line: str, row: str
) -> None:
    shutil.copytree(POLICIES, tmp_path / "law")
    file = tmp_path / "law" / "instruments.toml"
    first = "from = 2024-12-12\n"
    file.write_text(file.read_text("utf-8").replace(first, f"{first}{line}\n"), "utf-8")
    bundle = open_tree(tmp_path / "law").bundle(("core", "eu-member"))
    ruling = bundle.mask(request(), labels())["person.names"]
    assert (ruling.form, ruling.row) == (Form.NOTHING, row)


def test_a_relation_row_without_a_claim_is_noticed(tmp_path: Path) -> None:
    shutil.copytree(POLICIES, tmp_path / "law")
    file = tmp_path / "law" / "eu-member" / "relation.csv"
    line = next(one for one in file.read_text("utf-8").splitlines() if "EU-REL-APART" in one)
    new = line.replace("EU-REL-APART", "EU-REL-NEW").replace("not-same-as", "family")
    file.write_text(file.read_text("utf-8").rstrip("\n") + f"\n{new}\n", "utf-8")
    (tested,) = testing.run_tests(open_tree(tmp_path / "law" / "eu-member"))
    assert "EU-REL-NEW" in tested.silent


def test_every_pack_has_tests_and_a_page() -> None:
    packs = {"core", "federation", *NODE_PACKS}
    assert {file.parent.name for file in FILES} == packs
    assert all((POLICIES / pack / "README.md").is_file() for pack in packs)


@pytest.mark.parametrize("pack", NODE_PACKS)
def test_what_may_be_searched_on_may_leave_at_least_as_a_hit(pack: str) -> None:
    bundle = shipped(pack)
    for subject in ("suspect", "victim", "missing", "witness", "contact"):
        for marking in ("minor", "third-party", "refugee"):
            record = labels(subject, marking)
            mask = bundle.mask(request(), record)
            assert all(mask[path].form >= Form.HIT for path in bundle.match(request(), record))
