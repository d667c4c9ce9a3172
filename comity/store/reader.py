"""Reading a ledger: a consistent view, also of a live one, that cannot write.

What is read is unverified; ``comity.ledger.audit`` decides what it is worth. Rows are read in pages, so
that a log of any length needs the same memory.
"""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Self

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from comity.errors import ExitCode, StartError
from comity.ledger.errors import LedgerError
from comity.store.engine import open_reader
from comity.store.ledger_rows import (
    COLUMNS,
    ENTRIES_FROM,
    entries_from,
    entry_of,
    head_of,
    last_head,
    lookup,
    prove,
    stored_tile,
)
from comity.store.ledger_runs import POSITION_END, entries_about, stored_run
from comity.store.trouble import sentence_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, TextClause

    from comity.ledger.audit import Entry, Head
    from comity.ledger.runs import Page

# Undefined table and column (PostgreSQL documentation, appendix A).
_UNDEFINED: Final = frozenset({"42P01", "42703"})
PAGE_ROWS: Final = 1_000
# Below every position, also of rows that should not be there.
_FIRST: Final = -(1 << 63)
_LOGS: Final = text("SELECT id, origin FROM ledger_log ORDER BY id")
_COUNT: Final = text("SELECT count(*) FROM ledger_entry WHERE log = :log")
_LATEST: Final = text(
    f"SELECT {COLUMNS} FROM ledger_entry WHERE log = :log AND position < :before"  # noqa: S608
    " ORDER BY position DESC LIMIT :page"
)
_HEADS: Final = text(
    "SELECT size, at_ms, note FROM ledger_checkpoint WHERE log = :log AND size >= :first"
    " ORDER BY size LIMIT :page"
)


class LedgerReader:
    """One consistent view of a log in a database."""

    def __init__(self, connection: Connection, where: str, *, log: int, origin: str) -> None:
        self.where = where
        self.origin = origin
        self._connection = connection
        self._log = log
        self._lookup = lookup(connection, log)
        self._head = last_head(connection, log)

    @classmethod
    @contextmanager
    def open(cls, where: str | Path, origin: str = "") -> Iterator[Self]:
        """The view as of now, of a database file or URL.

        Args:
            where: the database.
            origin: whose log; may be left out when the database holds one only.

        Raises:
            StartError: there is none, it cannot be read, or it holds no such ledger.
        """
        engine = open_reader(where)
        name = engine.url.render_as_string(hide_password=True).removeprefix("sqlite:///")
        try:
            with engine.connect() as connection:
                if engine.dialect.name == "sqlite":
                    connection.exec_driver_sql("BEGIN")
                else:
                    connection.execution_options(isolation_level="REPEATABLE READ")
                log, found = _choose(_logs(connection), name, origin)
                yield cls(connection, name, log=log, origin=found)
        except DBAPIError as error:
            if _no_such_table(error):
                gone = f"{name} lacks a part of its ledger: a table or column was dropped."
                raise StartError(gone, exit_code=ExitCode.UNSOUND) from error
            sentence, exit_code = sentence_of(error)
            raise StartError(f"The database {name} {sentence}.", exit_code=exit_code) from error
        finally:
            engine.dispose()

    def count(self) -> int:
        """Entries there are."""
        return int(self._connection.execute(_COUNT, {"log": self._log}).scalar_one())

    def last_head(self) -> Head | None:
        """The newest signed head."""
        return self._head

    def entries(self) -> Iterator[Entry]:
        """Every entry, oldest first."""
        for row in self._pages(ENTRIES_FROM, "position"):
            yield entry_of(row)

    def heads(self) -> Iterator[Head]:
        """Every signed head, oldest first."""
        for row in self._pages(_HEADS, "size"):
            yield head_of(row)

    def tile(self, level: int, position: int) -> bytes | None:
        """A stored tile."""
        return stored_tile(self._connection, self._log, level, position)

    def latest(self, count: int, *, before: int = POSITION_END, about: bytes = b"") -> list[Entry]:
        """The last entries before a position, oldest first; of one envelope's if ``about`` names it."""
        if about:
            found = list(islice(self._about(about, about, before=before), count))
        else:
            given = {"log": self._log, "before": before, "page": count}
            found = [entry_of(row) for row in self._connection.execute(_LATEST, given)]
        return found[::-1]

    def entry(self, position: int) -> Entry | None:
        """One entry."""
        found = entries_from(self._connection, self._log, position, 1)
        return found[0] if found and found[0].position == position else None

    def about(self, low: bytes, high: bytes) -> list[Entry]:
        """Entries about envelopes whose ids lie between two, oldest first."""
        return list(self._about(low, high))[::-1]

    def _about(self, low: bytes, high: bytes, *, before: int = POSITION_END) -> Iterator[Entry]:
        size = self._head.size if self._head is not None else 0
        return entries_about(self._connection, self._log, (low, high), size=size, before=before)

    def ids(self, run: int) -> list[Page]:
        """A stored run of ids."""
        return stored_run(self._connection, self._log, run)

    def prove(self, entry: Entry) -> bytes:
        """The ``.tlog-proof`` of an entry against the newest head; raises ``LedgerError``."""
        if self._head is None:
            raise LedgerError("a log without a head proves nothing")
        return prove(self._lookup, self._head, entry)

    def try_prove(self, entry: Entry) -> bytes | None:
        """The same; ``None`` when the log has no proof of it."""
        try:
            return self.prove(entry)
        except LedgerError:
            return None

    def _pages(self, statement: TextClause, key: str) -> Iterator[Any]:
        first = _FIRST
        while True:
            given = {"log": self._log, "first": first, "page": PAGE_ROWS}
            rows = self._connection.execute(statement, given).all()
            yield from rows
            if len(rows) < PAGE_ROWS:
                return
            last = getattr(rows[-1], key)
            if not isinstance(last, int):
                return  # text where a number belongs sorts behind every number; it was yielded
            first = last + 1


def _logs(connection: Connection) -> dict[str, int]:
    """Logs of a database by origin."""
    try:
        return {row.origin: row.id for row in connection.execute(_LOGS)}
    except DBAPIError as error:
        if _no_such_table(error):
            return {}
        raise


def _choose(logs: dict[str, int], name: str, origin: str) -> tuple[int, str]:
    if origin and origin not in logs:
        raise StartError(f"{name} holds no ledger of {origin}.", exit_code=ExitCode.DATA)
    if not logs:
        raise StartError(f"{name} holds no ledger.", exit_code=ExitCode.DATA)
    if not origin and len(logs) > 1:
        sentence = f"{name} holds several ledgers; name one with --origin: {', '.join(logs)}."
        raise StartError(sentence, exit_code=ExitCode.USAGE)
    chosen = origin or next(iter(logs))
    return logs[chosen], chosen


def _no_such_table(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    said = str(error.orig)
    return state in _UNDEFINED or "no such table" in said or "no such column" in said
