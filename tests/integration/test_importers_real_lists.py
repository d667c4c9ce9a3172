"""The real published lists import completely; every count is made a second way, without our readers."""

from __future__ import annotations

import csv
import gzip
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from node.records import normalise
from node.sources import table
from node.sources.formats import importer
from node.sources.load import LoadReport, load
from node.sources.mapping import mapping
from tests.simulators.source_files import records, register

if TYPE_CHECKING:
    from node.records.record import Record
    from node.records.store import RecordStore

DATA = Path(__file__).parents[2].parent / "shared" / "data"
pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the folder ../shared/data is absent"),
]


def _loaded(name: str, file: str) -> tuple[RecordStore, LoadReport]:
    """Load twice: the second time nothing may change."""
    store = register()
    report = load(importer(name), store, DATA / file)
    again = load(importer(name), store, DATA / file)
    assert (again.added, again.changed) == (0, 0)
    assert again.quarantined == report.quarantined
    assert report.read == report.added + report.changed + report.unchanged + report.quarantined
    return store, report


@cache
def _ofac() -> dict[str, Record]:
    return records(importer("ofac-sdn").read(DATA / "persons/ofac/sdn.csv.gz"))


def _cells(file: str) -> list[list[str]]:
    opened = gzip.open if file.endswith("gz") else open
    with opened(DATA / file, "rt", encoding="utf-8", newline="") as stream:
        return [row for row in csv.reader(stream) if len(row) > 1]


def test_ofac_imports_every_designation() -> None:
    store, report = _loaded("ofac-sdn", "persons/ofac/sdn.csv.gz")
    rows = _cells("persons/ofac/sdn.csv.gz")
    kinds = [row[2].strip() for row in rows]
    counts = store.counts()
    assert counts["ofac-sdn", "person"] == kinds.count("individual") == 4620
    assert counts["ofac-sdn", "organisation"] == kinds.count("-0-") == 3673
    assert counts["ofac-sdn", "vessel"] == kinds.count("vessel")
    assert counts["ofac-sdn", "aircraft"] == kinds.count("aircraft")
    assert report.by_reason == {}


def test_ofac_vessels_and_aircraft_are_found_by_their_numbers() -> None:
    found = _ofac()
    for row in _cells("persons/ofac/sdn.csv.gz"):
        imo = re.search(r"Identification IMO (\d{7})\b", row[11])
        if row[2].strip() == "vessel" and imo and normalise.imo(imo[1]):
            assert found[row[0]].fields["vessel.imo_number"] == imo[1]
        if row[2].strip() == "vessel" and row[5].strip() != "-0-":
            assert found[row[0]].fields["vessel.call_sign"] == row[5].strip()
        serial = re.search(r"\(MSN\) ([^;.]+)", row[11])
        if row[2].strip() == "aircraft" and serial:
            assert found[row[0]].fields["aircraft.serial_number"] == serial[1].strip()


def test_ofac_loses_no_alias_no_address_no_wallet_and_no_birth_date() -> None:
    found = _ofac()
    for row in _cells("persons/ofac/alt.csv.gz"):
        if (entry := found.get(row[0])) is not None:
            if entry.entity_type == "aircraft":  # it is known by marks, its other names by prose
                assert row[3].strip() in str(entry.fields["aircraft.summary"])
                continue
            names = entry.fields[f"{entry.entity_type}.names"]
            family, _, given = row[3].strip().partition(",")
            wanted = normalise.plain(f"{given} {family}")
            whole = {normalise.plain(one.full) for one in names}
            assert {wanted, normalise.plain(row[3])} & whole, row
    rest = {row[0]: row[1].strip() for row in _cells("persons/ofac/sdn_comments.csv")}
    wallets = sum(
        (row[11].strip() + rest.get(row[0], "")).count("Digital Currency Address - ")
        for row in _cells("persons/ofac/sdn.csv.gz")
    )
    assert sum(one.entity_type == "observable" for one in found.values()) == wallets
    for row in _cells("persons/ofac/sdn.csv.gz"):
        born = re.findall(r"DOB ([^;]*)", row[11])
        if row[2].strip() == "individual" and "person.birth_date" not in found[row[0]].fields:
            # Only a range over several years has no date.
            assert all(re.search(r"\d{4} to .*\d{4}|\d{4}-\d{4}", text) for text in born), born


def test_ofac_passports_are_documents() -> None:
    found = _ofac()
    documents = [one for one in found.values() if one.entity_type == "identity_document"]
    said = sum(
        len(re.findall(r"(?:^|; )(?:alt\. )?Passport [^;]*\d", row[11]))
        for row in _cells("persons/ofac/sdn.csv.gz")
    )
    assert len(documents) >= said * 0.98
    assert all(
        normalise.document_number(str(one.fields["identity_document.number"])) for one in documents
    )


