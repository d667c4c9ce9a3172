"""`comity policy diff` and `who-can`: what changes and who learns, in sentences, decided by Casbin."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from comity.errors import ExitCode
from comity.policytools import reverse
from comity.policytools.comparing import Compared, compare
from comity.policytools.differing import exactly
from comity.policytools.reverse import not_looked_before, who_can
from comity.policytools.situations import given
from comity.policytools.tree import open_tree
from comity.rulings import Form, Verb
from tests.simulators.law import POLICIES
from tests.simulators.policy_trees import cells, changed, copied, row_of, run

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


def test_who_can_is_proved_and_names_all_that_a_sample_meets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tree = open_tree(POLICIES / "zz")
    (exact,) = who_can(tree.bundle(PACKS), "person.addresses", given(tree))
    assert exact.certainty.startswith("Of all situations there are; for example officer of FR-PJ")
    monkeypatch.setattr(reverse, "EXACT_ROWS_MAX", 0)
    (sampled,) = who_can(tree.bundle(PACKS), "person.addresses", given(tree))
    assert "a sample of 1,500 of" in sampled.certainty
    assert exact.form == sampled.form
    more = {row.id for row in exact.unless} - {row.id for row in sampled.unless}
    assert {row.id for row in sampled.unless} <= {row.id for row in exact.unless}
    assert more == {
        "BAR-CLOSED", "BAR-INSTRUMENT-UNKNOWN", "BAR-REFUGEE-ORIGIN", "REC-FLAGGED", "REC-MISUSE",
    }  # fmt: skip


def test_who_can_finds_what_needs_a_coincidence_that_no_sample_meets(tmp_path: Path) -> None:
    root = copied(tmp_path)
    file = root / "zz" / "release.csv"
    head, _, rows = file.read_text("utf-8").partition("\n")
    wide = "\n".join(f"{one},*,-,-" for one in rows.splitlines())
    file.write_text(f"{head},case,until,when\n{wide}\n", "utf-8")
    rare = {"tier": "grant", "id": "ZZ-RARE", "who": "CH", "case": "case:CH-7", "effect": "allow"}
    rare |= {"field": "vehicle.model", "form": "<=hit", "subject": "convicted", "marking": "H1"}
    rare |= {"until": "2030-01-01", "purpose": "VETTING", "when": "clearance>=4"}
    changed(file, added=row_of(file, **rare))
    tree = open_tree(root / "zz")
    found = {one.row.id: one for one in who_can(tree.bundle(PACKS), "vehicle.model", given(tree))}
    assert "case:CH-7" in found["ZZ-RARE"].example
    assert "clearance 4" in found["ZZ-RARE"].example


def test_who_can_says_of_which_grants_it_was_not_looked_at_what_stands_before_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tree = open_tree(POLICIES / "eu-member")
    bundle = tree.bundle(("core", "eu-member"))
    every = who_can(bundle, "vehicle.colour", given(tree))
    assert len(every) > 2
    monkeypatch.setattr(reverse, "BEFORE_WAYS_MAX", 1)
    some = who_can(bundle, "vehicle.colour", given(tree))
    assert [(one.row.id, one.form) for one in some] == [(one.row.id, one.form) for one in every]
    assert some[0] == every[0]
    assert all(one.example and not one.unless and not one.looked_before for one in some[1:])
    told = "\n".join(not_looked_before(some))
    assert all(one.row.id in told for one in some[1:])
    assert "it was not looked at what stands before" in told
    assert "What stands before it was not looked at." in some[1].certainty
    monkeypatch.setattr(reverse, "WAYS_S", 0.0)
    none = who_can(bundle, "vehicle.colour", given(tree))
    assert {one.row.id for one in every} <= {one.row.id for one in none}
    assert all("at most, if at all" in one.sentence for one in none)
    assert "there was no time to look whether" in "\n".join(not_looked_before(none))


def test_a_field_that_nobody_may_learn_is_told_as_that() -> None:
    result = run("who-can", POLICIES / "gb", "person.parents")
    assert result.output == "Nobody can learn person.parents.\n"


def test_who_can_in_json_and_a_field_that_is_none() -> None:
    told = json.loads(run("who-can", POLICIES / "zz", "person.names", "--json").stdout)
    assert "ZZ-WANTED" in {one["row"] for one in told["ways"]}
    result = run("who-can", POLICIES / "zz", "person.name")
    assert result.exit_code == ExitCode.USAGE
    assert 'did you mean "person.names"?' in result.stderr


def effects(folder: Path, pack: str, file: str, added: dict[str, str]) -> tuple[Compared, str]:
    """What a row more changes, and the exact sentences."""
    root = copied(folder)
    table = root / pack / f"{file}.csv"
    changed(table, added=row_of(table, **added))
    old, new = (open_tree(one / pack).bundle(("core", pack)) for one in (POLICIES, root))
    found = compare(old, new, given(open_tree(root)))
    return found, "\n".join(found.exact.sentences)


def test_what_no_sample_meets_is_found_all_the_same(tmp_path: Path) -> None:
    """The row needs what situations around rows never have; a proof looks at every one."""
    row = {"tier": "grant", "id": "ZZ-RARE", "who": "CH", "case": "case:CH-7"}
    row |= {"field": "vehicle.colour", "form": "<=full", "subject": "convicted", "effect": "allow"}
    row |= {"until": "2030-01-01", "marking": "H1", "purpose": "VETTING"}
    root = copied(tmp_path)
    file = root / "zz" / "release.csv"
    head, _, rows = file.read_text("utf-8").partition("\n")
    wide = "\n".join(f"{one},*,-,-" for one in rows.splitlines())
    file.write_text(f"{head},case,until,when\n{wide}\n", "utf-8")
    changed(file, added=row_of(file, when="clearance>=4", **row))
    old, new = (open_tree(one / "zz").bundle(PACKS) for one in (POLICIES, root))
    found = compare(old, new, given(open_tree(root)))
    assert {(one.before, one.after) for one in found.changes} == {
        (Form.NOTHING, Form.HIT),  # where more than a hit is refused whoever is cleared
        (Form.NOTHING, Form.FULL),
    }
    for change in found.changes:
        assert "the case is case:CH-7" in change.when
        assert "clearance is from 4 on" in change.when
    (effect,) = found.exact.effects
    assert effect.more
    assert "vehicle.colour leaves in full, covered or as a hit" in effect.what
    assert "case:CH-7" in effect.example
    assert "clearance 4" in effect.example
    told = found.exact.sentences
    assert "Every other field leaves as before in every situation there is." in told


@pytest.mark.parametrize(
    ("file", "row", "says"),
    [
        (
            "ask",
            {"tier": "bar", "id": "ZZ-ASK-NO", "purpose": "INVESTIGATE", "effect": "deny"},
            "less, of all situations: a question is admitted no longer in all situations",
        ),
        (
            "match",
            {"tier": "bar", "id": "ZZ-NO-MATCH", "field": "contact", "effect": "deny"},
            "less, of all situations: searching on a field is allowed no longer",
        ),
    ],
)
def test_what_a_row_of_another_verb_changes_is_told_with_an_example(
    tmp_path: Path, file: str, row: dict[str, str], says: str
) -> None:
    found, told = effects(tmp_path, "zz", file, row | {"reason": "PURPOSE_MISMATCH"})
    assert says in told
    assert f"by {row['id']}" in told
    assert {one.verb for one in found.exact.effects} == {Verb(file)}


@pytest.mark.parametrize(
    ("file", "row", "says"),
    [
        (
            "retain",
            {"tier": "receiver", "id": "RET-SHORT", "age": ">7", "effect": "deny"},
            "less, of all situations: keeping a copy is allowed no longer",
        ),
        (
            "onward",
            {"tier": "grant", "id": "ONW-EU", "receiver": "eu", "effect": "allow"},
            "more, of all situations: passing data on is allowed in situations in which it was refused",
        ),
        (
            "evidence-use",
            {"tier": "grant", "id": "EVI-EU", "purpose": "DETECT", "effect": "allow"},
            "more, of all situations: using data in court is allowed",
        ),
        (
            "relation",
            {"tier": "grant", "id": "REL-ALL", "relation": "owner", "effect": "allow"},
            "more, of all situations: a relation is told in situations in which it was refused",
        ),
    ],
)
def test_what_a_row_about_later_use_changes_is_told_with_an_example(
    tmp_path: Path, file: str, row: dict[str, str], says: str
) -> None:
    told = {"reason": "RETENTION_EXPIRED"} if row["effect"] == "deny" else {}
    root = copied(tmp_path)
    table = root / "core" / f"{file}.csv"
    changed(table, added=row_of(table, **row | told))
    old, new = (open_tree(one / "core").bundle(("core",)) for one in (POLICIES, root))
    sentences = "\n".join(compare(old, new, given(open_tree(root))).exact.sentences)
    assert says in sentences
    assert f"by {row['id']}" in sentences


def test_a_row_that_changes_nothing_is_proved_to_change_nothing(tmp_path: Path) -> None:
    row = {"tier": "grant", "id": "ZZ-AGAIN", "purpose": "MISSING_PERSON", "subject": "missing"}
    found, told = effects(
        tmp_path, "zz", "release", row | {"field": "identity", "form": "<=hit", "effect": "allow"}
    )
    assert (found.exact.effects, found.exact.same) == ((), (Verb.RELEASE,))
    assert "release: decides as before in every situation there is." in told


def test_where_a_group_grew_what_that_changes_is_proved(tmp_path: Path) -> None:
    root = copied(tmp_path)
    changed(root / "core" / "groups.csv", added="subject,contact,accused\n")
    old, new = (open_tree(one / "zz").bundle(PACKS) for one in (POLICIES, root))
    found = compare(old, new, given(open_tree(root)))
    assert {(one.verb, one.more) for one in found.exact.effects} == {(Verb.RELEASE, True)}
    assert all("the record is person, contact" in one.example for one in found.exact.effects)
    assert {Verb.ASK, Verb.MATCH, Verb.DUTY} <= set(found.exact.same)
    assert found.exact.unproved == ()
    assert all("the record's subject is contact" in one.when for one in found.changes)


def test_where_a_country_joined_a_group_it_learns_what_the_group_learns(tmp_path: Path) -> None:
    root = copied(tmp_path)
    changed(root / "core" / "groups.csv", added="agency,GB,eu\n")
    old, new = (
        open_tree(one / "eu-member").bundle(("core", "eu-member")) for one in (POLICIES, root)
    )
    found = compare(old, new, given(open_tree(root)))
    released = [one for one in found.exact.effects if one.verb is Verb.RELEASE]
    assert released
    for one in released:
        assert one.more
        assert "GB-CA (GB)" in one.example or "on behalf of GB" in one.example


def test_where_a_word_or_a_way_of_making_coarser_is_another_nothing_is_claimed_to_be_proved(
    tmp_path: Path,
) -> None:
    root = copied(tmp_path)
    changed(root / "vocabulary.toml", ("markings = [", 'markings = ["another", '))
    old, new = (open_tree(one / "zz").bundle(PACKS) for one in (POLICIES, root))
    found = compare(old, new, given(open_tree(root))).exact
    assert (found.effects, found.same) == ((), ())
    assert any("words or tables differ" in sentence for sentence in found.unproved)
    root = copied(tmp_path / "coarser")
    file = root / "model" / "generalisations.csv"
    changed(
        file,
        (next(one for one in file.read_text("utf-8").splitlines() if "birth_date" in one), "#"),
    )
    old, new = (open_tree(one / "zz").bundle(PACKS) for one in (POLICIES, root))
    found = compare(old, new, given(open_tree(root))).exact
    assert any("release: nothing is proved" in sentence for sentence in found.unproved)


def test_of_a_row_about_every_field_each_field_is_told(tmp_path: Path) -> None:
    """Fields that no row tells apart are looked at together, and told one by one."""
    root = copied(tmp_path)
    cells(root / "core" / "release.csv", "REC-OUTSIDE-VALIDITY", approval="supervisor")
    trees = [open_tree(one / "zz") for one in (POLICIES, root)]
    found = exactly(*(one.bundle(PACKS).law for one in trees), given(trees[1]))
    told = "\n".join(found.sentences)
    assert all(one.more for one in found.effects)
    paths = {"person.names", "person.addresses", "vehicle.vin", "vehicle.plate"}
    assert paths <= set(re.findall(r"[a-z_]+\.[a-z_]+", told))
    released = {
        ruling
        for one in found.effects
        for ruling in re.findall(r"leaves (.*) is allowed", one.what)
    }
    assert released == {"in full or covered", "in full, coarser or covered"}


def test_a_mark_of_refuge_that_only_a_condition_names_is_one_that_records_bear(
    tmp_path: Path,
) -> None:
    """Of countries that nothing tells apart some stand for all; one that a condition names is told apart."""
    root = copied(tmp_path)
    file = root / "zz" / "release.csv"
    head, _, rows = file.read_text("utf-8").partition("\n")
    file.write_text(f"{head},when\n" + "".join(f"{one},-\n" for one in rows.splitlines()), "utf-8")
    words = {"tier": "grant", "id": "ZZ-REFUGE", "field": "vehicle.colour", "form": "<=hit"}
    changed(file, added=row_of(file, effect="allow", when="marked=refugee-from:VU", **words))
    old, new = (open_tree(one / "zz").bundle(PACKS) for one in (POLICIES, root))
    found = compare(old, new, given(open_tree(root)))
    (effect,) = found.exact.effects
    assert effect.more
    (change,) = found.changes
    assert "the record is marked refugee-from:VU and not marked" in change.when


def test_a_condition_on_an_instrument_is_read_of_questions_that_do_not_say_its_standing(
    tmp_path: Path,
) -> None:
    """The matcher of later use does not ask how an instrument stands; a row's condition may."""
    root = copied(tmp_path)
    table = root / "core" / "onward.csv"
    row = {"tier": "bar", "id": "ONW-RESERVED", "effect": "deny", "reason": "NO_LEGAL_BASIS"}
    changed(table, added=row_of(table, when="treaty=reserved", **row))
    old, new = (open_tree(one / "core").bundle(("core",)) for one in (POLICIES, root))
    (effect,) = compare(old, new, given(open_tree(root))).exact.effects
    assert not effect.more
    assert "now by ONW-RESERVED" in effect.example
