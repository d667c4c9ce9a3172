"""Opening a database: SQLite by path, anything else by URL.

Rules for SQLite: write-ahead log, ``synchronous=FULL`` (an acknowledged commit survives power loss),
foreign keys on, a bounded wait for locks, files private to their owner.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from comity.errors import ExitCode, StartError

BUSY_TIMEOUT_MS: Final = 5_000
# Pages of 4 KiB after which SQLite copies its log back.
CHECKPOINT_PAGES: Final = 2_000
PRIVATE: Final = 0o600


def open_engine(where: str | Path) -> Engine:
    """An engine for a database file or URL.

    Raises:
        StartError: it cannot be opened: no such folder, no permission, not a database, full disk.
    """
    text = str(where)
    url = make_url(text) if "://" in text else URL.create("sqlite", database=text)
    if url.get_backend_name() != "sqlite":
        engine = create_engine(url, pool_pre_ping=True)
        _try(engine, url.render_as_string(hide_password=True))
        return engine
    path = Path(url.database or "")
    _prepare(path)
    engine = create_engine(url, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _settings)
    _try(engine, str(path))
    return engine


def _prepare(path: Path) -> None:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
        os.close(handle)
    except OSError as error:
        sentence = f"Cannot open the database {path}: {error.strerror}."
        raise StartError(sentence, exit_code=ExitCode.CANNOT_CREATE) from error


def _settings(connection: Any, _: object) -> None:
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _try(engine: Engine, name: str) -> None:
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    except OperationalError as error:
        sentence = f"The database {name} cannot be used: the disk may be full or the server down."
        raise StartError(sentence, exit_code=ExitCode.DISK) from error
    except SQLAlchemyError as error:
        sentence = f"{name} is not a database this program can use."
        raise StartError(sentence, exit_code=ExitCode.DATA) from error
