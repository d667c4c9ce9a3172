"""Published names as the register holds them: what the name index is built from and checked against.

The index beside the database proposes; these tables decide. A name that was deleted since is not found
here, so it is never a candidate, however old the index is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import bindparam, text
from sqlalchemy.exc import DBAPIError

from node.records.record import RecordId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Engine, TextClause

_LAST: Final = text("SELECT last FROM serial WHERE name = 'name'")
_COUNT: Final = text("SELECT count(*) FROM name")
_AFTER: Final = text(
    "SELECT id, record_id, path, text FROM name WHERE id > :number ORDER BY id LIMIT :limit"
)
_NUMBERS: Final = text("SELECT id FROM name WHERE id > :number ORDER BY id LIMIT :limit")
_HELD: Final = text("SELECT id, record_id, path FROM name WHERE id IN :ids").bindparams(
    bindparam("ids", expanding=True)
)
_FACTS: Final = text(
    "SELECT record_id, path, value FROM record_field WHERE record_id IN :ids"
    " AND path IN ('person.birth_date', 'person.further_birth_dates',"
    " 'person.nationalities', 'person.sex')"
).bindparams(bindparam("ids", expanding=True))


class NamesUnreadable(Exception):  # a state that passes
    """The register's names cannot be read now; the next attempt uses a new connection."""


class StoredName(NamedTuple):
    """One published name; ``path`` is the field that holds it."""

    name_id: int
    record_id: RecordId
    path: str
    text: str


class PublishedNames:
    """Reads names on one held connection; each thread that reads has its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    @property
    def _reader(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(
                isolation_level="AUTOCOMMIT"
            )
        return self._connection

    def _read(self, statement: TextClause, values: Mapping[str, object] | None = None) -> list[Any]:
        try:
            return list(self._reader.execute(statement, values or {}))
        except DBAPIError as error:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.invalidate()  # what it is worth after an error is not asked
                connection.close()
            raise NamesUnreadable(type(error).__name__) from error

    def another(self) -> PublishedNames:
        """The same names, for another thread."""
        return PublishedNames(self._engine)

    def close(self) -> None:
        """Closes the held connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def last(self) -> int:
        """The highest number given to a name so far."""
        rows = self._read(_LAST)
        return int(rows[0][0]) if rows else 0

    def count(self) -> int:
        """Names there are."""
        return int(self._read(_COUNT)[0][0])

    def after(self, number: int, limit: int) -> list[StoredName]:
        """Names with higher numbers, at most ``limit``, in order."""
        rows = self._read(_AFTER, {"number": number, "limit": limit})
        return [StoredName(row[0], RecordId(row[1]), row[2], row[3]) for row in rows]

    def numbers(self, number: int, limit: int) -> list[int]:
        """Higher numbers of names, at most ``limit``, in order."""
        rows = self._read(_NUMBERS, {"number": number, "limit": limit})
        return [int(row[0]) for row in rows]

    def held(self, name_ids: Sequence[int]) -> dict[int, tuple[RecordId, str]]:
        """Record and field of the names that are still there."""
        rows = self._read(_HELD, {"ids": list(name_ids)})
        return {row[0]: (RecordId(row[1]), row[2]) for row in rows}

    def evidence(self, record_ids: Sequence[RecordId]) -> list[tuple[RecordId, str, str]]:
        """Stored birth dates, nationalities and sex of records, as JSON."""
        rows = self._read(_FACTS, {"ids": list(record_ids)})
        return [(RecordId(row[0]), row[1], row[2]) for row in rows]
