"""Reading a ledger: a consistent view, also of a live one, that cannot write.

What is read is unverified; ``comity.ledger.audit`` decides what it is worth. Rows are read in pages, so
that a log of any length needs the same memory.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Self

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from comity.errors import ExitCode, StartError
from comity.ledger.audit import Entry, Head
from comity.ledger.errors import LedgerError
from comity.store.engine import open_reader
from comity.store.ledger_store import prove
from comity.store.trouble import sentence_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, TextClause

PAGE_ROWS: Final = 1_000
# Below every position, also of rows that should not be there.
_BEFORE_ALL: Final = -(1 << 63)
_COLUMNS: Final = "position, kind, at_ms, envelope_id, leaf, salt, details"
_ORIGIN: Final = text("SELECT origin FROM ledger_log")
_COUNT: Final = text("SELECT count(*) FROM ledger_entry")
_ENTRIES: Final = text(
    f"SELECT {_COLUMNS} FROM ledger_entry WHERE position > :after"  # noqa: S608
    " ORDER BY position LIMIT :page"
)
_LATEST: Final = text(
    f"SELECT {_COLUMNS} FROM ledger_entry WHERE position < :before"  # noqa: S608
    " ORDER BY position DESC LIMIT :page"
)
_BETWEEN: Final = text(
    f"SELECT {_COLUMNS} FROM ledger_entry WHERE envelope_id >= :low AND envelope_id <= :high"  # noqa: S608
    " ORDER BY position LIMIT :page"
)
_HEADS: Final = text(
    "SELECT size, at_ms, note FROM ledger_checkpoint WHERE size > :after ORDER BY size LIMIT :page"
)
_LAST: Final = text("SELECT size, at_ms, note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")


class LedgerReader:
    """One consistent view of a log in a database."""

    __slots__ = ("_connection", "where")

    def __init__(self, connection: Connection, where: str) -> None:
        self._connection = connection
        self.where = where

    @classmethod
    @contextmanager
    def open(cls, where: str | Path) -> Iterator[Self]:
        """The view as of now, of a database file or URL.

        Raises:
            StartError: there is none, it cannot be read, or it holds no ledger.
        """
        engine = open_reader(where)
        name = engine.url.render_as_string(hide_password=True).removeprefix("sqlite:///")
        try:
            with engine.connect() as connection:
                if engine.dialect.name == "sqlite":
                    connection.exec_driver_sql("BEGIN")
                else:
                    connection.execution_options(isolation_level="REPEATABLE READ")
                reader = cls(connection, name)
                reader.origin()
                yield reader
        except DBAPIError as error:
            sentence, exit_code = sentence_of(error)
            raise StartError(f"The database {name} {sentence}.", exit_code=exit_code) from error
        finally:
            engine.dispose()

    def origin(self) -> str:
        """Whose log it says it is."""
        try:
            found = self._connection.execute(_ORIGIN).scalar()
        except DBAPIError as error:
            if not _no_such_table(error):
                raise
            found = None
        if found is None:
            raise StartError(f"{self.where} holds no ledger.", exit_code=ExitCode.DATA)
        return str(found)

    def count(self) -> int:
        """Entries there are."""
        return int(self._connection.execute(_COUNT).scalar_one())

    def last_head(self) -> Head | None:
        """The newest signed head."""
        row = self._connection.execute(_LAST).first()
        return None if row is None else _head(row)

    def entries(self) -> Iterator[Entry]:
        """Every entry, oldest first."""
        for row in self._pages(_ENTRIES, "position"):
            yield _entry(row)

    def heads(self) -> Iterator[Head]:
        """Every signed head, oldest first."""
        for row in self._pages(_HEADS, "size"):
            yield _head(row)

    def latest(self, count: int, *, before: int = (1 << 63) - 1) -> list[Entry]:
        """The last entries before a position, oldest first."""
        rows = self._connection.execute(_LATEST, {"before": before, "page": count}).all()
        return [_entry(row) for row in reversed(rows)]

    def entry(self, position: int) -> Entry | None:
        """One entry."""
        found = self._connection.execute(_ENTRIES, {"after": position - 1, "page": 1}).first()
        return None if found is None or found.position != position else _entry(found)

    def about(self, low: bytes, high: bytes) -> list[Entry]:
        """Entries about envelopes whose ids lie between two, oldest first; at most a page."""
        rows = self._connection.execute(_BETWEEN, {"low": low, "high": high, "page": PAGE_ROWS})
        return [_entry(row) for row in rows]

    def prove(self, position: int) -> bytes:
        """The ``.tlog-proof`` of an entry against the newest head; raises ``LedgerError``."""
        return prove(self._connection, position)

    def try_prove(self, position: int) -> bytes | None:
        """The same; ``None`` when the log has no proof of it."""
        try:
            return self.prove(position)
        except LedgerError:
            return None

    def _pages(self, statement: TextClause, key: str) -> Iterator[Any]:
        after = _BEFORE_ALL
        while True:
            rows = self._connection.execute(statement, {"after": after, "page": PAGE_ROWS}).all()
            yield from rows
            if len(rows) < PAGE_ROWS:
                return
            after = getattr(rows[-1], key)


def _entry(row: Any) -> Entry:
    return Entry(
        row.position,
        row.kind,
        row.at_ms,
        bytes(row.envelope_id),
        bytes(row.leaf),
        None if row.salt is None else bytes(row.salt),
        None if row.details is None else bytes(row.details),
    )


def _head(row: Any) -> Head:
    return Head(row.size, row.at_ms, str(row.note).encode())


def _no_such_table(error: DBAPIError) -> bool:
    undefined_table = "42P01"  # PostgreSQL documentation, appendix A
    state = getattr(error.orig, "sqlstate", None)
    return state == undefined_table or "no such table" in str(error.orig)
