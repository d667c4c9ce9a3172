"""A payment card's number is found by, and lies nowhere: not in a field, not in a digest, not in the book."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from comity.api.query.v1 import query_service_pb2, selector_pb2
from comity.store.engine import open_engine
from node.records import normalise
from node.records.covering import covered
from node.records.encoding import digest_of
from node.records.identifiers import Key
from node.records.record import Labels, Record
from node.records.store import RecordStore
from node.rpc import convert
from node.storage.migrating import migrate

if TYPE_CHECKING:
    from pathlib import Path

CARD, OTHER = "4111111111111111", "4111111000071111"


def card(number: str, entity: str = "observable") -> Record:
    kind, value = {
        "observable": ("observable.observable_type", "observable.value"),
        "account": ("account.account_type", "account.number"),
    }[entity]
    return Record("1", "test", entity, {kind: "CARD", value: number}, Labels("object"))


@pytest.mark.parametrize(
    ("entity", "kind"), [("observable", "CARD"), ("account", "account-number")]
)
def test_a_card_is_found_and_its_middle_is_nowhere(tmp_path: Path, entity: str, kind: str) -> None:
    engine = open_engine(tmp_path / "node.db")
    migrate(engine)
    store = RecordStore(engine, index_key=b"k" * 32)
    assert store.upsert_many([card("4111 1111 1111 1111", entity)]).added == 1
    assert len(store.find(store.hash_of(Key(kind, CARD)), 5)) == 1
    (number,) = store.of_source("test", ["1"]).values()
    path = "observable.value" if entity == "observable" else "account.number"
    assert store.read([number], [path])[number][path] == "411111…1111"
    # The same again changes nothing; another card with the same ends is another one.
    assert store.upsert_many([card(CARD, entity)]).unchanged == 1
    assert normalise.card_number(OTHER)
    assert store.upsert_many([card(OTHER, entity)]).changed == 1
    assert store.find(store.hash_of(Key(kind, CARD)), 5) == []
    store.close()
    engine.dispose()
    whole = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    assert CARD.encode() not in whole
    assert b"4111 1111" not in whole


def test_whoever_has_the_database_cannot_try_a_cards_middle_out() -> None:
    """Six figures are missing: a digest over the whole number would give them away in a second."""
    kept = covered(card(CARD))
    assert kept.fields["observable.value"] == "411111…1111"
    assert digest_of(kept) == digest_of(covered(card(OTHER)))
    assert digest_of(kept, b"keyed") != digest_of(kept, b"other")


def test_what_is_no_card_is_kept_as_it_is() -> None:
    for record in (
        card("4111111111111112"),
        card("411111…1111"),
        Record("1", "test", "observable", {"observable.value": CARD}, Labels("object")),
        Record("1", "test", "vehicle", {"vehicle.vin": CARD}, Labels("object")),
    ):
        assert covered(record) is record


def test_the_book_of_questions_keeps_a_cards_ends_and_the_question_goes_out_whole() -> None:
    asked = query_service_pb2.Question()
    asked.selectors.add().observable.MergeFrom(
        selector_pb2.ObservableSelector(type=selector_pb2.OBSERVABLE_TYPE_CARD, value=CARD)
    )
    asked.selectors.add().observable.MergeFrom(
        selector_pb2.ObservableSelector(
            type=selector_pb2.OBSERVABLE_TYPE_IMEI, value="490154203237518"
        )
    )
    asked.selectors.add().person.name = "Anna Example"
    kept = query_service_pb2.Question.FromString(convert.wording(asked))
    assert kept.selectors[0].observable.value == "411111…1111"
    assert list(kept.selectors)[1:] == list(asked.selectors)[1:]
    assert asked.selectors[0].observable.value == CARD
