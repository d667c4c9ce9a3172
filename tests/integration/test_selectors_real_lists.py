"""Selectors on the real published lists, through a whole federation: what was imported is found.

What is asked for is taken from the lists at run time; nothing of them is in this file. No list there holds
containers, stolen firearms, accounts, seizures, shipments or prints: ``test_selectors`` asks for those on
invented records.
"""

from __future__ import annotations

import asyncio
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from comity.client import (
    Aircraft,
    Document,
    Observable,
    ObservableType,
    Organisation,
    Outcome,
    Person,
    Reference,
    ReferenceType,
    Stage,
    StolenObject,
    Vehicle,
    Vessel,
)
from comity.client.grouping import grouped
from node.records import normalise
from node.sources.formats import importer
from node.sources.rows import Read
from tests.integration.test_selectors import ASKER, OWNER, found, thing, why
from tests.simulators.federation import Federation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from comity.client import Selector
    from node.records.record import Record

DATA = Path(__file__).parents[2].parent / "shared" / "data"
pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the folder ../shared/data is absent"),
]
LISTS = {
    "ofac-sdn": "persons/ofac/sdn.csv.gz",
    "nz-police-vehicles": "objects/nz_stolen_vehicles_2012.csv.gz",
    "interpol-notice": "persons/interpol_red_notices_api_2023.json",
    "ftm": "persons/ftm_zala.entities.ftm.jsonl.gz",
    "un-consolidated": "persons/un_consolidated.xml.gz",
    "stix": "cyber/stix/poisonivy.json",
    "fbi-stolen-art": "objects/fbi_national_stolen_art_stolen_art_new.csv",
}
VINS = "objects/vin_samples.txt"
EVERY = 9
EACH = 4
OTHER = "NL-NP"
# People who stand on two lists under one passport; so many are asked for.
ON_BOTH = 6


# Asked for by one of their fields, as it stands there.
SIMPLY: dict[str, tuple[str, Callable[[str], Selector]]] = {
    "organisation": ("registration_number", lambda told: Organisation(number=told)),
    "aircraft": ("registration", Aircraft),
    "vehicle": ("plate", lambda told: Vehicle(plate=told.lower(), plate_country="NZ")),
    "notice": ("number", lambda told: Reference(ReferenceType.NOTICE, told)),
    "stolen_object": ("title", lambda told: StolenObject(title=told)),
}


def _selectors(record: Record) -> Iterator[Selector]:
    """How somebody else would ask for this record."""
    told: dict[str, Any] = {path.partition(".")[2]: value for path, value in record.fields.items()}
    match record.entity_type:
        case "person" if told.get("birth_date") and " " in told["names"][0].full:
            yield Person(told["names"][0].full, birth_date=told["birth_date"])
        case "identity_document" if _a_number(told["number"]):
            yield Document(told["number"], issuing_country=told.get("issuing_country", ""))
        case "vessel" if told.get("imo_number"):
            yield Vessel(imo_number=f"IMO {told['imo_number']}")
            if told.get("call_sign") and normalise.call_sign(told["call_sign"]):
                yield Vessel(call_sign=told["call_sign"].lower())
        case "observable" if told["observable_type"] == "WALLET":
            yield Observable(ObservableType.WALLET, told["value"])
        case "observable" if told["observable_type"] == "DOMAIN":
            yield Observable(ObservableType.DOMAIN, told["value"].upper())
        case "vehicle" if told.get("vin"):
            yield Vehicle(vin=told["vin"].lower())
        case entity if entity in SIMPLY:
            part, made = SIMPLY[entity]
            if told.get(part):
                yield made(told[part])


def _a_number(text: str) -> bool:
    number = normalise.document_number(text)
    return number.isascii() and 5 <= len(number) <= 9 and any(map(str.isdigit, number))


