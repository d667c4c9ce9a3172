"""Whoever can write to the database of a log cannot change it unseen: each attack, and who notices."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from comity.clock import ManualClock
from comity.envelope.keys import SigningSecret
from comity.errors import ExitCode, Fault, StartError
from comity.ledger.audit import entry_holds
from comity.ledger.checkpoint import Verifier
from comity.ledger.note import vkey_of
from comity.store.journal import HEAD_FILE, Draft, Journal
from comity.store.reader import LedgerReader
from tests.simulators.ledgers import (
    ORIGIN,
    SIGNER,
    VERIFIER,
    audited,
    draft,
    fill,
    head,
    store,
    tamper,
    with_journal,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.postgresql import Cluster

COUNT = 600  # two full tiles and a partial one
EDIT = "UPDATE ledger_entry SET {} WHERE position = :position"


async def nothing(journal: Journal) -> None:
    """Opens and closes."""


def refused(where: str, folder: Path | None = None) -> str:
    """The sentence with which a process refuses to go on with a log."""
    with pytest.raises(StartError) as caught:
        with_journal(where, nothing, folder=folder)
    assert caught.value.exit_code == ExitCode.DATA
    return str(caught.value)


def test_an_untouched_log_is_sound_and_goes_on(where: str) -> None:
    fill(where, COUNT, groups=60)
    found = audited(where)
    assert found.sound
    assert (found.size, found.heads, found.erased) == (COUNT, COUNT // 60, 0)
    fill(where, 3, first=COUNT)
    assert audited(where).size == COUNT + 3


@pytest.mark.parametrize(
    "change",
    [
        "details = CAST('{}' AS BYTEA)",
        "kind = 'query.refused'",
        "at_ms = at_ms + 1",
        "envelope_id = CAST('0123456789abcdef0123456789abcdef' AS BYTEA)",
        "salt = CAST('0123456789abcdef0123456789abcdef' AS BYTEA)",
    ],
)
def test_whatever_is_edited_in_an_entry_is_found_where_it_is(where: str, change: str) -> None:
    fill(where, 20)
    statement = EDIT.format(change)
    if not where.startswith("postgresql"):
        statement = statement.replace("BYTEA", "BLOB")
    tamper(where, statement, position=7)
    (finding,) = audited(where).findings
    assert finding.position == 7
    assert "edited" in finding.sentence


def test_an_edited_leaf_is_found_between_two_heads(where: str) -> None:
    fill(where, 20)
    leaf = b"\x01" + bytes(32)
    tamper(
        where,
        "UPDATE ledger_entry SET leaf = :leaf, salt = NULL, details = NULL WHERE position = 7",
        leaf=leaf,
    )
    (finding,) = audited(where).findings
    assert finding.sentence.startswith("entries 6 to 8 are not what was signed")


def test_a_deleted_entry_is_missed(where: str) -> None:
    fill(where, COUNT, groups=60)
    tamper(where, "DELETE FROM ledger_entry WHERE position = 300")
    assert audited(where).findings[0].sentence == "entry 300 is missing"


def test_entries_that_changed_places_are_found(where: str) -> None:
    fill(where, 20)
    tamper(
        where,
        "UPDATE ledger_entry SET position = -1 WHERE position = 6",
        "UPDATE ledger_entry SET position = 6 WHERE position = 7",
        "UPDATE ledger_entry SET position = 7 WHERE position = -1",
    )
    (finding,) = audited(where).findings
    assert finding.sentence.startswith("entries 6 to 8 are not what was signed")


def test_an_inserted_entry_stands_under_no_head(where: str) -> None:
    fill(where, 20)
    tamper(
        where,
        "INSERT INTO ledger_entry SELECT log, 20, kind, at_ms, envelope_id, leaf, salt, details"
        " FROM ledger_entry WHERE position = 3",
    )
    (finding,) = audited(where).findings
    assert finding.sentence == "entries from 20 on stand under no signed head"
    assert "cut or edited" in refused(where)


def test_an_entry_pushed_in_between_is_found(where: str) -> None:
    fill(where, 20)
    tamper(
        where,
        "UPDATE ledger_entry SET position = -position WHERE position >= 10",
        "UPDATE ledger_entry SET position = 1 - position WHERE position < 0",
        "INSERT INTO ledger_entry SELECT log, 10, kind, at_ms, envelope_id, leaf, salt, details"
        " FROM ledger_entry WHERE position = 3",
    )
    assert "not what was signed" in audited(where).findings[0].sentence


def test_a_cut_end_is_missed_at_once(where: str) -> None:
    fill(where, 20)
    tamper(where, "DELETE FROM ledger_entry WHERE position >= 18")
    (finding,) = audited(where).findings
    assert finding.sentence == "the end was cut: 20 entries were signed, 18 are there"
    assert "cut or edited" in refused(where)


def test_an_end_cut_with_its_heads_is_shown_by_a_head_kept_elsewhere(where: str) -> None:
    fill(where, 20)
    kept = head(where)
    tamper(
        where,
        "DELETE FROM ledger_entry WHERE position >= 18",
        "DELETE FROM ledger_checkpoint WHERE size > 18",
    )
    assert audited(where).sound  # nothing in the log itself can tell
    (finding,) = audited(where, [kept]).findings
    assert "counts 20 entries, 18 are there" in finding.sentence


def test_a_dropped_log_is_not_begun_anew(where: str, tmp_path: Path) -> None:
    fill(where, 20, folder=tmp_path)
    tables = ("log", "entry", "tile", "checkpoint")
    tamper(where, *(f"DROP TABLE ledger_{table}" for table in tables))
    assert "it has 0" in refused(where, tmp_path)
    # Without the head kept beside the database it would be: that is what the head is for.
    (tmp_path / HEAD_FILE).unlink()
    with_journal(where, nothing, folder=tmp_path)


def test_an_old_copy_put_in_place_is_refused_and_shown(tmp_path: Path) -> None:
    where = tmp_path / "node.db"
    fill(where, 20, folder=tmp_path)
    shutil.copy(where, tmp_path / "backup.db")
    fill(where, 20, first=20, folder=tmp_path)
    kept = head(where)
    shutil.copy(tmp_path / "backup.db", where)
    assert "an old copy" in refused(str(where), tmp_path)
    assert audited(where).sound
    assert "an old copy" in audited(where, [kept]).findings[0].sentence


def test_an_old_copy_that_went_on_is_another_history(tmp_path: Path) -> None:
    where, copy = tmp_path / "node.db", tmp_path / "copy.db"
    fill(where, 20)
    shutil.copy(where, copy)
    fill(where, 20, first=20)
    kept = head(where)
    fill(copy, 40, first=100)
    assert audited(copy).sound
    (finding,) = audited(copy, [kept]).findings
    assert "two histories" in finding.sentence
    (tmp_path / HEAD_FILE).write_bytes(kept.note)
    assert "does not continue" in refused(str(copy), tmp_path)


def test_a_log_signed_with_another_key_counts_for_nothing(where: str) -> None:
    thief = SigningSecret.from_seed(bytes(32))

    async def story(journal: Journal) -> None:
        await journal.write([draft(number) for number in range(6)])

    with_journal(where, story, signer=thief)
    sentence = audited(where).findings[0].sentence
    assert "is not signed" in sentence
    # By the key that the database names for itself, all would be well: it is never asked.
    assert audited(where, verifier=Verifier(vkey_of(ORIGIN, thief.public))).sound
    assert "another key" in refused(where)


def test_a_second_appender_is_refused(where: str, tmp_path: Path) -> None:
    async def story(journal: Journal) -> str:
        await journal.write([draft(0)])
        second = store(where)
        with pytest.raises(StartError) as caught:
            async with Journal(second, clock=ManualClock(), folder=tmp_path):
                pass
        second.engine.dispose()
        assert caught.value.exit_code == ExitCode.UNAVAILABLE
        await journal.write([draft(1)])
        return str(caught.value)

    told = with_journal(where, story, folder=tmp_path)
    assert "Another process writes" in told
    assert audited(where).size == 2


def test_on_postgresql_no_lock_file_is_needed_to_refuse_a_second_appender(
    postgresql: Cluster, tmp_path: Path
) -> None:
    where = postgresql.schema()
    (tmp_path / "other-machine").mkdir()

    async def story(journal: Journal) -> None:
        await journal.write([draft(0)])
        second = store(where)
        with pytest.raises(StartError, match="Another process writes"):
            async with Journal(second, clock=ManualClock(), folder=tmp_path / "other-machine"):
                pass
        second.engine.dispose()

    with_journal(where, story, folder=tmp_path)
    fill(where, 1, first=1, folder=tmp_path)  # the lock went with the first
    assert audited(where).size == 2


def test_two_appenders_that_nothing_kept_apart_cannot_fork_the_log(tmp_path: Path) -> None:
    """The lock file removed by hand: the primary key stands in the way of the second history."""
    where = str(tmp_path / "node.db")

    async def story(journal: Journal) -> None:
        await journal.write([draft(0)])
        second = store(where)
        async with Journal(second, clock=ManualClock()) as other:
            await other.write([draft(1)])
            with pytest.raises(Fault):
                await journal.write([draft(2)])
        second.engine.dispose()

    with_journal(where, story)
    found = audited(where)
    assert found.sound
    assert found.size == 2


def test_stored_hashes_that_were_changed_are_found_before_a_proof_fails(where: str) -> None:
    fill(where, COUNT, groups=60)
    tamper(where, "UPDATE ledger_tile SET hashes = :hashes WHERE position = 1", hashes=bytes(8192))
    (finding,) = audited(where).findings
    assert finding.sentence.startswith("the stored hashes over entries 256 to 511")


def test_erasing_what_an_entry_said_leaves_the_log_sound(where: str) -> None:
    fill(where, 300, groups=60)
    kept = head(where)
    tamper(where, "UPDATE ledger_entry SET salt = NULL, details = NULL WHERE position < 290")
    found = audited(where, [kept])
    assert found.sound
    assert found.erased == 290
    fill(where, 3, first=300)
    assert audited(where, [kept]).size == 303


@pytest.mark.parametrize("table", ["entry", "tile", "checkpoint"])
def test_a_dropped_table_is_not_begun_anew(where: str, table: str) -> None:
    fill(where, COUNT, groups=60)
    tamper(where, f"DROP TABLE ledger_{table}")
    with pytest.raises(StartError, match="was dropped") as caught:
        audited(where)
    assert caught.value.exit_code == ExitCode.UNSOUND


@pytest.mark.parametrize(
    "change",
    [
        "leaf = 9000000000000",
        "leaf = 'text'",
        "salt = 7",
        "details = 'text'",
        "envelope_id = 1.5",
        "at_ms = 'yesterday'",
        "position = 'fifth'",
        "kind = x'ff00'",
    ],
)
def test_what_sqlite_lets_stand_in_a_column_does_not_end_an_audit(
    tmp_path: Path, change: str
) -> None:
    where = str(tmp_path / "node.db")
    fill(where, 20)
    tamper(where, EDIT.format(change), position=5)
    assert not audited(where).sound


def test_a_head_that_is_no_text_does_not_end_an_audit(tmp_path: Path) -> None:
    where = str(tmp_path / "node.db")
    fill(where, 20)
    tamper(where, "UPDATE ledger_checkpoint SET note = 12, size = 'x' WHERE size = 6")
    assert "is not signed" in audited(where).findings[0].sentence


def test_half_an_erasure_is_an_edit(where: str) -> None:
    fill(where, 6)
    tamper(where, "UPDATE ledger_entry SET salt = NULL WHERE position = 4")
    assert audited(where).findings[0].sentence == "of entry 4 only a part was erased"


def test_logs_of_one_database_are_told_apart(where: str) -> None:
    fill(where, 6)

    async def story(journal: Journal) -> None:
        await journal.write([draft(number) for number in range(4)])

    with_journal(where, story, origin="demo.comity/gateway/two", signer=SIGNER)
    with LedgerReader.open(where, ORIGIN) as log:
        assert log.count() == 6
    with pytest.raises(StartError, match="several ledgers"), LedgerReader.open(where):
        pass
    with pytest.raises(StartError, match="no ledger of"), LedgerReader.open(where, "x"):
        pass


def test_reading_cannot_write(where: str) -> None:
    fill(where, 3)
    with LedgerReader.open(where) as log, pytest.raises(Exception, match=r"read-?only"):
        log._connection.exec_driver_sql("DELETE FROM ledger_entry")


def test_a_live_log_is_read_as_of_one_moment(where: str) -> None:
    async def story(journal: Journal) -> None:
        await journal.write([draft(0)])
        with LedgerReader.open(where) as log:
            assert log.count() == 1
            await journal.write([draft(1), draft(2)])
            assert log.count() == 1
            assert [entry.position for entry in log.entries()] == [0]
        assert audited(where).size == 3

    with_journal(where, story)


def test_whoever_writes_much_about_one_envelope_hides_nothing_of_it(where: str) -> None:
    """More entries than a page holds are all about the id of nothing: the newest are still the newest."""
    nobody = bytes(32)

    async def story(journal: Journal) -> None:
        for _ in range(3):
            await journal.write([Draft("ledger.read", nobody, b"{}") for _ in range(500)])
        await journal.write([draft(0)])

    with_journal(where, story)
    with LedgerReader.open(where) as log:
        seen, before = [], 1 << 62
        while page := log.latest(400, before=before, about=nobody):
            assert len(page) <= 400
            seen += [one.position for one in reversed(page)]
            before = page[0].position
        assert seen == list(range(1499, -1, -1))
        assert [one.position for one in log.latest(9, about=draft(0).envelope_id)] == [1500]
        assert len(log.about(nobody, nobody)) == 1500


def test_each_entry_of_a_log_can_be_proven(where: str) -> None:
    fill(where, 300, groups=60)
    with LedgerReader.open(where) as log:
        for position in (0, 1, 255, 256, 299):
            entry = log.entry(position)
            assert entry is not None
            assert entry_holds(entry, VERIFIER, log.prove(entry))
            other = log.entry((position + 1) % 300)
            assert other is not None
            assert not entry_holds(other, VERIFIER, log.prove(entry))
        assert log.entry(300) is None
