"""What a replay reads: rulings of past disclosures, the newest first, whatever their queries' ids are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.store.engine import open_engine
from comity.store.journal import Draft
from node.storage.migrating import migrate
from node.storage.policies import recorded_rulings
from node.storage.replay import ReplayBook
from tests.simulators.ledgers import envelope_id, with_journal
from tests.simulators.postgresql import cluster

if TYPE_CHECKING:
    from pathlib import Path

    from comity.store.journal import Journal

MANY = 40


def recorded(where: str) -> list[bytes]:
    engine = open_engine(where)
    migrate(engine)

    async def story(journal: Journal) -> None:
        book = ReplayBook()
        for number in range(MANY):
            query = envelope_id(number)
            await journal.write([Draft("query.received", query, b"{}")])
            work = book.answered(query_id=query, answer_id=bytes(32), ruling=b"%d" % number)
            await journal.write([Draft("query.answered", query, b"{}")], work)

    with_journal(where, story)
    found = list(recorded_rulings(engine, MANY // 2, log=1))
    engine.dispose()
    return found


def test_the_newest_rulings_come_first_and_the_oldest_are_left_out(tmp_path: Path) -> None:
    newest = [b"%d" % number for number in range(MANY - 1, MANY // 2 - 1, -1)]
    assert recorded(str(tmp_path / "node.db")) == newest
    with cluster() as server:
        assert recorded(server.schema()) == newest
