"""Searching by number or by what is known: each way that matches is told apart, and nothing is cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine

from node.matching import exact
from node.matching.found import Found, Passed
from node.records import normalise, schema
from node.records.normalise import substances
from node.records.record import Record, RecordId
from node.records.selectors import OrganisationSelector, SeizureSelector
from node.records.store import RecordStore
from node.records.values import Substance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from node.records.selectors import Selector

NUMBER = "549300ZZ-QUILL-042"


@pytest.fixture(name="store")
def _store() -> Iterator[RecordStore]:
    engine = create_engine("sqlite://")
    schema.metadata.create_all(engine)
    store = RecordStore(engine, index_key=bytes(32))
    yield store
    store.close()
    engine.dispose()


def put(store: RecordStore, entity: str, records: Iterable[dict[str, object]]) -> None:
    """Stores records with these fields."""
    store.upsert_many(
        Record(f"{entity}-{number}", "list", entity, fields)
        for number, fields in enumerate(records)
    )


def found(store: RecordStore, selector: Selector, limit: int = 5, *passed: int) -> Found:
    """What is found without some records."""
    away = Passed(records=frozenset(RecordId(one) for one in passed))
    result = exact.search(store, selector, limit, away)
    assert result is not None
    return result


def test_a_number_in_two_fields_is_a_candidate_by_each_so_that_a_closed_one_hides_no_open_one(
    store: RecordStore,
) -> None:
    fields = ("organisation.registration_number", "organisation.tax_ids")
    put(store, "organisation", [{fields[0]: NUMBER, fields[1]: (NUMBER,)}])
    told = found(store, OrganisationSelector(number=NUMBER)).candidates
    assert {one.matched_on for one in told} == {frozenset({one}) for one in fields}


def test_a_record_passed_over_takes_nobodys_place(store: RecordStore) -> None:
    put(store, "organisation", [{"organisation.registration_number": NUMBER}] * 9)
    selector = OrganisationSelector(number=NUMBER)
    first = found(store, selector)
    assert [one.record_id for one in first.candidates] == [1, 2, 3, 4, 5]
    assert first.more
    rest = found(store, selector, 5, 1, 2, 3, 4, 5)
    assert [one.record_id for one in rest.candidates] == [6, 7, 8, 9]
    assert not rest.more


def seizures(count: int, day: str) -> list[dict[str, object]]:
    """Seizures at one place on one day."""
    return [{"seizure.place": "Antwerpen", "seizure.seized_on": day}] * count


def test_what_lies_behind_hundreds_of_another_time_is_found_all_the_same(
    store: RecordStore,
) -> None:
    put(store, "seizure", [*seizures(600, "2024-01-05"), *seizures(1, "2025-03-02")])
    selector = SeizureSelector(place="Antwerpen", first_date="2025-03-01", last_date="2025-03-31")
    told = found(store, selector)
    assert [one.record_id for one in told.candidates] == [601]
    assert not told.unseen


def test_more_than_can_be_looked_at_is_said_and_is_no_no_hit(
    store: RecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact, "SPANNED_MAX", 50)
    put(store, "seizure", [*seizures(60, "2024-01-05"), *seizures(1, "2025-03-02")])
    selector = SeizureSelector(place="Antwerpen", first_date="2025-03-01", last_date="2025-03-31")
    told = found(store, selector)
    assert told.candidates == ()
    assert told.unseen


def drug(name: str, cas: str = "") -> dict[str, object]:
    """A seizure of a substance as its owner writes it."""
    return {"seizure.substances": (Substance(name=name, cas_number=cas),), "seizure.country": "NL"}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("heroin", {1, 2, 3}),
        ("HÉROÏNE", {1, 2, 3}),
        ("561-27-3", {1, 2, 3}),
        ("cannabis", {4, 5}),
        ("Haschisch", {4}),
        ("marihuana", {5}),
        ("cocaine", set()),
        ("an unknown powder", {6}),
    ],
)
def test_a_substance_is_found_by_any_of_its_names_and_by_what_takes_it_in(
    store: RecordStore, asked: str, expected: set[int]
) -> None:
    stored = (
        drug("heroin", "561-27-3"),
        drug("Héroïne"),
        drug("diamorphine"),
        drug("cannabis resin"),
        drug("Marihuana"),
        drug("An unknown powder"),
    )
    put(store, "seizure", stored)
    selector = SeizureSelector(substance=asked, country="NL")
    assert {one.record_id for one in found(store, selector, 10).candidates} == expected
    # Whoever asks by a word that nobody here knows is told so, for a no-hit would say less than it seems.
    assert bool(selector.warnings) == (asked == "an unknown powder")


def test_every_name_of_a_substance_stands_for_one_alone() -> None:
    names = [name for told, _ in substances._lines() for name in told]
    assert len(names) == len(set(names))
    for name in names:
        assert name in normalise.names_of_substance(name)


def test_a_record_that_says_nothing_of_its_time_is_not_said_to_be_of_that_time(
    store: RecordStore,
) -> None:
    put(store, "seizure", [{"seizure.place": "Antwerpen"}, *seizures(1, "2025-03-02")])
    selector = SeizureSelector(place="Antwerpen", first_date="2025-03", last_date="2025-03")
    untold, told = found(store, selector).candidates
    assert exact.TIME_UNKNOWN in untold.reasons
    assert exact.AT_THAT_TIME in told.reasons
    assert "seizure.seized_on" in told.matched_on - untold.matched_on
