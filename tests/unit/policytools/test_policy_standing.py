"""What keeps watch over rows is compared like rows; a red line in force binds a draft that gives it up."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from comity.errors import ExitCode
from comity.policytools.gates import problems
from comity.policytools.standing import SENTENCES_MAX, beside, within
from comity.rulings.shipped import Federated
from tests.simulators.law import POLICIES
from tests.simulators.policy_trees import cells, changed, copied, run

if TYPE_CHECKING:
    from pathlib import Path

PACKS = ("core", "zz")
IN_FORCE = [POLICIES / one for one in PACKS]
NOBODY = Federated({}, {}, ())
RED = "RED-OUTDATED"


def without(root: Path, name: str) -> None:
    """Takes a red line out of the core pack."""
    file = root / "core" / "red_lines.toml"
    parts = file.read_text("utf-8").split("[[")
    kept = [one for one in parts if f'"{name}"' not in one]
    assert len(kept) == len(parts) - 1
    file.write_text("[[".join(kept), "utf-8")


def outdated_told(root: Path) -> None:
    """Law under which what is outdated leaves once a supervisor agrees, with no test that says otherwise."""
    cells(root / "core" / "release.csv", "REC-OUTSIDE-VALIDITY", approval="supervisor")
    for pack in PACKS:
        for tests in (root / pack).glob("*_test.toml"):
            tests.write_text("", "utf-8")
    claim = (
        '[[test]]\nclaim = "what is written down is told"\nthen = { "person.summary" = "full" }\n'
    )
    (root / "zz" / "zz_test.toml").write_text(claim, "utf-8")


def said(root: Path, in_force: list[Path] | None = None) -> list[str]:
    today, force = date(2026, 11, 24), IN_FORCE if in_force is None else in_force
    return problems(root, PACKS, today=today, directory=NOBODY, in_force=force)


def test_a_draft_that_drops_a_red_line_and_breaks_it_at_once_is_refused(tmp_path: Path) -> None:
    root = copied(tmp_path)
    outdated_told(root)
    assert any(f"the red line {RED} does not hold" in one for one in said(root))
    without(root, RED)
    assert said(root, []) == []  # its own red lines hold: nothing else would stand against it
    (told,) = said(root)
    assert f"it breaks a red line that is in force, {RED}" in told
    assert "approved by the supervisor" in told
    assert "marked outside-validity" in told
    assert told.endswith("give the red line up by a draft of its own first")


def test_a_red_line_made_harmless_is_held_as_it_is_in_force(tmp_path: Path) -> None:
    root = copied(tmp_path)
    outdated_told(root)
    file = root / "core" / "red_lines.toml"
    before = file.read_text("utf-8")
    start = before.index(f'"{RED}"')
    file.write_text(before[:start] + before[start:].replace(">hit", ">generalised", 1), "utf-8")
    after = file.read_text("utf-8")
    assert after != before
    assert any(f"in force, {RED}" in one for one in said(root))


def test_a_red_line_that_is_only_given_up_is_told_and_may_go(tmp_path: Path) -> None:
    root = copied(tmp_path)
    without(root, RED)
    assert said(root) == []
    told = beside(IN_FORCE, [root / one for one in PACKS])
    claim = "Of what does not hold no more than a hit ever leaves, whoever approves."
    assert told == [f"the red line {RED} is given up: {claim}"]


def test_a_word_that_a_red_line_in_force_needs_is_not_taken_away(tmp_path: Path) -> None:
    """Without the word the red line could not be read, and would not be held."""
    root = copied(tmp_path)
    force = copied(tmp_path / "force")
    line = 'id = "RED-DESK"\nclaim = "What is for a desk never leaves."\nmarking = "desk-only"\n'
    changed(force / "core" / "red_lines.toml", added=f"\n[[never]]\n{line}")
    assert said(root, [force / one for one in PACKS]) == [
        'a red line in force cannot be held against it: unknown marking "desk-only"'
    ]


def test_tests_packs_and_what_holds_at_home_are_told_when_they_change(tmp_path: Path) -> None:
    root = copied(tmp_path)
    tests = root / "zz" / "zz_test.toml"
    changed(tests, ('claim = "passports are told in full"', 'claim = "passports are told"'))
    changed(root / "zz" / "zz_test.toml", ('subject = "victim"', 'subject = "witness"'))
    changed(root / "given.toml", ('role = "officer"', 'role = "analyst"'))
    (root / "zz" / "domestic.toml").write_text("", "utf-8")
    told = beside(IN_FORCE, [root / one for one in (*PACKS, "gb")])
    assert "the pack gb is in force, too." in told
    assert "test gone: “passports are told in full”." in told
    assert "test changed: “victims are not shown here either”." in told
    assert "what holds at home (zz/domestic.toml) is written otherwise." in told
    assert "what tests take for granted (given.toml) is another." in told
    back = beside([root / one for one in (*PACKS, "gb")], IN_FORCE)
    assert "the pack gb is in force no more, with all its rows and red lines." in back


def test_tests_that_are_gone_are_told_within_a_bound(tmp_path: Path) -> None:
    root = copied(tmp_path)
    for tests in (root / "core").glob("*_test.toml"):
        tests.write_text("", "utf-8")
    told = beside(IN_FORCE, [root / one for one in PACKS])
    assert len([one for one in told if one.startswith("test gone")]) == SENTENCES_MAX
    assert told[-1].endswith("more tests are gone or changed.")


def test_what_is_left_out_for_its_length_is_counted() -> None:
    assert within(["a", "b"], 2) == ["a", "b"]
    assert within(["a", "b", "c"], 2) == ["a", "and 2 more: comity policy diff tells them all."]


@pytest.mark.parametrize(
    ("old", "new"), [("zz", "gb"), ("zz", ""), ("", "zz")], ids=["others", "whole", "part"]
)
def test_folders_that_are_not_of_the_same_packs_are_not_called_alike(old: str, new: str) -> None:
    result = run("diff", POLICIES / old, POLICIES / new)
    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
    assert "are not the same pack in two folders" in result.stderr


def test_a_law_that_only_one_folder_has_is_told(tmp_path: Path) -> None:
    root = copied(tmp_path)
    for pack in ("core", "eu-member", "federation", "gb", "us", "ch", "interpol"):
        for tests in (root / pack).glob("*_test.toml"):
            tests.unlink()
    small = copied(tmp_path / "small")
    for pack in ("eu-member", "federation", "us", "ch", "interpol", "gb"):
        for file in (small / pack).iterdir():
            file.unlink()
        for file in (root / pack).iterdir():
            if pack != "gb":
                file.unlink()
    more = run("diff", small, root)
    assert "core + gb\n   · There was no such law before." in more.output
    less = run("diff", root, small)
    assert "core + gb\n   · There is no such law any more." in less.output
    assert "Nothing differs" not in more.output + less.output
