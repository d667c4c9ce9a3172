"""Every selector through a whole federation: found, not found, found by another spelling, refused.

One federation answers for all of them; nobody in its registers exists.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from comity.client import (
    Account,
    Aim,
    Aircraft,
    Biometric,
    ComityCallError,
    Container,
    Document,
    Firearm,
    Justification,
    Leg,
    Observable,
    ObservableType,
    Organisation,
    Outcome,
    Person,
    Purpose,
    Reference,
    ReferenceType,
    Seizure,
    Shipment,
    Stage,
    StolenObject,
    SubjectCategory,
    Vehicle,
    Vessel,
)
from comity.client.selectors import SELECTORS
from comity.errors import Reason
from node.records.record import Labels, Record
from node.records.values import (
    Assertion,
    Identifier,
    OrganisationName,
    PersonName,
    RouteLeg,
    Substance,
)
from tests.simulators.federation import Federation
from tests.simulators.prints import minutiae_record
from tests.unit.records.test_identifiers import TD3

if TYPE_CHECKING:
    from pathlib import Path

    from comity.client import AsyncComity, Hit, Selector

ASKER, OWNER = "FR-PJ", "DE-LP"
VIN = "1M8GDM9AXKP042788"
IBAN = "DE89370400440532013000"
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
CARD = "4111 1111 1111 1111"
ICCID = "8949 0200 0010 1234 561"
PHONE = ObservableType.PHONE


def thing(key: str, entity: str, subject: str = "object", **fields: object) -> Record:
    named = {f"{entity}.{name}": value for name, value in fields.items()}
    return Record(key, "test", entity, named, Labels(subject), Assertion(nature="FACT"))


def observable(key: str, kind: str, value: str, **more: object) -> Record:
    return thing(key, "observable", observable_type=kind, value=value, **more)


REGISTER = (
    thing(
        "p1",
        "person",
        "suspect",
        names=(PersonName(kind="LEGAL", full="Jadwiga Jablonewska"),),
        birth_date="1974-03-09",
        nationalities=("PL",),
        sex="F",
    ),
    thing(
        "d1",
        "identity_document",
        number="L898902C3",
        issuing_country="PL",
        document_type="P",
        fraud_type="STOLEN",
    ),
    thing("d2", "identity_document", number="X1234567", issuing_country="FR", fraud_type="LOST"),
    thing("v1", "vehicle", vin=VIN, plate="AB-123-CD", plate_country="FR", colour="blue"),
    thing("v2", "vehicle", plate="AB 123 CD", plate_country="IT", colour="red"),
    thing(
        "o1",
        "organisation",
        names=(OrganisationName(kind="LEGAL", full="Grauwald Freight GmbH"),),
        registration_number="HRB 20417",
        registration_country="DE",
    ),
    thing("s1", "stolen_object", title="Still life with quinces", maker="Kestrelby workshop"),
    thing("s2", "stolen_object", title="Wristwatch", serial_number="WX-123-456"),
    observable("b1", "PHONE", "+33199001234"),
    observable("b2", "EMAIL", "raven.cobalt@example.org"),
    observable("b3", "DOMAIN", "pay-lantern.example"),
    observable("b4", "URL", "https://pay-lantern.example/login"),
    observable("b5", "HASH", HASH),
    observable("b6", "WALLET", "eip155:1:0xab16a96d359ec26a11e2c2b3d8f8b8942d5bfcdb"),
    observable(
        "b7",
        "IP",
        "192.0.2.7",
        port="40123",
        first_seen="2026-03-01T09:00:00Z",
        last_seen="2026-03-01T11:00:00Z",
    ),
    observable("b8", "IMSI", "262011234567890"),
    observable("b9", "IMEI", "490154203237518"),
    observable("b10", "MAC", "00:1B:44:11:3A:B7"),
    observable("b11", "HANDLE", "dark_raven", platform="chat.example"),
    observable("b12", "CARD", CARD),
    observable("b13", "ICCID", ICCID),
    thing(
        "d3",
        "identity_document",
        document_type="P",
        issuing_country="PL",
        fraud_type="STOLEN_BLANK",
        blank_range_from="ZE 0004000",
        blank_range_to="ZE 0004999",
    ),
    thing(
        "ve1",
        "vessel",
        names=(OrganisationName(kind="LEGAL", full="Grey Meridian"),),
        imo_number="9074729",
        mmsi="211378120",
        call_sign="DZQX",
        hull_number="DEABC12345A202",
        flag="PA",
    ),
    thing("a1", "aircraft", registration="D-ZQXY", icao_address="3C65AC", serial_number="MSN 4711"),
    thing("c1", "container", number="CSQU3054383", alert="CHECK"),
    thing("f1", "firearm", serial_number="AB 123456", make="Northwyke", status="STOLEN"),
    thing("ac1", "account", account_type="IBAN", number=IBAN, country="DE", status="FROZEN"),
    thing(
        "se1",
        "seizure",
        reference="DE-S-2026-0017",
        seized_on="2026-02-14",
        place="Hamburg",
        country="DE",
        substances=(Substance(name="Cocaine", cas_number="50-36-2", weight_kg="412"),),
        route=(
            RouteLeg(from_country="EC", from_place="Guayaquil", to_country="NL"),
            RouteLeg(from_country="NL", to_country="DE", to_place="Hamburg"),
        ),
    ),
    thing(
        "sh1",
        "shipment",
        reference="ZZWB-2026-0001",
        container_numbers=("CSQU3054383",),
        departed_on="2026-02-01",
        arrived_on="2026-02-13",
        goods="Bananas, fresh; coca paste",
        route=(RouteLeg(from_country="EC", to_country="NL", departed_on="2026-02-01"),),
    ),
    thing(
        "bi1",
        "biometric",
        "suspect",
        modality="FINGER",
        reference="AFIS-2026-001234",
        quality="71",
        subject_names=(PersonName(kind="LEGAL", full="Jadwiga Jablonewska"),),
        acquired_on="2025-11-02",
    ),
    thing("ca1", "case", reference="DE-2026-88/1", status="OPEN", contact="Unit 7"),
    thing("ev1", "event", reference="EV-77", event_type="CROSSING"),
    thing("of1", "offence", decision_reference="AZ 12-3", decision_type="JUDGMENT", country="DE"),
    thing(
        "ei1",
        "evidence_item",
        exhibit_number="E-17",
        hashes=(Identifier(scheme="SHA-256", value=HASH),),
    ),
    thing("n1", "notice", "wanted", number="2026/12345", notice_type="RED", status="PUBLISHED"),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A selector, and the keys of what it finds (by a field that shows it)."""

    selector: Selector
    shows: dict[str, Any] = field(default_factory=dict)
    outcome: Outcome = Outcome.HIT


