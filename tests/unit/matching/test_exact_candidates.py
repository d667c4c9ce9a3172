"""Searching by number or by what is known: each way that matches is told apart, and nothing is cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine

from node.matching import exact
from node.matching.found import Found, Passed
from node.records import schema
from node.records.record import Record, RecordId
from node.records.selectors import OrganisationSelector, SeizureSelector
from node.records.store import RecordStore

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
