"""What is known of a member that asks for another country is not known of whoever gets the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from types import SimpleNamespace
from typing import Any

import pytest

from comity.clock import ManualClock
from comity.identity.names import AgencyId
from comity.rulings import Form, Policies
from node.exchange.model import Assurances
from node.policy.law import Law
from node.qualifications import Qualifications
from tests.simulators.car_question import QUESTION, ROUTING
from tests.simulators.law import TODAY, labels, shipped
from tests.simulators.relay_desk import Desk

NAMES = "person.names"
BY_RECIPROCITY = replace(ROUTING, recipients=("CH-FP",), instrument="RECIPROCITY")
STATED = replace(
    QUESTION,
    subject_category="suspect",
    qualifications=Qualifications(clearance=4, certificates=frozenset({"discreet"}), until=TODAY),
    assurances=Assurances(sentence="Death will not be sought."),
)
GROUPS = frozenset({"RECIPROCITY-CH", "COMPETENT-AUTHORITY", "SPOC", "MISSING-PERSONS-AUTHORITY"})


def ruled(owner: str, pack: str, *marks: str, end_user: str, **routed: Any) -> Form:
    clock = ManualClock(int(datetime.combine(TODAY, time(12), UTC).timestamp() * 1000))
    directory = Desk.directory_of(("FR-PJ", owner), clock.now_ms())
    agency = AgencyId("FR-PJ")
    member = replace(directory.members[agency], groups=GROUPS)
    directory = replace(directory, members={**directory.members, agency: member})
    law = Law(
        agency=owner,
        policies=Policies(shipped(pack)),
        directories=SimpleNamespace(current=directory),  # type: ignore[arg-type]  # what is asked of it
        clock=clock,
        assurances_accepted=("FR-PJ",),
    )
    question = replace(STATED, end_user_country=end_user)
    view = law.view(replace(BY_RECIPROCITY, **routed), question)
    # A foreigner to everybody here.
    record = replace(labels("suspect", *marks), nationalities=frozenset({"BR"}))
    return view.mask(record)[NAMES].form


@pytest.mark.parametrize(("end_user", "form"), [("FR", Form.GENERALISED), ("GB", Form.NOTHING)])
def test_no_country_borrows_the_reciprocity_of_another(end_user: str, form: Form) -> None:
    assert ruled("CH-FP", "ch", end_user=end_user) is form


@pytest.mark.parametrize(("end_user", "form"), [("FR", Form.FULL), ("CH", Form.HIT)])
def test_nor_its_competence(end_user: str, form: Form) -> None:
    assert ruled("US-FB", "us", end_user=end_user, instrument="UNTOC") is form


@pytest.mark.parametrize("mark", ["classified-secret", "discreet-check"])
@pytest.mark.parametrize(("end_user", "form"), [("FR", Form.FULL), ("DE", Form.NOTHING)])
def test_nor_the_clearance_and_training_of_its_officers(
    mark: str, end_user: str, form: Form
) -> None:
    told = ruled("IT-PS", "eu-member", mark, end_user=end_user, instrument="EU-2023-977")
    assert told is form


@pytest.mark.parametrize(("end_user", "form"), [("FR", Form.FULL), ("US", Form.HIT)])
def test_nor_its_word_that_nobody_will_be_put_to_death(end_user: str, form: Form) -> None:
    """The relay's assurance binds the relay; whoever executes gave none."""
    told = ruled("CH-FP", "ch", end_user=end_user, instrument="UNTOC")
    assert told is form
