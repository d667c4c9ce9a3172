"""What a node holds to be true of a request: what the directory says, what was counted, what was signed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from comity.identity.directory import Member
from comity.identity.names import AgencyId
from comity.rulings.conditions import CONDITIONS
from comity.rulings.facts import NO_FACTS
from node.exchange.model import NOTHING_STATED, Assurances, TargetCheck
from node.policy.facts import (
    EMERGENCY,
    NORMAL,
    confirmable,
    member_facts,
    qualified_facts,
    stated_facts,
)
from node.qualifications import NOT_QUALIFIED, Qualifications

PAGE = Path(__file__).parents[3] / "docs" / "policy-officer" / "attributes.md"
URGENT = 2
TODAY = date(2026, 11, 24)
EVERYTHING = Assurances(
    confirmed=("DE-0123456789ABCDEF",),
    facts="Seen at the harbour.",
    threat="A bomb.",
    sentence="Death will not be sought.",
    exculpatory=True,
    preservation=True,
    target=TargetCheck.ORDINARY,
)


def member(*groups: str) -> Member:
    return Member(AgencyId("FR-PJ"), "FR-PJ", "FR", groups=frozenset(groups))


def test_a_threat_counts_in_an_emergency_only() -> None:
    for urgency, counts in ((NORMAL, False), (URGENT, False), (EMERGENCY, True)):
        told = stated_facts(NO_FACTS, EVERYTHING, urgency=urgency, accepted=False)
        assert told.threat is counts


def test_an_assurance_counts_where_it_is_accepted_only() -> None:
    for accepted in (False, True):
        told = stated_facts(NO_FACTS, EVERYTHING, urgency=NORMAL, accepted=accepted)
        assert told.assurance is accepted
    bare = replace(EVERYTHING, sentence=" ")
    assert stated_facts(NO_FACTS, bare, urgency=NORMAL, accepted=True).assurance is False


def test_no_statement_confirms_a_match_by_itself_or_brings_a_consent() -> None:
    told = stated_facts(NO_FACTS, EVERYTHING, urgency=EMERGENCY, accepted=True)
    assert told.confirmed is False
    unknown = (told.owner_consent, told.third_consent, told.same_purpose, told.clearance)
    assert (*unknown, told.certificates, told.sworn, told.misuse) == (None,) * 7


def test_nothing_stated_is_nothing_opened() -> None:
    told = stated_facts(NO_FACTS, NOTHING_STATED, urgency=EMERGENCY, accepted=True)
    stated = (told.described, told.assurance, told.threat, told.exculpatory, told.preservation)
    assert stated == (False,) * 5
    assert told.sensitive_target is None


@pytest.mark.parametrize(
    ("target", "known"),
    [(TargetCheck.UNSAID, None), (TargetCheck.ORDINARY, False), (TargetCheck.SENSITIVE, True)],
)
def test_who_was_not_looked_into_is_not_known_to_be_ordinary(
    *, target: TargetCheck, known: bool | None
) -> None:
    stated = replace(EVERYTHING, target=target)
    told = stated_facts(NO_FACTS, stated, urgency=NORMAL, accepted=False)
    assert told.sensitive_target is known


def test_a_system_confirms_nothing() -> None:
    assert confirmable(EVERYTHING, role="officer") == frozenset(EVERYTHING.confirmed)
    assert confirmable(EVERYTHING, role="system") == frozenset()


def test_what_is_not_entered_of_an_officer_is_not_known_to_be_absent() -> None:
    sworn = Qualifications(sworn=True, until=TODAY)
    told = qualified_facts(NO_FACTS, sworn.counting(TODAY, role="officer"))
    assert (told.sworn, told.clearance, told.certificates) == (True, None, None)
    cleared = Qualifications(clearance=2, certificates=frozenset({"face"}), until=TODAY)
    told = qualified_facts(NO_FACTS, cleared.counting(TODAY, role="officer"))
    assert (told.sworn, told.clearance, told.certificates) == (None, 2, frozenset({"face"}))


def test_what_is_stated_of_an_officer_counts_on_its_day_and_never_of_a_system() -> None:
    told = Qualifications(sworn=True, until=TODAY)
    after = date(2026, 11, 25)
    assert told.counting(TODAY, role="officer") is told
    assert told.counting(after, role="officer") is NOT_QUALIFIED
    assert told.counting(TODAY, role="system") is NOT_QUALIFIED
    assert qualified_facts(NO_FACTS, NOT_QUALIFIED) is NO_FACTS


@pytest.mark.parametrize(
    ("groups", "case", "belongs"),
    [
        (("JIT-FR-CH-7",), "JIT:FR-CH-7", True),
        ((), "JIT:FR-CH-7", False),
        (("JIT-FR-CH-7",), "JIT:FR-CH-8", False),
        (("JIT-FR-CH-7",), "FR-CH-7", False),
        (("JIT-FR-CH-7",), "JIT:", False),
    ],
)
def test_who_is_in_a_joint_team_the_directory_says(
    *, groups: tuple[str, ...], case: str, belongs: bool
) -> None:
    told = member_facts(NO_FACTS, member(*groups), case=case, urgency=NORMAL)
    assert told.team_member is belongs


def test_the_officers_page_says_of_every_condition_who_says_so() -> None:
    conditions, markings = PAGE.read_text("utf-8").split("## In the column `marking`")
    assert markings
    listed = {
        word
        for line in conditions.splitlines()
        if line.startswith("| `")
        for word in re.findall(r"`([a-z-]+)`", line.split("|")[1])
    }
    assert listed == set(CONDITIONS)
