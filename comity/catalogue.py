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
        birth_date: whether it tells when somebody was born.
    """

    path: str
    tier: Tier
    stage: Stage
    repeated: bool
    values: str | None
    identifier: str | None = None
    within: str | None = None
    name: bool = False
    birth_date: bool = False


ENTITY_TYPES: Final = (
    "person",
    "identity_document",
    "vehicle",
    "organisation",
    "stolen_object",
    "observable",
    "vessel",
    "aircraft",
    "container",
    "firearm",
    "account",
    "location",
    "biometric",
    "case",
    "event",
    "offence",
    "seizure",
    "shipment",
    "evidence_item",
    "relation",
    "notice",
)

FIELDS: Final[dict[str, tuple[FieldInfo, ...]]] = {
    "person": (
        FieldInfo(
            "person.names", Tier.IDENTITY, Stage.CORE, repeated=True, values="PersonName", name=True
        ),
        FieldInfo("person.sex", Tier.IDENTITY, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "person.birth_date",
            Tier.IDENTITY,
            Stage.CORE,
            repeated=False,
            values=None,
            birth_date=True,
        ),
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
        FieldInfo("person.age_band", Tier.IDENTITY, Stage.HIT, repeated=False, values=None),
        FieldInfo("person.death_date", Tier.IDENTITY, Stage.CORE, repeated=False, values=None),
        FieldInfo("person.death_place", Tier.IDENTITY, Stage.CORE, repeated=False, values=None),
        FieldInfo("person.height_m", Tier.IDENTITY, Stage.CORE, repeated=False, values=None),
        FieldInfo("person.weight_kg", Tier.IDENTITY, Stage.CORE, repeated=False, values=None),
        FieldInfo("person.eye_colours", Tier.IDENTITY, Stage.CORE, repeated=True, values=None),
        FieldInfo("person.hair_colours", Tier.IDENTITY, Stage.CORE, repeated=True, values=None),
        FieldInfo("person.roles", Tier.SENSITIVE, Stage.CORE, repeated=True, values="PersonRole"),
        FieldInfo(
            "person.misused_identity_of", Tier.SPECIAL, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "person.protected_status", Tier.PROTECTED, Stage.NEVER, repeated=False, values=None
        ),
        FieldInfo(
            "person.further_birth_dates",
            Tier.IDENTITY,
            Stage.CORE,
            repeated=True,
            values="BirthDate",
            birth_date=True,
        ),
        FieldInfo("person.build", Tier.IDENTITY, Stage.CORE, repeated=False, values=None),
        FieldInfo("person.body_marks", Tier.SPECIAL, Stage.FULL, repeated=True, values="BodyMark"),
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
            birth_date=True,
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
        FieldInfo(
            "identity_document.issuing_office",
            Tier.IDENTITY,
            Stage.CORE,
            repeated=False,
            values=None,
        ),
        FieldInfo(
            "identity_document.machine_readable_zone",
            Tier.SENSITIVE,
            Stage.CORE,
            repeated=False,
            values=None,
            birth_date=True,
        ),
        FieldInfo(
            "identity_document.theft_place", Tier.OBJECT, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "identity_document.blank_range_from",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
        ),
        FieldInfo(
            "identity_document.blank_range_to", Tier.OBJECT, Stage.HIT, repeated=False, values=None
        ),
        FieldInfo(
            "identity_document.national_reference",
            Tier.OBJECT,
            Stage.CORE,
            repeated=False,
            values=None,
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
        FieldInfo("vehicle.fuel", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "vehicle.first_registration_date",
            Tier.IDENTITY,
            Stage.CORE,
            repeated=False,
            values=None,
        ),
        FieldInfo(
            "vehicle.registration_document", Tier.IDENTITY, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "vehicle.registration_region", Tier.OBJECT, Stage.CORE, repeated=False, values=None
        ),
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
        FieldInfo(
            "organisation.beneficial_owners", Tier.SENSITIVE, Stage.CORE, repeated=True, values=None
        ),
        FieldInfo("organisation.status", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "organisation.officer_posts",
            Tier.SENSITIVE,
            Stage.FULL,
            repeated=True,
            values="Officer",
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
        FieldInfo("stolen_object.subject", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "stolen_object.distinguishing_features",
            Tier.OBJECT,
            Stage.CORE,
            repeated=False,
            values=None,
        ),
        FieldInfo(
            "stolen_object.image_reference", Tier.OBJECT, Stage.CORE, repeated=False, values=None
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
            within="port platform",
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
        FieldInfo("observable.port", Tier.IDENTITY, Stage.HIT, repeated=False, values=None),
        FieldInfo("observable.platform", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo(
            "observable.evidence_category", Tier.REFERENCE, Stage.CORE, repeated=False, values=None
        ),
    ),
    "vessel": (
        FieldInfo(
            "vessel.names",
            Tier.OBJECT,
            Stage.HIT,
            repeated=True,
            values="OrganisationName",
            name=True,
        ),
        FieldInfo(
            "vessel.imo_number",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="imo",
        ),
        FieldInfo(
            "vessel.mmsi", Tier.OBJECT, Stage.HIT, repeated=False, values=None, identifier="mmsi"
        ),
        FieldInfo(
            "vessel.call_sign",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="call-sign",
        ),
        FieldInfo(
            "vessel.hull_number",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="hull-number",
        ),
        FieldInfo("vessel.flag", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("vessel.former_flags", Tier.OBJECT, Stage.CORE, repeated=True, values=None),
        FieldInfo("vessel.vessel_type", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("vessel.gross_tonnage", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("vessel.deadweight_tons", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("vessel.length_m", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("vessel.build_year", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("vessel.owner_names", Tier.SENSITIVE, Stage.CORE, repeated=True, values=None),
        FieldInfo("vessel.alert", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("vessel.theft_date", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("vessel.theft_place", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("vessel.report_number", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("vessel.summary", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
        FieldInfo("vessel.listings", Tier.OBJECT, Stage.CORE, repeated=True, values="Listing"),
    ),
    "aircraft": (
        FieldInfo(
            "aircraft.registration",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="aircraft-registration",
        ),
        FieldInfo(
            "aircraft.icao_address",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="icao-address",
        ),
        FieldInfo(
            "aircraft.serial_number",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="aircraft-serial",
        ),
        FieldInfo(
            "aircraft.registration_country", Tier.OBJECT, Stage.HIT, repeated=False, values=None
        ),
        FieldInfo("aircraft.make", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("aircraft.model", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("aircraft.build_year", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("aircraft.operator", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("aircraft.owner_names", Tier.SENSITIVE, Stage.CORE, repeated=True, values=None),
        FieldInfo("aircraft.alert", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("aircraft.theft_date", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("aircraft.theft_place", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("aircraft.report_number", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("aircraft.summary", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
        FieldInfo("aircraft.listings", Tier.OBJECT, Stage.CORE, repeated=True, values="Listing"),
    ),
    "container": (
        FieldInfo(
            "container.number",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="container",
        ),
        FieldInfo("container.size_type", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("container.seal_numbers", Tier.OBJECT, Stage.CORE, repeated=True, values=None),
        FieldInfo("container.alert", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("container.last_seen", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "container.last_seen_place", Tier.OBJECT, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo("container.report_number", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("container.summary", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
    ),
    "firearm": (
        FieldInfo(
            "firearm.serial_number",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="firearm-serial",
            within="make",
        ),
        FieldInfo("firearm.make", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("firearm.model", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("firearm.calibre", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("firearm.firearm_type", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("firearm.action", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("firearm.barrel_length_mm", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "firearm.manufacture_country", Tier.OBJECT, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo("firearm.manufacture_year", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("firearm.import_mark", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("firearm.deactivation", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("firearm.status", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo(
            "firearm.owner_names", Tier.SENSITIVE, Stage.CORE, repeated=True, values="PersonName"
        ),
        FieldInfo(
            "firearm.ballistic_reference", Tier.OBJECT, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo("firearm.trace_requests", Tier.OBJECT, Stage.CORE, repeated=True, values=None),
        FieldInfo("firearm.theft_date", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("firearm.theft_place", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("firearm.theft_country", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("firearm.report_number", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("firearm.summary", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
        FieldInfo("firearm.conversion", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("firearm.un_marking", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
    ),
    "account": (
        FieldInfo("account.account_type", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo(
            "account.number",
            Tier.IDENTITY,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="account-number",
            within="country",
        ),
        FieldInfo("account.country", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("account.bic", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("account.institution", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("account.currency", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("account.status", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("account.opened_on", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("account.closed_on", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("account.balance", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
        FieldInfo(
            "account.holder_names", Tier.SENSITIVE, Stage.CORE, repeated=True, values="PersonName"
        ),
        FieldInfo(
            "account.holder_organisations", Tier.SENSITIVE, Stage.CORE, repeated=True, values=None
        ),
        FieldInfo(
            "account.mandate_names", Tier.SENSITIVE, Stage.FULL, repeated=True, values="PersonName"
        ),
        FieldInfo("account.origin", Tier.PROTECTED, Stage.NEVER, repeated=False, values=None),
        FieldInfo("account.summary", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
        FieldInfo("account.listings", Tier.OBJECT, Stage.CORE, repeated=True, values="Listing"),
    ),
    "location": (
        FieldInfo("location.location_type", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "location.addresses", Tier.SENSITIVE, Stage.FULL, repeated=True, values="Address"
        ),
        FieldInfo("location.country", Tier.IDENTITY, Stage.CORE, repeated=False, values=None),
        FieldInfo("location.latitude", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
        FieldInfo("location.longitude", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
        FieldInfo("location.accuracy_m", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
        FieldInfo("location.geohash", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None),
        FieldInfo("location.first_seen", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
        FieldInfo("location.last_seen", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
        FieldInfo("location.summary", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
    ),
    "biometric": (
        FieldInfo("biometric.modality", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo(
            "biometric.reference",
            Tier.IDENTITY,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="biometric-reference",
        ),
        FieldInfo("biometric.position", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "biometric.container_format", Tier.REFERENCE, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo("biometric.quality", Tier.REFERENCE, Stage.HIT, repeated=False, values=None),
        FieldInfo("biometric.identified", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo(
            "biometric.subject_names",
            Tier.IDENTITY,
            Stage.CORE,
            repeated=True,
            values="PersonName",
            name=True,
        ),
        FieldInfo(
            "biometric.subject_birth_date",
            Tier.IDENTITY,
            Stage.CORE,
            repeated=False,
            values=None,
            birth_date=True,
        ),
        FieldInfo("biometric.acquired_on", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "biometric.acquired_place", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "biometric.acquired_country", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo("biometric.offence", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None),
        FieldInfo("biometric.case_number", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None),
        FieldInfo("biometric.authority", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None),
        FieldInfo("biometric.template", Tier.SPECIAL, Stage.JUDICIAL, repeated=False, values=None),
        FieldInfo("biometric.summary", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
        FieldInfo("biometric.dna_loci", Tier.SPECIAL, Stage.CORE, repeated=True, values=None),
        FieldInfo(
            "biometric.dna_profile_type", Tier.SPECIAL, Stage.CORE, repeated=False, values=None
        ),
    ),
    "case": (
        FieldInfo(
            "case.reference",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="case-reference",
        ),
        FieldInfo("case.title", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
        FieldInfo("case.case_type", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("case.status", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("case.authority", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("case.contact", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("case.opened_on", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("case.closed_on", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("case.offences", Tier.SENSITIVE, Stage.CORE, repeated=True, values=None),
        FieldInfo("case.summary", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
    ),
    "event": (
        FieldInfo(
            "event.reference",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="event-reference",
        ),
        FieldInfo("event.event_type", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("event.started_at", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None),
        FieldInfo("event.ended_at", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None),
        FieldInfo("event.place", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None),
        FieldInfo("event.country", Tier.IDENTITY, Stage.CORE, repeated=False, values=None),
        FieldInfo("event.objects", Tier.SENSITIVE, Stage.FULL, repeated=True, values=None),
        FieldInfo("event.summary", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
    ),
    "offence": (
        FieldInfo("offence.hub_code", Tier.REFERENCE, Stage.CORE, repeated=False, values=None),
        FieldInfo("offence.local_code", Tier.REFERENCE, Stage.CORE, repeated=False, values=None),
        FieldInfo("offence.local_text", Tier.REFERENCE, Stage.CORE, repeated=False, values=None),
        FieldInfo("offence.ecris_code", Tier.REFERENCE, Stage.CORE, repeated=False, values=None),
        FieldInfo("offence.list_category", Tier.REFERENCE, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "offence.penalty_months_max", Tier.REFERENCE, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "offence.sentence_months", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "offence.remaining_months", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo("offence.death_penalty", Tier.REFERENCE, Stage.CORE, repeated=False, values=None),
        FieldInfo("offence.character", Tier.REFERENCE, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "offence.committed_from", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo("offence.committed_to", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None),
        FieldInfo("offence.place", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None),
        FieldInfo("offence.country", Tier.IDENTITY, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "offence.time_barred_on", Tier.REFERENCE, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo("offence.decision_type", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "offence.decision_reference",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="decision-reference",
        ),
        FieldInfo(
            "offence.decision_authority", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo("offence.decision_date", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None),
        FieldInfo("offence.in_absentia", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None),
        FieldInfo("offence.outcome", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "offence.penalty_months_min", Tier.REFERENCE, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "offence.life_without_parole", Tier.REFERENCE, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "offence.corporal_punishment", Tier.REFERENCE, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo("offence.torture_risk", Tier.REFERENCE, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "offence.territorial_basis", Tier.REFERENCE, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo("offence.enforceable", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
        FieldInfo("offence.language", Tier.REFERENCE, Stage.CORE, repeated=False, values=None),
    ),
    "seizure": (
        FieldInfo(
            "seizure.reference",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="seizure-reference",
        ),
        FieldInfo("seizure.seized_on", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo(
            "seizure.place", Tier.OBJECT, Stage.HIT, repeated=False, values=None, identifier="place"
        ),
        FieldInfo(
            "seizure.country",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="country",
        ),
        FieldInfo("seizure.location_type", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "seizure.substances",
            Tier.OBJECT,
            Stage.HIT,
            repeated=True,
            values="Substance",
            identifier="substance",
        ),
        FieldInfo(
            "seizure.route",
            Tier.OBJECT,
            Stage.CORE,
            repeated=True,
            values="RouteLeg",
            identifier="seizure-leg",
        ),
        FieldInfo("seizure.transport", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("seizure.concealment", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("seizure.packaging_marks", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("seizure.authority", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("seizure.case_reference", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("seizure.summary", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
    ),
    "shipment": (
        FieldInfo(
            "shipment.reference",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="shipment-reference",
        ),
        FieldInfo(
            "shipment.container_numbers",
            Tier.OBJECT,
            Stage.HIT,
            repeated=True,
            values=None,
            identifier="shipment-container",
        ),
        FieldInfo(
            "shipment.route",
            Tier.OBJECT,
            Stage.HIT,
            repeated=True,
            values="RouteLeg",
            identifier="shipment-leg",
        ),
        FieldInfo("shipment.departed_on", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("shipment.arrived_on", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "shipment.goods",
            Tier.OBJECT,
            Stage.CORE,
            repeated=False,
            values=None,
            identifier="goods",
        ),
        FieldInfo(
            "shipment.commodity_code", Tier.REFERENCE, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo("shipment.weight_kg", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("shipment.conveyance", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("shipment.shipper_names", Tier.SENSITIVE, Stage.CORE, repeated=True, values=None),
        FieldInfo(
            "shipment.consignee_names", Tier.SENSITIVE, Stage.CORE, repeated=True, values=None
        ),
        FieldInfo("shipment.alert", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("shipment.summary", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
    ),
    "evidence_item": (
        FieldInfo(
            "evidence_item.exhibit_number",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="exhibit-number",
        ),
        FieldInfo(
            "evidence_item.root_exhibit_number",
            Tier.OBJECT,
            Stage.CORE,
            repeated=False,
            values=None,
        ),
        FieldInfo("evidence_item.item_type", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "evidence_item.description", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None
        ),
        FieldInfo(
            "evidence_item.hashes",
            Tier.OBJECT,
            Stage.HIT,
            repeated=True,
            values="Identifier",
            identifier="exhibit-hash",
        ),
        FieldInfo(
            "evidence_item.acquired_on", Tier.OBJECT, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "evidence_item.acquired_place", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo(
            "evidence_item.custody",
            Tier.SENSITIVE,
            Stage.FULL,
            repeated=True,
            values="CustodyEvent",
        ),
        FieldInfo(
            "evidence_item.case_reference", Tier.OBJECT, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo("evidence_item.summary", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
    ),
    "relation": (
        FieldInfo(
            "relation.relation_type", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo("relation.from_type", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "relation.from_reference",
            Tier.PROTECTED,
            Stage.NEVER,
            repeated=False,
            values=None,
            identifier="edge",
        ),
        FieldInfo("relation.to_type", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "relation.to_reference",
            Tier.PROTECTED,
            Stage.NEVER,
            repeated=False,
            values=None,
            identifier="edge",
        ),
        FieldInfo("relation.since", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None),
        FieldInfo("relation.until", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None),
        FieldInfo("relation.summary", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
    ),
    "notice": (
        FieldInfo(
            "notice.number",
            Tier.OBJECT,
            Stage.HIT,
            repeated=False,
            values=None,
            identifier="notice-number",
        ),
        FieldInfo("notice.notice_type", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("notice.purpose", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("notice.issuing_authority", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("notice.issuing_country", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo(
            "notice.subject_names",
            Tier.IDENTITY,
            Stage.CORE,
            repeated=True,
            values="PersonName",
            name=True,
        ),
        FieldInfo(
            "notice.subject_birth_date",
            Tier.IDENTITY,
            Stage.CORE,
            repeated=False,
            values=None,
            birth_date=True,
        ),
        FieldInfo("notice.charges", Tier.SENSITIVE, Stage.CORE, repeated=True, values=None),
        FieldInfo(
            "notice.warrant_reference", Tier.SENSITIVE, Stage.CORE, repeated=False, values=None
        ),
        FieldInfo("notice.action_to_take", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "notice.restricted_countries", Tier.PROTECTED, Stage.NEVER, repeated=True, values=None
        ),
        FieldInfo("notice.publication_scope", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("notice.status", Tier.OBJECT, Stage.HIT, repeated=False, values=None),
        FieldInfo("notice.published_on", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo("notice.linked_notices", Tier.OBJECT, Stage.CORE, repeated=True, values=None),
        FieldInfo("notice.warnings", Tier.SENSITIVE, Stage.HIT, repeated=True, values=None),
        FieldInfo("notice.summary", Tier.SENSITIVE, Stage.FULL, repeated=False, values=None),
        FieldInfo("notice.listings", Tier.OBJECT, Stage.CORE, repeated=True, values="Listing"),
        FieldInfo("notice.request_decision", Tier.OBJECT, Stage.CORE, repeated=False, values=None),
        FieldInfo(
            "notice.compliance_checks",
            Tier.OBJECT,
            Stage.CORE,
            repeated=True,
            values="ComplianceCheck",
        ),
    ),
}
