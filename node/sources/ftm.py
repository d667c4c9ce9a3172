"""FollowTheMoney entities, one JSON object a line (OpenSanctions, Aleph, parliamentary data).

An entity's addresses, listings and a document's holder are entities of their own, anywhere in the file:
a first pass keeps them on disk (``node.sources.scratch``), a second yields the records.

What becomes what: Person; Company, Organization, LegalEntity, PublicBody as organisation; Passport and
Identification as identity document; Vehicle; CryptoWallet as observable; vessels, aircraft, accounts, and the
edges between entities as relations (``node.sources.ftm_further``). Address and Sanction belong to others and
are no records. Everything else (payments …) is quarantined as an unsupported entity type and counted.

Labels come from ``topics``: crime and wanted are ``wanted`` when the list says so, a sanction is
``suspect``; all are marked ``listed`` then. A politically exposed person or anybody without a topic is
``unknown``: the stricter, never the easier.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from node.records import countries
from node.records.births import STATED
from node.records.record import Labels, Record
from node.records.values import BirthDate, Identifier, PersonName
from node.sources import building, dates, ftm_further
from node.sources.ftm_parts import (
    PARTS,
    Properties,
    addresses,
    first,
    listings,
    properties_of,
    remember,
)
from node.sources.jsonrows import JsonRow, objects
from node.sources.reading import lines
from node.sources.rows import Item, Quarantined, Read, UnusableRowError, Why, quarantined
from node.sources.scratch import Scratch, scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SOURCE: Final = "ftm"
_SUBJECTS: Final = (
    ("wanted", "wanted"),
    ("crime", "suspect"),
    ("sanction", "suspect"),
)
_PERSON_NAMES: Final = (
    ("name", "LEGAL"), ("alias", "ALIAS"), ("weakAlias", "LOW_QUALITY"), ("previousName", "FORMER"),
)  # fmt: skip
_ORGANISATION_NAMES: Final = (
    ("name", "LEGAL"), ("alias", "ALIAS"), ("weakAlias", "ALIAS"), ("abbreviation", "ALIAS"),
    ("previousName", "FORMER"),
)  # fmt: skip
_SEX: Final = {"male": "M", "female": "F", "other": "X"}
_PERSON_IDS: Final = (
    ("idNumber", "national-id"), ("taxNumber", "tax"), ("innCode", "tax"),
    ("socialSecurityNumber", "social-security"),
    ("passportNumber", "passport"),
)  # fmt: skip
_ORGANISATION_IDS: Final = (
    ("taxNumber", "tax"), ("innCode", "tax"), ("vatCode", "vat"), ("ogrnCode", "registration"),
)  # fmt: skip


def read(path: Path) -> Iterator[Item]:
    """Every entity as records."""
    with scratch() as pad:
        for row in objects(lines(path)):
            if isinstance(row, JsonRow):
                remember(row.value, pad)
        for row in objects(lines(path)):
            if isinstance(row, Quarantined):
                yield row
            elif str(row.value.get("schema")) not in PARTS:
                yield _item(row, pad)


def _item(row: JsonRow, pad: Scratch) -> Item:
    try:
        return Read(row.line, _record(row.value, pad))
    except UnusableRowError as error:
        return quarantined(row.line, error, row.raw)


def _record(entity: dict[str, Any], pad: Scratch) -> Record:
    key, schema = entity.get("id"), entity.get("schema")
    if not isinstance(key, str) or not key:
        raise UnusableRowError(Why.MISSING_KEY, "no id")
    build = _BUILDERS.get(schema) if isinstance(schema, str) else None
    if build is None:
        raise UnusableRowError(Why.UNSUPPORTED_ENTITY, str(schema))
    properties = properties_of(entity)
    entity_type, fields = build(key, properties, pad)
    return building.record(
        source=SOURCE,
        key=key,
        entity_type=entity_type,
        values=fields,
        labels=_labels(entity_type, properties),
        assertion=building.PUBLISHED,
    )


def _labels(entity_type: str, properties: Properties) -> Labels:
    topics = properties.get("topics", [])
    listed = frozenset({"listed"}) if topics else frozenset[str]()
    if entity_type not in {"person", "identity_document"}:
        return Labels(subject="object", markings=listed)
    for topic, subject in _SUBJECTS:
        if any(one == topic or one.startswith(f"{topic}.") for one in topics):
            return Labels(subject=subject, markings=listed)
    return Labels(subject="unknown", markings=listed)


def _identifiers(
    properties: Properties, kinds: tuple[tuple[str, str], ...]
) -> tuple[Identifier, ...]:
    made = {
        (scheme, value): Identifier(scheme=scheme, value=value)
        for name, scheme in kinds
        for value in properties.get(name, [])
    }
    return tuple(made.values())


def _codes(properties: Properties, *names: str) -> tuple[str, ...]:
    words = [word for name in names for word in properties.get(name, [])]
    return tuple(dict.fromkeys(code for word in words if (code := countries.code(word))))


def _births(properties: Properties) -> list[BirthDate]:
    """Every birth date, the most exact first, the earliest of several as exact."""
    said = [dates.partial(text[:10], dates.ISO) for text in properties.get("birthDate", [])]
    dated = sorted((date for date in said if date), key=lambda date: (-len(date), date))
    return [BirthDate(date=date, certainty=STATED) for date in dated]


def _person_names(properties: Properties) -> tuple[object, ...]:
    names = []
    for name, kind in _PERSON_NAMES:
        for text in properties.get(name, []):
            inverted = kind != "LOW_QUALITY" and text.count(",") == 1
            make = building.inverted_name if inverted else building.person_name
            names.append(make(text, kind=kind))
    if not names:
        given, family = first(properties, "firstName"), first(properties, "lastName")
        names = [
            building.person_name(f"{given} {family}", kind="LEGAL", family=family, given=given)
        ]
    return building.distinct_names(names)


def _person(key: str, properties: Properties, pad: Scratch) -> tuple[str, dict[str, object]]:
    names = _person_names(properties)
    if not names:
        raise UnusableRowError(Why.MISSING_NAME, key)
    return "person", {
        "person.names": names,
        "person.sex": _SEX.get(first(properties, "gender").lower()),
        **building.births(_births(properties)),
        "person.birth_place": ", ".join(properties.get("birthPlace", [])),
        "person.birth_country": countries.code(first(properties, "birthCountry")),
        "person.nationalities": _codes(properties, "nationality", "citizenship"),
        "person.national_ids": _identifiers(properties, _PERSON_IDS),
        "person.addresses": addresses(properties, pad),
        "person.phones": _phones(properties),
        "person.emails": tuple(properties.get("email", [])),
        "person.occupations": tuple(properties.get("position", [])),
        "person.summary": "\n".join(properties.get("notes", []) + properties.get("summary", [])),
        "person.listings": listings(key, pad),
    }


def _phones(properties: Properties) -> tuple[str, ...]:
    return tuple(number for text in properties.get("phone", []) if (number := building.phone(text)))


def _organisation(key: str, properties: Properties, pad: Scratch) -> tuple[str, dict[str, object]]:
    names = building.distinct_names(
        building.organisation_name(text, kind=kind)
        for name, kind in _ORGANISATION_NAMES
        for text in properties.get(name, [])
    )
    if not names:
        raise UnusableRowError(Why.MISSING_NAME, key)
    return "organisation", {
        "organisation.names": names,
        "organisation.legal_form": first(properties, "legalForm"),
        "organisation.registration_number": first(properties, "registrationNumber", "ogrnCode"),
        "organisation.registration_country": next(
            iter(_codes(properties, "jurisdiction", "country")), None
        ),
        "organisation.lei": first(properties, "leiCode"),
        "organisation.tax_ids": _identifiers(properties, _ORGANISATION_IDS),
        "organisation.incorporation_date": dates.partial(
            min(properties.get("incorporationDate", []), default="")[:10], dates.ISO
        ),
        "organisation.addresses": addresses(properties, pad),
        "organisation.sector": first(properties, "sector"),
        "organisation.summary": "\n".join(
            properties.get("notes", []) + properties.get("summary", [])
        ),
        "organisation.listings": listings(key, pad),
    }


def _document(key: str, properties: Properties, pad: Scratch) -> tuple[str, dict[str, object]]:
    number = first(properties, "number", "passportNumber")
    if not number:
        raise UnusableRowError(Why.MISSING_NUMBER, key)
    holders: list[PersonName] = []
    born = ""
    for name in properties.get("holder", []):
        for kept in pad.values("holder", name):
            full, born = json.loads(kept)
            holders.append(building.person_name(full, kind="LEGAL"))
    return "identity_document", {
        "identity_document.document_type": first(properties, "type") or "P",
        "identity_document.number": number,
        "identity_document.issuing_country": countries.code(first(properties, "country")),
        "identity_document.issue_date": dates.partial(
            first(properties, "startDate")[:10], dates.ISO
        ),
        "identity_document.expiry_date": dates.partial(
            first(properties, "endDate")[:10], dates.ISO
        ),
        "identity_document.holder_names": tuple(name for name in holders if name.full),
        "identity_document.holder_birth_date": dates.partial(born[:10], dates.ISO),
    }


def _vehicle(key: str, properties: Properties, _pad: Scratch) -> tuple[str, dict[str, object]]:
    plate, vin = first(properties, "registrationNumber"), first(properties, "vin")
    if not plate and not vin:
        raise UnusableRowError(Why.MISSING_NUMBER, key)
    return "vehicle", {
        "vehicle.plate": plate,
        "vehicle.vin": vin,
        "vehicle.plate_country": countries.code(first(properties, "country")),
        "vehicle.model": first(properties, "model"),
        "vehicle.category": first(properties, "type"),
    }


def _wallet(key: str, properties: Properties, pad: Scratch) -> tuple[str, dict[str, object]]:
    value = first(properties, "publicKey")
    if not value:
        raise UnusableRowError(Why.MISSING_NUMBER, key)
    return "observable", {
        "observable.observable_type": "WALLET",
        "observable.value": value,
        "observable.provider": first(properties, "managingExchange"),
        "observable.summary": first(properties, "currency"),
        "observable.listings": listings(key, pad),
    }


_Builder: TypeAlias = "Callable[[str, Properties, Scratch], tuple[str, dict[str, object]]]"
_BUILDERS: Final[dict[str, _Builder]] = {
    "Person": _person,
    "Company": _organisation,
    "Organization": _organisation,
    "LegalEntity": _organisation,
    "PublicBody": _organisation,
    "Passport": _document,
    "Identification": _document,
    "Vehicle": _vehicle,
    "CryptoWallet": _wallet,
    **ftm_further.BUILDERS,
}
