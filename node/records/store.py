"""The register: storing records field by field, and reading no more than a mask names.

Rules:

* A record is known by its source and its owner's key; storing the same again writes nothing.
* Reading takes paths, and returns these paths.
* Identifiers are looked up by a keyed hash of their normal form.
"""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, func, intersect, select, text
from sqlalchemy.exc import DBAPIError

from comity.store.statement import Statement
from node.records import normalise, schema
from node.records.encoding import decode
from node.records.facts import COLUMNS, Fact, fact_of
from node.records.record import RecordId
from node.records.writing import LoadCounts, batches, forget, write_batch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Engine

    from node.records.identifiers import Key
    from node.records.normalise import Series
    from node.records.record import Record
    from node.records.values import Assertion

HASH_BYTES: Final = 16
# Identifiers in one IN list; SQLite allows 32,766 parameters.
IN_MAX: Final = 5_000
# Fields of one record that hold the same identifier.
PATHS_PER_RECORD_MAX: Final = 4
# Records whose facts one question read and may need again.
FACTS_HELD: Final = 4_096
# Statements that read so many fields of so many records.
READINGS_REMEMBERED: Final = 256


class Match(NamedTuple):
    """A record found by an identifier, and the field that held it."""

    record_id: RecordId
    path: str


class RecordStore:
    """One node's records. Writing uses its own transactions; reading one held connection."""

    def __init__(self, engine: Engine, *, index_key: bytes) -> None:
        self._engine = engine
        self._index_key = index_key
        self._reader: Connection | None = None
        self._read: dict[RecordId, Fact] = {}

    # --- writing ---------------------------------------------------------------------------------

    def upsert_many(self, records: Iterable[Record], *, load: int = 0) -> LoadCounts:
        """Stores records; those that did not change cost one look.

        Args:
            records: any number; memory stays bounded.
            load: number of this load, for ``delete_missing``.
        """
        counts = LoadCounts(0, 0, 0)
        for batch in batches(records):
            with self._engine.begin() as connection:
                counts += write_batch(connection, batch, load=load, hash_of=self.hash_of)
        return counts

    def delete_missing(self, source: str, *, load: int) -> int:
        """Deletes what a complete load of ``source`` no longer brought; returns how many."""
        with self._engine.begin() as connection:
            gone = (
                connection.execute(
                    select(schema.record.c.id).where(
                        schema.record.c.source == source, schema.record.c.load < load
                    )
                )
                .scalars()
                .all()
            )
            for at in range(0, len(gone), IN_MAX):
                forget(connection, gone[at : at + IN_MAX])
                connection.execute(
                    delete(schema.record).where(schema.record.c.id.in_(gone[at : at + IN_MAX]))
                )
        return len(gone)

    # --- identifiers -----------------------------------------------------------------------------

    def hash_of(self, key: Key) -> bytes:
        """The keyed hash an identifier is found by."""
        within = "" if key.within is None else f"\0{key.within}"
        data = f"{key.kind}\0{key.normal}{within}".encode()
        return blake2b(data, key=self._index_key, digest_size=HASH_BYTES).digest()

    # --- reading -----------------------------------------------------------------------------------

    @property
    def reader(self) -> Connection:
        """The held connection that reads; it sees what was committed when each statement began.

        One whose server went away is given up, and the server is dialled again.
        """
        if self._reader is not None and self._reader.invalidated:
            self.close()
        if self._reader is None:
            self._reader = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self._reader

    def close(self) -> None:
        """Closes the held connection."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _rows(self, statement: Statement, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        reader = self.reader
        try:
            return statement.rows(reader, values)
        except DBAPIError as error:
            if error.connection_invalidated:
                reader.invalidate()
            raise

    def find(self, hashed: bytes, limit: int) -> list[Match]:
        """At most ``limit`` records that hold an identifier, once for each field that does."""
        rows = self._rows(_FIND, {"hash": hashed, "limit": limit * PATHS_PER_RECORD_MAX})
        found = [Match(RecordId(row[0]), row[1]) for row in rows]
        within = set(list(dict.fromkeys(one.record_id for one in found))[:limit])
        return [one for one in found if one.record_id in within]

    def find_all(
        self, groups: Sequence[Sequence[bytes]], limit: int
    ) -> dict[RecordId, list[tuple[str, ...]]]:
        """At most ``limit`` records that hold one identifier of each group.

        Returns:
            for each record and each group the fields that hold one of it.
        """
        holds = schema.identifier.c
        wanted = [select(holds.record_id).where(holds.hash.in_(group)) for group in groups]
        both = intersect(*wanted).order_by("record_id").limit(limit)
        ids = list(self.reader.execute(both).scalars())
        found: dict[RecordId, list[tuple[str, ...]]] = {RecordId(one): [] for one in ids}
        for group in groups if found else ():
            paths: dict[int, set[str]] = {}
            for at in range(0, len(ids), IN_MAX):
                rows = self.reader.execute(
                    select(holds.record_id, holds.path).where(
                        holds.hash.in_(group), holds.record_id.in_(ids[at : at + IN_MAX])
                    )
                )
                for record_id, path in rows:
                    paths.setdefault(record_id, set()).add(path)
            for one, ways in found.items():
                ways.append(tuple(sorted(paths.get(one, ()))))
        return found

    def batches_with(self, asked: Series, country: str, limit: int) -> list[RecordId]:
        """Batches of blank documents that hold a number, at most ``limit``.

        Args:
            asked: the number, as one of a series.
            country: that issues it; empty: any. A batch that names no country is of any.
            limit: at most so many.
        """
        values: dict[str, object] = {
            "letters": asked.letters,
            "figures": asked.figures,
            "place": asked.place,
            "limit": limit,
        }
        if country:
            values["country"] = normalise.words(country)
        rows = self._rows(_BATCHES_OF if country else _BATCHES, values)
        return [RecordId(row[0]) for row in rows]

    def facts(self, record_ids: Sequence[RecordId]) -> Mapping[RecordId, Fact]:
        """Entity type, labels and assertion of records as they are now; no field values.

        They are read each time: an importer beside this process changes labels, and what a ruling rests on
        must not be older than the ruling.
        """
        reading = _facts_of(len(record_ids))
        rows = self._rows(reading.statement, dict(zip(reading.names, record_ids, strict=True)))
        read = {RecordId(row[0]): fact_of(row[1:]) for row in rows}
        found = {one: read[one] for one in record_ids if one in read}
        if len(self._read) >= FACTS_HELD:
            self._read.clear()
        for one in record_ids:
            self._read.pop(one, None)
        self._read |= found
        return found

    def fact(self, record_id: RecordId) -> Fact | None:
        """The same of one record, as last read: what a question ruled on is what it goes on with."""
        return self._read.get(record_id) or self.facts([record_id]).get(record_id)

    def read(
        self, record_ids: Sequence[RecordId], paths: Iterable[str]
    ) -> dict[RecordId, dict[str, object]]:
        """Only these fields of these records."""
        found: dict[RecordId, dict[str, object]] = {}
        names = tuple(paths)
        reading = _reading(len(record_ids), len(names))
        values = dict(zip(reading.names, (*record_ids, *names), strict=True))
        for record_id, path, value in self._rows(reading.statement, values):
            found.setdefault(record_id, {})[path] = decode(path, value)
        return found

    def assertion(self, record_id: RecordId) -> Assertion | None:
        """How a record is to be judged and handled."""
        fact = self.fact(record_id)
        return None if fact is None else fact.assertion

    def templates(self) -> Iterator[tuple[RecordId, str]]:
        """Every record that holds a biometric template, with the template in base64."""
        field = schema.record_field.c
        wanted = select(field.record_id, field.value).where(field.path == "biometric.template")
        with self._engine.connect() as connection:
            for record_id, value in connection.execution_options(yield_per=500).execute(wanted):
                yield RecordId(record_id), str(json.loads(value))

    def of_source(self, source: str, source_keys: Sequence[str]) -> dict[str, RecordId]:
        """Records by their owner's keys."""
        rows = self.reader.execute(_OF_SOURCE, {"source": source, "keys": list(source_keys)})
        return {row.source_key: RecordId(row.id) for row in rows}

    def counts(self) -> dict[tuple[str, str], int]:
        """Records by source and entity type."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(schema.record.c.source, schema.record.c.entity_type, func.count()).group_by(
                    schema.record.c.source, schema.record.c.entity_type
                )
            )
            return {(row[0], row[1]): row[2] for row in rows}


_IN_BATCH: Final = (
    "SELECT record_id FROM number_range WHERE letters = :letters AND figures = :figures"
    " AND first <= :place AND last >= :place"
)
_BATCHES: Final = Statement(f"{_IN_BATCH} ORDER BY record_id LIMIT :limit")
_BATCHES_OF: Final = Statement(
    f"{_IN_BATCH} AND country IN (:country, '') ORDER BY record_id LIMIT :limit"
)
_FIND: Final = Statement(
    "SELECT record_id, path FROM identifier WHERE hash = :hash ORDER BY record_id, path LIMIT :limit"
)
_OF_SOURCE: Final = text(
    "SELECT id, source_key FROM record WHERE source = :source AND source_key IN :keys"
).bindparams(bindparam("keys", expanding=True))


class _Reading(NamedTuple):
    statement: Statement
    names: tuple[str, ...]


@lru_cache(maxsize=READINGS_REMEMBERED)
def _reading(records: int, paths: int) -> _Reading:
    """Reads so many fields of so many records."""
    ids = [f"id{place}" for place in range(records)]
    names = [f"path{place}" for place in range(paths)]
    statement = Statement(
        "SELECT record_id, path, value FROM record_field"  # noqa: S608  # names of parameters
        f" WHERE record_id IN ({_listed(ids)}) AND path IN ({_listed(names)})"
    )
    return _Reading(statement, (*ids, *names))


@lru_cache(maxsize=READINGS_REMEMBERED)
def _facts_of(records: int) -> _Reading:
    """Reads what is known of so many records."""
    names = [f"id{place}" for place in range(records)]
    statement = Statement(
        f"SELECT id, {COLUMNS} FROM record WHERE id IN ({_listed(names)})"  # noqa: S608  # names of parameters
    )
    return _Reading(statement, tuple(names))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f":{name}" for name in names) or "NULL"
