"""Exact look-ups: case, width and separators change nothing, and what else is held takes nothing away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.matching import exact
from node.records.record import Labels, Record
from node.records.selectors import DocumentSelector, VehicleSelector
from tests.simulators.source_files import register

if TYPE_CHECKING:
    from node.records.store import RecordStore

NUMBERS = st.from_regex(r"[A-Z]{2}[0-9]{6}", fullmatch=True)
SEPARATORS = st.sampled_from(["", " ", "-", ".", "/", "\u00a0"])
# Full-width forms of the same letters and figures.
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def document(number: str, country: str = "FR") -> Record:
    fields = {"identity_document.number": number, "identity_document.issuing_country": country}
    return Record(f"{country}{number}", "t", "identity_document", fields, Labels("object"))


def found(store: RecordStore, selector: DocumentSelector | VehicleSelector) -> set[int]:
    matches = exact.search(store, selector, 50)
    assert matches is not None
    return {int(one.record_id) for one in matches.candidates}


@pytest.fixture(scope="module")
def held() -> RecordStore:
    return register()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(number=NUMBERS, separator=SEPARATORS, wide=st.booleans(), lower=st.booleans())
def test_case_width_and_separators_never_change_what_is_found(
    held: RecordStore, number: str, separator: str, *, wide: bool, lower: bool
) -> None:
    held.upsert_many([document(number)])
    written = separator.join((number[:2], number[2:5], number[5:]))
    written = written.lower() if lower else written
    written = written.translate(WIDE) if wide else written
    assert found(held, DocumentSelector(written)) == found(held, DocumentSelector(number))
    assert found(held, DocumentSelector(written, issuing_country="FR"))
    assert not found(held, DocumentSelector(written, issuing_country="DE"))


@settings(max_examples=25, deadline=None)
@given(number=NUMBERS, others=st.lists(NUMBERS, max_size=12))
def test_adding_a_record_never_removes_anothers_hit(number: str, others: list[str]) -> None:
    store = register()
    store.upsert_many([document(number)])
    before = found(store, DocumentSelector(number, issuing_country="FR"))
    assert len(before) == 1
    store.upsert_many([document(one, country) for one in others for country in ("DE", "FR")])
    assert before <= found(store, DocumentSelector(number, issuing_country="FR"))