def _sample() -> list[Record]:
    """Every so many rows of each list, from its beginning to its end; and whole chassis numbers."""
    vins = [line for line in (DATA / VINS).read_text().split() if normalise.vin(line)]
    return [thing(vin, "vehicle", vin=vin) for vin in vins] + [
        item.record
        for name, file in LISTS.items()
        for item in islice(importer(name).read(DATA / file), 0, None, EVERY)
        if isinstance(item, Read)
    ]


def _asked(records: list[Record]) -> list[Selector]:
    """A few of each kind."""
    by_kind: dict[tuple[str, ...], list[Selector]] = {}
    for record in records:
        for one in _selectors(record):
            # Each kind of observable, and a vehicle by either of its numbers.
            kind = (
                one.by,
                str(getattr(one, "type", "")),
                *(["vin"] if getattr(one, "vin", "") else []),
            )
            by_kind.setdefault(kind, []).append(one)
    return [one for some in by_kind.values() for one in some[:: max(1, len(some) // EACH)][:EACH]]


def test_what_real_lists_hold_is_found_through_the_gateway(tmp_path: Path) -> None:
    async def scene() -> None:
        async with asyncio.timeout(180), Federation.of(tmp_path, (ASKER, OWNER)) as fed:
            records = _sample()
            await fed.nodes[OWNER].end()
            fed.hold(OWNER, *records)
            await fed.start_node(OWNER)  # its names are all indexed before it answers
            await fed.linked()
            asked = _asked(records)
            kinds = {one.by for one in asked}
            assert kinds == {
                *(
                    "person",
                    "document",
                    "organisation",
                    "vessel",
                    "aircraft",
                    "observable",
                    "vehicle",
                ),
                *("stolen_object", "reference"),
            }
            async with fed.caller(ASKER) as node:
                for selector in asked:
                    outcome, _ = await found(node, selector)
                    # Many works share a title, some people a name: then it is to be asked more precisely.
                    assert outcome in {Outcome.HIT, Outcome.REFINE}, (selector.by, outcome)

    asyncio.run(scene())


def _people_by_passport(name: str, file: str) -> dict[str, Record]:
    """People of a list by the numbers of their passports."""
    read = [item.record for item in importer(name).read(DATA / file) if isinstance(item, Read)]
    people = {one.source_key: one for one in read if one.entity_type == "person"}
    found = {}
    for person in people.values():
        for number in person.fields.get("person.national_ids", ()):
            found[normalise.document_number(number.value)] = person
    return found


def test_people_on_two_lists_stand_together_in_the_answer(tmp_path: Path) -> None:
    ofac = _people_by_passport("ofac-sdn", LISTS["ofac-sdn"])
    un = _people_by_passport("un-consolidated", LISTS["un-consolidated"])
    both = sorted(ofac.keys() & un.keys())
    both = both[:: len(both) // ON_BOTH][:ON_BOTH]

    async def scene() -> None:
        agencies = (ASKER, OWNER, OTHER)
        async with asyncio.timeout(180), Federation.of(tmp_path, agencies) as fed:
            for owner, found in ((OWNER, ofac), (OTHER, un)):
                await fed.nodes[owner].end()
                fed.hold(owner, *(found[number] for number in both))
                await fed.start_node(owner)
            await fed.linked()
            found_by_both = 0
            async with fed.caller(ASKER) as node:
                for number in both:
                    asked = Person(un[number].fields["person.names"][0].full)
                    reply = await node.lookup(asked, why(), stage=Stage.FULL, wait_s=20)
                    hits = {one.source for one in reply.answers if one.outcome is Outcome.HIT}
                    assert (
                        OTHER in hits
                    )  # by the very name on its list; the other list spells some otherwise
                    groups = [
                        {member.source for member in group.members}
                        for group in grouped(reply.answers)
                    ]
                    assert ({OWNER, OTHER} in groups) is (OWNER in hits)
                    found_by_both += OWNER in hits
            assert found_by_both > ON_BOTH // 2

    asyncio.run(scene())
