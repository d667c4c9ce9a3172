"""What a database's error means: for one statement, or for everybody who uses the database.

Drivers tell it in their own way: SQLite by result codes (https://sqlite.org/rescode.html), PostgreSQL by
SQLSTATE classes (PostgreSQL documentation, appendix A).
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from comity.errors import ExitCode

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

# An extended result code carries its primary code in the lowest byte.
_PRIMARY: Final = 0xFF
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_SENTENCES: Final = {
    sqlite3.SQLITE_FULL: ("cannot be written to: the disk is full", ExitCode.DISK),
    sqlite3.SQLITE_IOERR: ("cannot be read or written: the disk reports an error", ExitCode.DISK),
    sqlite3.SQLITE_READONLY: ("cannot be written to: it is read-only", ExitCode.CANNOT_CREATE),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", ExitCode.CANNOT_CREATE),
    sqlite3.SQLITE_PERM: ("cannot be opened: permission denied", ExitCode.CANNOT_CREATE),
    sqlite3.SQLITE_NOTADB: ("is not a database this program can use", ExitCode.DATA),
    sqlite3.SQLITE_CORRUPT: ("is damaged", ExitCode.DATA),
    sqlite3.SQLITE_BUSY: ("is locked by another program", ExitCode.UNAVAILABLE),
    sqlite3.SQLITE_LOCKED: ("is locked by another program", ExitCode.UNAVAILABLE),
}
_ALSO_SHARED: Final = frozenset(
    {sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_INTERRUPT}
)
# Connection, resources, operator intervention, system, configuration: nothing one statement did.
_SHARED_CLASSES: Final = frozenset({"08", "53", "57", "58", "F0", "XX"})
# Resources: disk full, out of memory, too many connections.
_RESOURCES: Final = "53"


def concerns_everyone(error: DBAPIError) -> bool:
    """Whether the database itself is in trouble, so that trying again one by one is no use."""
    if error.connection_invalidated:
        return True
    code = _sqlite_code(error)
    if code is not None:
        return code in _SENTENCES or code in _ALSO_SHARED
    return (_sqlstate(error) or "08")[:2] in _SHARED_CLASSES


def is_busy(error: DBAPIError) -> bool:
    """Whether another connection of the same SQLite file holds the lock."""
    return _sqlite_code(error) in _BUSY


def sentence_of(error: DBAPIError) -> tuple[str, int]:
    """What an operator is told, to follow the database's name, and the exit code."""
    code = _sqlite_code(error)
    if code is not None:
        return _SENTENCES.get(code, ("cannot be used", ExitCode.DISK))
    state = _sqlstate(error)
    if state is None:
        return "cannot be reached: the server is down or refuses", ExitCode.UNAVAILABLE
    if state.startswith(_RESOURCES):
        return (
            "cannot be used: the server has run out of disk, memory or connections",
            ExitCode.DISK,
        )
    return f"cannot be used: the server refuses ({state})", ExitCode.UNAVAILABLE


def _sqlite_code(error: DBAPIError) -> int | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(code, int):
        return code & _PRIMARY
    return 0 if isinstance(error.orig, sqlite3.Error) else None


def _sqlstate(error: DBAPIError) -> str | None:
    state = getattr(error.orig, "sqlstate", None)
    return state if isinstance(state, str) else None
