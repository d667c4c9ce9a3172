"""An identifier finds whatever holds it, where the question might have been asked about that."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from comity.client import Document, Observable, ObservableType, Outcome, SubjectCategory, Vehicle
from node.records.values import Identifier, PersonName
from tests.integration.test_selectors import ASKER, OWNER, thing, why
from tests.simulators.federation import Federation

if TYPE_CHECKING:
    from pathlib import Path

    from comity.client import AsyncComity, Justification, Selector

PHONE = "+33199001234"
REGISTER = (
    thing(
        "p1",
        "person",
        "suspect",
        names=(PersonName(kind="LEGAL", full="Jadwiga Jablonewska"),),
        national_ids=(Identifier(scheme="national-id", value="74030912345", country="PL"),),
        phones=(PHONE,),
    ),
    thing("o1", "observable", observable_type="PHONE", value=PHONE),
    thing("v1", "vehicle", plate="AB1234567", colour="blue"),
    thing(
        "p2",
        "person",
        "victim",
        names=(PersonName(kind="LEGAL", full="Zoltan Nagykovacs"),),
        national_ids=(Identifier(scheme="national-id", value="74030912345", country="PL"),),
    ),
)


async def kinds(node: AsyncComity, selector: Selector, because: Justification) -> list[str]:
    """Entity types of what is found."""
    reply = await node.lookup(selector, because, wait_s=20)
    assert reply.answers[0].outcome in {Outcome.HIT, Outcome.NO_HIT}
    return sorted(hit.entity_type for _, hit in reply.hits)


def test_a_number_finds_its_person_where_people_might_have_been_asked_about(tmp_path: Path) -> None:
    phone = Observable(ObservableType.PHONE, PHONE)
    number = Document("74030912345", issuing_country="PL")
    # An object's question names no offence, and questions about persons have to (Prüm II Article 47).
    about_a_thing = replace(why(), offence="none", subject_category=SubjectCategory.OBJECT)

    async def scene() -> None:
        async with asyncio.timeout(60), Federation.of(tmp_path, (ASKER, OWNER)) as fed:
            fed.hold(OWNER, *REGISTER)
            async with fed.caller(ASKER) as node:
                assert await kinds(node, phone, why()) == ["observable", "person"]
                assert await kinds(node, number, why()) == ["person"]  # and no victim
                assert await kinds(node, phone, about_a_thing) == ["observable"]
                assert await kinds(node, number, about_a_thing) == []
                # A number of one kind is no number of another, however alike they read.
                assert await kinds(node, Document("AB1234567"), why()) == []
                assert await kinds(node, Vehicle(plate="AB1234567"), why()) == ["vehicle"]

    asyncio.run(scene())
