"""Reading the name index: tokens by key, postings by token, names by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import bindparam, text

from node.records.record import RecordId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

_TOKENS: Final = text(
    "SELECT DISTINCT token.id, token.text FROM token_key JOIN token ON token.id = token_key.token_id"
    " WHERE token_key.key IN :keys LIMIT :limit"
).bindparams(bindparam("keys", expanding=True))
_FREQUENCY: Final = text(
    "SELECT token_id, count(*) FROM posting WHERE token_id IN :ids GROUP BY token_id"
).bindparams(bindparam("ids", expanding=True))
_POSTINGS: Final = text("SELECT name_id FROM posting WHERE token_id = :token_id LIMIT :limit")
_NAMES: Final = text(
    "SELECT name.id, name.record_id, name.path, name.folded, name.kind FROM name"
    " JOIN record ON record.id = name.record_id"
    " WHERE name.id IN :ids AND record.entity_type = :entity_type"
).bindparams(bindparam("ids", expanding=True))
_FACTS: Final = text(
    "SELECT record_id, path, value FROM record_field WHERE record_id IN :ids"
    " AND path IN ('person.birth_date', 'person.nationalities', 'person.sex')"
).bindparams(bindparam("ids", expanding=True))
_COUNT: Final = text("SELECT count(*) FROM name")


class NameRow(NamedTuple):
    """One published name."""

    name_id: int
    record_id: RecordId
    path: str
    folded: str
    kind: str


class NameIndex:
    """The name tables, read on one held connection of the search's own thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._frequencies: dict[int, int] = {}

    @property
    def _reader(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(
                isolation_level="AUTOCOMMIT"
            )
        return self._connection

    def close(self) -> None:
        """Closes the held connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def size(self) -> int:
        """Names in the index."""
        return int(self._reader.execute(_COUNT).scalar_one())

    def tokens(self, keys: Sequence[int], limit: int) -> dict[int, str]:
        """Distinct tokens that share one of ``keys``."""
        rows = self._reader.execute(_TOKENS, {"keys": list(keys), "limit": limit})
        return {row[0]: row[1] for row in rows}

    def frequencies(self, token_ids: Sequence[int]) -> dict[int, int]:
        """Names that hold each token."""
        rows = self._reader.execute(_FREQUENCY, {"ids": list(token_ids)})
        return {row[0]: row[1] for row in rows}

    def postings(self, token_id: int, limit: int) -> list[int]:
        """Names that hold a token, at most ``limit``."""
        rows = self._reader.execute(_POSTINGS, {"token_id": token_id, "limit": limit})
        return [row[0] for row in rows]

    def names(self, name_ids: Sequence[int], entity_type: str) -> list[NameRow]:
        """The names behind their numbers, of one entity type."""
        rows = self._reader.execute(_NAMES, {"ids": list(name_ids), "entity_type": entity_type})
        return [NameRow(row[0], RecordId(row[1]), row[2], row[3], row[4]) for row in rows]

    def evidence(self, record_ids: Sequence[RecordId]) -> list[tuple[RecordId, str, str]]:
        """Stored birth dates, nationalities and sex of records, as JSON."""
        rows = self._reader.execute(_FACTS, {"ids": list(record_ids)})
        return [(RecordId(row[0]), row[1], row[2]) for row in rows]
