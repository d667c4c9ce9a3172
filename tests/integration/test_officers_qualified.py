"""What an officer is entered with at the own node: stated, held against the day, named in both ledgers."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from comity.client import Aim, Justification, Outcome, Person, Purpose, Stage, SubjectCategory
from comity.clock import day_of
from comity.errors import ExitCode, StartError
from comity.store.ledger_schema import entry
from node.cli.main import node as program
from node.exchange.addressing import Addressing
from node.qualifications import (
    CERTIFICATES_MAX,
    CERTIFIED,
    CLEARANCE,
    SWORN,
    Entry,
    Qualifications,
)
from node.records.record import Labels, Record
from node.records.values import PersonName
from node.storage.callers import CallerRegister
from tests.simulators.federation import Federation

if TYPE_CHECKING:
    from pathlib import Path

    from comity.client import Reply
    from node.exchange.model import Caller

NAME = "Jadwiga Jablonewska"
CARD = "person.summary"
LONG = ("--until", "2099-12-31")
WHY = Justification(
    purpose=Purpose.INVESTIGATE,
    case_reference="CASE-1",
    offence="drug-trafficking",
    subject_category=SubjectCategory.SUSPECT,
    aim=Aim.IDENTIFY,
    legal_basis="EU-2023-977",
)
WATCHED = Record(
    "one",
    "test",
    "person",
    {
        "person.names": (PersonName(kind="LEGAL", full=NAME),),
        "person.birth_date": "1974-03-09",
        CARD: "Note place, time, route and companions. Do not reveal.",
    },
    Labels("suspect", frozenset({"discreet-check"})),
)


def run(scene: Any, tmp_path: Path) -> None:
    async def play() -> None:
        async with (
            asyncio.timeout(90),
            Federation.of(tmp_path, ("FR-PJ", "DE-LP")) as fed,
        ):
            fed.hold("DE-LP", WATCHED)
            await scene(fed)

    asyncio.run(play())


def card(reply: Reply) -> bool:
    """Whether the card of instructions left; nothing else of the record says that it is there."""
    (answer,) = reply.answers
    if answer.outcome is Outcome.NO_HIT:
        return False
    (hit,) = answer.hits
    assert hit.record is not None
    return CARD in hit.record.fields


def stated(fed: Federation, agency: str, kind: str, query_id: str) -> list[str]:
    """What a ledger says was stated with a query."""
    found = entry.c.envelope_id == bytes.fromhex(query_id)
    with fed.nodes[agency].app.engine.connect() as connection:
        rows = connection.execute(select(entry.c.details).where(found, entry.c.kind == kind))
        return list(json.loads(rows.scalar_one()).get("stated", []))


def test_the_card_of_a_discreet_check_is_for_those_who_are_entered_as_trained(
    tmp_path: Path,
) -> None:
    async def scene(fed: Federation) -> None:
        register = CallerRegister(fed.nodes["FR-PJ"].app.engine, fed.clock)
        today = day_of(fed.clock.now_ms())

        async def asked(*entries: Entry, role: str = "officer") -> Reply:
            names.append(f"c{len(names)}")
            caller = fed.caller("FR-PJ", names[-1], role)
            for one in entries:
                register.enter(names[-1], one)
            async with caller as node:
                return await node.lookup(Person(NAME), WHY, stage=Stage.FULL, wait_s=20)

        names: list[str] = []
        trained = Entry(CERTIFIED, "discreet", 0, today)
        assert not card(await asked())
        assert not card(await asked(Entry(CERTIFIED, "face", 0, today), Entry(SWORN, "", 0, today)))
        assert not card(await asked(Entry(CERTIFIED, "discreet", 0, today - timedelta(days=1))))
        found = await asked(trained, Entry(CLEARANCE, "", 3, today + timedelta(days=400)))
        assert card(found)
        named = ["clearance-3", "certified-discreet"]
        assert stated(fed, "FR-PJ", "query.asked", found.query_id) == named
        assert stated(fed, "DE-LP", "query.received", found.query_id) == named

    run(scene, tmp_path)


def test_an_entry_that_is_struck_or_ends_is_stated_no_more(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        register = CallerRegister(fed.nodes["FR-PJ"].app.engine, fed.clock)
        today = day_of(fed.clock.now_ms())
        node = fed.caller("FR-PJ")
        register.enter("officer", Entry(CERTIFIED, "discreet", 0, today + timedelta(days=9)))
        async with node:
            assert card(await node.lookup(Person(NAME), WHY, stage=Stage.FULL))
            assert register.strike("officer", kind=CERTIFIED, word="discreet")
            fed.clock.advance(seconds=6)  # what is entered is believed for five seconds
            assert not card(await node.lookup(Person(NAME), WHY, stage=Stage.FULL))

    run(scene, tmp_path)


def test_an_owner_holds_what_is_stated_against_its_own_day_and_a_system_is_not_qualified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The asker's node is not believed: here it states what has ended, and states it of a machine."""

    async def scene(fed: Federation) -> None:
        seal = Addressing.seal
        names: list[str] = []

        async def asked(role: str, until: date) -> bool:
            told = Qualifications(certificates=frozenset({"discreet"}), until=until)

            def forged(self: Addressing, question: Any, caller: Caller, keys: Any) -> Any:
                return seal(self, question, replace(caller, qualifications=told), keys)

            monkeypatch.setattr(Addressing, "seal", forged)
            names.append(f"c{len(names)}")
            async with fed.caller("FR-PJ", names[-1], role) as node:
                return card(await node.lookup(Person(NAME), WHY, stage=Stage.FULL, wait_s=20))

        today = day_of(fed.clock.now_ms())
        assert await asked("officer", today)
        assert not await asked("officer", today - timedelta(days=1))
        assert not await asked("system", today)

    run(scene, tmp_path)


