"""Group commit: who is written together, who fails alone, and what a crash leaves."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from comity.clock import ManualClock
from comity.errors import Fault, Reason, Refusal
from comity.ledger.entry import Statement, entry_leaf
from comity.ledger.proof import parse_receipt, time_of, verify_receipt
from comity.store import journal as pacing
from comity.store.journal import HEAD_FILE, Draft, Journal
from tests.simulators.ledgers import (
    VERIFIER,
    VKEY,
    audited,
    draft,
    envelope_id,
    head,
    tamper,
    with_journal,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from tests.simulators.postgresql import Cluster

PROCESS = Path(__file__).with_name("journal_process.py")
ROOT = Path(__file__).parents[3]


def submit(journal: Journal, *numbers: int) -> list[asyncio.Future[Any]]:
    return [journal.submit([draft(number)]) for number in numbers]


async def all_of(futures: Sequence[asyncio.Future[Any]]) -> list[Any]:
    return [await one for one in futures]


# --- pacing -----------------------------------------------------------------------------------------


def test_alone_a_write_commits_at_once(where: str) -> None:
    async def story(journal: Journal) -> None:
        for number in range(3):
            await journal.write([draft(number)])
        assert journal.commits == 3

    with_journal(where, story)


def test_what_comes_in_one_turn_of_the_loop_shares_a_commit(where: str) -> None:
    async def story(journal: Journal) -> None:
        found = await all_of(submit(journal, 0, 1, 2))
        assert journal.commits == 1
        assert [list(one.indices) for one in found] == [[0], [1], [2]]

    with_journal(where, story)


def test_with_work_in_flight_the_next_commit_waits_for_company(where: str) -> None:
    async def story(journal: Journal) -> None:
        await journal.write([draft(0)])
        loop = asyncio.get_running_loop()
        began_s = journal._began_s
        first = submit(journal, 1)[0]
        assert isinstance(journal._timer, asyncio.TimerHandle)
        assert journal._timer.when() == pytest.approx(began_s + pacing.PACE_S)
        loop.call_soon(lambda: submit(journal, 2))
        await first
        assert audited(where).size == 3
        assert journal.commits == 2

    with_journal(where, story, in_flight=lambda: 4)


def test_enough_waiting_writes_end_the_wait(where: str) -> None:
    async def story(journal: Journal) -> None:
        await journal.write([draft(0)])
        futures = submit(journal, *range(1, pacing.GROUP_MAX))
        assert isinstance(journal._timer, asyncio.TimerHandle)
        futures += submit(journal, pacing.GROUP_MAX)
        assert not isinstance(journal._timer, asyncio.TimerHandle)
        await all_of(futures)
        assert journal.commits == 2

    with_journal(where, story, in_flight=lambda: 4)


def test_what_nobody_waits_for_goes_with_the_next_commit(where: str) -> None:
    async def story(journal: Journal) -> None:
        leisurely = journal.owe([draft(0)], pressing=False)
        await asyncio.sleep(0)
        assert journal.commits == 0
        await journal.write([draft(1)])
        assert list((await leisurely).indices) == [0]
        assert journal.commits == 1

    with_journal(where, story)


def test_what_nobody_waits_for_is_written_by_itself_when_nothing_comes(where: str) -> None:
    async def story(journal: Journal) -> None:
        began_s = asyncio.get_running_loop().time()
        leisurely = journal.owe([draft(0)], pressing=False)
        assert isinstance(journal._timer, asyncio.TimerHandle)
        assert journal._timer.when() == pytest.approx(began_s + pacing.LEISURE_S, abs=0.01)
        await leisurely
        assert audited(where).size == 1

    with_journal(where, story)


def test_a_journal_that_is_full_or_closed_says_so(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "WAITING_MAX", 2)

    async def story(journal: Journal) -> Journal:
        futures = submit(journal, 0, 1, 2)
        with pytest.raises(Fault, match="full"):
            await futures[2]
        await all_of(futures[:2])
        return journal

    closed = with_journal(where, story)

    async def late() -> None:
        with pytest.raises(Fault, match="closed"):
            await closed.write([draft(9)])

    asyncio.run(late())


def test_closing_writes_what_waits(where: str) -> None:
    async def story(journal: Journal) -> None:
        submit(journal, *range(5))

    with_journal(where, story, in_flight=lambda: 9)
    assert audited(where).size == 5


# --- failing alone ----------------------------------------------------------------------------------


def refuse(_: Connection) -> None:
    raise Refusal(Reason.DUPLICATE)


def clash(connection: Connection) -> None:
    connection.execute(text("INSERT INTO ledger_log (id, origin, vkey) VALUES (1, 'x', 'x')"))


@pytest.mark.parametrize(("bad", "error"), [(refuse, Refusal), (clash, Fault)])
def test_one_write_that_fails_fails_alone(
    where: str, bad: Callable[[Connection], None], error: type[Exception]
) -> None:
    async def story(journal: Journal) -> None:
        good = submit(journal, 0, 1)
        failing = journal.submit([draft(2)], bad)
        good += submit(journal, 3)
        with pytest.raises(error):
            await failing
        assert [list((await one).indices) for one in good] == [[0], [1], [2]]

    with_journal(where, story)
    found = audited(where)
    assert found.sound
    assert found.size == 3


def test_an_entry_out_of_bounds_fails_alone(where: str) -> None:
    async def story(journal: Journal) -> None:
        bad = journal.submit([Draft("query.asked", bytes(31), b"{}")])
        good = submit(journal, 0)
        with pytest.raises(Exception, match="32 bytes"):
            await bad
        await good[0]

    with_journal(where, story)
    assert audited(where).size == 1


def test_a_callers_row_is_written_with_its_entries_or_not_at_all(where: str) -> None:
    tamper(where, "CREATE TABLE mine (id INTEGER PRIMARY KEY)")

    def work(number: int) -> Callable[[Connection], int]:
        def insert(connection: Connection) -> int:
            connection.execute(text("INSERT INTO mine VALUES (:id)"), {"id": number})
            return number

        return insert

    async def story(journal: Journal) -> None:
        done = await journal.write(lambda found: [draft(found)], work(7))
        assert done.result == 7
        with pytest.raises(Fault):
            await journal.write([draft(8)], work(7))

    with_journal(where, story)
    assert audited(where).size == 1


# --- receipts ---------------------------------------------------------------------------------------


def test_each_write_gets_a_receipt_that_its_reader_can_check(where: str) -> None:
    async def story(journal: Journal) -> None:
        salted = Draft("query.answered", envelope_id(9), b"{}", salt=bytes(32))
        for _ in range(3):
            found = await all_of([*submit(journal, 0, 1), journal.submit([draft(5), salted])])
            receipt = found[2].receipt(1)
            at_ms = time_of(parse_receipt(receipt).extra)
            leaf = entry_leaf(Statement(at_ms, *_parts(salted)), salt=bytes(32))
            proven = verify_receipt(receipt, leaf=leaf, key=VKEY)
            assert proven.position == found[2].indices[1]
            assert proven.head.size == found[2].indices[-1] + 1

    with_journal(where, story)


def _parts(one: Draft) -> tuple[bytes, str, bytes]:
    return one.envelope_id, one.kind, one.details


# --- trouble of the database -------------------------------------------------------------------------


def test_a_full_disk_fails_everybody_at_once_and_heals(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    where = tmp_path / "node.db"

    def pages(journal: Journal, count: int) -> None:
        connection = journal._committer._connection
        assert connection is not None
        connection.exec_driver_sql(f"PRAGMA max_page_count={count}")
        connection.rollback()

    async def story(journal: Journal) -> None:
        await journal.write([draft(0)])
        pages(journal, 1)  # SQLite takes it as "what there is": the next page is refused
        big = [Draft("query.asked", envelope_id(1), bytes(60_000)) for _ in range(20)]
        tries = 0

        def count(_: Connection) -> None:
            nonlocal tries
            tries += 1

        futures = [journal.submit([one], count) for one in big]
        for future in futures:
            with pytest.raises(Fault, match="the disk is full"):
                await future
        assert tries == len(big)  # nobody was tried again one by one
        await journal.write([draft(1)])

    with_journal(where, story)
    found = audited(where)
    assert found.sound
    assert found.size == 2
    assert "the disk is full" in caplog.text
    assert "writes again" in caplog.text


def test_a_locked_database_is_waited_for_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = tmp_path / "node.db"

    async def story(journal: Journal) -> None:
        await journal.write([draft(0)])
        met, wait_for_lock = asyncio.Event(), journal._wait_for_lock
        monkeypatch.setattr(
            journal, "_wait_for_lock", lambda locked: (met.set(), wait_for_lock(locked))
        )
        other = sqlite3.connect(where, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        futures = submit(journal, 1, 2)
        await met.wait()
        futures += submit(journal, 3)
        other.execute("COMMIT")
        other.close()
        found = await all_of(futures)
        assert [list(one.indices) for one in found] == [[1], [2], [3]]

    with_journal(where, story)
    assert audited(where).size == 4


def test_a_lock_that_stays_fails_everybody_and_heals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = tmp_path / "node.db"
    monkeypatch.setattr(pacing, "BUSY_S_MAX", 0.0)

    async def story(journal: Journal) -> None:
        await journal.write([draft(0)])
        other = sqlite3.connect(where, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        owed = journal.owe([draft(1)])
        for future in submit(journal, 2, 3):
            with pytest.raises(Fault, match="locked by another program"):
                await future
        with pytest.raises(Fault):
            await owed
        other.execute("COMMIT")
        other.close()
        await journal.write([draft(4)])

    with_journal(where, story)
    found = audited(where)
    assert found.sound
    assert found.size == 3  # the one that was owed as well


def test_a_server_that_goes_away_fails_everybody_and_is_found_again(postgresql: Cluster) -> None:
    where = postgresql.schema()

    async def story(journal: Journal) -> None:
        await journal.write([draft(0)])
        postgresql.stop()
        try:
            for future in submit(journal, 1, 2):
                with pytest.raises(Fault, match="cannot be"):
                    await future
        finally:
            postgresql.start()
        await journal.write([draft(3)])

    with_journal(where, story)
    found = audited(where)
    assert found.sound
    assert found.size == 2


# --- crashes ----------------------------------------------------------------------------------------


def process(where: str, how: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(PROCESS), where, how],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_what_was_acknowledged_survives_a_kill(where: str) -> None:
    with process(where, "run") as running:
        assert running.stdout is not None
        for line in running.stdout:
            acknowledged = int(line)
            if acknowledged >= 40:
                running.send_signal(signal.SIGKILL)
                break
        for line in running.stdout:  # what it said before the signal came
            acknowledged = int(line)
    found = audited(where)
    assert found.sound
    assert found.size >= acknowledged

    async def go_on(journal: Journal) -> None:
        await journal.write([draft(1)])

    with_journal(where, go_on)
    assert audited(where).size == found.size + 1


def test_a_crash_in_the_middle_of_a_commit_leaves_entries_and_head_together(where: str) -> None:
    with process(where, "commit") as running:
        told, _ = running.communicate(timeout=60)
    assert running.returncode == -signal.SIGKILL
    found = audited(where)
    assert found.sound
    assert found.size == int(told.split()[-1])
    assert found.head is not None
    assert found.head.size == found.size


# --- the head beside the database ----------------------------------------------------------------------


def test_a_recent_head_is_kept_beside_the_database(where: str, tmp_path: Path) -> None:
    clock = ManualClock()
    kept = tmp_path / HEAD_FILE

    async def story(journal: Journal) -> None:
        sizes = []
        for seconds in (0, 1, 60):
            clock.advance(seconds=seconds)
            await journal.write([draft(seconds)])
            sizes.append(VERIFIER.checkpoint(kept.read_bytes()).size)
        assert sizes == [1, 1, 3]
        await journal.write([draft(4)])

    with_journal(where, story, folder=tmp_path, clock=clock)
    assert VERIFIER.checkpoint(kept.read_bytes()) == head(where)
    assert kept.stat().st_mode & 0o777 == 0o600
