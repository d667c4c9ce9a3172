"""What a record says of itself is ruled on, also where its register left the label out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from comity.rulings import Form
from node.records.implied import implied, time_barred
from node.records.record import Labels, Record
from node.records.values import ComplianceCheck, PersonName, PersonRole
from node.sources.labelling import labelled
from tests.simulators.law import labels, request, shipped

TODAY = date(2026, 11, 24)


def told(entity: str, **fields: Any) -> set[str]:
    named = {f"{entity}.{name}": value for name, value in fields.items()}
    return set(implied(entity, named))


@pytest.mark.parametrize(
    ("status", "marking"),
    [
        ("WITNESS_PROTECTION", "protected"),
        ("UNDERCOVER", "protected"),
        ("CHIS", "protected"),
        ("some new word", "protected"),
        ("DIPLOMAT", "immunity"),
        ("Judge", "immunity"),
        ("JOURNALIST", "privilege"),
        ("LAWYER", "privilege"),
        ("ASYLUM", "refugee"),
    ],
)
def test_who_is_protected_is_marked_so(status: str, marking: str) -> None:
    assert told("person", protected_status=status) == {marking}


def test_who_is_not_is_not() -> None:
    assert told("person", protected_status="NONE") == set()
    assert told("person", nationalities=("FR",)) == set()
    assert told("person") == told("location") == set()


def test_whoever_was_granted_asylum_fled_the_countries_of_their_nationality() -> None:
    fled = told("person", protected_status="ASYLUM", nationalities=("ZZ", "XXB"))
    assert fled == {"refugee", "refugee-from:ZZ"}
    assert told("person", nationalities=("XXC",)) == {"refugee"}
    # Whoever bears a refugee's code is one, also where the register says nothing of a status.
    assert told("person", nationalities=("HU", "XXB")) == {"refugee", "refugee-from:HU"}


@pytest.mark.parametrize(
    ("fields", "markings"),
    [
        ({"status": "PUBLISHED"}, set()),
        ({"status": "DRAFT"}, {"under-review"}),
        ({"status": "Under review"}, {"under-review"}),
        ({"status": "a word"}, {"political-character"}),
        ({"status": "REVOKED"}, {"political-character"}),
        ({"status": "SUSPENDED"}, {"political-character"}),
        ({"status": "WITHDRAWN"}, {"recalled"}),
        ({"status": "COMPLETED"}, {"outside-validity"}),
        ({"restricted_countries": ("ZZ", "fr")}, {"closed-to:ZZ", "closed-to:FR"}),
        ({"action_to_take": "DISCREET_CHECK"}, {"discreet-check"}),
        ({"notice_type": "SIS_36"}, {"discreet-check"}),
        ({"action_to_take": "Locate, discreet check"}, {"discreet-check"}),
        ({"notice_type": "Article 36"}, {"discreet-check"}),
        ({"notice_type": "RED"}, set()),
        ({"compliance_checks": (ComplianceCheck("ARTICLE_3", "PASSED"),)}, set()),
        (
            {"compliance_checks": (ComplianceCheck("ARTICLE_3", "PENDING"),)},
            {"political-character"},
        ),
        (
            {"compliance_checks": (ComplianceCheck("Art. 3", "PENDING"),)},
            {"political-character"},
        ),
        ({"compliance_checks": (ComplianceCheck("SERIOUSNESS", "PENDING"),)}, {"under-review"}),
        ({"compliance_checks": (ComplianceCheck("SERIOUSNESS", "FAILED"),)}, {"not-compliant"}),
        ({"compliance_checks": (ComplianceCheck("IDENTITY", "perhaps"),)}, {"not-compliant"}),
    ],
)
def test_a_notice_says_how_far_its_review_came(fields: dict[str, Any], markings: set[str]) -> None:
    assert told("notice", **fields) == markings


@pytest.mark.parametrize(
    ("fields", "markings"),
    [
        ({"character": "ORDINARY", "outcome": "OPEN"}, set()),
        ({"character": "MILITARY"}, {"political-character"}),
        ({"character": "politically motivated"}, {"political-character"}),
        ({"character": "FISCAL", "outcome": "DISMISSED"}, set()),
        ({"outcome": "PARDONED"}, {"spent"}),
        ({"outcome": "Amnesty"}, {"spent"}),
        ({"outcome": "CONVICTED", "time_barred_on": "2020"}, set()),  # a question of the day
    ],
)
def test_an_offence_says_whether_anybody_is_still_held_to_it(
    fields: dict[str, Any], markings: set[str]
) -> None:
    assert told("offence", **fields) == markings


@pytest.mark.parametrize(
    ("said", "barred"),
    [("2026-11-24", True), ("2026", True), ("2026-12", False), ("2031", False), ("", False)],
)
def test_an_offence_is_time_barred_on_its_day(*, said: str, barred: bool) -> None:
    assert time_barred({"offence.time_barred_on": said}, TODAY.isoformat()) is barred


def test_marks_of_countries_are_few_and_short_however_much_a_field_holds() -> None:
    """A notice with thousands of long words would else make a label that each question carries along."""
    odd = tuple(f"{number:05}" * 100 for number in range(5_000))
    assert told("notice", restricted_countries=("zz", *odd)) == {
        "closed-to:ZZ",
        "closed-to:unknown",
    }
    assert told("person", protected_status="ASYLUM", nationalities=odd) == {
        "refugee", "refugee-from:unknown",
    }  # fmt: skip


@pytest.mark.parametrize("thing", ["vehicle", "vessel", "aircraft", "container", "shipment"])
def test_nobody_notices_a_discreet_check_of_a_thing(thing: str) -> None:
    assert told(thing, alert="DISCREET") == {"discreet-check"}
    assert told(thing, alert="CONTROLLED_DELIVERY") == {"covert"}
    assert told(thing, alert="Stolen; SIS-36") == {"discreet-check"}
    assert told(thing, alert="controlled delivery, check") == {"covert"}
    assert told(thing, alert="STOLEN") == set()


def test_what_a_register_says_in_a_field_alone_is_kept_as_if_it_had_marked_it() -> None:
    """Without it, a protected witness whose register filled the field and not the label would be told."""
    fields = {
        "person.names": (PersonName(kind="LEGAL", full="Anna Muster"),),
        "person.protected_status": "WITNESS_PROTECTION",
    }
    record = labelled(Record("1", "x", "person", fields, Labels("suspect")), TODAY)
    ruled = {
        marked: shipped("eu-member")
        .mask(request(), labels("suspect", *marked))["person.names"]
        .form
        for marked in (frozenset(), record.labels.markings)
    }
    assert ruled == {frozenset(): Form.FULL, frozenset({"protected"}): Form.NOTHING}


@pytest.mark.parametrize("role", ["INFORMANT", "Informant", "UNDERCOVER"])
def test_whoever_informs_in_another_case_is_protected(role: str) -> None:
    roles = (PersonRole("CASE-1", "SUSPECT"), PersonRole("CASE-2", role))
    assert told("person", roles=roles) == {"protected"}
    assert told("person", status=role) == {"protected"}
    assert told("person", roles=roles[:1], status="SUSPECT") == set()


def test_whoever_was_acquitted_is_so_whatever_the_label() -> None:
    assert told("person", status="ACQUITTED") == {"spent"}


@pytest.mark.parametrize(
    ("label", "status", "subject"),
    [
        ("suspect", "VICTIM", "unknown"),
        ("contact", "potential victim", "unknown"),
        ("victim", "VICTIM", "victim"),
        ("potential-victim", "VICTIM", "potential-victim"),
        ("suspect", "SUSPECT", "suspect"),
    ],
)
def test_nobody_is_less_than_the_victim_that_their_record_says_they_are(
    label: str, status: str, subject: str
) -> None:
    record = Record("1", "x", "person", {"person.status": status}, Labels(label))
    assert labelled(record, TODAY).labels.subject == subject


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Protected", "protected"),
        ("DISCREET_CHECK", "discreet-check"),
        (" endangers ", "endangers"),
        ("h3", "H3"),
        ("CLOSED-TO:zz", "closed-to:ZZ"),
        ("refugee from:zz", "refugee-from:ZZ"),
        ("classified-secret", "classified"),
    ],
)
def test_a_marking_in_another_spelling_counts_as_what_it_means_too(said: str, meant: str) -> None:
    """Without it, a record of a protected person would be a hit, like one with a mark that nobody knows."""
    record = labelled(Record("1", "x", "person", {}, Labels("suspect", frozenset({said}))), TODAY)
    assert record.labels.markings == {said, meant}


@pytest.mark.parametrize("said", ["Contact-Desk", "Addressed-To:fr"])
def test_what_would_open_something_is_never_guessed(said: str) -> None:
    record = labelled(Record("1", "x", "person", {}, Labels("victim", frozenset({said}))), TODAY)
    assert record.labels.markings == {said}


def test_no_marking_is_taken_away() -> None:
    given = Labels("suspect", frozenset({"covert"}))
    record = Record("1", "x", "person", {"person.protected_status": "NONE"}, given)
    assert labelled(record, TODAY).labels.markings == {"covert"}
