"""What an owner decides about single countries and members, from its register and directory to the answer."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from comity.client import (
    Assurances,
    Document,
    Form,
    Justification,
    Outcome,
    Person,
    Reference,
    Urgency,
)
from comity.clock import day_of
from comity.store.ledger_schema import entry
from node.records.record import Labels, Record
from node.records.values import PersonName
from node.sources.labelling import labelled
from tests.integration.test_selectors import why
from tests.simulators.federation import Federation
from tests.simulators.law import POLICIES
from tests.simulators.policy_trees import cells

if TYPE_CHECKING:
    from pathlib import Path

    from comity.client import AsyncComity, Hit, Reply

NAME = "Jadwiga Jablonewska"
BORN = "person.birth_date"
WHY = why()


def suspect(*markings: str) -> Record:
    fields = {
        "person.names": (PersonName(kind="LEGAL", full=NAME),),
        "person.nationalities": ("PT",),
        BORN: "1974-03-09",
    }
    return Record("one", "test", "person", fields, Labels("suspect", frozenset(markings)))


def run(scene: Any, tmp_path: Path, *agencies: str, **options: Any) -> None:
    async def play() -> None:
        async with asyncio.timeout(90), Federation.of(tmp_path, agencies, **options) as fed:
            await scene(fed)

    asyncio.run(play())


def answered(reply: Reply) -> tuple[Outcome, tuple[Hit, ...]]:
    (answer,) = reply.answers
    return answer.outcome, answer.hits


def test_a_country_that_a_notice_is_closed_to_gets_the_answer_of_no_notice(tmp_path: Path) -> None:
    """Its register says so in a field alone, as notices do; the import marks it."""
    notice = Record(
        "n1",
        "test",
        "notice",
        {"notice.number": "2026/4711", "notice.restricted_countries": ("FR",)},
        Labels("wanted"),
    )

    async def scene(fed: Federation) -> None:
        fed.hold("DE-LP", labelled(notice, day_of(fed.clock.now_ms())))

        async def asked(number: str, why: Justification) -> tuple[Outcome, tuple[Hit, ...]]:
            async with fed.caller("FR-PJ", f"c{fed.clock.now_ms()}") as node:
                return answered(
                    await node.lookup(Reference("NOTICE", number), why, targets=["DE-LP"])
                )

        closed = await asked("2026/4711", WHY)
        fed.clock.advance(seconds=1)
        assert closed == await asked("2026/4712", WHY) == (Outcome.NO_HIT, ())
        # The same notice, had its owner not closed it.
        fed.hold("DE-LP", replace(notice, source_key="n2", fields={"notice.number": "2026/4713"}))
        fed.clock.advance(seconds=1)
        assert (await asked("2026/4713", WHY))[0] is Outcome.HIT

    run(scene, tmp_path, "FR-PJ", "DE-LP")


def test_reciprocity_is_what_the_directory_says_was_declared(tmp_path: Path) -> None:
    why = replace(
        WHY,
        legal_basis="RECIPROCITY",
        offence="corruption",
        assurances=Assurances(sentence="A fair trial, and no torture."),
    )

    async def scene(fed: Federation) -> None:
        fed.hold("CH-FP", suspect())
        async with fed.caller("ZZ-IM") as node:
            outcome, hits = answered(await node.lookup(Person(NAME), why, targets=["CH-FP"]))
        told = declared == "RECIPROCITY-CH"
        assert outcome is (Outcome.HIT if told else Outcome.NO_HIT)
        if told:
            (one,) = hits
            assert one.record is not None
            assert one.record.fields[BORN] == "1974"
            assert {each.form for each in one.treatments if each.field == BORN} <= {
                Form.GENERALISED
            }

    settings = {"CH-FP": 'assurances_accepted = ["ZZ-IM"]'}
    for number, declared in enumerate(("RECIPROCITY-CH", "RECIPROCITY-DE")):
        run(
            scene,
            tmp_path / str(number),
            *("ZZ-IM", "CH-FP"),
            groups={"ZZ-IM": (declared,)},
            settings=settings,
        )


def test_a_wish_for_confidentiality_binds_the_owner_and_both_ledgers_name_it(
    tmp_path: Path,
) -> None:
    def stated(fed: Federation, agency: str, kind: str, query_id: str) -> list[str]:
        found = entry.c.envelope_id == bytes.fromhex(query_id)
        with fed.nodes[agency].app.engine.connect() as connection:
            rows = connection.execute(select(entry.c.details).where(found, entry.c.kind == kind))
            return list(json.loads(rows.scalar_one()).get("stated", []))

    async def scene(fed: Federation) -> None:
        fed.hold("DE-LP", suspect())
        for wish in (False, True):
            why = replace(WHY, assurances=Assurances(confidential=wish))
            async with fed.caller("FR-PJ", f"c{int(wish)}") as node:
                reply = await node.lookup(Person(NAME), why, targets=["DE-LP"])
            _, (one,) = answered(reply)
            assert ("keep-confidential" in one.obligations) is wish
            for agency, kind in (("FR-PJ", "query.asked"), ("DE-LP", "query.received")):
                assert stated(fed, agency, kind, reply.query_id) == ["confidential"] * wish

    run(scene, tmp_path, "FR-PJ", "DE-LP")


def test_an_owner_answers_as_much_in_a_day_as_its_law_agreed_to(tmp_path: Path) -> None:
    law = tmp_path / "law"
    shutil.copytree(POLICIES, law)
    cells(law / "ch" / "ask.csv", "CH-ASK-VOLUME", when="volume>=3&not-urgent")
    why = replace(WHY, legal_basis="CH-SCHENGEN")

    async def scene(fed: Federation) -> None:
        fed.hold("CH-FP", suspect())

        async def outcome(node: AsyncComity, selector: Any, **how: Any) -> Outcome:
            return answered(await node.lookup(selector, why, targets=["CH-FP"], **how))[0]

        async with fed.caller("FR-PJ") as node:
            for _ in range(2):
                assert await outcome(node, Person(NAME)) is Outcome.HIT
            assert await outcome(node, Person(NAME)) is Outcome.REFUSED
            assert await outcome(node, Person(NAME), urgency=Urgency.URGENT) is Outcome.HIT
            assert await outcome(node, Document("C01X00T47")) is Outcome.NO_HIT
        # What was asked counts for a day, by the hour.
        volumes = fed.nodes["CH-FP"].app.exchange.answering._volumes
        assert volumes.reached("FR-PJ", "person", (1, 4, 5)) == 4
        fed.clock.advance(hours=25)
        assert volumes.reached("FR-PJ", "person", (1,)) == 0

    run(scene, tmp_path, "FR-PJ", "CH-FP", policies=law)
