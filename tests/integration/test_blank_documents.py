"""Any number in a batch of stolen blanks finds the batch, on either database, as long as it is registered."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import delete

from comity.store.engine import open_engine
from node.cli.main import node as program
from node.matching import exact
from node.opening import open_register
from node.records import schema
from node.records.deriving import derive_ranges
from node.records.record import Labels, Record
from node.records.selectors import DocumentSelector
from node.records.store import RecordStore
from node.settings import Settings
from node.storage.migrating import migrate
from tests.simulators.postgresql import cluster

if TYPE_CHECKING:
    from pathlib import Path


def batch(first: str, last: str, country: str = "PL") -> Record:
    told = {"blank_range_from": first, "blank_range_to": last, "issuing_country": country}
    fields = {f"identity_document.{name}": value for name, value in told.items()}
    return Record("batch", "test", "identity_document", fields, Labels("object"))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_batch_is_found_by_what_lies_in_it(tmp_path: Path, database: str) -> None:
    with cluster() if database == "postgresql" else nullcontext() as server:
        engine = open_engine(server.schema() if server else tmp_path / "node.db")
        migrate(engine)
        store = RecordStore(engine, index_key=b"k" * 32)

        def found(number: str, country: str = "") -> int:
            selector = DocumentSelector(number=number, issuing_country=country)
            told = exact.search(store, selector, 5)
            assert told is not None
            return len(told.candidates)

        store.upsert_many([batch("ZE 0004000", "ZE 0004999")], load=1)
        assert found("ZE0004567") == found("ze-0004567", "PL") == found("ZEOOO4567") == 1
        assert found("ZE0004567", "FR") == found("ZE0005000") == found("ZE04567") == 0
        # The batch turns out smaller, then to be of two series, then of no country; then it is found again.
        store.upsert_many([batch("ZE 0004000", "ZE 0004499")], load=2)
        assert (found("ZE0004499"), found("ZE0004567")) == (1, 0)
        store.upsert_many([batch("ZE 0004000", "ZF 0004499")], load=3)
        assert found("ZE0004100") == 0
        store.upsert_many([batch("ZE 0004000", "ZE 0004499", "")], load=4)
        assert found("ZE0004100") == found("ZE0004100", "FR") == 1
        store.delete_missing("test", load=5)
        assert found("ZE0004100") == 0
        store.close()
        engine.dispose()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_batches_that_an_older_version_stored_are_derived_from_their_fields(
    tmp_path: Path, database: str
) -> None:
    with cluster() if database == "postgresql" else nullcontext() as server:
        engine = open_engine(server.schema() if server else tmp_path / "node.db")
        migrate(engine)
        store = RecordStore(engine, index_key=b"k" * 32)
        right, wrong = batch("ZE 0004000", "ZE 0004999"), batch("ZE 0004000", "ZF 0004999")
        store.upsert_many([right, replace(wrong, source_key="two series")])
        selector = DocumentSelector(number="ZE0004567", issuing_country="PL")
        whole = exact.search(store, selector, 5)
        with engine.begin() as connection:
            connection.execute(delete(schema.number_range))
        lost = exact.search(store, selector, 5)
        assert whole is not None
        assert lost is not None
        assert (len(whole.candidates), len(lost.candidates)) == (1, 0)
        # The same import again writes nothing, so it brings nothing back.
        assert store.upsert_many([right]).unchanged == 1
        assert exact.search(store, selector, 5) == lost
        for _ in range(2):
            assert derive_ranges(engine) == 1
            assert exact.search(store, selector, 5) == whole
        store.close()
        engine.dispose()


def test_the_command_derives_them_and_says_how_many(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "identity.json").write_text("{}", "utf-8")
    engine, store = open_register(home, Settings.load(home))
    store.upsert_many([batch("ZE 0004000", "ZE 0004999")])
    with engine.begin() as connection:
        connection.execute(delete(schema.number_range))
    told = CliRunner().invoke(program, ["index", "rebuild", "--home", str(home)])
    assert told.exit_code == 0, told.output
    assert "1 batch of blank documents" in told.output
    selector = DocumentSelector(number="ZE0004567")
    found = exact.search(store, selector, 5)
    assert found is not None
    assert len(found.candidates) == 1
    store.close()
    engine.dispose()
