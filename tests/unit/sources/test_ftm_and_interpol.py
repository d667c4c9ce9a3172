"""FollowTheMoney entities and INTERPOL notices."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from comity.errors import StartError
from node.records.values import BirthDate
from node.sources import ftm, ftm_parts, interpol
from tests.simulators.source_files import records, refused

if TYPE_CHECKING:
    from pathlib import Path

PERSON = {
    "id": "p1",
    "schema": "Person",
    "properties": {
        "name": ["Omar al-Example", "EXAMPLE, Omar"],
        "alias": ["Umar"],
        "weakAlias": ["Chepe"],
        "birthDate": ["1974", "1974-03-09"],
        "gender": ["male"],
        "nationality": ["sy"],
        "idNumber": ["990"],
        "passportNumber": ["A55"],
        "topics": ["sanction"],
        "addressEntity": ["a1"],
    },
}
ADDRESS = {
    "id": "a1",
    "schema": "Address",
    "properties": {"street": ["Quay 1"], "city": ["Zelengrad"], "country": ["de"]},
}
SANCTION = {
    "id": "s1",
    "schema": "Sanction",
    "properties": {
        "entity": ["p1"],
        "authority": ["Example Treasury"],
        "program": ["EX-1"],
        "startDate": ["2020-01-02"],
    },
}
PASSPORT = {"id": "d1", "schema": "Passport", "properties": {"holder": ["p1"], "number": ["A55"]}}
COMPANY = {
    "id": "c1",
    "schema": "Company",
    "properties": {"name": ["Example GmbH"], "country": ["de"]},
}
PAYMENT = {"id": "x1", "schema": "Payment", "properties": {"amountEur": ["1"]}}


def _lines(folder: Path, *values: Any) -> Path:
    path = folder / "entities.jsonl"
    path.write_text("\n".join(json.dumps(value) for value in values), encoding="utf-8")
    return path


def test_every_birth_date_is_kept_the_most_exact_first(tmp_path: Path) -> None:
    told = PERSON["properties"] | {"birthDate": ["1975", "1974-03-09", "1974-03-09", "soon"]}
    fields = records(ftm.read(_lines(tmp_path, PERSON | {"properties": told})))["p1"].fields
    assert fields["person.birth_date"] == "1974-03-09"
    assert fields["person.further_birth_dates"] == (BirthDate("1975", "STATED"),)


def test_parts_are_joined_wherever_in_the_file_they_stand(tmp_path: Path) -> None:
    before = records(ftm.read(_lines(tmp_path, ADDRESS, SANCTION, PERSON, PASSPORT)))
    after = records(ftm.read(_lines(tmp_path, PASSPORT, PERSON, SANCTION, ADDRESS)))
    assert before == after
    fields = before["p1"].fields
    assert fields["person.birth_date"] == "1974-03-09"
    assert fields["person.addresses"][0].city == "Zelengrad"
    assert fields["person.listings"][0].publisher == "Example Treasury"
    assert [(one.kind, one.full) for one in fields["person.names"]] == [
        ("LEGAL", "Omar al-Example"),
        ("LEGAL", "Omar EXAMPLE"),
        ("ALIAS", "Umar"),
        ("LOW_QUALITY", "Chepe"),
    ]
    assert before["d1"].fields["identity_document.holder_names"][0].full == "Omar al-Example"


@pytest.mark.parametrize(
    ("topics", "subject"),
    [
        (["sanction"], "suspect"),
        (["crime.terror"], "suspect"),
        (["wanted"], "wanted"),
        (["role.pep"], "unknown"),
        ([], "unknown"),
    ],
)
def test_a_label_is_never_milder_than_the_topic(
    tmp_path: Path, topics: list[str], subject: str
) -> None:
    person = {**PERSON, "properties": {**PERSON["properties"], "topics": topics}}
    assert records(ftm.read(_lines(tmp_path, person)))["p1"].labels.subject == subject


def test_an_edge_becomes_a_relation_between_the_records_it_names(tmp_path: Path) -> None:
    owns = {
        "id": "e1",
        "schema": "Ownership",
        "properties": {"owner": ["p1"], "asset": ["v1"], "startDate": ["2020-03"]},
    }
    vessel = {
        "id": "v1",
        "schema": "Vessel",
        "properties": {"name": ["Grey Meridian"], "imoNumber": ["9074729"], "flag": ["pa"]},
    }
    account = {
        "id": "b1",
        "schema": "BankAccount",
        "properties": {"iban": ["DE89370400440532013000"]},
    }
    endless = {"id": "e2", "schema": "Family", "properties": {"person": ["p1"]}}
    items = list(ftm.read(_lines(tmp_path, PERSON, owns, vessel, account, endless)))
    found = records(items)
    assert found["e1"].fields == {
        "relation.relation_type": "owner",
        "relation.from_reference": "p1",
        "relation.to_reference": "v1",
        "relation.since": "2020-03",
    }
    assert found["v1"].fields["vessel.flag"] == "PA"
    assert found["b1"].fields["account.country"] == "DE"
    assert refused(items) == [(5, "no number or value")]


def test_what_is_no_entity_of_ours_is_counted(tmp_path: Path) -> None:
    numberless = {"id": "d2", "schema": "Passport", "properties": {"holder": ["p1"]}}
    items = list(ftm.read(_lines(tmp_path, PAYMENT, COMPANY, numberless, {"schema": "Person"})))
    assert refused(items) == [
        (1, "unsupported entity type"),
        (3, "no number or value"),
        (4, "no key"),
    ]
    assert list(records(items)) == ["c1"]


@pytest.mark.parametrize(
    "broken",
    [
        {"id": "b", "schema": "Person", "properties": []},
        {"id": "b", "schema": "Person", "properties": {"name": "text"}},
        {"id": "b", "schema": "Person", "properties": {"name": [1]}},
        {"id": "b", "schema": ["Person"], "properties": {}},
        {"id": ["b"], "schema": "Person", "properties": {}},
        {"id": "b", "schema": "Person", "properties": {"name": ["x"] * (ftm_parts.VALUES_MAX + 1)}},
        {"id": "b", "schema": "Person", "properties": {"name": ["\ud800"]}},
        {"id": "b", "schema": "Person", "properties": {"name": ["a\x00b"]}},
    ],
)
def test_a_malformed_entity_costs_itself_only(tmp_path: Path, broken: Any) -> None:
    items = list(ftm.read(_lines(tmp_path, broken, COMPANY)))
    assert len(refused(items)) == 1
    assert list(records(items)) == ["c1"]


LOOKS = {
    f"person.{one}" for one in ("height_m", "weight_kg", "eye_colours", "hair_colours", "languages")
}


def _notice(**changed: Any) -> dict[str, Any]:
    return {
        "entity_id": "2026/1",
        "name": "AL EXAMPLE",
        "forename": "OMAR",
        "date_of_birth": "1974/03/09",
        "nationalities": ["SY", "914"],
        "_links": {"self": {"href": "https://notices.example/notices/v1/red/2026-1"}},
    } | changed


@pytest.mark.parametrize(
    "shape",
    [
        [_notice()],
        [[_notice()], []],
        {"total": 1, "_embedded": {"notices": [_notice()]}},
        [{"_embedded": {"notices": [_notice()]}}],
        _notice(),
    ],
)
def test_every_shape_of_the_api_is_read(tmp_path: Path, shape: Any) -> None:
    person = records(interpol.read(_lines(tmp_path, shape)))["2026/1"]
    assert person.labels.subject == "wanted"
    assert person.fields["person.nationalities"] == ("SY",)
    assert person.fields["person.names"][0].full == "OMAR AL EXAMPLE"


def test_notices_one_a_line_are_read_too(tmp_path: Path) -> None:
    found = records(interpol.read(_lines(tmp_path, _notice(), _notice(entity_id="2026/2"))))
    assert list(found) == ["2026/1", "notice:2026/1", "2026/2", "notice:2026/2"]


def test_a_notice_is_a_notice_and_a_person(tmp_path: Path) -> None:
    told = _notice(
        height=1.83,
        weight=0,
        eyes_colors_id=["BLA"],
        hairs_id=["BRO"],
        languages_spoken_ids=["GER", "ENG", "xx"],
        arrest_warrants=[
            {"issuing_country_id": "DE", "charge": "Trafficking"},
            {"issuing_country_id": "DE", "charge": " "},
        ],
    )
    found = records(interpol.read(_lines(tmp_path, told)))
    notice = found["notice:2026/1"]
    assert notice.entity_type == "notice"
    assert {path.partition(".")[2]: value for path, value in notice.fields.items()} == {
        "number": "2026/1",
        "notice_type": "RED",
        "issuing_authority": "INTERPOL",
        "issuing_country": "DE",
        "subject_names": found["2026/1"].fields["person.names"],
        "subject_birth_date": "1974-03-09",
        "charges": ("Trafficking",),
        "action_to_take": "ARREST",
        "publication_scope": "PUBLIC",
        "status": "PUBLISHED",
        "listings": found["2026/1"].fields["person.listings"],
    }
    assert notice.labels == found["2026/1"].labels
    looks = {path: value for path, value in found["2026/1"].fields.items() if path in LOOKS}
    assert looks == {
        "person.height_m": "1.83",
        "person.eye_colours": ("BLA",),
        "person.hair_colours": ("BRO",),
        "person.languages": ("deu", "eng"),
    }


@pytest.mark.parametrize("wanted_by", [[], ["DE", "FR"], [None], ["??"]])
def test_a_notice_of_several_countries_names_none(tmp_path: Path, wanted_by: list[Any]) -> None:
    warrants = [{"issuing_country_id": one, "charge": None} for one in wanted_by]
    found = records(interpol.read(_lines(tmp_path, _notice(arrest_warrants=warrants))))
    assert "notice.issuing_country" not in found["notice:2026/1"].fields
    assert "notice.charges" not in found["notice:2026/1"].fields


@pytest.mark.parametrize(
    ("published", "date"), [("1974/03/09", "1974-03-09"), ("1974/03", "1974-03"), ("1974", "1974")]
)
def test_partial_dates_stay_partial(tmp_path: Path, published: str, date: str) -> None:
    path = _lines(tmp_path, [_notice(date_of_birth=published)])
    assert records(interpol.read(path))["2026/1"].fields["person.birth_date"] == date


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("red", "wanted"),
        ("yellow", "missing"),
        ("black", "unidentified"),
        ("un", "suspect"),
        ("blue", "unknown"),
    ],
)
def test_the_kind_of_notice_is_the_label(tmp_path: Path, kind: str, subject: str) -> None:
    links = {"self": {"href": f"https://notices.example/notices/v1/{kind}/1"}}
    path = _lines(tmp_path, [_notice(_links=links)])
    assert records(interpol.read(path))["2026/1"].labels.subject == subject


def test_a_notice_without_address_is_unknown_the_stricter(tmp_path: Path) -> None:
    path = _lines(tmp_path, [_notice(_links=None)])
    assert records(interpol.read(path))["2026/1"].labels.subject == "unknown"


def test_bad_notices_are_quarantined_by_ordinal(tmp_path: Path) -> None:
    bad = [
        _notice(date_of_birth="soon"),
        _notice(entity_id=None),
        _notice(name="", forename=None),
        7,
    ]
    assert refused(interpol.read(_lines(tmp_path, [*bad, _notice()]))) == [
        (1, "value not valid"),
        (2, "no key"),
        (3, "no name"),
        (4, "not parsable"),
    ]


@pytest.mark.parametrize("text", ["<html>", "[" * 100_000, '[{"a": NaN}]'])
def test_what_is_no_json_is_one_clear_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "notices.json"
    path.write_text(text)
    with pytest.raises(StartError, match="is not JSON"):
        list(interpol.read(path))
