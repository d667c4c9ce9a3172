"""Selectors check their parts by what they declare, and say how much was given."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from comity.api.query.v1 import selector_pb2
from comity.catalogue import ENTITY_TYPES
from comity.errors import Reason, Refusal
from comity.rulings.conditions import SEARCHED_BY
from node.link import selectors as codec
from node.records.identifiers import KINDS
from node.records.selectors import (
    SELECTORS,
    SHAPES,
    AccountSelector,
    AircraftSelector,
    BiometricSelector,
    ContainerSelector,
    DocumentSelector,
    Leg,
    ObservableSelector,
    OrganisationSelector,
    PersonSelector,
    ReferenceSelector,
    SeizureSelector,
    ShipmentSelector,
    StolenObjectSelector,
    VehicleSelector,
    VesselSelector,
)
from node.records.selectors.base import DNA, FACE, FINGERPRINT, IRIS
from tests.simulators.prints import minutiae_record
from tests.unit.records.test_identifiers import TD3


def refused(selector: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        selector.validate()
    assert caught.value.reason is Reason.INVALID_REQUEST
    assert caught.value.hint
    return caught.value


def test_every_selector_of_the_contract_has_its_value_part_by_part() -> None:
    places = {kind.by: kind for kind in SELECTORS}
    contract = selector_pb2.Selector.DESCRIPTOR.oneofs_by_name["by"].fields
    assert set(places) == {field.name for field in contract}
    for field in contract:
        kind: Any = places[field.name]
        assert {part.name for part in dataclasses.fields(kind)} == {
            part.name for part in field.message_type.fields
        }
        assert kind is ReferenceSelector or kind.entity_type in ENTITY_TYPES
        assert set(kind.identified.values()) <= set(KINDS)
        parts = {part.name for part in dataclasses.fields(kind)}
        declared = {*kind.identified, *kind.within, *kind.within.values(), *kind.dates}
        assert declared | {*kind.countries, *kind.moments, *kind.needs} <= parts


@pytest.mark.parametrize("kind", SELECTORS)
def test_an_empty_selector_is_refused_by_the_part_it_needs(kind: Any) -> None:
    assert refused(kind()).field in kind.needs or kind is ObservableSelector


@pytest.mark.parametrize("kind", SELECTORS)
def test_no_text_in_any_part_gets_through_unanswered(kind: Any) -> None:
    for part in dataclasses.fields(kind):
        if part.type != "str":
            continue
        for text in ("\x07", "\ud800", "\u202eabc", "\u2066", "\u00a0", "\u200b"):
            assert refused(kind(**{part.name: text})).field in {part.name, "mrz", "type"}


@pytest.mark.parametrize(
    ("selector", "field"),
    [
        (PersonSelector("Anna Muster", birth_date="1990-02-30"), "birth_date"),
        (PersonSelector("Anna Muster", birth_date="1990-13"), "birth_date"),
        (PersonSelector("Anna Muster", nationality="QQ"), "nationality"),
        (DocumentSelector("AB"), "number"),
        (DocumentSelector("ABCDEF"), "number"),
        (DocumentSelector("паспорт 12"), "number"),
        (DocumentSelector("A" + "1" * 30), "number"),
        (DocumentSelector("C01X00T478", document_type="P"), "number"),
        (DocumentSelector("54362315A", issuing_country="ES", document_type="national-id"), "number"),
        (DocumentSelector(mrz=TD3[:-1]), "mrz"),
        (VehicleSelector(vin="1M8GDM9AXKP04278"), "vin"),
        (VehicleSelector(plate="A"), "plate"),
        (VehicleSelector(plate="WVWZZZ1KZAW000001"), "plate"),
        (VehicleSelector(plate="AB 123", plate_country="QQ"), "plate_country"),
        (ObservableSelector("PHONE", "01 99 00 12 34"), "value"),
        (ObservableSelector("EMAIL", "+33199001234"), "value"),
        (ObservableSelector("HASH", "xyz"), "value"),
        (ObservableSelector("", "xyz"), "type"),
        (ObservableSelector("IP", "192.0.2.7", time="yesterday"), "time"),
        (ObservableSelector("IP", "192.0.2.7", time="2026-03-01T10:00:00"), "time"),
        (ObservableSelector("EMAIL", "a@example.org", port=25), "port"),
        (ObservableSelector("EMAIL", "a@example.org", platform="x"), "platform"),
        (VesselSelector(imo_number="9074728"), "imo_number"),
        (VesselSelector(mmsi="12345"), "mmsi"),
        (AircraftSelector(icao_address="XYZ"), "icao_address"),
        (ContainerSelector("CSQU3054384"), "number"),
        (AccountSelector("DE88370400440532013000"), "number"),
        (AccountSelector("DE89370400440532013000", country="FR"), "number"),
        (SeizureSelector(substance="cocaine", first_date="2026-02-31"), "first_date"),
        (SeizureSelector(substance="cocaine", first_date="2026-02", last_date="2026-01"), "last_date"),
        (SeizureSelector(substance="cocaine", country="QQ"), "country"),
        (SeizureSelector(legs=(Leg("", ""),)), "legs"),
        (ShipmentSelector(legs=(Leg("BR", "N\x07L"),)), "legs"),
        (ShipmentSelector(container_number="CSQU3054384"), "container_number"),
        (ReferenceSelector("NOTICE", "nothing"), "number"),
        (ReferenceSelector("PERSON", "2026/1"), "type"),
    ],
)  # fmt: skip
def test_a_part_of_the_wrong_form_is_named(selector: Any, field: str) -> None:
    assert refused(selector).field == field
    assert selector.unsuitable()


@pytest.mark.parametrize(
    ("selector", "shape"),
    [
        (PersonSelector("Anna"), "name-part"),
        (PersonSelector("Anna Muster"), "name-parts"),
        (PersonSelector("Anna", birth_date="1990"), "name-part"),
        (PersonSelector("Anna", birth_date="1990-01-02"), "name-parts"),
        (PersonSelector("王伟"), "name-parts"),
        (PersonSelector(family_name="Muster", given_name="Anna"), "name-parts"),
        (DocumentSelector("L898902C3"), "number"),
        (DocumentSelector(mrz=TD3), "number"),
        (VehicleSelector(plate="AB-123-CD"), "number"),
        (OrganisationSelector("Grauwald Freight"), "name"),
        (OrganisationSelector(number="HRB 1234"), "number"),
        (StolenObjectSelector(title="Winter evening"), "name"),
        (StolenObjectSelector(maker="Kestrelby workshop"), "attribute"),
        (ObservableSelector("EMAIL", "a@example.org"), "number"),
        (VesselSelector(name="Grey Meridian"), "name"),
        (SeizureSelector("ZZ-S-1"), "number"),
        (SeizureSelector(substance="cocaine"), "attribute"),
        (SeizureSelector(substance="cocaine", country="NL"), "attributes"),
        (SeizureSelector(substance="cocaine", first_date="2026"), "attributes"),
        (ShipmentSelector(legs=(Leg("BR", "NL"),)), "attribute"),
        (ShipmentSelector(legs=(Leg("BR", "NL"), Leg("NL", "DE"))), "attributes"),
        (ShipmentSelector(goods="bananas"), "attribute"),
        (ShipmentSelector(place="Antwerp"), "attribute"),
        (ShipmentSelector(goods="bananas", place="Antwerp"), "attributes"),
        (ShipmentSelector(place="Antwerp", last_date="2026"), "attributes"),
        (BiometricSelector("AFIS-1"), "number"),
        (BiometricSelector(name="Anna Muster"), "name"),
        (BiometricSelector(template=minutiae_record(9)), "template"),
        (ReferenceSelector("NOTICE", "2026/1"), "number"),
    ],
)
def test_a_selector_says_how_much_was_given(selector: Any, shape: str) -> None:
    selector.validate()
    assert selector.shape == shape
    assert shape in SHAPES


def test_rows_may_name_every_shape_that_a_selector_has_and_no_other() -> None:
    assert {*SHAPES, FACE, FINGERPRINT, IRIS, DNA} == SEARCHED_BY


@pytest.mark.parametrize(
    ("selector", "kinds"),
    [
        (BiometricSelector("AFIS-1"), {FACE}),
        (BiometricSelector("AFIS-1", modality="FACE"), {FACE}),
        (BiometricSelector("AFIS-1", modality="FINGER"), {FINGERPRINT}),
        (BiometricSelector("AFIS-1", modality="PALM"), {FINGERPRINT}),
        (BiometricSelector("AFIS-1", modality="IRIS"), {IRIS}),
        (BiometricSelector("AFIS-1", modality="DNA"), {DNA}),
        (BiometricSelector(name="Anna Muster"), {FACE}),
        (BiometricSelector(template=minutiae_record(9)), {FINGERPRINT}),
    ],
)
def test_a_selector_says_of_what_the_print_is(selector: BiometricSelector, kinds: set[str]) -> None:
    assert selector.kinds == kinds


@pytest.mark.parametrize(
    "selector",
    [
        PersonSelector("Anna Muster", birth_date="1990", nationality="DE", sex="F"),
        DocumentSelector(mrz=TD3),
        VehicleSelector(plate="AB-123-CD", plate_country="FR"),
        ObservableSelector("WALLET", "0xab16a96d359ec26a11e2c2b3d8f8b8942d5bfcdb"),
        ObservableSelector("IP", "192.0.2.7", port=443, time="2026-03-01T10:00:00Z"),
        SeizureSelector(substance="cocaine", legs=(Leg("CO", "NL"), Leg("", "DE"))),
        BiometricSelector(template=minutiae_record(9)),
        ReferenceSelector("EVIDENCE_ITEM", "E-17"),
    ],
)
def test_a_selector_survives_the_wire(selector: Any) -> None:
    assert codec.from_wire(codec.to_wire(selector)) == selector


def test_a_zone_is_looked_up_as_the_number_printed_on_it() -> None:
    printed, read = DocumentSelector("L898902C3").keys(), DocumentSelector(mrz=TD3).keys()
    assert {one.normal for one in printed} == {one.normal for one in read}
