"""Statements of hot paths: compiled once for each kind of database, run by its driver with plain values.

SQLAlchemy builds a statement's text once and remembers it, but goes through every value of every row
each time, and makes a result out of what comes back. Here that work is done once too
(docs/performance.md); connections, transactions and the kinds of errors stay SQLAlchemy's. Values are given
as the driver takes them: text, whole numbers, bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ClauseElement, Connection


class Statement:
    """One statement with named values."""

    __slots__ = ("_clause", "_compiled")

    def __init__(self, clause: ClauseElement | str) -> None:
        self._clause = text(clause) if isinstance(clause, str) else clause
        self._compiled: dict[str, tuple[str, Sequence[str] | None]] = {}

    def run(
        self, connection: Connection, values: Mapping[str, object] | Sequence[Mapping[str, object]]
    ) -> int:
        """Runs it with one row's values, or once with those of several rows, in the open transaction.

        Returns:
            how many rows it changed.

        Raises:
            DBAPIError: as SQLAlchemy raises it. A connection that was lost is not dialled again by
                itself: whoever holds it closes it.
        """
        return int(self._run(connection, values).rowcount)

    def rows(self, connection: Connection, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Runs it and reads what it found, to be held to the same errors."""
        cursor = self._run(connection, values)
        try:
            found: list[tuple[Any, ...]] = cursor.fetchall()
        except connection.dialect.dbapi.Error as error:  # type: ignore[union-attr]  # every dialect here has one
            raise _wrapped(connection, error) from error
        return found

    def _run(
        self, connection: Connection, values: Mapping[str, object] | Sequence[Mapping[str, object]]
    ) -> Any:
        dialect = connection.dialect
        sql, places = self._compiled.get(dialect.driver) or self._compile(connection)
        if not connection.in_transaction():
            connection.begin()
        cursor: Any = connection.connection.cursor()
        try:
            if isinstance(values, dict):
                cursor.execute(
                    sql, values if places is None else tuple([values[name] for name in places])
                )
            elif places is None:
                cursor.executemany(sql, values)
            else:
                cursor.executemany(
                    sql,
                    [tuple([row[name] for name in places]) for row in values],  # type: ignore[index]
                )
        except dialect.dbapi.Error as error:  # type: ignore[union-attr]  # every dialect here has one
            raise _wrapped(connection, error) from error
        return cursor

    def _compile(self, connection: Connection) -> tuple[str, Sequence[str] | None]:
        compiled: Any = self._clause.compile(dialect=connection.dialect)
        made = (str(compiled), compiled.positiontup if compiled.positional else None)
        self._compiled[connection.dialect.driver] = made
        return made


def _wrapped(connection: Connection, error: Exception) -> BaseException:
    """The driver's error as SQLAlchemy's, without statement or values: both may hold personal data."""
    dialect = connection.dialect
    driver = connection.connection.dbapi_connection
    return DBAPIError.instance(
        None,
        None,
        error,
        dialect.dbapi.Error,  # type: ignore[union-attr]  # every dialect here has one
        hide_parameters=True,
        connection_invalidated=dialect.is_disconnect(error, driver, None),  # type: ignore[arg-type]  # it is
        dialect=dialect,
    )
