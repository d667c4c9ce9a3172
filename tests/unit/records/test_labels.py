"""What policies look at follows from the assertion, too, and from the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from comity.clock import ManualClock
from comity.store.engine import open_engine
from node.records.encoding import decode_assertion
from node.records.reading import Register
from node.records.record import Labels, Record
from node.records.store import RecordStore
from node.records.values import Assertion
from node.storage.migrating import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TODAY_MS = 1_795_600_000_000  # in November 2026


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RecordStore]:
    engine = open_engine(tmp_path / "node.db")
    migrate(engine)
    opened = RecordStore(engine, index_key=b"k" * 32)
    yield opened
    opened.close()
    engine.dispose()


@pytest.mark.parametrize(
    ("told", "markings"),
    [
        ({}, set()),
        ({"handling_code": "H3"}, {"H3"}),
        ({"contested": True}, {"contested"}),
        ({"third_party_origin": "ZZ-IM"}, {"third-party"}),
        ({"review_on": "2026-01-01"}, {"review-overdue"}),
        ({"review_on": "2027-01-01", "delete_on": "2030-01-01"}, set()),
        ({"delete_on": "2026-01-01"}, None),
        ({"classification": "UNMARKED"}, set()),
        ({"classification": "RESTRICTED"}, {"classified", "classified-restricted"}),
        ({"classification": "CONFIDENTIAL"}, {"classified", "classified-confidential"}),
        ({"classification": "SECRET"}, {"classified", "classified-secret"}),
        ({"classification": "COSMIC"}, {"classified", "classified-unknown"}),
        ({"nature": "FACT"}, set()),
        ({"nature": "ASSESSMENT"}, {"assessed"}),
        ({"nature": "MIXED"}, {"assessed"}),
        ({"nature": "RUMOUR"}, {"assessed"}),
        ({"source_reliability": "A", "information_accuracy": "1"}, set()),
        ({"source_reliability": "C", "information_accuracy": "3"}, set()),
        ({"source_reliability": "X", "information_accuracy": "1"}, {"unevaluated"}),
        ({"source_reliability": "A", "information_accuracy": "4"}, {"unevaluated"}),
        ({"source_reliability": "Q"}, {"unevaluated"}),
        ({"acquired_under": "interception of telecommunications"}, {"coercive-measure"}),
        ({"restrictions": ("not for court",)}, {"conditions"}),
        ({"restrictions": ("",)}, set()),
        ({"handling_code": "H3", "handling_conditions": "ask"}, {"H3", "conditions"}),
        ({"tlp": "TLP:RED"}, {"originator-controlled"}),
        ({"tlp": "TLP:AMBER"}, {"originator-controlled"}),
        ({"tlp": "TLP:GREEN"}, set()),
        ({"contested_since": "2026-04"}, {"contested"}),
        ({"valid_until": "2026-11-24"}, {"outside-validity"}),
        ({"valid_until": "2026-10"}, {"outside-validity"}),
        ({"valid_until": "2025"}, {"outside-validity"}),
        ({"valid_until": "2026-11-25"}, set()),
        ({"valid_until": "2026-11"}, set()),
        ({"valid_until": "2026"}, set()),
        ({"valid_until": "some day"}, {"outside-validity"}),
        ({"valid_from": "2026-11-26"}, {"outside-validity"}),
        ({"valid_from": "2026-11-25"}, set()),
        ({"valid_from": "2026"}, set()),
    ],
)
def test_markings_follow_from_the_assertion(
    store: RecordStore, told: dict[str, Any], markings: set[str] | None
) -> None:
    record = Record(
        "1", "test", "vehicle", {"vehicle.colour": "red"}, Labels("object"), Assertion(**told)
    )
    store.upsert_many([record])
    (number,) = store.of_source("test", ["1"]).values()
    found = Register(store, ManualClock(TODAY_MS)).labels([number])
    if markings is None:
        assert not found
    else:
        assert found[number].markings == markings


@pytest.mark.parametrize(
    ("barred", "spent"),
    [("2026-11-25", True), ("2026-11-26", False), ("2026-11", True), ("", False)],
)
def test_an_offence_is_spent_from_the_day_on_which_it_is_time_barred(
    store: RecordStore, barred: str, *, spent: bool
) -> None:
    """Whenever it was imported: nobody imports a register again because a day came."""
    record = Record("1", "test", "offence", {"offence.time_barred_on": barred}, Labels("suspect"))
    store.upsert_many([record])
    (number,) = store.of_source("test", ["1"]).values()
    markings = Register(store, ManualClock(TODAY_MS)).labels([number])[number].markings
    assert ("spent" in markings) is spent


def test_an_assertion_comes_back_whole(store: RecordStore) -> None:
    said = Assertion(nature="FACT", contested=True, restrictions=("not for court", "not onward"))
    store.upsert_many([Record("1", "t", "vehicle", {"vehicle.colour": "red"}, assertion=said)])
    (number,) = store.of_source("t", ["1"]).values()
    assert store.assertion(number) == said


def test_one_text_stored_where_a_list_belongs_is_read_as_one_restriction() -> None:
    assert decode_assertion('{"restrictions": "not for court"}').restrictions == ("not for court",)


def test_labels_that_an_importer_changes_beside_the_node_count_at_once(
    store: RecordStore, tmp_path: Path
) -> None:
    """A record that becomes an informant's must not leave as what it was until the node's next start."""
    engine = open_engine(tmp_path / "node.db")
    importer = RecordStore(engine, index_key=b"k" * 32)
    register = Register(store, ManualClock(TODAY_MS))
    for subject, markings, said in (
        ("suspect", frozenset[str](), Assertion()),
        ("informant", frozenset({"protected"}), Assertion(contested=True)),
    ):
        record = Record("1", "list", "person", {}, Labels(subject, markings), said)
        importer.upsert_many([record])
        (number,) = store.of_source("list", ["1"]).values()
        found = register.labels([number])[number]
        assert (found.subject, found.markings >= markings) == (subject, True)
        assert register.assertion(number) == said
    importer.delete_missing("list", load=1)
    assert not register.labels([number])
    assert register.assertion(number) is None
    engine.dispose()


def test_the_number_of_a_deleted_record_is_never_given_to_another(store: RecordStore) -> None:
    """A number stands behind the reference that other agencies hold: they would take one for the other."""
    for load, key in enumerate(("first", "second", "third"), 1):
        store.upsert_many([Record(key, "list", "vehicle", {}, Labels("object"))], load=load)
        store.delete_missing("list", load=load)
    (number,) = store.of_source("list", ["third"]).values()
    assert number == 3
