"""Tables by mapping, the shipped mappings, and our own register format."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from comity.demo.registers import AGENCIES, registers
from comity.errors import ExitCode, StartError
from node.records.record import Labels
from node.sources import mapping, register, table
from node.sources.formats import formats, importer
from node.sources.load import load
from tests.simulators import source_files
from tests.simulators.source_files import records, refused

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = """
source = "town"
entity = "person"
required = ["person.names"]

[input]
delimiter = ";"
encoding = "cp1252"
null = ["NULL"]

[key]
columns = ["id"]

[fields]
"person.names" = { parts = { given = "first", family = "last" }, constants = { kind = "LEGAL" } }
"person.birth_date" = { column = "born", dates = ["%d.%m.%Y", "%Y"] }
"person.nationalities" = { column = "nation", split = ",", country = true }
"person.sex" = { column = "sex", words = { w = "F", m = "M" } }
"person.birth_place" = { template = "{town} ({land})" }
"person.status" = { constant = "recorded" }

[labels]
[[labels.rules]]
column = "role"
equals = ["V", "victim"]
subject = "victim"
markings = ["originator-controlled"]
[[labels.rules]]
column = "role"
equals = ["S"]
subject = "suspect"
"""
HEAD = "id;first;last;born;nation;sex;town;land;role\n"


def _read(folder: Path, text: str, mapping_text: str = PEOPLE) -> list:
    path = folder / "people.csv"
    path.write_bytes(text.encode("cp1252"))
    return list(table.read(path, mapping.mapping(mapping_text, "people.toml")))


def test_columns_become_fields(tmp_path: Path) -> None:
    rows = HEAD + "1;Jürgen;Müller;09.03.1974;Germany, SY;m;Köln;DE;S\n"
    record = records(_read(tmp_path, rows))["1"]
    assert record.source == "town"
    name = record.fields["person.names"][0]
    assert (name.full, name.family, name.kind, name.script) == (
        "Jürgen Müller", "Müller", "LEGAL", "Latn"
    )  # fmt: skip
    assert record.fields["person.birth_date"] == "1974-03-09"
    assert record.fields["person.nationalities"] == ("DE", "SY")
    assert record.fields["person.sex"] == "M"
    assert record.fields["person.birth_place"] == "Köln (DE)"
    assert record.labels.subject == "suspect"


def test_a_template_with_an_empty_place_is_no_value(tmp_path: Path) -> None:
    record = records(_read(tmp_path, HEAD + "1;A;B;1974;;m;Köln;;S\n"))["1"]
    assert "person.birth_place" not in record.fields
    assert record.fields["person.birth_date"] == "1974"


@pytest.mark.parametrize(
    ("role", "subject", "markings"),
    [
        ("V", "victim", {"originator-controlled"}),
        ("S", "suspect", set()),
        ("?", "unknown", set()),
        ("", "unknown", set()),
    ],
)
def test_an_unknown_role_is_the_stricter(
    tmp_path: Path, role: str, subject: str, markings: set[str]
) -> None:
    record = records(_read(tmp_path, HEAD + f"1;A;B;1974;;m;;;{role}\n"))["1"]
    assert (record.labels.subject, record.labels.markings) == (subject, markings)


def test_what_was_not_evaluated_is_handled_strictly(tmp_path: Path) -> None:
    record = records(_read(tmp_path, HEAD + "1;A;B;1974;;m;;;S\n"))["1"]
    assert record.assertion.source_reliability == "X"
    assert record.assertion.handling_code == "H2"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1;A;B;soon;;m;;;S", "value not valid"),
        ("1;A;B;1974;Atlantis;m;;;S", "value not valid"),
        ("1;NULL;;1974;;m;;;S", "no number or value"),
        (";A;B;1974;;m;;;S", "no key"),
        ("1;A;B;1974;;m;;S", "wrong number of columns"),
    ],
)
def test_a_value_that_is_not_understood_is_never_dropped(
    tmp_path: Path, row: str, reason: str
) -> None:
    items = _read(tmp_path, f"{HEAD}{row}\n2;C;D;1975;;w;;;S\n")
    assert refused(items) == [(2, reason)]
    assert list(records(items)) == ["2"]


def test_a_file_of_another_shape_is_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="has no column born") as refusal:
        _read(tmp_path, "id;first;last;nation;sex;town;land;role\n1;A;B;;m;;;S\n")
    assert refusal.value.exit_code == ExitCode.DATA


def test_json_lines_are_rows_too(tmp_path: Path) -> None:
    path = tmp_path / "wallets.jsonl"
    path.write_text(
        '{"currency": "XBT", "address": "1Boat"}\n{"currency": ["x"], "address": "2"}\n'
    )
    rules = """
    source = "w"
    entity = "observable"
    [input]
    format = "jsonl"
    [fields]
    "observable.observable_type" = { constant = "WALLET" }
    "observable.value" = "address"
    """
    items = list(table.read(path, mapping.mapping(rules, "w.toml")))
    assert [item.fields["observable.value"] for item in records(items).values()] == ["1Boat"]
    assert refused(items) == [(2, "value not valid")]


SOUND = 'source = "x"\nentity = "person"\n'
SEX = '[fields]\n"person.sex" = "a"'


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('entity = "person"', "source is missing"),
        ('source = "x"\nentity = "ghost"', "entity is one of"),
        (SOUND, "names no field"),
        (SOUND + '[fields]\n"person.soul" = "a"', "has no field person.soul"),
        (SOUND + '[fields]\n"person.names" = "a"', "needs parts"),
        (SOUND + '[fields]\n"person.sex" = { parts = { a = "b" } }', "needs a column"),
        (SOUND + '[fields]\n"person.sex" = { colum = "b" }', "does not know colum"),
        (SOUND + '[fields]\n"person.sex" = {}', "one of column, template"),
        (SOUND + '[labels]\nsubject = "villain"\n' + SEX, "subject is one of"),
        (SOUND + 'required = ["person.names"]\n' + SEX, "does not fill"),
        (SOUND + "[input]\nheader = false\n" + SEX, "names its columns"),
        (SOUND + '[input]\nencoding = "klingon"\n' + SEX, "no such encoding"),
        ("source = ", "Invalid value"),
        (SOUND + "fields = 3", "wrong kind"),
    ],
)
def test_a_mistake_in_a_mapping_is_one_sentence_before_any_row(wrong: str, told: str) -> None:
    with pytest.raises(StartError, match=told) as refusal:
        mapping.mapping(wrong, "mine.toml")
    assert str(refusal.value).startswith("mine.toml:")
    assert refusal.value.exit_code == ExitCode.CONFIG


def test_the_shipped_mappings_are_right_and_listed() -> None:
    assert mapping.shipped() == ("fbi-stolen-art", "nz-police-vehicles", "ofac-wallets")
    assert {one.name for one in formats()} == {
        "ofac-sdn", "un-consolidated", "ftm", "interpol-notice", "stix", "register", *mapping.shipped()
    }  # fmt: skip


def test_formats_and_mappings_are_asked_for_together_or_not_at_all(tmp_path: Path) -> None:
    for name, path in (("table", None), ("nothing", None), ("ftm", tmp_path)):
        with pytest.raises(StartError) as refusal:
            importer(name, mapping_path=path)
        assert refusal.value.exit_code == ExitCode.USAGE


@pytest.mark.parametrize("agency", AGENCIES)
def test_every_invented_row_is_imported(tmp_path: Path, agency: str) -> None:
    path = tmp_path / "register.jsonl"
    rows = list(registers(agency, 1_500, 1))
    path.write_text(
        "\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8"
    )
    items = list(register.read(path))
    assert refused(items) == []
    assert len(records(items)) == 1_500


ROW = {
    "key": "1",
    "entity": "vehicle",
    "fields": {"vehicle.plate": "B-KX 1"},
    "labels": {"subject": "object", "markings": []},
}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"key": 3}, "no key"),
        ({"key": ""}, "no key"),
        ({"key": "k" * 201}, "no key"),
        ({"key": "\ud800"}, "NUL or undecodable bytes"),
        ({"entity": "ghost"}, "unsupported entity type"),
        ({"fields": []}, "not parsable"),
        ({"fields": {}}, "value not valid"),
        ({"fields": {"vehicle.soul": "x"}}, "unknown field"),
        ({"fields": {"person.sex": "F"}}, "unknown field"),
        ({"fields": {"vehicle.plate": 3}}, "value not valid"),
        ({"fields": {"vehicle.plate": "a\x00"}}, "NUL or undecodable bytes"),
        ({"fields": {"vehicle.theft_date": "soon"}}, "value not valid"),
        ({"fields": {"vehicle.keeper_names": {"full": "x"}}}, "value not valid"),
        ({"fields": {"vehicle.keeper_names": [{"soul": "x"}]}}, "value not valid"),
        ({"fields": {"vehicle.keeper_names": [{"full": 3}]}}, "value not valid"),
        ({"labels": {"subject": "villain"}}, "value not valid"),
        ({"labels": {"markings": ["two words"]}}, "value not valid"),
        ({"labels": {"markings": [":ZZ"]}}, "value not valid"),
        ({"labels": {"markings": ["a:b:c"]}}, "value not valid"),
        # Of half a million letters nobody tries every way in which they might be a word.
        ({"labels": {"markings": ["a" * 500_000 + "!"]}}, "value not valid"),
        ({"assertion": {"mood": "good"}}, "value not valid"),
        ({"assertion": {"contested": "yes"}}, "value not valid"),
        ({"assertion": {"review_on": "2026-02-30"}}, "value not valid"),
        ({"assertion": []}, "value not valid"),
        ({"assertion": {"nature": "RUMOUR"}}, "value not valid"),
        ({"assertion": {"source_reliability": "E"}}, "value not valid"),
        ({"assertion": {"information_accuracy": 1}}, "value not valid"),
        ({"assertion": {"information_accuracy": "5"}}, "value not valid"),
        ({"assertion": {"handling_code": "h0"}}, "value not valid"),
        ({"assertion": {"handling_code": "H0", "handling_conditions": "ask"}}, "value not valid"),
        ({"assertion": {"handling_conditions": "ask"}}, "value not valid"),
        ({"assertion": {"tlp": "AMBER"}}, "value not valid"),
        ({"assertion": {"classification": "TOP SECRET"}}, "value not valid"),
        ({"assertion": {"collected_on": "someday"}}, "value not valid"),
        ({"assertion": {"valid_from": "2026-13"}}, "value not valid"),
        ({"assertion": {"valid_until": "2026-00"}}, "value not valid"),
        ({"assertion": {"valid_from": "2026-02", "valid_until": "2026-01-31"}}, "value not valid"),
        ({"assertion": {"contested_since": "last year"}}, "value not valid"),
        ({"assertion": {"restrictions": {"no": "court"}}}, "value not valid"),
        ({"assertion": {"restrictions": ["no court", 3]}}, "value not valid"),
        ({"assertion": {"restrictions": ["one too many"] * 33}}, "value not valid"),
        ({"assertion": {"restrictions": ["x" * 2_001]}}, "value not valid"),
        ({"assertion": {"restrictions": ["no\x00court"]}}, "NUL or undecodable bytes"),
        ({"assertion": {"collected_at": "\ud800"}}, "NUL or undecodable bytes"),
        ({"extra": 1}, "unknown field"),
    ],
)
def test_a_wrong_row_is_quarantined_with_its_line(
    tmp_path: Path, changed: dict[str, Any], reason: str
) -> None:
    path = tmp_path / "register.jsonl"
    path.write_text("\n".join(map(json.dumps, (ROW, ROW | changed, ROW | {"key": "2"}))))
    items = list(register.read(path))
    assert refused(items) == [(2, reason)]
    assert list(records(items)) == ["1", "2"]


def test_a_row_may_bear_a_marking_that_names_a_country(tmp_path: Path) -> None:
    path = tmp_path / "register.jsonl"
    labels = {"subject": "object", "markings": ["closed-to:ZZ", "targeted", "addressed-to:FR"]}
    path.write_text(json.dumps(ROW | {"labels": labels}))
    record = records(register.read(path))["1"]
    assert record.labels.markings == frozenset(labels["markings"])


def test_a_row_without_labels_is_unknown_and_handled_strictly(tmp_path: Path) -> None:
    path = tmp_path / "register.jsonl"
    path.write_text(json.dumps({name: ROW[name] for name in ("key", "entity", "fields")}))
    record = records(register.read(path))["1"]
    assert record.labels == Labels()
    assert record.assertion.handling_code == "H2"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (["not for court", "not to be passed on"], ("not for court", "not to be passed on")),
        ("not for court", ("not for court",)),
        (["", " not for court "], ("not for court",)),
        ([], ()),
    ],
)
def test_restrictions_are_stored_as_they_are_written(
    tmp_path: Path, said: object, kept: tuple[str, ...]
) -> None:
    path = tmp_path / "register.jsonl"
    path.write_text(json.dumps(ROW | {"assertion": {"restrictions": said}}))
    store = source_files.register()
    report = load(importer("register"), store, path)
    assert (report.added, report.quarantined) == (1, 0)
    (number,) = store.of_source("register", ["1"]).values()
    told = store.assertion(number)
    assert told is not None
    assert told.restrictions == kept


def test_every_part_of_an_assertion_is_stored(tmp_path: Path) -> None:
    said = {
        "nature": "MIXED", "source_reliability": "B", "information_accuracy": "3", "handling_code": "H3",
        "handling_conditions": "ask first", "collected_on": "2026-03", "review_on": "2029",
        "delete_on": "2036-12-31", "contested": True, "classification": "RESTRICTED",
        "collected_at": "Zelengrad", "valid_from": "2026-01", "valid_until": "2026",
        "contested_since": "2026-04", "third_party_origin": "ZZ-IM", "acquired_under": "Penal Code 9",
        "restrictions": ["not for court"], "tlp": "TLP:AMBER+STRICT",
    }  # fmt: skip
    path = tmp_path / "register.jsonl"
    path.write_text(json.dumps(ROW | {"assertion": said}))
    told = asdict(records(register.read(path))["1"].assertion)
    assert {name: part for name, part in told.items() if name in said} == said | {
        "restrictions": ("not for court",)
    }


def test_what_an_assertion_leaves_out_is_the_stricter(tmp_path: Path) -> None:
    """A row that says when something was collected does not say that it may be passed on."""
    path = tmp_path / "register.jsonl"
    said = {"collected_on": "2026", "contested_since": "2026-04"}
    path.write_text(json.dumps(ROW | {"assertion": said}))
    told = records(register.read(path))["1"].assertion
    assert (told.nature, told.source_reliability, told.information_accuracy) == (
        "ASSESSMENT",
        "X",
        "4",
    )
    assert told.handling_code == "H2"
    assert told.contested


def test_a_mappings_assertion_is_held_to_the_same_rules(tmp_path: Path) -> None:
    told = '[assertion]\nhandling_code = "H1"\nrestrictions = ["not for court", "ask first"]\n'
    record = records(_read(tmp_path, HEAD + "1;A;B;1974;;m;;;S\n", PEOPLE + told))["1"]
    assert record.assertion.restrictions == ("not for court", "ask first")
    assert (record.assertion.handling_code, record.assertion.source_reliability) == ("H1", "X")
    for wrong, why in (
        ('handling_code = "H9"', "handling_code is one of H0"),
        ("information_accuracy = 1", "information_accuracy is text"),
        ('mood = "good"', "it has parts of"),
        ('valid_from = "soon"', "valid_from is no date"),
    ):
        with pytest.raises(StartError, match=why) as refusal:
            mapping.mapping(f"{PEOPLE}[assertion]\n{wrong}\n", "mine.toml")
        assert refusal.value.exit_code == ExitCode.CONFIG


def test_a_birth_date_that_cannot_be_read_is_never_let_in(tmp_path: Path) -> None:
    """Whoever was born on it might be a child, and nothing would say so."""
    rules = PEOPLE.replace('dates = ["%d.%m.%Y", "%Y"]', "dates = []")
    items = _read(tmp_path, f"{HEAD}1;A;B;09.03.2015;;m;;;S\n2;C;D;2015-03-09;;w;;;S\n", rules)
    assert refused(items) == [(2, "value not valid")]
    assert list(records(items)) == ["2"]
