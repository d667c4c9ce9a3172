"""`comity policy diff` and `who-can`: what changes and who learns, in sentences, decided by Casbin."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from comity.errors import ExitCode
from comity.policytools.comparing import compare
from comity.policytools.reverse import who_can
from comity.policytools.situations import given
from comity.policytools.tree import open_tree
from comity.rulings import Form
from tests.simulators.law import POLICIES
from tests.simulators.policy_trees import cells, changed, copied, run

if TYPE_CHECKING:
    from pathlib import Path

PACKS = ("core", "zz")


def test_nothing_differs_between_a_law_and_itself() -> None:
    result = run("diff", POLICIES / "zz", POLICIES / "zz")
    assert (result.exit_code, result.output) == (ExitCode.OK, "Nothing differs.\n")


def test_a_grant_made_narrower_releases_less_and_says_where(tmp_path: Path) -> None:
    root = copied(tmp_path)
    cells(root / "zz" / "release.csv", "ZZ-WANTED", form="<=hit")
    result = run("diff", POLICIES / "zz", root / "zz", columns=400)
    assert "ZZ-WANTED changed: form was <=full, is <=hit." in result.output
    assert "→ less: " in result.output
    assert "person.names" in result.output
    assert "leave as a hit instead of in full" in result.output
    assert "more: " not in result.output


def test_a_new_grant_releases_more_and_its_conditions_are_told(tmp_path: Path) -> None:
    root = copied(tmp_path)
    row = "grant,ZZ-VICTIM-CAR,GB,*,*,*,deceased,*,person.sex,<=masked,-,allow,OK,-,yes,Code 1,Told.\n"
    changed(root / "zz" / "release.csv", added=row.replace("Told.", "Whether a man or a woman."))
    old, new = (open_tree(one / "zz").bundle(PACKS) for one in (POLICIES, root))
    found = compare(old, new, given(open_tree(root))).changes
    assert {(one.field, one.before) for one in found} == {("person.sex", Form.NOTHING)}
    (change,) = [one for one in found if one.after is Form.MASKED]
    assert change.row == "ZZ-VICTIM-CAR"
    assert "GB-CA asks" in change.when
    assert "the record's subject is deceased" in change.when


def test_a_group_that_grew_is_a_change_of_every_row_that_names_it(tmp_path: Path) -> None:
    root = copied(tmp_path)
    changed(root / "core" / "groups.csv", added="subject,contact,accused\n")
    old, new = (open_tree(one / "zz").bundle(PACKS) for one in (POLICIES, root))
    found = compare(old, new, given(open_tree(root)))
    assert any("ZZ-WANTED applies to others" in sentence for sentence in found.rows)
    assert any(one.row == "ZZ-WANTED" and "contact" in one.when for one in found.changes)


def test_who_can_learn_a_field_is_told_with_what_keeps_others_from_it() -> None:
    tree = open_tree(POLICIES / "zz")
    found = who_can(tree.bundle(PACKS), "person.addresses", given(tree))
    (way,) = [one for one in found if one.row.id == "ZZ-WANTED"]
    assert way.form is Form.FULL
    assert "ZZ-ABODE" in {row.id for row in way.unless}
    assert "CAP-MINOR-CONTACT" in {row.id for row in way.unless}


def test_a_field_that_nobody_may_learn_is_told_as_that() -> None:
    result = run("who-can", POLICIES / "gb", "person.parents")
    assert result.output == "Nobody can learn person.parents.\n"


def test_who_can_in_json_and_a_field_that_is_none() -> None:
    told = json.loads(run("who-can", POLICIES / "zz", "person.names", "--json").stdout)
    assert "ZZ-WANTED" in {one["row"] for one in told["ways"]}
    result = run("who-can", POLICIES / "zz", "person.name")
    assert result.exit_code == ExitCode.USAGE
    assert 'did you mean "person.names"?' in result.stderr
