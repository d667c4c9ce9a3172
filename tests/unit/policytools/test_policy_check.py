"""`comity policy check` names what loads and is still wrong."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from comity.errors import ExitCode
from comity.policytools.checking import Finding, Weight, check
from comity.policytools.tree import Tree, open_tree
from tests.simulators.law import POLICIES, TODAY
from tests.simulators.policy_trees import cells, changed, copied, row_of, run, tree_with

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


def found(tree: Tree, today: date = TODAY) -> list[Finding]:
    return check(tree, tree.laws()[0], today=today)


def about(findings: list[Finding], row: str) -> list[tuple[Weight, str]]:
    return [(one.weight, one.sentence) for one in findings if one.row == row]


@pytest.mark.timeout(400)
def test_the_shipped_packs_have_no_error() -> None:
    tree = open_tree(POLICIES)
    for packs in tree.laws():
        found = check(tree, packs, today=TODAY)
        assert not [one for one in found if one.weight is Weight.ERROR], packs


def test_an_unknown_word_is_told_with_file_line_and_the_nearest(tmp_path: Path) -> None:
    root = copied(tmp_path)
    changed(root / "gb" / "release.csv", ("any-offence,accused", "any-ofence,accused"))
    result = run("check", root / "gb")
    assert result.exit_code == ExitCode.DATA
    assert (
        'release.csv:4: unknown offence "any-ofence"; did you mean "any-offence"?' in result.stderr
    )


def test_rows_that_ended_or_soon_end_or_have_not_begun_are_named(tmp_path: Path) -> None:
    root = copied(tmp_path)
    file = root / "gb" / "release.csv"
    cells(file, "GB-TCA-ID", until="2026-11-01")
    cells(file, "GB-TCA-HIT", until="2026-12-24")
    cells(file, "GB-TCA-MISSING-LOOKS", **{"from": "2027-05-01"})
    findings = found(open_tree(root / "gb"))
    ended = "ended on 2026-11-01; nothing happens any more by this row"
    assert about(findings, "GB-TCA-ID") == [(Weight.WARNING, ended)]
    assert about(findings, "GB-TCA-HIT") == [(Weight.NOTE, "ends on 2026-12-24, in 30 days")]
    assert "is not in force before 2027-05-01" in about(findings, "GB-TCA-MISSING-LOOKS")[0][1]
    assert findings[0].weight is Weight.WARNING


def test_an_exception_for_one_case_without_an_end_is_an_error(tmp_path: Path) -> None:
    tree = tree_with(
        tmp_path,
        "zz",
        ("tier,id,who,purpose", "tier,id,who,case,purpose"),
        *((f"{row},*,", f"{row},*,*,") for row in ZZ_ROWS),
        added="grant,ZZ-CASE,GB,case:GB-7,*,*,*,suspect,*,identity,<=full,-,allow,OK,-,yes,Code 9,"
        "One case is told.\n",
    )
    assert about(found(tree), "ZZ-CASE") == [
        (Weight.ERROR, "is an exception for one case and has no end")
    ]


ZZ_ROWS = (
    "ZZ-NUMBER", "ZZ-ABODE", "ZZ-WANTED", "ZZ-MISSING", "ZZ-DOCUMENT", "ZZ-THING",
)  # fmt: skip


def test_a_condition_stricter_than_at_home_is_an_error_golden_case_30(tmp_path: Path) -> None:
    root = copied(tmp_path)
    (root / "eu-member" / "domestic.toml").write_text(
        '[[same]]\ntoward = "eu"\nfield = "identity"\nduties = ["retain-180d", "no-onward"]\n'
        'law = "Police Data Act 12"\n'
    )
    row = {"duties": "retain-30d|no-onward"}
    cells(root / "eu-member" / "release.csv", "EU-SUSPECT-ID", **row)
    result = run("check", root / "eu-member", columns=300)
    assert result.exit_code == ExitCode.DATA
    assert (
        'EU-SUSPECT-ID gives eu the condition "retain-30d" for identity, which is stricter than '
        "domestic law (no-onward, retain-180d; Police Data Act 12): LED 9(4)"
    ) in result.output
    assert "EU-RPD" not in result.output


@pytest.mark.timeout(400)
def test_every_row_of_the_shipped_packs_can_decide() -> None:
    result = run("check", POLICIES, "--today", "2026-11-24", "--strict", columns=200)
    assert result.exit_code == ExitCode.OK, result.output
    assert "nothing to look at" in result.output


@pytest.mark.timeout(400)
def test_a_row_that_decides_in_one_law_alone_is_no_finding(tmp_path: Path) -> None:
    """A pack may tighten a row of the core; only where every law does so is the row dead."""
    row = {
        "tier": "bar",
        "marking": "ongoing-case",
        "form": "any",
        "effect": "deny",
        "reason": "ONGOING_CASE",
        "sentence": "Nothing of an ongoing case.",
    }
    root = copied(tmp_path)
    for pack in ("ch", "gb", "interpol", "us"):  # two laws are enough
        shutil.rmtree(root / pack)
    file = root / "zz" / "release.csv"
    changed(file, added=row_of(file, id="ZZ-ONGOING", **row))
    assert "REC-ONGOING" not in run("check", root, columns=200).output
    core = root / "core" / "release.csv"
    changed(core, added=row_of(core, id="BAR-ONGOING", **row))
    dead = run("check", root, columns=200).output
    assert "REC-ONGOING never decides: " in dead
