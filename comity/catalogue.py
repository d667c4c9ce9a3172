"""Generated from ``proto/comity/api/record/v1`` by ``make generate``: every field of every entity.

Use cases and policies know fields by these paths instead of protobuf.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class Tier(IntEnum):
    """How sensitive a field is (T0 to T5)."""

    UNSPECIFIED = 0
    REFERENCE = 1
    OBJECT = 2
    IDENTITY = 3
    SENSITIVE = 4
    SPECIAL = 5
    PROTECTED = 6


class Stage(IntEnum):
    """The earliest stage at which a field may leave, if policy allows."""

    UNSPECIFIED = 0
    HIT = 1
    CORE = 2
    FULL = 3
    JUDICIAL = 4
    NEVER = 5


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One field of an entity: its dotted path, class and shape.

    Attributes:
        values: the message type of a structured field.
        identifier: kind of identifier it holds, looked up exactly.
        within: field of the same entity that the identifier is unique within.
        name: whether it holds published names, searched by evidence.
    """

    path: str
    tier: Tier
    stage: Stage
    repeated: bool
    values: str | None
    identifier: str | None = None
    within: str | None = None
    name: bool = False


ENTITY_TYPES: Final = (
    "person",
    "identity_document",
    "vehicle",
    "organisation",
    "stolen_object",
    "observable",
)