def hit(selector: Selector, **shows: Any) -> Case:
    return Case(selector, shows)


def miss(selector: Selector) -> Case:
    return Case(selector, outcome=Outcome.NO_HIT)


BLANK = {"identity_document.fraud_type": "STOLEN_BLANK"}
CASES = (
    hit(Person("Jadwiga Jablonewska"), **{"person.sex": "F"}),
    hit(Person("JABLONEWSKA, Jadwiga", birth_date="1974"), **{"person.birth_date": "1974"}),
    hit(Person(family_name="Jabłonewska", given_name="Jadwiga", nationality="PL", sex="F")),
    hit(Person("Jadwiga Jablonewska", birth_date="1974-03-09"), **{"person.age_band": "50-59"}),
    miss(Person("Zoltan Nagykovacs")),
    hit(Document("l 898-902 C3"), **{"identity_document.fraud_type": "STOLEN"}),
    hit(Document("X1234567", issuing_country="FR"), **{"identity_document.fraud_type": "LOST"}),
    miss(Document("X1234567", issuing_country="DE")),
    hit(Document("ze0004000", issuing_country="PL"), **BLANK),
    hit(Document("ZE-0004999"), **BLANK),
    hit(Document("ZE 0004567", document_type="P"), **BLANK),
    miss(Document("ZE0005000")),
    miss(Document("ZE0003999")),
    miss(Document("ZE004567")),  # of another length: another series
    miss(Document("ZF0004567")),
    miss(Document("ZE0004567", issuing_country="FR")),
    miss(Document(mrz=TD3)),  # the same number, issued by Utopia
    hit(Vehicle(vin="1m8gdm9axkp042788"), **{"vehicle.colour": "blue"}),
    hit(Vehicle(plate="ab 123 cd", plate_country="FR"), **{"vehicle.colour": "blue"}),
    hit(Vehicle(plate="AB123CD", plate_country="IT"), **{"vehicle.colour": "red"}),
    miss(Vehicle(plate="AB123CD", plate_country="ES")),
    hit(Organisation("Grauwald Freight"), **{"organisation.registration_country": "DE"}),
    hit(Organisation(number="hrb20417", country="DE")),
    miss(Organisation(number="HRB 20417", country="FR")),
    hit(StolenObject(title="Still life with quinces"), **{"stolen_object.serial_number": None}),
    hit(StolenObject(serial_number="wx123456"), **{"stolen_object.title": "Wristwatch"}),
    hit(Observable(PHONE, "+33 (0)1 99 00 12 34")),
    hit(Observable(ObservableType.EMAIL, "Raven.Cobalt@EXAMPLE.org")),
    hit(Observable(ObservableType.DOMAIN, "Pay-Lantern.example.")),
    hit(Observable(ObservableType.URL, "HTTPS://pay-lantern.example:443/login#top")),
    hit(Observable(ObservableType.HASH, HASH.upper())),
    hit(Observable(ObservableType.WALLET, "0xAB16a96D359eC26a11e2C2b3d8f8B8942d5Bfcdb")),
    hit(Observable(ObservableType.IP, "::ffff:192.0.2.7")),
    hit(
        Observable(ObservableType.IP, "192.0.2.7", port=40123, time="2026-03-01T11:30:00+01:00"),
        **{"observable.port": "40123"},
    ),
    miss(Observable(ObservableType.IP, "192.0.2.7", port=40124)),
    miss(Observable(ObservableType.IP, "192.0.2.7", port=40123, time="2026-03-01T12:30:00Z")),
    hit(Observable(ObservableType.IMSI, "262-01-1234567890")),
    hit(Observable(ObservableType.IMEI, "49 015420 323751 8")),
    hit(
        Observable(ObservableType.CARD, "4111-1111-1111-1111"),
        **{"observable.value": "411111…1111"},
    ),
    miss(Observable(ObservableType.CARD, "5555 5555 5555 4444")),
    hit(Observable(ObservableType.ICCID, ICCID.replace(" ", ""))),
    hit(Observable(ObservableType.MAC, "001b.4411.3ab7")),
    hit(Observable(ObservableType.HANDLE, "@Dark_Raven", platform="CHAT.example")),
    miss(Observable(ObservableType.HANDLE, "@Dark_Raven", platform="other.example")),
    hit(Vessel(imo_number="IMO 9074729"), **{"vessel.flag": "PA"}),
    hit(Vessel(mmsi="211 378 120")),
    hit(Vessel(call_sign="dzqx")),
    hit(Vessel(hull_number="DE-ABC12345A202")),
    hit(Vessel("Grey Meridian")),
    miss(Vessel(imo_number="9176187")),
    hit(Aircraft("dzqxy"), **{"aircraft.icao_address": "3C65AC"}),
    hit(Aircraft(icao_address="3c65ac")),
    hit(Aircraft(serial_number="msn4711")),
    miss(Aircraft("D-ZZZZ")),
    hit(Container("CSQU 305438-3"), **{"container.alert": "CHECK"}),
    hit(Firearm("ab123456", make="northwyke"), **{"firearm.status": "STOLEN"}),
    hit(Firearm("AB 123456")),
    miss(Firearm("AB 123456", make="Amberline")),
    hit(Account("DE89 3704 0044 0532 0130 00"), **{"account.status": "FROZEN"}),
    hit(Account(IBAN, country="DE")),
    hit(Seizure("de-s-2026-0017"), **{"seizure.country": "DE"}),
    hit(Seizure(substance="COCAINE", country="DE", first_date="2026-02", last_date="2026-02")),
    hit(Seizure(substance="50-36-2", place="hamburg")),
    hit(Seizure(substance="cocaine", legs=(Leg("EC", "NL"), Leg("", "Hamburg")))),
    miss(Seizure(substance="cocaine", country="DE", last_date="2026-01")),
    miss(Seizure(substance="cocaine", country="DE", first_date="2026-02-15")),
    miss(Seizure(substance="cocaine", legs=(Leg("CO", "NL"),))),
    miss(Seizure(substance="heroin", country="DE")),
    hit(Shipment("zzwb 2026 0001"), **{"shipment.departed_on": "2026-02-01"}),
    hit(Shipment(container_number="CSQU3054383")),
    hit(Shipment(legs=(Leg("EC", "NL"),), first_date="2026-02-10", last_date="2026-02-20")),
    miss(Shipment(legs=(Leg("EC", "NL"),), first_date="2026-03-01")),
    hit(Shipment(goods="bananas", place="NL")),
    hit(Shipment(goods="Coca Paste", place="ec", first_date="2026-02-05")),
    hit(Shipment(goods="bananas, fresh; coca paste", legs=(Leg("EC"),))),
    miss(Shipment(goods="apples", place="NL")),
    miss(Shipment(goods="bananas", place="DE")),
    miss(Shipment(goods="bananas", place="NL", first_date="2026-03-01")),
    hit(Biometric("afis 2026 001234"), **{"biometric.quality": "71"}),
    hit(Biometric(name="Jadwiga Jablonewska"), **{"biometric.modality": "FINGER"}),
    miss(Biometric("AFIS-2026-999999")),
    # Nobody here compares fingers: that is not searched, and never no hit.
    Case(Biometric(template=minutiae_record(12)), outcome=Outcome.UNSUITABLE),
    hit(Reference(ReferenceType.CASE, "DE 2026 88/1"), **{"case.contact": "Unit 7"}),
    hit(Reference(ReferenceType.EVENT, "EV77")),
    hit(Reference(ReferenceType.OFFENCE, "AZ 12-3")),
    hit(Reference(ReferenceType.EVIDENCE_ITEM, "e-17")),
    hit(Reference(ReferenceType.EVIDENCE_ITEM, HASH)),
    hit(Reference(ReferenceType.NOTICE, "2026-12345"), **{"notice.notice_type": "RED"}),
    miss(Reference(ReferenceType.NOTICE, "2026/54321")),
)
INVALID = Reason.INVALID_REQUEST
LONG = "x1" * 5_000
# A selector, the part that is named, and how the caller is told.
BAD = (
    (Person(""), "person.name", Reason.INVALID_REQUEST),
    (Person("A"), "question", Reason.ADMISSION_DENIED),
    (Person("Jadwiga"), "question", Reason.ADMISSION_DENIED),
    (Person(LONG), "person.name", Reason.INVALID_REQUEST),
    (Person("Jad\x07wiga J"), "person.name", Reason.INVALID_REQUEST),
    (Person("Jadwiga \u202eaksw"), "person.name", Reason.INVALID_REQUEST),
    (Person("Jadwiga Jablonewska", birth_date="1974-02-30"), "birth_date", Reason.INVALID_REQUEST),
    (Person("Jadwiga Jablonewska", birth_date="74"), "birth_date", Reason.INVALID_REQUEST),
    (Person("Jadwiga Jablonewska", nationality="QQ"), "nationality", Reason.INVALID_REQUEST),
    (Person("Jadwiga Jablonewska", birth_date="09.03.1974"), "birth_date", INVALID),
    (Person("Jadwiga Jablonewska", nationality="POL"), "nationality", INVALID),
    (Person("Jadwiga Jablonewska", sex="W"), "person.sex", INVALID),
    (Person("\U0001f600 \U0001f600"), "person.name", INVALID),
    (Person("* *"), "person.name", INVALID),
    (Person(family_name="%", given_name="%"), "person.family_name", INVALID),
    (Organisation("%%"), "organisation.name", INVALID),
    (Vessel("_ _"), "vessel.name", INVALID),
    (StolenObject(title="!!"), "stolen_object.title", INVALID),
    (Document("L01X00T47", issuing_country="D"), "document.issuing_country", INVALID),
    (Document("A"), "document.number", Reason.INVALID_REQUEST),
    (Document(LONG), "document.number", Reason.INVALID_REQUEST),
    (Document("C01X00T478", document_type="P"), "document.number", Reason.INVALID_REQUEST),
    (Document(mrz=TD3.replace("C36", "C37")), "document.mrz", Reason.INVALID_REQUEST),
    (Vehicle(vin="1M8GDM9"), "vehicle.vin", Reason.INVALID_REQUEST),
    (Vehicle(plate="A"), "vehicle.plate", Reason.INVALID_REQUEST),
    (Observable(PHONE, "01 99 00 12 34"), "observable.value", Reason.INVALID_REQUEST),
    (Observable(ObservableType.IP, "192.0.2.256"), "observable.value", Reason.INVALID_REQUEST),
    (Observable(ObservableType.CARD, "4111 1111 1111 1112"), "observable.value", INVALID),
    (Observable(ObservableType.CARD, "411111…1111"), "observable.value", INVALID),
    (Observable(ObservableType.ICCID, "8949020000101234560"), "observable.value", INVALID),
    (Observable(ObservableType.HANDLE, "two words"), "observable.value", INVALID),
    (Observable(ObservableType.PHONE, "+33199001234", port=80), "observable.port", INVALID),
    (Vessel(imo_number="9074728"), "vessel.imo_number", Reason.INVALID_REQUEST),
    (Container("CSQU3054384"), "container.number", Reason.INVALID_REQUEST),
    (Account("DE88370400440532013000"), "account.number", Reason.INVALID_REQUEST),
    (Account(IBAN, country="FR"), "account.number", Reason.INVALID_REQUEST),
    (Seizure(substance="cocaine"), "question", Reason.ADMISSION_DENIED),
    (Seizure(first_date="2026"), "question", Reason.ADMISSION_DENIED),
    (Seizure(substance="cocaine", first_date="2026-13"), "first_date", Reason.INVALID_REQUEST),
    (Shipment(legs=(Leg(),), first_date="2026"), "shipment.legs", Reason.INVALID_REQUEST),
    (StolenObject(maker="Kestrelby workshop"), "question", Reason.ADMISSION_DENIED),
    (Reference(ReferenceType.NOTICE, "--"), "reference.number", Reason.INVALID_REQUEST),
    (Biometric(template=b"FMR\0 20\0 and so on"), "biometric.template", Reason.INVALID_REQUEST),
)


