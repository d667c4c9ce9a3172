"""A register that reads over a server which went away, and came back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import DBAPIError

from comity.store.engine import open_engine
from node.records.record import Record
from node.records.store import RecordStore
from node.storage.migrating import migrate
from tests.simulators.postgresql import cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulators.postgresql import Cluster

NUMBER = "identity_document.number"


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.fixture
def store(server: Cluster) -> Iterator[RecordStore]:
    engine = open_engine(server.schema())
    migrate(engine)
    opened = RecordStore(engine, index_key=b"k" * 32)
    opened.upsert_many([Record("one", "list", "identity_document", {NUMBER: "X1234567"})])
    yield opened
    opened.close()
    engine.dispose()


def by_driver(store: RecordStore) -> object:
    return store.read([next(iter(store.facts([1])), 1)], [NUMBER])  # type: ignore[list-item]


def by_sqlalchemy(store: RecordStore) -> object:
    return store.of_source("list", ["one"])


@pytest.mark.parametrize("first", [by_driver, by_sqlalchemy])
@pytest.mark.parametrize("then", [by_driver, by_sqlalchemy])
def test_a_server_that_went_away_is_dialled_again(
    server: Cluster,
    store: RecordStore,
    first: Callable[[RecordStore], object],
    then: Callable[[RecordStore], object],
) -> None:
    found = then(store)
    assert found
    server.stop()
    try:
        with pytest.raises(DBAPIError):
            first(store)
    finally:
        server.start()
    assert then(store) == found