def test_an_operator_enters_and_strikes_what_an_officer_is(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        home = fed.home("FR-PJ")
        fed.caller("FR-PJ", "gate", "system")
        fed.caller("FR-PJ", "marie")

        async def told(*words: str, code: int = ExitCode.OK) -> str:
            args = ["system", *words, "--home", str(home)]
            found = await asyncio.to_thread(CliRunner().invoke, program, args)
            assert found.exit_code == code, found.output
            return found.output or str(found.exception)

        entered = await told("qualify", "marie", "--sworn", "--clearance", "secret", *LONG)
        assert entered == "marie: sworn until 2099-12-31, clearance secret until 2099-12-31\n"
        await told("qualify", "marie", "--certified", "discreet", *LONG)
        await told("qualify", "marie", "--certified", "discreet", "--until", "2098-01-01")
        (marie,) = [one for one in json.loads(await told("list", "--json")) if one["entered"]]
        assert marie["entered"] == [
            "certified discreet until 2098-01-01",
            "clearance secret until 2099-12-31",
            "sworn until 2099-12-31",
        ]
        assert "certified discreet until 2098-01-01" in await told("list")
        assert "struck sworn of marie" in await told("disqualify", "marie", "--sworn")
        data, usage = ExitCode.DATA, ExitCode.USAGE
        assert "no entry 'sworn'" in await told("disqualify", "marie", "--sworn", code=data)
        assert "no active caller" in await told("qualify", "nobody", "--sworn", *LONG, code=data)
        assert "is a system" in await told("qualify", "gate", "--sworn", *LONG, code=usage)
        past = ("--until", "2020-01-01")
        assert "would never count" in await told("qualify", "marie", "--sworn", *past, code=usage)
        for wrong in (LONG, ("--certified", "Face 1", *LONG), ("--sworn",)):
            await told("qualify", "marie", *wrong, code=2)
        register = CallerRegister(fed.nodes["FR-PJ"].app.engine, fed.clock)
        last = date(2099, 12, 31)
        for number in range(1, CERTIFICATES_MAX):
            register.enter("marie", Entry(CERTIFIED, chr(96 + number), 0, last))
        with pytest.raises(StartError, match="more are not stated"):
            register.enter("marie", Entry(CERTIFIED, "one-too-many", 0, last))

    run(scene, tmp_path)