def why() -> Justification:
    return Justification(
        purpose=Purpose.INVESTIGATE,
        case_reference="FR-2026-1",
        offence="drug-trafficking",
        subject_category=SubjectCategory.SUSPECT,
        aim=Aim.IDENTIFY,
        legal_basis="EU-2023-977",
    )


async def found(node: AsyncComity, selector: Selector) -> tuple[Outcome, tuple[Hit, ...]]:
    reply = await node.lookup(selector, why(), stage=Stage.FULL, wait_s=20)
    (answer,) = reply.answers
    return answer.outcome, answer.hits


async def wrong_with(node: AsyncComity, case: Case) -> str:
    """What is not as it should be; nothing when all is."""
    outcome, hits = await found(node, case.selector)
    if outcome is not case.outcome:
        return f"{case.selector.by}: {outcome}, not {case.outcome}"
    if outcome is Outcome.HIT:
        if len(hits) != 1:
            return f"{case.selector.by}: {len(hits)} records"
        fields = hits[0].record.fields
        for path, value in case.shows.items():
            if fields.get(path) != value:
                return f"{case.selector.by}: {path} is {fields.get(path)}"
        if hits[0].record.assertion is None or hits[0].record.assertion.nature != "FACT":
            return f"{case.selector.by}: no assertion"
    return ""


