"""How an owner judges a record decides what leaves: its class, until when it holds, how it was obtained."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from comity.client import Outcome, Person
from node.qualifications import CLEARANCE, Entry
from node.records.record import Labels, Record
from node.records.values import Assertion, PersonName
from node.storage.callers import CallerRegister
from tests.integration.test_exchange import run, why

if TYPE_CHECKING:
    from pathlib import Path

    from comity.client import Hit, Reply
    from tests.simulators.federation import Federation

ASKER, OWNER = "FR-PJ", "DE-LP"
NAMES = "person.names"
OPEN, SECRET, CLASSED, STALE, TAPPED, WORDED = (
    "Jadwiga Jablonewska",
    "Teofil Ostrowidzki",
    "Balbina Wrzesniewska",
    "Kunegunda Szczebrzeszynska",
    "Wincenty Grabowiecki",
    "Eufrozyna Lubartowska",
)
JUDGED = {
    OPEN: Assertion(),
    SECRET: Assertion(classification="SECRET"),
    CLASSED: Assertion(classification="CONFIDENTIAL"),
    STALE: Assertion(valid_until="2020-12"),
    TAPPED: Assertion(acquired_under="interception of telecommunications"),
    WORDED: Assertion(restrictions=("ask the case officer",)),
}


def person(name: str, assertion: Assertion) -> Record:
    fields = {NAMES: (PersonName(kind="LEGAL", full=name),)}
    return Record(name, "test", "person", fields, Labels("suspect"), assertion)


async def ask(fed: Federation, officer: str, name: str) -> Reply:
    async with fed.caller(ASKER, f"{officer}-{name[:3].lower()}") as node:
        return await node.lookup(Person(name), why(), wait_s=10)


def only(reply: Reply) -> Hit:
    (answer,) = reply.answers
    assert answer.outcome is Outcome.HIT, answer
    return answer.hits[0]


def named(one: Hit) -> bool:
    return one.record is not None and NAMES in one.record.fields


def test_a_record_is_not_ruled_on_like_an_open_one_because_nobody_looked_at_its_class(
    tmp_path: Path,
) -> None:
    async def scene(fed: Federation) -> None:
        fed.hold(OWNER, *(person(name, told) for name, told in JUDGED.items()))
        assert named(only(await ask(fed, "plain", OPEN)))
        for name in (CLASSED, STALE, TAPPED, WORDED):
            assert not named(only(await ask(fed, "plain", name))), name
        (hidden,) = (await ask(fed, "plain", SECRET)).answers
        assert (hidden.outcome, hidden.hits) == (Outcome.NO_HIT, ())

        register = CallerRegister(fed.nodes[ASKER].app.engine, fed.clock)
        for name in (CLASSED, SECRET, STALE):
            officer = f"cleared-{name[:3].lower()}"
            client = fed.caller(ASKER, officer)
            register.enter(officer, Entry(CLEARANCE, "", 3, date(2100, 1, 1)))
            async with client as node:
                found = only(await node.lookup(Person(name), why(), wait_s=10))
            assert named(found) is (name != STALE), name

    run(scene, tmp_path, ASKER, OWNER)
