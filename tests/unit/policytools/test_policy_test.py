"""`comity policy test`: claims beside the rows hold or say why not; rows nobody tests are named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from comity.errors import ExitCode
from comity.policytools.testing import run_tests
from comity.policytools.tree import open_tree
from comity.rulings import PolicyError
from tests.simulators.law import POLICIES
from tests.simulators.policy_trees import cells, changed, copied, run

if TYPE_CHECKING:
    from pathlib import Path

LAST = '\n[[test]]\nclaim = "nobody is shown"\nrecord = "suspect"\n'


def test_the_shipped_packs_are_green() -> None:
    result = run("test", POLICIES)
    assert result.exit_code == ExitCode.OK, result.output
    assert "claims hold." in result.output


def test_a_claim_that_does_not_hold_is_told_with_row_sentence_and_place(tmp_path: Path) -> None:
    root = copied(tmp_path)
    added = LAST + 'request = "fr"\nthen = { "person.names" = "nothing" }\n'
    changed(root / "eu-member" / "eu_member_test.toml", added=added)
    result = run("test", root / "eu-member", columns=200)
    assert result.exit_code == ExitCode.DATA
    assert "FAILED  nobody is shown" in result.output
    assert (
        'person.names: expected "nothing"; the law says "full by EU-SUSPECT-ID": Who'
        in result.output
    )
    line = len((root / "eu-member" / "eu_member_test.toml").read_text().splitlines()) - 3
    assert f"eu_member_test.toml:{line}" in result.output


def test_a_broken_row_turns_its_claims_red(tmp_path: Path) -> None:
    root = copied(tmp_path)
    cells(root / "core" / "release.csv", "CAP-MINOR-PICTURE", marking="H0")
    failures = [one for law in run_tests(open_tree(root / "core")) for one in law.failures]
    assert any("person.photo_reference" in one.sentence for one in failures)


@pytest.mark.parametrize(
    ("added", "says"),
    [
        (LAST + 'requst = "fr"\n', 'unknown word "requst"; did you mean "request"?'),
        (LAST + 'request = "frr"\n', 'there is no request "frr" under given; did you mean "fr"?'),
        (LAST + 'then = { "person.name" = "full" }\n', 'unknown field "person.name"'),
        (LAST + 'then = { "person.names" = "ful" }\n', '"ful" is not a form'),
        (LAST + 'when = { purpos = "DETECT" }\n', 'unknown word "purpos"; did you mean "purpose"?'),
        (LAST + 'when = { stage = "two" }\n', '"two" does not fit "stage"'),
        (
            LAST + 'when = { purpose = "INVESTIGTE" }\nthen = { "person.names" = "nothing" }\n',
            'unknown purpose "INVESTIGTE"; did you mean "INVESTIGATE"?',
        ),
        (LAST + 'when = { agency = "FR-PG" }\n', 'unknown agency "FR-PG"'),
        (LAST + 'when = { end_user_country = "XX" }\n', 'unknown end user country "XX"'),
        (LAST + 'when = { subject_category = "suspekt" }\n', 'unknown subject category "suspekt"'),
        (LAST + 'when = { selectors = ["name", "fase"] }\n', 'unknown selectors "fase"'),
        (
            '\n[given.records.odd]\nmarkings = ["minr"]\n\n[[test]]\nclaim = "x"\nrecord = "odd"\n',
            'unknown markings "minr"; did you mean "minor"?',
        ),
        (LAST + 'when = { today = "soon" }\n', '"soon" does not fit "today"'),
        ("\n[[test]]\n", "a test needs a claim in words"),
        ("\n[[", "is not TOML"),
    ],
)
def test_a_mistake_in_a_test_is_named_with_file_and_nearest_word(
    tmp_path: Path, added: str, says: str
) -> None:
    root = copied(tmp_path)
    changed(root / "eu-member" / "eu_member_test.toml", added=added)
    with pytest.raises(PolicyError, match=r"eu_member_test\.toml") as caught:
        run_tests(open_tree(root / "eu-member"))
    assert says in caught.value.sentence


def test_rows_that_no_test_reaches_are_named(tmp_path: Path) -> None:
    root = copied(tmp_path)
    row = (
        "grant,ZZ-NEVER,GB,*,*,*,suspect,*,person.sex,<=hit,-,allow,OK,-,yes,Code 1,Nobody asked.\n"
    )
    changed(root / "zz" / "release.csv", added=row)
    (law,) = run_tests(open_tree(root / "zz"))
    assert "ZZ-NEVER" in law.silent
    assert "ZZ-WANTED" not in law.silent


def test_json_holds_what_people_are_told() -> None:
    told = json.loads(run("test", POLICIES / "zz", "--json").stdout)
    assert told["failed"] == 0
    assert told["laws"][0]["packs"] == ["core", "zz"]


def test_a_folder_that_is_no_law_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    result = run("test", tmp_path / "pack")
    assert result.exit_code == ExitCode.DATA
    assert "is neither a pack nor a folder of packs" in result.stderr


@pytest.mark.parametrize(
    ("row", "column", "word", "claim"),
    [
        ("ONW-THREAT", "approval", "judge", "an imminent threat leaves no time to ask"),
        ("EVI-H1", "marking", "H2", "data marked H1 wait for the owner's permission"),
        ("RET-VICTIM", "age", ">300", "and not for half a year"),
        ("REL-H3", "marking", "H2", "a relation under handling conditions waits"),
    ],
)
def test_rows_about_later_use_and_relations_have_tests_that_turn_red(
    tmp_path: Path, row: str, column: str, word: str, claim: str
) -> None:
    root = copied(tmp_path)
    file = {"ONW": "onward", "EVI": "evidence-use", "RET": "retain", "REL": "relation"}[row[:3]]
    cells(root / "core" / f"{file}.csv", row, **{column: word})
    failures = [one.claim for law in run_tests(open_tree(root / "core")) for one in law.failures]
    assert any(one.startswith(claim) for one in failures), failures


LATER = '\n[[onward]]\nclaim = "passed on"\nrecord = "suspect"\n'


@pytest.mark.parametrize(
    ("added", "says"),
    [
        (LATER + 'then = "perhaps"\n', '"perhaps" is not yes or no, perhaps by ROW'),
        (LATER + 'when = { holdr = "FR-PJ" }\nthen = "no"\n', 'did you mean "holder"?'),
        (LATER + 'relation = "owner"\nthen = "no"\n', 'unknown word "relation"'),
        (
            LATER.replace("onward", "relation") + 'relation = "ownr"\nthen = "no"\n',
            'unknown relation "ownr"; did you mean "owner"?',
        ),
        (
            LATER.replace("onward", "relation")
            + 'relation = "owner"\nother = "nobody"\nthen = "no"\n',
            'there is no record "nobody" under given',
        ),
    ],
)
def test_a_mistake_in_a_test_of_later_use_is_named(tmp_path: Path, added: str, says: str) -> None:
    root = copied(tmp_path)
    changed(root / "eu-member" / "eu_member_test.toml", added=added)
    with pytest.raises(PolicyError, match=r"eu_member_test\.toml") as caught:
        run_tests(open_tree(root / "eu-member"))
    assert says in caught.value.sentence
