"""Statements of hot paths: compiled once for each kind of database, run with plain values.

SQLAlchemy builds a statement's text once and remembers it, but goes through every value of every row
each time. Here that work is done once too (docs/performance.md). Values are given as the driver takes
them: text, whole numbers, bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ClauseElement, Connection


class Statement:
    """One statement with named values; errors and transactions are SQLAlchemy's as ever."""

    __slots__ = ("_clause", "_compiled")

    def __init__(self, clause: ClauseElement | str) -> None:
        self._clause = text(clause) if isinstance(clause, str) else clause
        self._compiled: dict[str, tuple[str, Sequence[str] | None]] = {}

    def run(
        self, connection: Connection, values: Mapping[str, object] | Sequence[Mapping[str, object]]
    ) -> Any:
        """Runs it with one row's values, or once with those of several rows; the driver's result."""
        sql, places = self._compiled.get(connection.dialect.driver) or self._compile(connection)
        if places is None:
            return connection.exec_driver_sql(sql, values)
        given: Any
        if isinstance(values, dict):
            given = tuple([values[name] for name in places])
        else:
            given = [tuple([row[name] for name in places]) for row in values]  # type: ignore[index]
        return connection.exec_driver_sql(sql, given)

    def _compile(self, connection: Connection) -> tuple[str, Sequence[str] | None]:
        compiled: Any = self._clause.compile(dialect=connection.dialect)
        made = (str(compiled), compiled.positiontup if compiled.positional else None)
        self._compiled[connection.dialect.driver] = made
        return made
