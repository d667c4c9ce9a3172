"""Opening a database: what it is set to, and one clear sentence for everything that can be wrong."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from comity.errors import ExitCode, StartError
from comity.store.engine import open_engine, open_reader
from comity.store.trouble import concerns_everyone, is_busy, sentence_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.postgresql import Cluster


def test_sqlite_survives_power_loss_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "node.db"
    engine = open_engine(path)
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    engine.dispose()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert path.stat().st_mode & 0o777 == 0o600


def test_postgresql_never_acknowledges_what_a_crash_forgets(postgresql: Cluster) -> None:
    careless = postgresql.schema() + "%20-c%20synchronous_commit%3Doff"
    engine = open_engine(careless)
    with engine.connect() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
    engine.dispose()


@pytest.mark.parametrize(
    ("where", "code", "words"),
    [
        ("TMP/no/such/folder/node.db", ExitCode.CANNOT_CREATE, "No such file"),
        ("TMP", ExitCode.CANNOT_CREATE, "Is a directory"),
        ("sqlite://", ExitCode.CONFIG, "forgets everything"),
        ("sqlite:///:memory:", ExitCode.CONFIG, "forgets everything"),
        ("postgresql://u:geheim@/x?host=/nowhere", ExitCode.UNAVAILABLE, "cannot be reached"),
        ("://", ExitCode.CONFIG, "malformed"),
        ("oracle://u:geheim@host/x", ExitCode.CONFIG, "driver"),
    ],
)
def test_what_cannot_be_opened_is_one_sentence_without_a_password(
    tmp_path: Path, where: str, code: int, words: str
) -> None:
    with pytest.raises(StartError) as caught:
        open_engine(where.replace("TMP", str(tmp_path)))
    assert caught.value.exit_code == code
    assert words in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_a_file_that_is_no_database_is_neither_opened_nor_changed(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear colleague, " * 100)
    before = path.read_bytes()
    for opening in (open_engine, open_reader):
        with pytest.raises(StartError) as caught:
            opening(path)
        assert caught.value.exit_code == ExitCode.DATA
    assert path.read_bytes() == before


def test_a_reader_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="There is no database"):
        open_reader(tmp_path / "node.db")
    assert list(tmp_path.iterdir()) == []


def test_a_relative_path_is_read_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_engine(tmp_path / "node.db").dispose()
    monkeypatch.chdir(tmp_path)
    engine = open_reader("node.db")
    with engine.connect() as connection, pytest.raises(DBAPIError, match="readonly"):
        connection.exec_driver_sql("CREATE TABLE x (y)")
    engine.dispose()


def failure(code: int) -> DBAPIError:
    cause = sqlite3.OperationalError("text that may quote a value")
    cause.sqlite_errorcode = code
    return DBAPIError("statement", {}, cause)


@pytest.mark.parametrize(
    ("code", "everyone", "busy", "exit_code"),
    [
        (sqlite3.SQLITE_FULL, True, False, ExitCode.DISK),
        (sqlite3.SQLITE_IOERR_WRITE, True, False, ExitCode.DISK),
        (sqlite3.SQLITE_IOERR_FSYNC, True, False, ExitCode.DISK),
        (sqlite3.SQLITE_BUSY, True, True, ExitCode.UNAVAILABLE),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, True, True, ExitCode.UNAVAILABLE),
        (sqlite3.SQLITE_CORRUPT, True, False, ExitCode.DATA),
        (sqlite3.SQLITE_READONLY, True, False, ExitCode.CANNOT_CREATE),
        (sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, False, False, ExitCode.DISK),
        (sqlite3.SQLITE_TOOBIG, False, False, ExitCode.DISK),
    ],
)
def test_what_sqlites_errors_mean(code: int, everyone: bool, busy: bool, exit_code: int) -> None:  # noqa: FBT001
    error = failure(code)
    assert (concerns_everyone(error), is_busy(error)) == (everyone, busy)
    sentence, found = sentence_of(error)
    assert found == exit_code
    assert "quote" not in sentence


class ServerError(Exception):
    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("text that may quote a value")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("state", "everyone", "exit_code"),
    [
        (None, True, ExitCode.UNAVAILABLE),  # no connection, no state
        ("08006", True, ExitCode.UNAVAILABLE),  # connection_failure
        ("53100", True, ExitCode.DISK),  # disk_full
        ("57P01", True, ExitCode.UNAVAILABLE),  # admin_shutdown
        ("58030", True, ExitCode.UNAVAILABLE),  # io_error
        ("23505", False, ExitCode.UNAVAILABLE),  # unique_violation
        ("40001", False, ExitCode.UNAVAILABLE),  # serialization_failure
    ],
)
def test_what_postgresqls_states_mean(state: str | None, everyone: bool, exit_code: int) -> None:  # noqa: FBT001
    error = DBAPIError("statement", {}, ServerError(state))
    assert concerns_everyone(error) is everyone
    assert not is_busy(error)
    sentence, found = sentence_of(error)
    assert found == exit_code
    assert "quote" not in sentence
