"""Opening a database: SQLite by path, anything else by URL.

Rules for SQLite: write-ahead log, ``synchronous=FULL`` (an acknowledged commit survives power loss),
foreign keys on, a bounded wait for locks, files private to their owner. For PostgreSQL: never
``synchronous_commit=off``, which acknowledges what a crash forgets.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from comity.errors import ExitCode, StartError
from comity.store.trouble import sentence_of

if TYPE_CHECKING:
    from collections.abc import Callable

BUSY_TIMEOUT_MS: Final = 5_000
# Pages of 4 KiB after which SQLite copies its log back.
CHECKPOINT_PAGES: Final = 2_000
# PostgreSQL that does not answer a connection within this is not there.
CONNECT_TIMEOUT_S: Final = 10
PRIVATE: Final = 0o600
_SQLITE: Final = "sqlite"
_PSYCOPG: Final = "postgresql+psycopg"


def open_engine(where: str | Path) -> Engine:
    """An engine for a database file or URL, made for writing; a missing SQLite file is created.

    Raises:
        StartError: it cannot be opened: no such folder, no permission, not a database, full disk.
    """
    url = _url(where)
    if url.get_backend_name() != _SQLITE:
        return _served(url)
    path = Path(url.database or "")
    if not url.database or url.database == ":memory:":
        raise StartError(
            "A database in memory forgets everything; name a file.", exit_code=ExitCode.CONFIG
        )
    _prepare(path)
    engine = create_engine(url, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _settings)
    _try(engine, str(path))
    return engine


def open_reader(where: str | Path) -> Engine:
    """An engine that cannot write: for auditors, on a live database or on a copy, even a read-only one.

    Raises:
        StartError: there is no such database, or it cannot be read.
    """
    url = _url(where)
    if url.get_backend_name() != _SQLITE:
        return _served(url, "-c default_transaction_read_only=on")
    path = Path(url.database or "")
    if not path.is_file():
        raise StartError(f"There is no database {path}.", exit_code=ExitCode.DATA)
    live = _read_only(path, "mode=ro")
    if _readable(live):
        return live
    live.dispose()
    # A copy in a folder that cannot be written to has no place for SQLite's shared memory.
    still = _read_only(path, "mode=ro&immutable=1")
    if Path(f"{path}-wal").exists() and Path(f"{path}-wal").stat().st_size:
        raise StartError(
            f"{path} has changes in its write-ahead log, but its folder cannot be written to.",
            exit_code=ExitCode.DATA,
        )
    _try(still, str(path))
    return still


def _url(where: str | Path) -> URL:
    text = str(where)
    try:
        url = make_url(text) if "://" in text else URL.create(_SQLITE, database=text)
    except ArgumentError as error:
        sentence = "The database's URL is malformed."
        raise StartError(sentence, exit_code=ExitCode.CONFIG) from error
    if url.drivername in {"postgresql", "postgres"}:
        return url.set(drivername=_PSYCOPG)
    return url


def _served(url: URL, options: str = "") -> Engine:
    name = url.render_as_string(hide_password=True)
    arguments: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT_S}
    if options:
        given = url.query.get("options", "")
        arguments["options"] = f"{given} {options}".strip()
    try:
        engine = create_engine(url, connect_args=arguments, pool_pre_ping=True)
    except (NoSuchModuleError, ImportError) as error:
        sentence = f"{name} needs a driver that is not installed (extra: postgresql)."
        raise StartError(sentence, exit_code=ExitCode.CONFIG) from error
    event.listen(engine, "connect", _durable)
    _try(engine, name)
    return engine


def _read_only(path: Path, mode: str) -> Engine:
    uri = f"file:{quote(str(path.absolute()))}?{mode}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, check_same_thread=False)

    creator: Callable[[], Any] = connect
    return create_engine(URL.create(_SQLITE, database=str(path)), creator=creator)


def _readable(engine: Engine) -> bool:
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    except DBAPIError:
        return False
    return True


def _prepare(path: Path) -> None:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
        os.close(handle)
    except OSError as error:
        sentence = f"Cannot open the database {path}: {error.strerror}."
        raise StartError(sentence, exit_code=ExitCode.CANNOT_CREATE) from error


def _settings(connection: Any, _: object) -> None:
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _durable(connection: Any, _: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        if cursor.fetchone()[0] == "off":
            cursor.execute("SET synchronous_commit = on")
    connection.commit()


def _try(engine: Engine, name: str) -> None:
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
            if engine.dialect.name == _SQLITE:
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    except DBAPIError as error:
        sentence, exit_code = sentence_of(error)
        raise StartError(f"The database {name} {sentence}.", exit_code=exit_code) from error
