"""Published names as the register holds them: what the name index is built from and checked against.

The index beside the database proposes; these tables decide. A name that was deleted since is not found
here, so it is never a candidate, however old the index is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import bindparam, text

from node.records.record import RecordId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

_LAST: Final = text("SELECT last FROM serial WHERE name = 'name'")
_COUNT: Final = text("SELECT count(*) FROM name")
_AFTER: Final = text(
    "SELECT id, record_id, path, text FROM name WHERE id > :number ORDER BY id LIMIT :limit"
)
_HELD: Final = text("SELECT id, record_id, path FROM name WHERE id IN :ids").bindparams(
    bindparam("ids", expanding=True)
)
_FACTS: Final = text(
    "SELECT record_id, path, value FROM record_field WHERE record_id IN :ids"
    " AND path IN ('person.birth_date', 'person.nationalities', 'person.sex')"
).bindparams(bindparam("ids", expanding=True))


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
        return int(self._reader.execute(_LAST).scalar_one_or_none() or 0)

    def count(self) -> int:
        """Names there are."""
        return int(self._reader.execute(_COUNT).scalar_one())

    def after(self, number: int, limit: int) -> list[StoredName]:
        """Names with higher numbers, at most ``limit``, in order."""
        rows = self._reader.execute(_AFTER, {"number": number, "limit": limit})
        return [StoredName(row[0], RecordId(row[1]), row[2], row[3]) for row in rows]

    def held(self, name_ids: Sequence[int]) -> dict[int, tuple[RecordId, str]]:
        """Record and field of the names that are still there."""
        rows = self._reader.execute(_HELD, {"ids": list(name_ids)})
        return {row[0]: (RecordId(row[1]), row[2]) for row in rows}

    def evidence(self, record_ids: Sequence[RecordId]) -> list[tuple[RecordId, str, str]]:
        """Stored birth dates, nationalities and sex of records, as JSON."""
        rows = self._reader.execute(_FACTS, {"ids": list(record_ids)})
        return [(RecordId(row[0]), row[1], row[2]) for row in rows]
