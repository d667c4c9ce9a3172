"""`comity policy explain`: each field's row, and the grant that came nearest to more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from comity.errors import ExitCode
from comity.policytools.explaining import FieldExplained, explain
from comity.rulings import Form
from tests.simulators.law import POLICIES, labels, request, shipped
from tests.simulators.policy_trees import run


def field(path: str, *markings: str, subject: str = "suspect", **asked: Any) -> FieldExplained:
    found = explain(shipped("eu-member"), request(**asked), labels(subject, *markings))
    return next(one for one in found.fields if one.path == path)


def test_the_nearest_grant_is_named_with_the_column_that_failed() -> None:
    one = field("person.names", offence="theft", owner_country="DE")
    assert one.ruling.form is Form.GENERALISED
    assert one.miss is not None
    assert one.miss.row == "EU-SUSPECT-ID"
    assert one.miss.failed == ("offence is theft; the row is for serious",)


def test_a_grant_that_fits_and_is_blocked_names_the_row_before_it() -> None:
    one = field("person.photo_reference", "minor")
    assert one.miss is not None
    assert (one.miss.row, one.miss.blocked_by) == ("EU-SUSPECT-LOOKS", "CAP-MINOR-PICTURE")


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("purpose=INVESTIGTE", 'unknown purpose "INVESTIGTE"; did you mean "INVESTIGATE"?'),
        ("marking=minr", 'unknown markings "minr"; did you mean "minor"?'),
        ("stage=two", '"two" does not fit "stage".'),
        ("purpos=DETECT", 'unknown attribute "purpos"; did you mean "purpose"?'),
    ],
)
def test_what_is_mistyped_is_told_as_that_and_explained_as_nothing(word: str, says: str) -> None:
    result = run("explain", POLICIES / "eu-member", word, columns=200)
    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
    assert says + "\n" in result.stderr
    assert "given.toml" not in result.stderr


@pytest.mark.parametrize(
    "word", ["purpose=unknown", "marking=refugee-from:ZZ|minor", "agency=unknown"]
)
def test_what_nobody_knows_may_be_asked_about_by_that_word(word: str) -> None:
    assert run("explain", POLICIES / "eu-member", word).exit_code == ExitCode.OK


@pytest.mark.parametrize("command", [["explain"], ["who-can", "person.names"]])
def test_a_gateways_law_says_nothing_of_what_leaves_a_register(command: list[str]) -> None:
    result = run(command[0], POLICIES / "federation", *command[1:])
    assert result.exit_code == ExitCode.DATA
    assert "federation: says what a gateway passes on" in result.stderr


def test_the_examples_of_its_help_stand_line_by_line() -> None:
    told = run("explain", "--help").output
    assert "\\b" not in told
    assert "\n    comity policy explain policies/eu-member subject=witness approval=judge\n" in told


def test_a_missing_party_to_the_instrument_is_told() -> None:
    one = field("person.names", agency="ZZ-IM", country="ZZ")
    assert one.miss is not None
    assert any("do not go together" in sentence for sentence in one.miss.failed)


def test_what_leaves_in_full_misses_nothing() -> None:
    assert field("person.names").miss is None


def test_people_read_form_row_law_and_what_an_approval_changes() -> None:
    result = run("explain", POLICIES / "eu-member", columns=200)
    assert result.exit_code == ExitCode.OK, result.output
    assert "coarser (year): birth date" in result.output
    assert "had the supervisor agreed, it would leave in full, by EU-SUSPECT-ID" in result.output


def test_a_record_that_is_barred_looks_like_none() -> None:
    result = run("explain", POLICIES / "eu-member", "subject=victim", columns=200)
    assert (
        "Nothing leaves: the other side sees what it would see had we no such record."
        in result.output
    )
    assert "told: UNAVAILABLE, and neither row nor law" in result.output


def test_names_of_the_tests_may_be_used() -> None:
    told = run("explain", POLICIES / "zz", "--request", "fr", "--record", "wanted", "--json")
    found = {one["field"]: one for one in json.loads(told.stdout)["fields"]}
    assert found["person.names"]["row"] == "ZZ-WANTED"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("subjct=victim",), "unknown attribute"),
        (("subject",), "is not of the shape attribute=word"),
        (("--record", "nobody"), "There is no record 'nobody'"),
    ],
)
def test_a_wrong_word_is_a_usage_error(words: tuple[str, ...], says: str) -> None:
    result = run("explain", POLICIES / "zz", *words)
    assert result.exit_code == ExitCode.USAGE
    assert says in result.stderr


def judged(verb: str, *words: str, pack: str = "eu-member") -> dict[str, Any]:
    result = run("explain", POLICIES / pack, "--verb", verb, *words, "--json")
    assert result.exit_code == ExitCode.OK, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_whether_a_question_would_be_admitted_is_told_with_the_row_that_decides() -> None:
    assert judged("ask") | {"question": ""} == {
        "question": "",
        "allowed": True,
        "row": "EU-ASK-OFFICER",
        "law": "LED 8(1)",
        "sentence": "Officers ask in their cases.",
        "reason": "OK",
        "effect": "RELEASE",
        "told": True,
        "duties": [],
        "needs": None,
        "nearest": None,
    }
    analyst = judged("ask", "role=analyst")
    assert (analyst["allowed"], analyst["row"]) == (False, "ASK-DEFAULT")
    assert analyst["nearest"]["row"] == "EU-ASK-ANALYST"
    assert analyst["nearest"]["failed"][0].startswith("entity is person; the row is for vehicle")
    face = judged(
        "ask", "selectors=face", "instrument=EU-PRUM-II", "entity=biometric", "offence=none"
    )
    assert face["row"] == "EU-ASK-FACE"
    assert face["nearest"] == {"row": "EU-ASK-OFFICER", "failed": [], "blocked_by": "EU-ASK-FACE"}


def test_a_relation_says_whose_approval_would_tell_it() -> None:
    contact = judged("relation", "relation=associate", "other=contact", "stage=3")
    assert (contact["allowed"], contact["row"]) == (False, "REL-DEFAULT")
    assert contact["needs"] == {"role": "supervisor", "row": "EU-REL-CONTACT"}
    agreed = judged(
        "relation", "relation=associate", "other=contact", "stage=3", "approval=supervisor"
    )
    assert (agreed["allowed"], agreed["duties"]) == (True, ["no-onward", "retain-30d"])
    fiu = judged("relation", "relation=accomplice", "other=suspect", "other_marking=fiu")
    assert (fiu["row"], fiu["told"], fiu["reason"]) == ("REL-FIU", False, "UNAVAILABLE")


def test_a_relation_to_what_is_not_shown_names_no_row() -> None:
    hidden = judged("relation", "relation=associate", "other=victim")
    assert (hidden["row"], hidden["nearest"]) == ("", None)
    shown = run(
        "explain",
        POLICIES / "eu-member",
        "--verb",
        "relation",
        "relation=associate",
        "other=victim",
    )
    assert "one end of it is not shown at all" in shown.stdout


@pytest.mark.parametrize(
    ("verb", "words", "row"),
    [
        ("onward", ["receiver=GB-CA"], "ONW-DEFAULT"),
        ("onward", ["receiver=GB-CA", "marking=H2"], "ONW-H2"),
        ("evidence-use", ["purpose=PROSECUTE", "marking=H1"], "EVI-H1"),
        ("retain", ["age_days=181", "same_purpose=yes", "confirmed=yes"], "RET-DEFAULT"),
        ("retain", ["age_days=180", "same_purpose=yes", "confirmed=yes"], "RET-CASE"),
        ("retain", ["age_days=31", "same_purpose=yes"], "RET-UNCONFIRMED"),
    ],
)
def test_later_uses_name_the_row_that_decides(verb: str, words: list[str], row: str) -> None:
    assert judged(verb, *words)["row"] == row


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--verb", "relation"], "say which relation: relation=associate"),
        (["--verb", "relation", "relation=asociate"], 'did you mean "associate"?'),
        (["--verb", "relation", "relation=associate", "other_purpose=DETECT"], '"other_purpose"'),
        (["--verb", "ask", "other=victim"], "asked of relations only"),
        (["--verb", "ask", "markings=minor"], 'unknown attribute "markings"'),
        (["--verb", "ask", "role=oficer"], 'did you mean "officer"?'),
        (["--verb", "ask", "--field", "person.names"], "has no fields"),
    ],
)
def test_a_question_of_yes_or_no_that_nobody_understands_is_no_answer(
    words: list[str], says: str
) -> None:
    result = run("explain", POLICIES / "eu-member", *words, columns=200)
    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
    assert says in result.stderr