async def refused_with(node: AsyncComity, selector: Selector, field: str, reason: Reason) -> str:
    try:
        await found(node, selector)
    except ComityCallError as error:
        # A part that breaks a bound of the contract has no words of its own.
        told = error.hint or getattr(selector, field.rpartition(".")[2], "") == LONG
        told = told and "regex" not in error.hint  # patterns are for machines
        if error.reason is reason and field in (error.field or "") and told:
            return ""
        return f"{selector.by}: {error.reason} {error.field} {error.hint}"
    return f"{selector.by}: was answered"


def test_every_selector_finds_what_it_should_and_a_bad_one_is_told_why(tmp_path: Path) -> None:
    assert {case.selector.by for case in CASES} == set(SELECTORS)
    asked = [case.selector for case in CASES]
    assert {one.type for one in asked if isinstance(one, Observable)} == set(ObservableType)
    assert {one.type for one in asked if isinstance(one, Reference)} == set(ReferenceType)

    async def scene() -> list[str]:
        async with asyncio.timeout(90), Federation.of(tmp_path, (ASKER, OWNER)) as fed:
            fed.hold(OWNER, *REGISTER)
            async with fed.caller(ASKER) as node:
                odd = await node.lookup(Vehicle(vin=f"{VIN[:8]}1{VIN[9:]}"), why())
                assert "check digit" in odd.summary.warnings[0]  # it warns, and is searched
                assert odd.answers[0].outcome is Outcome.NO_HIT
                unborn = await node.lookup(Person("Zoltan Nagykovacs", birth_date="2099"), why())
                assert unborn.summary.warnings == ("birth date: that day is still to come",)
                wrong = [await wrong_with(node, case) for case in CASES]
                wrong += [await refused_with(node, *bad) for bad in BAD]
            return wrong

    wrong = [one for one in asyncio.run(scene()) if one]
    assert not wrong, "\n".join(wrong)
