"""Composite values of fields; shaped as the messages of ``comity.api.record.v1`` with the same names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonName:
    """One published name of a person; ``kind`` is BIRTH, LEGAL, ALIAS, FORMER, LOW_QUALITY and so on."""

    kind: str = ""
    full: str = ""
    family: str = ""
    given: str = ""
    script: str = ""
    middle: str = ""
    patronymic: str = ""
    transliteration: str = ""
    romanised: str = ""
    particle: str = ""


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A birth date as a source gives it; ``certainty`` is STATED, CIRCA or RANGE."""

    date: str = ""
    certainty: str = ""
    earliest: str = ""
    latest: str = ""


@dataclass(frozen=True, slots=True)
class BodyMark:
    """A mark, scar or tattoo."""

    code: str = ""
    text: str = ""
    image_reference: str = ""


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody's post in an organisation."""

    full: str = ""
    role: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class ComplianceCheck:
    """One criterion that a notice was reviewed by."""

    criterion: str = ""
    outcome: str = ""
    checked_on: str = ""


@dataclass(frozen=True, slots=True)
class OrganisationName:
    """One published name of an organisation; ``kind`` is LEGAL, TRADE, FORMER, ALIAS and so on."""

    kind: str = ""
    full: str = ""
    script: str = ""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number some authority gave."""

    scheme: str = ""
    value: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address, as far as the source has its parts."""

    line: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A published list or notice that names the entity."""

    publisher: str = ""
    programme: str = ""
    number: str = ""
    listed_on: str = ""


@dataclass(frozen=True, slots=True)
class PersonRole:
    """What a person is in one case."""

    case_reference: str = ""
    role: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Substance:
    """A substance, as it was found."""

    name: str = ""
    cas_number: str = ""
    schedule: str = ""
    form: str = ""
    weight_kg: str = ""
    purity_percent: str = ""


@dataclass(frozen=True, slots=True)
class RouteLeg:
    """One leg of a route."""

    from_country: str = ""
    from_place: str = ""
    to_country: str = ""
    to_place: str = ""
    transport: str = ""
    departed_on: str = ""


@dataclass(frozen=True, slots=True)
class CustodyEvent:
    """One step in an exhibit's custody."""

    action: str = ""
    performer: str = ""
    started_at: str = ""
    ended_at: str = ""
    place: str = ""
    tool: str = ""
    authorisation: str = ""
    output_hash: str = ""


@dataclass(frozen=True, slots=True)
class Assertion:
    """What lets a receiver judge an assertion (LED Article 7): nature, 4×4 evaluation, handling, dates."""

    nature: str = ""
    source_reliability: str = ""
    information_accuracy: str = ""
    handling_code: str = ""
    handling_conditions: str = ""
    collected_on: str = ""
    review_on: str = ""
    delete_on: str = ""
    contested: bool = False
    classification: str = ""
    collected_at: str = ""
    valid_from: str = ""
    valid_until: str = ""
    contested_since: str = ""
    third_party_origin: str = ""
    acquired_under: str = ""
    restrictions: tuple[str, ...] = ()
    tlp: str = ""


# Value types by the catalogue's names.
VALUE_TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        PersonName,
        BirthDate,
        BodyMark,
        Officer,
        ComplianceCheck,
        OrganisationName,
        Identifier,
        Address,
        Listing,
        PersonRole,
        Substance,
        RouteLeg,
        CustodyEvent,
    )
}