def test_the_un_list_imports_every_entry_script_and_alias() -> None:
    store, report = _loaded("un-consolidated", "persons/un_consolidated.xml.gz")
    with gzip.open(DATA / "persons/un_consolidated.xml.gz") as stream:
        root = ET.parse(stream).getroot()  # noqa: S314
    counts = store.counts()
    assert counts["un-consolidated", "person"] == len(root.findall(".//INDIVIDUAL")) == 730
    assert counts["un-consolidated", "organisation"] == len(root.findall(".//ENTITY")) == 273
    assert report.quarantined == 0
    found = records(importer("un-consolidated").read(DATA / "persons/un_consolidated.xml.gz"))
    for element in root.iter("INDIVIDUAL"):
        names = found[element.findtext("REFERENCE_NUMBER", "").strip()].fields["person.names"]
        written = {one.full for one in names}
        for tag in ("NAME_ORIGINAL_SCRIPT", "INDIVIDUAL_ALIAS/ALIAS_NAME"):
            for said in element.findall(tag):
                if said.text and said.text.strip():
                    assert normalise.plain(said.text) in {normalise.plain(one) for one in written}


def test_followthemoney_imports_people_and_organisations_and_counts_the_rest() -> None:
    for file in (
        "persons/ftm_zala.entities.ftm.jsonl.gz",
        "persons/ftm_parteispenden.entities.ftm.jsonl.gz",
    ):
        store, report = _loaded("ftm", file)
        with gzip.open(DATA / file, "rt", encoding="utf-8") as stream:
            schemas = [json.loads(line)["schema"] for line in stream]
        counts = store.counts()
        assert counts["ftm", "person"] == schemas.count("Person")
        assert counts["ftm", "organisation"] == sum(map(schemas.count, ("Company", "Organization")))
        edges = sum(map(schemas.count, ("Ownership", "Family", "Directorship")))
        assert counts.get(("ftm", "relation"), 0) == edges
        assert report.by_reason.pop("unsupported entity type", 0) == schemas.count("Payment")
        assert sum(report.by_reason.values()) == schemas.count("Passport")


@pytest.mark.parametrize("name", ["apt1", "poisonivy"])
def test_of_a_real_bundle_what_is_named_exactly_is_read_and_the_rest_is_counted(name: str) -> None:
    store, report = _loaded("stix", f"cyber/stix/{name}.json")
    told = json.loads((DATA / f"cyber/stix/{name}.json").read_text("utf-8"))["objects"]
    patterns = [one["pattern"] for one in told if one["type"] == "indicator"]
    plain = re.compile(
        r"\[(?:domain-name|url):value = '[^']+'(?: OR (?:domain-name|url):value = '[^']+')*\]"
    )
    exact = sum(one.count(" = '") for one in patterns if plain.fullmatch(one))
    assert exact > 0
    assert store.counts()["stix", "observable"] >= exact
    assert report.by_reason["unsupported entity type"] >= len(told) - len(patterns)
    assert report.read == report.added + report.quarantined


def test_interpol_pages_import_every_notice_once() -> None:
    store, report = _loaded("interpol-notice", "persons/interpol_red_notices_api_2023.json")
    pages = json.loads((DATA / "persons/interpol_red_notices_api_2023.json").read_text("utf-8"))
    notices = [notice for page in pages for notice in page]
    assert len(notices) == 204
    assert report.read == 2 * len(notices)  # a person and a notice each
    numbers = {one["entity_id"] for one in notices}
    for entity in ("person", "notice"):
        assert store.counts()["interpol-notice", entity] == len(numbers)
    assert report.quarantined == 0


@pytest.mark.parametrize(
    ("name", "file", "entity", "header"),
    [
        ("nz-police-vehicles", "objects/nz_stolen_vehicles_2012.csv.gz", "vehicle", 0),
        ("ofac-wallets", "cyber/ofac_crypto_addresses_2024.csv", "observable", 1),
        (
            "fbi-stolen-art",
            "objects/fbi_national_stolen_art_stolen_art_new.csv",
            "stolen_object",
            1,
        ),
    ],
)
def test_tables_import_every_row_by_their_shipped_mapping(
    name: str, file: str, entity: str, header: int
) -> None:
    store, report = _loaded(name, file)
    rows = _cells(file)[header:]
    assert report.read == len(rows)
    assert report.quarantined == 0
    assert store.counts()[name, entity] == len(set(map(tuple, rows)))


def test_a_wrong_vin_check_digit_warns_and_never_rejects(tmp_path: Path) -> None:
    vins = (DATA / "objects/vin_samples.txt").read_text("utf-8").split()
    path = tmp_path / "vins.csv"
    path.write_text("vin\n" + "\n".join(vins))
    rules = (
        'source = "v"\nentity = "vehicle"\nrequired = ["vehicle.vin"]\n'
        '[key]\ncolumns = ["vin"]\n[fields]\n"vehicle.vin" = "vin"\n[labels]\nsubject = "object"\n'
    )
    found = records(table.read(path, mapping(rules, "v.toml")))
    assert len(found) == len(set(vins))
    warned = [vin for vin in vins if normalise.vin_warning(normalise.vin(vin))]
    assert 0 < len(warned) < len(vins)


def test_people_on_several_lists_are_there_to_be_grouped() -> None:
    ofac = _ofac()
    un = records(importer("un-consolidated").read(DATA / "persons/un_consolidated.xml.gz"))

    def documents(found: dict[str, Record]) -> set[str]:
        return {
            normalise.document_number(str(one.fields["identity_document.number"]))
            for one in found.values()
            if one.entity_type == "identity_document"
        }

    assert len(documents(ofac) & documents(un)) > 50
