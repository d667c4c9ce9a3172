"""What an asking agency states and signs: what that opens at an owner, and what it never does."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from comity.client import (
    Aim,
    Assurances,
    ComityCallError,
    Justification,
    Outcome,
    Person,
    Purpose,
    SubjectCategory,
    TargetCheck,
    Urgency,
)
from comity.errors import Reason
from node.app.exchange import over_capacity
from node.records.record import Labels, Record
from node.records.values import PersonName
from tests.simulators.federation import Federation

if TYPE_CHECKING:
    from pathlib import Path

    from comity.client import Hit, Reply

NAME = "Jadwiga Jablonewska"
NAMES = "person.names"
ORDINARY = Assurances(target_check=TargetCheck.ORDINARY)


def why(instrument: str, stated: Assurances | None = None, **changes: Any) -> Justification:
    values: dict[str, Any] = {
        "purpose": Purpose.INVESTIGATE,
        "case_reference": "CASE-1",
        "offence": "drug-trafficking",
        "subject_category": SubjectCategory.SUSPECT,
        "aim": Aim.IDENTIFY,
        "legal_basis": instrument,
        "assurances": stated or Assurances(),
    }
    return Justification(**values | changes)


def suspect(nationality: str = "PT") -> Record:
    fields = {
        NAMES: (PersonName(kind="LEGAL", full=NAME),),
        "person.nationalities": (nationality,),
        "person.birth_date": "1974-03-09",
    }
    return Record("one", "test", "person", fields, Labels("suspect"))


def run(scene: Any, tmp_path: Path, *agencies: str, **options: Any) -> None:
    async def play() -> None:
        async with asyncio.timeout(90), Federation.of(tmp_path, agencies, **options) as fed:
            await scene(fed)

    asyncio.run(play())


def hit(reply: Reply, source: str) -> Hit:
    (answer,) = [one for one in reply.answers if one.source == source]
    assert answer.outcome is Outcome.HIT, answer
    return answer.hits[0]


def named(one: Hit) -> bool:
    """Whether its name left."""
    return one.record is not None and NAMES in one.record.fields


def test_american_and_swiss_law_answer_and_their_own_officers_may_ask(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        for owner in ("US-FB", "CH-FP"):
            fed.hold(owner, suspect())
        async with fed.caller("FR-PJ") as node:
            reply = await node.lookup(Person(NAME), why("UNTOC"))
        assert named(hit(reply, "US-FB"))
        assert named(hit(reply, "CH-FP"))
        async with fed.caller("CH-FP") as node:
            for stated in (Assurances(), Assurances(target_check=TargetCheck.SENSITIVE)):
                with pytest.raises(ComityCallError) as refused:
                    await node.lookup(Person(NAME), why("UNTOC", stated))
                assert refused.value.reason is Reason.ADMISSION_DENIED
                assert "Two supervisors" in str(refused.value)
            reply = await node.lookup(Person(NAME), why("UNTOC", ORDINARY), targets=["US-FB"])
            # Not listed as a competent authority: the American row keeps it at a hit, whatever it states.
            assert not named(hit(reply, "US-FB"))
        async with fed.caller("US-FB") as node:
            reply = await node.lookup(Person(NAME), why("UNTOC"), targets=["CH-FP"])
            assert hit(reply, "CH-FP")

    competent = {"FR-PJ": ("COMPETENT-AUTHORITY",)}
    run(scene, tmp_path, "FR-PJ", "US-FB", "CH-FP", groups=competent)


def test_an_assurance_counts_from_members_whose_assurances_the_owner_accepts(
    tmp_path: Path,
) -> None:
    assured = Assurances(sentence="Death will not be sought, nor imposed.")

    async def scene(fed: Federation) -> None:
        fed.hold("CH-FP", suspect())
        async with fed.caller("US-FB") as node:
            bare = await node.lookup(Person(NAME), why("UNTOC"), targets=["CH-FP"])
            given = await node.lookup(Person(NAME), why("UNTOC", assured), targets=["CH-FP"])
        assert not named(hit(bare, "CH-FP"))
        assert named(hit(given, "CH-FP"))
        async with fed.caller("ZZ-IM") as node:
            foreign = await node.lookup(
                Person(NAME), why("INTERPOL-RPD", assured), targets=["CH-FP"]
            )
        assert not named(hit(foreign, "CH-FP"))

    settings = {"CH-FP": 'assurances_accepted = ["US-FB"]'}
    run(scene, tmp_path, "US-FB", "CH-FP", "ZZ-IM", settings=settings)


def test_an_unaccepted_assurance_opens_nothing(tmp_path: Path) -> None:
    assured = Assurances(sentence="Death will not be sought, nor imposed.")

    async def scene(fed: Federation) -> None:
        fed.hold("CH-FP", suspect())
        async with fed.caller("US-FB") as node:
            reply = await node.lookup(Person(NAME), why("UNTOC", assured), targets=["CH-FP"])
        told = {one.field: one.reason for one in hit(reply, "CH-FP").treatments}
        assert not named(hit(reply, "CH-FP")), told

    run(scene, tmp_path, "US-FB", "CH-FP")


def test_the_second_step_of_pruem_opens_for_the_confirmed_record_alone(tmp_path: Path) -> None:
    """It opens to a person at the owner: no core data leave by machine (Article 47(6))."""

    async def scene(fed: Federation) -> None:
        fed.hold("DE-LP", suspect())
        fed.hold("FR-PJ", suspect())

        async def asked(agency: str, stated: Assurances, role: str = "officer") -> Hit:
            """What is told of the record; its name never is."""
            target = "DE-LP" if agency != "DE-LP" else "FR-PJ"
            asker.append(f"c{len(asker)}")
            async with fed.caller(agency, asker[-1], role) as node:
                reply = await node.lookup(
                    Person(NAME), why("EU-PRUM-II", stated), targets=[target], wait_s=20
                )
            found = hit(reply, target)
            assert not named(found)
            return found

        async def waits(stated: Assurances, role: str = "officer") -> str:
            """What its name waits for."""
            found = await asked("FR-PJ", stated, role)
            (told,) = {one.reason for one in found.treatments if one.field in ("person", NAMES)}
            return told

        asker: list[str] = []
        first = await asked("FR-PJ", Assurances())
        assert await waits(Assurances()) == "NEED_CONFIRM"
        second = Assurances(
            confirmed_references=(first.record_reference,), facts="Seen at the harbour."
        )
        assert await waits(second) == "NEED_CONSENT_OWNER"
        assert await waits(replace(second, facts="")) == "NEED_FACTS"
        assert await waits(replace(second, facts="  ")) == "NEED_FACTS"
        # A reference that nobody gave, one that another owner gave, and a machine's word.
        invented = f"DE-{int(first.record_reference[3:], 16) ^ 1:016X}"
        assert await waits(replace(second, confirmed_references=(invented,))) == "NEED_CONFIRM"
        other = await asked("DE-LP", Assurances())
        stolen = replace(second, confirmed_references=(other.record_reference,))
        assert await waits(stolen) == "NEED_CONFIRM"
        assert await waits(second, "system") == "NEED_CONFIRM"

    run(scene, tmp_path, "FR-PJ", "DE-LP")


def test_what_is_only_to_be_kept_is_not_released(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        fed.hold("CH-FP", suspect())
        async with fed.caller("FR-PJ") as node:
            asked = await node.lookup(Person(NAME), why("UNTOC"))
            kept = await node.lookup(Person(NAME), why("UNTOC", Assurances(preservation=True)))
        assert named(hit(asked, "CH-FP"))
        assert not named(hit(kept, "CH-FP"))

    run(scene, tmp_path, "FR-PJ", "CH-FP")


def test_a_used_up_capacity_waits_for_tomorrow_unless_it_is_urgent(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        fed.hold("DE-LP", suspect())
        async with fed.caller("US-FB") as node:
            for _ in range(2):
                await node.lookup(Person(NAME), why("UNTOC"))
            with pytest.raises(ComityCallError) as refused:
                await node.lookup(Person(NAME), why("UNTOC"))
            assert refused.value.reason is Reason.ADMISSION_DENIED
            assert "capacity" in str(refused.value)
            urgent = await node.lookup(Person(NAME), why("UNTOC"), urgency=Urgency.URGENT)
            assert urgent.answers[0].outcome.searched
        fed.clock.advance(hours=24)
        await fed.nodes["US-FB"].end()
        await fed.start_node("US-FB")
        app = fed.nodes["US-FB"].app
        assert not over_capacity(app.base, app.exchange.book)

    settings = {"US-FB": "questions_per_day = 2"}
    run(scene, tmp_path, "US-FB", "DE-LP", settings=settings)
