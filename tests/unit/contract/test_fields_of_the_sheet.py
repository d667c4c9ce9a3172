"""What the field's data models have is in the contract, or a decision record says why it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.api.record.v1 import values_pb2
from comity.catalogue import FIELDS

ROOT = Path(__file__).parents[3]
RECORD = (ROOT / "docs/adr/0011-fields-that-are-not-exchanged.md").read_text("utf-8")
PATHS = {info.path for infos in FIELDS.values() for info in infos}
# Fields by what they are called here; of messages their parts.
SHEET = {
    "person": (
        "names sex birth_date further_birth_dates age_band birth_place birth_country nationalities"
        " national_ids parents height_m weight_kg build eye_colours hair_colours marks body_marks"
        " languages photo_reference addresses occupations warnings status roles protected_status"
        " misused_identity_of death_date death_place person_ref health ethnicity religion politics"
        " sexuality union"
    ),
    "identity_document": (
        "document_type number issuing_country issue_date expiry_date issuing_office holder_names"
        " machine_readable_zone fraud_type theft_date theft_place theft_country report_number"
        " national_reference blank_range_from blank_range_to"
    ),
    "vehicle": (
        "vin plate plate_country make model colour model_year category fuel engine_number"
        " registration_country first_registration_date registration_document keeper_names alert"
        " theft_date theft_place"
    ),
    "vessel": "imo_number mmsi call_sign hull_number flag",
    "aircraft": "registration icao_address serial_number",
    "container": "number",
    "firearm": (
        "serial_number make model calibre firearm_type action barrel_length_mm manufacture_country"
        " import_mark manufacture_year deactivation conversion owner_names status trace_requests"
        " ballistic_reference un_marking explosive"
    ),
    "biometric": (
        "modality container_format quality identified dna_loci dna_profile_type dna_alleles"
        " acquired_on acquired_place offence case_number authority kinship_search"
    ),
    "location": "addresses latitude longitude accuracy_m geohash",
    "event": "event_type started_at ended_at place participants objects",
    "observable": "observable_type value port platform evidence_category",
    "account": "number bic currency balance holder_names mandate_names",
    "organisation": (
        "names legal_form registration_number lei tax_ids incorporation_date registration_country"
        " addresses officers officer_posts beneficial_owners sector listings"
    ),
    "seizure": "substances packaging_marks reference route",
    "shipment": "route goods",
    "stolen_object": (
        "object_type materials measurements inscriptions distinguishing_features title subject"
        " period maker image_reference serial_number description"
    ),
    "offence": (
        "hub_code local_code local_text language ecris_code list_category penalty_months_max"
        " penalty_months_min sentence_months remaining_months death_penalty life_without_parole"
        " corporal_punishment torture_risk character committed_from committed_to place"
        " territorial_basis time_barred_on decision_type decision_authority decision_date"
        " decision_reference in_absentia enforceable outcome"
    ),
    "notice": (
        "number notice_type purpose issuing_authority request_decision subject_names action_to_take"
        " restricted_countries publication_scope status warnings linked_notices compliance_checks"
        " reviewer hits"
    ),
    "relation": "relation_type since until",
}
PARTS = {
    "Assertion": (
        "nature source_reliability information_accuracy handling_code handling_conditions"
        " classification tlp collected_on collected_at valid_from valid_until review_on delete_on"
        " restrictions contested contested_since acquired_under third_party_origin assertion_id"
        " owner_agency restriction_terms"
    ),
    "PersonName": (
        "kind family given middle patronymic particle script transliteration romanised full"
    ),
    "BirthDate": "date certainty earliest latest",
    "Officer": "full role since until",
}


def left_out(name: str) -> bool:
    return f"`{name}`" in RECORD


@pytest.mark.parametrize("entity", SHEET)
def test_a_field_of_an_entity_is_exchanged_or_left_out_for_a_reason(entity: str) -> None:
    names = [f"{entity}.{name}" for name in SHEET[entity].split()]
    assert [name for name in names if (name in PATHS) == left_out(name)] == []


@pytest.mark.parametrize("message", PARTS)
def test_a_part_of_a_value_is_exchanged_or_left_out_for_a_reason(message: str) -> None:
    known = getattr(values_pb2, message).DESCRIPTOR.fields_by_name
    names = PARTS[message].split()
    assert [
        name for name in names if (name in known) == left_out(f"{message.lower()}.{name}")
    ] == []
