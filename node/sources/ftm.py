"""FollowTheMoney entities, one JSON object a line (OpenSanctions, Aleph, parliamentary data).

An entity's addresses, listings and a document's holder are entities of their own, anywhere in the file:
a first pass keeps them on disk (``node.sources.scratch``), a second yields the records.

What becomes what: Person; Company, Organization, LegalEntity, PublicBody as organisation; Passport and
Identification as identity document; Vehicle; CryptoWallet as observable. Address and Sanction belong to
others and are no records. Everything else (payments, ownership, family, vessels …) is quarantined as an
unsupported entity type and counted.

Labels come from ``topics``: crime and wanted are ``wanted`` when the list says so, a sanction is
``suspect``; all are marked ``listed`` then. A politically exposed person or anybody without a topic is
``unknown``: the stricter, never the easier.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from node.records.record import Labels, Record
from node.records.values import Address, Identifier, Listing, PersonName
from node.sources import building, countries, dates
from node.sources.jsonrows import JsonRow, objects
from node.sources.reading import lines
from node.sources.rows import Item, Quarantined, Read, UnusableRowError, Why, quarantined
from node.sources.scratch import Scratch, scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SOURCE: Final = "ftm"
# No published entity has more values of one property; more are an attack or a mistake.
VALUES_MAX: Final = 2_000
_DOCUMENTS: Final = frozenset({"Passport", "Identification"})
_PARTS: Final = frozenset({"Address", "Sanction"})
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

Properties = dict[str, list[str]]


def read(path: Path) -> Iterator[Item]:
    """Every entity as records."""
    with scratch() as pad:
        for row in objects(lines(path)):
            if isinstance(row, JsonRow):
                _remember(row.value, pad)
        for row in objects(lines(path)):
            if isinstance(row, Quarantined):
                yield row
            elif str(row.value.get("schema")) not in _PARTS:
                yield _item(row, pad)


def _item(row: JsonRow, pad: Scratch) -> Item:
    try:
        return Read(row.line, _record(row.value, pad))
    except UnusableRowError as error:
        return quarantined(row.line, error, row.raw)


def _properties(entity: dict[str, Any]) -> Properties:
    found = entity.get("properties")
    if not isinstance(found, dict):
        raise UnusableRowError(Why.NOT_PARSABLE, "no properties")
    for name, values in found.items():
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise UnusableRowError(Why.BAD_VALUE, f"{name} is not a list of text")
        if len(values) > VALUES_MAX:
            raise UnusableRowError(Why.BAD_VALUE, f"{name} has more than {VALUES_MAX} values")
    return found


def _first(properties: Properties, *names: str) -> str:
    return next((properties[name][0] for name in names if properties.get(name)), "")


def _remember(entity: dict[str, Any], pad: Scratch) -> None:
    """Keep what other entities need; what is malformed is told of in the second pass."""
    name, schema = entity.get("id"), entity.get("schema")
    if not isinstance(name, str) or not isinstance(schema, str):
        return
    try:
        properties = _properties(entity)
    except UnusableRowError:
        return
    if schema == "Address":
        pad.keep("address", name, json.dumps(properties))
    elif schema == "Sanction":
        for listed in properties.get("entity", []):
            pad.keep("listing", listed, json.dumps(_listing_parts(properties)))
    elif schema == "Person":
        born = _first(properties, "birthDate")
        pad.keep("holder", name, json.dumps([_first(properties, "name"), born]))
    elif schema in _DOCUMENTS:
        for holder in properties.get("holder", []):
            number = _first(properties, "number", "passportNumber")
            if number:
                pad.keep("document", holder, number)


def _listing_parts(properties: Properties) -> list[str]:
    return [
        _first(properties, "authority"),
        _first(properties, "program", "programId"),
        _first(properties, "authorityId", "recordId"),
        min(properties.get("startDate", []) + properties.get("listingDate", []), default="")[:10],
    ]


def _record(entity: dict[str, Any], pad: Scratch) -> Record:
    key, schema = entity.get("id"), entity.get("schema")
    if not isinstance(key, str) or not key:
        raise UnusableRowError(Why.MISSING_KEY, "no id")
    build = _BUILDERS.get(schema) if isinstance(schema, str) else None
    if build is None:
        raise UnusableRowError(Why.UNSUPPORTED_ENTITY, str(schema))
    properties = _properties(entity)
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


def _addresses(properties: Properties, pad: Scratch) -> tuple[Address, ...]:
    made = []
    for name in properties.get("addressEntity", []):
        for kept in pad.values("address", name):
            parts: Properties = json.loads(kept)
            made.append(
                Address(
                    line=_first(parts, "street", "full"),
                    city=_first(parts, "city"),
                    region=_first(parts, "region", "state"),
                    postcode=_first(parts, "postalCode"),
                    country=countries.code(_first(parts, "country")) or "",
                )
            )
    if not made:
        made = [Address(line=building.tidy(line)) for line in properties.get("address", [])]
    return tuple(dict.fromkeys(made))


def _listings(key: str, pad: Scratch) -> tuple[Listing, ...]:
    return tuple(
        Listing(publisher=publisher, programme=programme, number=number, listed_on=since)
        for publisher, programme, number, since in map(json.loads, pad.values("listing", key))
    )


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


def _birth_date(properties: Properties) -> str | None:
    """The most exact birth date, the earliest of several as exact."""
    said = [dates.partial(text[:10], dates.ISO) for text in properties.get("birthDate", [])]
    return min((date for date in said if date), key=lambda date: (-len(date), date), default=None)


def _person_names(properties: Properties) -> tuple[object, ...]:
    names = []
    for name, kind in _PERSON_NAMES:
        for text in properties.get(name, []):
            inverted = kind != "LOW_QUALITY" and text.count(",") == 1
            make = building.inverted_name if inverted else building.person_name
            names.append(make(text, kind=kind))
    if not names:
        given, family = _first(properties, "firstName"), _first(properties, "lastName")
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
        "person.sex": _SEX.get(_first(properties, "gender").lower()),
        "person.birth_date": _birth_date(properties),
        "person.birth_place": ", ".join(properties.get("birthPlace", [])),
        "person.birth_country": countries.code(_first(properties, "birthCountry")),
        "person.nationalities": _codes(properties, "nationality", "citizenship"),
        "person.national_ids": _identifiers(properties, _PERSON_IDS),
        "person.addresses": _addresses(properties, pad),
        "person.phones": _phones(properties),
        "person.emails": tuple(properties.get("email", [])),
        "person.occupations": tuple(properties.get("position", [])),
        "person.summary": "\n".join(properties.get("notes", []) + properties.get("summary", [])),
        "person.listings": _listings(key, pad),
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
        "organisation.legal_form": _first(properties, "legalForm"),
        "organisation.registration_number": _first(properties, "registrationNumber", "ogrnCode"),
        "organisation.registration_country": next(
            iter(_codes(properties, "jurisdiction", "country")), None
        ),
        "organisation.lei": _first(properties, "leiCode"),
        "organisation.tax_ids": _identifiers(properties, _ORGANISATION_IDS),
        "organisation.incorporation_date": dates.partial(
            min(properties.get("incorporationDate", []), default="")[:10], dates.ISO
        ),
        "organisation.addresses": _addresses(properties, pad),
        "organisation.sector": _first(properties, "sector"),
        "organisation.summary": "\n".join(
            properties.get("notes", []) + properties.get("summary", [])
        ),
        "organisation.listings": _listings(key, pad),
    }


def _document(key: str, properties: Properties, pad: Scratch) -> tuple[str, dict[str, object]]:
    number = _first(properties, "number", "passportNumber")
    if not number:
        raise UnusableRowError(Why.MISSING_NUMBER, key)
    holders: list[PersonName] = []
    born = ""
    for name in properties.get("holder", []):
        for kept in pad.values("holder", name):
            full, born = json.loads(kept)
            holders.append(building.person_name(full, kind="LEGAL"))
    return "identity_document", {
        "identity_document.document_type": _first(properties, "type") or "P",
        "identity_document.number": number,
        "identity_document.issuing_country": countries.code(_first(properties, "country")),
        "identity_document.issue_date": dates.partial(
            _first(properties, "startDate")[:10], dates.ISO
        ),
        "identity_document.expiry_date": dates.partial(
            _first(properties, "endDate")[:10], dates.ISO
        ),
        "identity_document.holder_names": tuple(name for name in holders if name.full),
        "identity_document.holder_birth_date": dates.partial(born[:10], dates.ISO),
    }


def _vehicle(key: str, properties: Properties, _pad: Scratch) -> tuple[str, dict[str, object]]:
    plate, vin = _first(properties, "registrationNumber"), _first(properties, "vin")
    if not plate and not vin:
        raise UnusableRowError(Why.MISSING_NUMBER, key)
    return "vehicle", {
        "vehicle.plate": plate,
        "vehicle.vin": vin,
        "vehicle.plate_country": countries.code(_first(properties, "country")),
        "vehicle.model": _first(properties, "model"),
        "vehicle.category": _first(properties, "type"),
    }


def _wallet(key: str, properties: Properties, pad: Scratch) -> tuple[str, dict[str, object]]:
    value = _first(properties, "publicKey")
    if not value:
        raise UnusableRowError(Why.MISSING_NUMBER, key)
    return "observable", {
        "observable.observable_type": "WALLET",
        "observable.value": value,
        "observable.provider": _first(properties, "managingExchange"),
        "observable.summary": _first(properties, "currency"),
        "observable.listings": _listings(key, pad),
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
}
