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
        if isinstance(values, list):
            if not values:
                return 0
            names = tuple(values[0])
            rows = [tuple([row[name] for name in names]) for row in values]
            return self.run_rows(connection, names, rows)
        return int(self._one(connection, values).rowcount)  # type: ignore[arg-type]  # one row's

    def run_rows(
        self, connection: Connection, names: tuple[str, ...], rows: Sequence[tuple[object, ...]]
    ) -> int:
        """``run`` for rows whose values stand in the order of ``names``: where they are many."""
        sql, places = self._compiled_for(connection)
        if places is None:
            return int(
                _send(
                    connection, sql, [dict(zip(names, row, strict=True)) for row in rows], many=True
                ).rowcount
            )
        if tuple(places) != names:
            order = [names.index(name) for name in places]
            rows = [tuple([row[at] for at in order]) for row in rows]
        return int(_send(connection, sql, rows, many=True).rowcount)

    def rows(self, connection: Connection, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Runs it and reads what it found, to be held to the same errors."""
        cursor = self._one(connection, values)
        try:
            found: list[tuple[Any, ...]] = cursor.fetchall()
        except connection.dialect.dbapi.Error as error:  # type: ignore[union-attr]  # every dialect here has one
            raise _wrapped(connection, error) from error
        return found

    def _one(self, connection: Connection, values: Mapping[str, object]) -> Any:
        sql, places = self._compiled_for(connection)
        given = values if places is None else tuple([values[name] for name in places])
        return _send(connection, sql, given, many=False)

    def _compiled_for(self, connection: Connection) -> tuple[str, Sequence[str] | None]:
        return self._compiled.get(connection.dialect.driver) or self._compile(connection)

    def _compile(self, connection: Connection) -> tuple[str, Sequence[str] | None]:
        compiled: Any = self._clause.compile(dialect=connection.dialect)
        made = (str(compiled), compiled.positiontup if compiled.positional else None)
        self._compiled[connection.dialect.driver] = made
        return made


def _send(connection: Connection, sql: str, given: Any, *, many: bool) -> Any:
    """A statement and its values to the driver; its cursor."""
    if not connection.in_transaction():
        connection.begin()
    cursor: Any = connection.connection.cursor()
    try:
        if many:
            cursor.executemany(sql, given)
        else:
            cursor.execute(sql, given)
    except connection.dialect.dbapi.Error as error:  # type: ignore[union-attr]  # every dialect here has one
        raise _wrapped(connection, error) from error
    return cursor


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