FIELDS: Final[dict[str, tuple[FieldInfo, ...]]] = {
    "person": (
        FieldInfo(
            "person.names", Tier.IDENTITY, Stage.CORE, repeated=True, values="PersonName", name=True
        ),
        FieldInfo("person.sex", Tier.IDENTITY, Stage.CORE, repeated=False, values=None),
        FieldInfo("person.birth_date", Tier.IDENTITY, Stage.CORE, repeated=False, values=None),
        FieldInfo("person.birth_place", Tier.IDENTITY, Stage.CORE, repeated=False, values=None),
        FieldInfo("person.birth_country", Tier.IDENTITY, Stage.CORE, repeated=False, values=None),
        FieldInfo("person.nationalities", Tier.IDENTITY, Stage.CORE, repeated=True, values=None),
        FieldInfo(
            "person.national_ids",
            Tier.SENSITIVE,
            Stage.CORE,
            repeated=True,
            values="Identifier",
            identifier="document-number",
        ),
        FieldInfo("person.addresses", Tier.SENSITIVE, Stage.FULL, repeated=True, values="Address"),
        FieldInfo(
            "person.phones",
            Tier.SENSITIVE,
            Stage.FULL,
            repeated=True,
            values=None,
            identifier="PHONE",
        ),
        FieldInfo(
            "person.emails",
            Tier.SENSITIVE,
            Stage.FULL,
            repeated=True,
            values=None,
            identifier="EMAIL",
        ),
        FieldInfo("person.occupations", Tier.SENSITIVE, Stage.FULL, repeated=True, values=None),
        FieldInfo("person.photo_reference", Tier.SPECIAL, Stage.CORE, repeated=False, values=None),
        FieldInfo("person.marks", Tier.SENSITIVE, Stage.FULL, repeated=True, values=None),
        FieldInfo("person.languages", Tier.IDENTITY, Stage.FULL, repeated=True, values=None),
        FieldInfo("person.parents", Tier.SENSITIVE, Stage.FULL, repeated=True, values=None),
        FieldInfo("person.status", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None),
        FieldInfo("person.warnings", Tier.SENSITIVE, Stage.HIT, repeated=True, values=None),
        FieldInfo("person.summary", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
        FieldInfo("person.listings", Tier.OBJECT, Stage.CORE, repeated=True, values="Listing"),
    ),
    "identity_document": (
        FieldInfo(
            "identity_document.document_type", Tier.OBJECT, Stage.HIT, repeated=False, values=None
        ),
        FieldInfo(
            "identity_document.number",
            Tier.IDENTITY,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="document-number",
            within="issuing_country",
        ),
        FieldInfo(
            "identity_document.issuing_country", Tier.OBJECT, Stage.HIT, repeated=False, values=None
        ),
        FieldInfo(
            "identity_document.issue_date", Tier.IDENTITY, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "identity_document.expiry_date", Tier.IDENTITY, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "identity_document.holder_names",
            Tier.IDENTITY,
            Stage.CORE,
            repeated=True,
            values="PersonName",
            name=True,
        ),
        FieldInfo(
            "identity_document.holder_birth_date",
            Tier.IDENTITY,
            Stage.CORE,
            repeated=False,
            values=None,
        ),
        FieldInfo(
            "identity_document.fraud_type", Tier.OBJECT, Stage.HIT, repeated=False, values=None
        ),
        FieldInfo(
            "identity_document.theft_date", Tier.OBJECT, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "identity_document.theft_country", Tier.OBJECT, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "identity_document.report_number", Tier.OBJECT, Stage.CORE, repeated=False, values=None
        ),
    ),
    "vehicle": (
        FieldInfo(
            "vehicle.vin", Tier.OBJECT, Stage.HIT, repeated=False, values=None, identifier="vin"
        ),
        FieldInfo(
            "vehicle.plate",
            Tier.IDENTITY,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="plate",
            within="plate_country",
        ),
        FieldInfo("vehicle.plate_country", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("vehicle.make", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("vehicle.model", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("vehicle.colour", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("vehicle.model_year", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("vehicle.category", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("vehicle.engine_number", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "vehicle.registration_country", Tier.OBJECT, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "vehicle.keeper_names",
            Tier.SENSITIVE,
            Stage.CORE,
            repeated=True,
            values="PersonName",
            name=True,
        ),
        FieldInfo("vehicle.alert", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("vehicle.theft_date", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("vehicle.theft_place", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("vehicle.report_number", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
    ),
    "organisation": (
        FieldInfo(
            "organisation.names",
            Tier.OBJECT,
            Stage.CORE,
            repeated=True,
            values="OrganisationName",
            name=True,
        ),
        FieldInfo("organisation.legal_form", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "organisation.registration_number",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="organisation-number",
            within="registration_country",
        ),
        FieldInfo(
            "organisation.registration_country", Tier.OBJECT, Stage.HIT, repeated=False, values=None
        ),
        FieldInfo(
            "organisation.lei",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="organisation-number",
        ),
        FieldInfo(
            "organisation.tax_ids",
            Tier.OBJECT,
            Stage.CORE,
            repeated=True,
            values="Identifier",
            identifier="organisation-number",
        ),
        FieldInfo(
            "organisation.incorporation_date", Tier.OBJECT, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "organisation.addresses", Tier.OBJECT, Stage.CORE, repeated=True, values="Address"
        ),
        FieldInfo("organisation.officers", Tier.SENSITIVE, Stage.FULL, repeated=True, values=None),
        FieldInfo("organisation.sector", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("organisation.summary", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
        FieldInfo(
            "organisation.listings", Tier.OBJECT, Stage.CORE, repeated=True, values="Listing"
        ),
    ),
    "stolen_object": (
        FieldInfo("stolen_object.object_type", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo(
            "stolen_object.title", Tier.OBJECT, Stage.HIT, repeated=False, values=None, name=True
        ),
        FieldInfo("stolen_object.maker", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("stolen_object.materials", Tier.OBJECT, Stage.CORE, repeated=True, values=None),
        FieldInfo(
            "stolen_object.measurements", Tier.OBJECT, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo("stolen_object.period", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "stolen_object.inscriptions", Tier.OBJECT, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "stolen_object.description", Tier.OBJECT, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "stolen_object.serial_number",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="serial-number",
        ),
        FieldInfo("stolen_object.theft_date", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "stolen_object.theft_place", Tier.OBJECT, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "stolen_object.report_number", Tier.OBJECT, Stage.CORE, repeated=False, values=None
        ),
    ),
    "observable": (
        FieldInfo(
            "observable.observable_type", Tier.OBJECT, Stage.HIT, repeated=False, values=None
        ),
        FieldInfo(
            "observable.value",
            Tier.IDENTITY,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="observable",
        ),
        FieldInfo("observable.first_seen", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("observable.last_seen", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("observable.provider", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "observable.subscriber_names",
            Tier.SENSITIVE,
            Stage.FULL,
            repeated=True,
            values="PersonName",
        ),
        FieldInfo(
            "observable.associated_names", Tier.SENSITIVE, Stage.FULL, repeated=True, values=None
        ),
        FieldInfo("observable.summary", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
        FieldInfo("observable.listings", Tier.OBJECT, Stage.CORE, repeated=True, values="Listing"),
    ),
}
