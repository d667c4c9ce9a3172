"""What an import has to remember about a file larger than memory: an unnamed database on disk.

SQLite's temporary database (an empty name) is private to this process, spills to disk, and is gone when
it closes, whatever happens. It holds keys already seen and parts of entities that come before or after
them in the file; nothing of it is kept.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIGEST_BYTES: Final = 16
_TABLES: Final = (
    "CREATE TABLE kept (kind TEXT, name TEXT, value TEXT, PRIMARY KEY (kind, name, value))",
    "CREATE TABLE seen (name TEXT PRIMARY KEY, digest BLOB) WITHOUT ROWID",
)


class Scratch:
    """A multimap from (kind, name) to texts."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def keep(self, kind: str, name: str, value: str) -> None:
        """Remember one more value."""
        self._connection.execute(
            "INSERT OR IGNORE INTO kept VALUES (?, ?, ?)", (kind, _storable(name), value)
        )

    def values(self, kind: str, name: str) -> list[str]:
        """Everything remembered under a name, in a fixed order."""
        rows = self._connection.execute(
            "SELECT value FROM kept WHERE kind = ? AND name = ? ORDER BY value",
            (kind, _storable(name)),
        )
        return [value for (value,) in rows]

    def first_use(self, name: str, content: str) -> bool | None:
        """Whether a key is new (True), seen with this content (False) or with other content (None)."""
        digest = blake2b(
            content.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES
        ).digest()
        key = _storable(name)
        new = self._connection.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, digest))
        if new.rowcount:
            return True
        rows = self._connection.execute("SELECT digest FROM seen WHERE name = ?", (key,))
        return False if rows.fetchone()[0] == digest else None


def _storable(name: str) -> str:
    """Foreign text as SQLite can hold it: no half of a surrogate pair."""
    return name if name.isascii() else name.encode("utf-8", "backslashreplace").decode()


@contextmanager
def scratch() -> Iterator[Scratch]:
    """An empty scratch pad, gone afterwards."""
    connection = sqlite3.connect("", isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        for table in _TABLES:
            connection.execute(table)
        connection.execute("BEGIN")
        yield Scratch(connection)
    finally:
        connection.close()
