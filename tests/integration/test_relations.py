"""A relation leaves by a decision of its own, and when it does not leave nothing shows that there is one."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from comity.client import Observable, ObservableType, Outcome, Person, Stage, Vehicle
from comity.demo.registers import character, registers
from node.opening import open_register
from node.records.record import Labels, Record
from node.records.values import Assertion, PersonName
from node.settings import Settings
from node.sources.formats import importer
from node.sources.load import load
from node.storage.policies import recorded_rulings
from tests.integration.test_selectors import ASKER, OWNER, VIN, why
from tests.simulators.federation import Federation, until

if TYPE_CHECKING:
    from pathlib import Path

    from comity.client import Hit

PLATE = "AB-123-CD"


def person(key: str, name: str, subject: str, *markings: str) -> Record:
    fields = {"person.names": (PersonName(kind="LEGAL", full=name),)}
    return Record(key, "test", "person", fields, Labels(subject, frozenset(markings)))


def edge(key: str, kind: str, ends: tuple[str, str], *markings: str, **told: Any) -> Record:
    fields = {
        "relation.relation_type": kind,
        "relation.from_reference": ends[0],
        "relation.to_reference": ends[1],
        "relation.since": "2025",
    }
    labels = Labels("object", frozenset(markings))
    return Record(key, "test", "relation", fields, labels, Assertion(nature="ASSESSMENT", **told))


REGISTER = (
    person("suspect", "Jadwiga Jablonewska", "suspect"),
    person("friend", "Ludmila Ostrowska", "suspect"),
    person("victim", "Zoltan Nagykovacs", "victim"),
    person("contact", "Henrike Brandauer", "contact"),
    person("witness", "Pavlina Zelenkova", "suspect", "protected"),
    Record(
        "car",
        "test",
        "vehicle",
        {"vehicle.vin": VIN, "vehicle.plate": PLATE, "vehicle.colour": "blue"},
        Labels("object"),
    ),
    Record(
        "phone",
        "test",
        "observable",
        {"observable.observable_type": "PHONE", "observable.value": "+33199001234"},
        Labels("object"),
    ),
    edge("e1", "owner", ("suspect", "car")),
    edge("e2", "user", ("suspect", "phone"), handling_code="H3"),
    edge("e3", "associate", ("suspect", "friend")),
    edge("e4", "associate", ("suspect", "victim")),
    edge("e5", "associate", ("suspect", "contact")),
    edge("e6", "associate", ("suspect", "witness")),
    edge("e7", "hearsay", ("suspect", "friend")),
    edge("e8", "associate", ("suspect", "nobody")),
    edge("e9", "owner", ("suspect", "car"), delete_on="2020-01-01"),
    edge("e10", "owner", ("suspect", "car"), "originator-controlled"),
)


def told(hit: Hit) -> set[tuple[str, bool, str]]:
    return {(one.relation, one.outward, one.other.entity_type) for one in hit.edges}


def test_only_relations_that_the_law_names_leave_and_the_rest_leave_no_trace(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        async with asyncio.timeout(60), Federation.of(tmp_path, (ASKER, OWNER)) as fed:
            fed.hold(OWNER, *REGISTER)
            async with fed.caller(ASKER) as node:

                async def only(selector: Any) -> Hit:
                    reply = await node.lookup(selector, why(), stage=Stage.FULL)
                    ((_, hit),) = reply.hits
                    return hit

                suspect = await only(Person("Jadwiga Jablonewska"))
                assert told(suspect) == {("owner", True, "vehicle"), ("associate", True, "person")}
                owned = next(one for one in suspect.edges if one.relation == "owner")
                assert owned.other.record.fields["vehicle.plate"] == PLATE
                assert owned.row == "EU-REL-FROM-ACCUSED"
                assert owned.assertion is not None
                assert owned.assertion.nature == "ASSESSMENT"
                assert owned.since == "2025"
                assert "no-onward" in owned.obligations
                friend = next(one for one in suspect.edges if one.relation == "associate")
                (name,) = friend.other.record.fields["person.names"]
                assert name["full"] == "Ludmila Ostrowska"
                # From the other side, the same edge turned around.
                car = await only(Vehicle(vin=VIN))
                assert told(car) == {("owner", False, "person")}
                # A relation that may not be told, and none: the same answer.
                phone = await only(Observable(ObservableType.PHONE, "+33199001234"))
                assert phone.edges == ()
                victim = await node.lookup(Person("Zoltan Nagykovacs"), why())
                assert victim.answers[0].outcome is Outcome.NO_HIT

    asyncio.run(scene())


def test_a_bare_hit_shows_no_relation(tmp_path: Path) -> None:
    async def scene() -> None:
        async with asyncio.timeout(60), Federation.of(tmp_path, (ASKER, OWNER)) as fed:
            fed.hold(OWNER, *REGISTER)
            async with fed.caller(ASKER) as node:
                reply = await node.lookup(Person("Jadwiga Jablonewska"), why(), stage=Stage.HIT)
                ((_, hit),) = reply.hits
                assert not any(path == "person.names" for path in hit.record.fields)
                assert hit.edges == ()

    asyncio.run(scene())


def test_of_the_demonstrations_relations_one_is_told_one_is_a_bare_hit_and_one_is_not_told(
    tmp_path: Path,
) -> None:
    """The register of the demonstration, its files and its two laws; the owner's record has all three."""
    owners = (OWNER, "GB-CA")

    def hold(fed: Federation, agency: str) -> None:
        path = tmp_path / f"{agency}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in registers(agency, 20, 1)))
        engine, store = open_register(fed.home(agency), Settings.load(fed.home(agency)))
        assert load(importer("register"), store, path).quarantined == 0
        store.close()
        engine.dispose()

    async def scene() -> None:
        async with asyncio.timeout(60), Federation.of(tmp_path, (ASKER, *owners)) as fed:
            for agency in owners:
                hold(fed, agency)
                index = fed.nodes[agency].app.matcher._index
                await until(lambda index=index: not index.behind)
            async with fed.caller(ASKER) as node:
                courier = await node.lookup(
                    Person("Muhammad al-Hassan", birth_date="1974"),
                    why(),
                    targets=(OWNER,),
                    wait_s=20,
                )
                assert courier.hits, courier.answers
                ((_, hit),) = courier.hits
                assert told(hit) == {("owner", True, "vehicle")}
                assert hit.edges[0].other.record.fields["vehicle.plate"] == "B-LK 2207"
                owner = fed.nodes[OWNER].app
                recorded = recorded_rulings(owner.engine, 9, log=owner.base.ledger.log)
                rulings = [json.loads(one) for one in recorded]
                edges = [
                    edge for one in rulings for record in one["records"] for edge in record["edges"]
                ]
                assert sorted((edge["row"], edge["told"]) for edge in edges) == [
                    (
                        "",
                        False,
                    ),  # a victim may not be shown at all: no row is asked about what leads there
                    ("EU-REL-FROM-ACCUSED", True),
                ]
                wallet = character("ransom-wallet").rows["GB-CA"]["fields"]["observable.value"]
                reply = await node.lookup(
                    Observable(ObservableType.WALLET, wallet),
                    why(),
                    targets=("GB-CA",),
                    wait_s=20,
                )
                ((_, hit),) = reply.hits
                assert told(hit) == {("user", False, "person")}
                (edge,) = hit.edges
                assert (edge.row, dict(edge.other.record.fields)) == ("GB-REL-BEHIND", {})

    asyncio.run(scene())
