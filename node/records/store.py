"""The register: storing records field by field, and reading no more than a mask names.

Rules:

* A record is known by its source and its owner's key; storing the same again writes nothing.
* Reading takes paths, and returns these paths.
* Identifiers are looked up by a keyed hash of their normal form.
"""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, func, insert, intersect, select, text, update

from comity.catalogue import FIELDS
from comity.store.statement import Statement
from node.records import normalise, schema
from node.records.indexing import NAMED, keys_of
from node.records.record import Labels, RecordId
from node.records.values import VALUE_TYPES, Assertion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Engine

    from node.records.identifiers import Key
    from node.records.record import Record

HASH_BYTES: Final = 16
DIGEST_BYTES: Final = 16
# Characters of a name that are indexed; the field itself is stored whole.
NAME_CHARACTERS_MAX: Final = 256
BATCH_RECORDS: Final = 2_000
# Identifiers in one IN list; SQLite allows 32,766 parameters.
IN_MAX: Final = 5_000
# Records remembered as read-only facts on the hot path: labels and assertions, no field values.
LABELS_REMEMBERED: Final = 65_536
# Statements that read so many fields of so many records.
READINGS_REMEMBERED: Final = 256

_VALUE_OF: Final = {
    info.path: VALUE_TYPES.get(info.values or "") for fields in FIELDS.values() for info in fields
}


class LoadCounts(NamedTuple):
    """What storing a batch changed."""

    added: int
    changed: int
    unchanged: int

    def __add__(self, other: object) -> LoadCounts:
        if not isinstance(other, LoadCounts):
            return NotImplemented
        return LoadCounts(*(a + b for a, b in zip(self, other, strict=True)))


class Fact(NamedTuple):
    """What is known of a record without reading any of its fields.

    Attributes:
        labels: its own, and the markings that follow from its assertion: handling code, contested,
            third party.
        assertion: as stored.
        review_on: day by which its owner reviews it; empty: none.
        delete_on: day on which its owner deletes it; empty: none.
        source: the register it comes from.
        source_key: its owner's key.
    """

    entity_type: str
    labels: Labels
    assertion: str
    review_on: str
    delete_on: str
    source: str
    source_key: str


class Match(NamedTuple):
    """A record found by an identifier, and the field that held it."""

    record_id: RecordId
    path: str


def encode(value: object) -> str:
    """A field's value as JSON."""

    def plain(one: Any) -> Any:
        if is_dataclass(one) and not isinstance(one, type):
            return {key: part for key, part in asdict(one).items() if part}
        return one

    shaped = [plain(one) for one in value] if isinstance(value, tuple) else plain(value)
    return json.dumps(shaped, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def decode(path: str, stored: str) -> object:
    """The value behind ``encode``."""
    if stored[:1] == '"' and "\\" not in stored:
        return stored[1:-1]  # plain text, as most fields are
    shaped = json.loads(stored)
    kind = _VALUE_OF.get(path)
    if isinstance(shaped, list):
        return tuple(kind(**one) if kind is not None else one for one in shaped)
    return shaped


def digest_of(record: Record) -> bytes:
    """What tells whether a record changed."""
    whole = json.dumps(
        [
            record.entity_type,
            record.labels.subject,
            sorted(record.labels.markings),
            asdict(record.assertion),
            {path: encode(value) for path, value in record.fields.items()},
            normalise.NORMALISER_VERSION,
        ],
        sort_keys=True,
    )
    return blake2b(whole.encode(), digest_size=DIGEST_BYTES).digest()


class RecordStore:
    """One node's records. Writing uses its own transactions; reading one held connection."""

    def __init__(self, engine: Engine, *, index_key: bytes) -> None:
        self._engine = engine
        self._index_key = index_key
        self._reader: Connection | None = None
        self._known: dict[RecordId, Fact] = {}

    # --- writing ---------------------------------------------------------------------------------

    def upsert_many(self, records: Iterable[Record], *, load: int = 0) -> LoadCounts:
        """Stores records; those that did not change cost one look.

        Args:
            records: any number; memory stays bounded.
            load: number of this load, for ``delete_missing``.
        """
        counts = LoadCounts(0, 0, 0)
        for batch in _batches(records):
            with self._engine.begin() as connection:
                counts += self._store(connection, batch, load)
        self._known.clear()
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
                self._forget(connection, gone[at : at + IN_MAX])
                connection.execute(
                    delete(schema.record).where(schema.record.c.id.in_(gone[at : at + IN_MAX]))
                )
        self._known.clear()
        return len(gone)

    def _store(self, connection: Connection, batch: list[Record], load: int) -> LoadCounts:
        unique = {(record.source, record.source_key): record for record in batch}
        found: dict[tuple[str, str], tuple[int, bytes]] = {}
        for source in {source for source, _ in unique}:
            wanted = [key for owner, key in unique if owner == source]
            rows = connection.execute(
                select(
                    schema.record.c.id, schema.record.c.source_key, schema.record.c.digest
                ).where(schema.record.c.source == source, schema.record.c.source_key.in_(wanted))
            )
            found.update({(source, row.source_key): (row.id, bytes(row.digest)) for row in rows})
        added, changed, same = [], [], []
        top = connection.execute(
            select(func.coalesce(func.max(schema.record.c.id), 0))
        ).scalar_one()
        for key, record in unique.items():
            digest = digest_of(record)
            known = found.get(key)
            if known is None:
                top += 1
                added.append((top, record, digest))
            elif known[1] != digest:
                changed.append((known[0], record, digest))
            else:
                same.append(known[0])
        if same and load:
            connection.execute(
                update(schema.record).where(schema.record.c.id.in_(same)).values(load=load)
            )
        if changed:
            self._forget(connection, [row[0] for row in changed])
            connection.execute(
                delete(schema.record).where(schema.record.c.id.in_([row[0] for row in changed]))
            )
        self._write(connection, added + changed, load)
        return LoadCounts(len(added), len(changed), len(batch) - len(added) - len(changed))

    def _forget(self, connection: Connection, ids: Sequence[int]) -> None:
        for table in (schema.name, schema.identifier, schema.record_field):
            connection.execute(delete(table).where(table.c.record_id.in_(ids)))

    def _write(
        self, connection: Connection, rows: list[tuple[int, Record, bytes]], load: int
    ) -> None:
        if not rows:
            return
        records: list[dict[str, Any]] = []
        fields: list[dict[str, Any]] = []
        identifiers: dict[tuple[bytes, int, str], None] = {}
        published: list[tuple[int, str, str, str]] = []
        for number, record, digest in rows:
            records.append(
                {
                    "id": number,
                    "source": record.source,
                    "source_key": record.source_key,
                    "entity_type": record.entity_type,
                    "subject": record.labels.subject,
                    "markings": " ".join(sorted(record.labels.markings)),
                    "assertion": json.dumps(
                        {key: part for key, part in asdict(record.assertion).items() if part}
                    ),
                    "digest": digest,
                    "load": load,
                }
            )
            for path, value in record.fields.items():
                if value:
                    fields.append({"record_id": number, "path": path, "value": encode(value)})
            for path, key in keys_of(record):
                identifiers[self.hash_of(key), number, path] = None
            for path in NAMED.get(record.entity_type, ()):
                published.extend((number, path, *one) for one in _published(record, path))
        connection.execute(insert(schema.record), records)
        if fields:
            connection.execute(insert(schema.record_field), fields)
        if identifiers:
            connection.execute(
                insert(schema.identifier),
                [
                    {"hash": hashed, "record_id": number, "path": path}
                    for hashed, number, path in identifiers
                ],
            )
        if published:
            self._write_names(connection, published)

    def _write_names(
        self, connection: Connection, published: list[tuple[int, str, str, str]]
    ) -> None:
        first = _numbers(connection, "name", len(published))
        rows = [
            {
                "id": number,
                "record_id": record_id,
                "path": path,
                "text": full[:NAME_CHARACTERS_MAX],
                "kind": kind,
            }
            for number, (record_id, path, full, kind) in enumerate(published, first)
        ]
        connection.execute(insert(schema.name), rows)

    # --- identifiers -----------------------------------------------------------------------------

    def hash_of(self, key: Key) -> bytes:
        """The keyed hash an identifier is found by."""
        within = "" if key.within is None else f"\0{key.within}"
        data = f"{key.kind}\0{key.normal}{within}".encode()
        return blake2b(data, key=self._index_key, digest_size=HASH_BYTES).digest()

    # --- reading -----------------------------------------------------------------------------------

    @property
    def reader(self) -> Connection:
        """The held connection that reads; it sees what was committed when each statement began."""
        if self._reader is None:
            self._reader = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self._reader

    def close(self) -> None:
        """Closes the held connection."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def find(self, hashed: bytes, limit: int) -> list[Match]:
        """Records that hold an identifier, at most ``limit``."""
        rows = _FIND.run(self.reader, {"hash": hashed, "limit": limit})
        return [Match(RecordId(row[0]), row[1]) for row in rows]

    def find_all(
        self, groups: Sequence[Sequence[bytes]], limit: int
    ) -> dict[RecordId, frozenset[str]]:
        """Records that hold one identifier of each group, at most ``limit``, with the fields that do."""
        holds = schema.identifier.c
        wanted = [select(holds.record_id).where(holds.hash.in_(group)) for group in groups]
        both = intersect(*wanted).limit(limit)
        found: dict[RecordId, set[str]] = {
            RecordId(one): set() for one in self.reader.execute(both).scalars()
        }
        if found:
            every = [hashed for group in groups for hashed in group]
            rows = self.reader.execute(
                select(holds.record_id, holds.path).where(
                    holds.hash.in_(every), holds.record_id.in_(list(found))
                )
            )
            for record_id, path in rows:
                found[RecordId(record_id)].add(path)
        return {one: frozenset(found[one]) for one in sorted(found)}

    def facts(self, record_ids: Sequence[RecordId]) -> Mapping[RecordId, Fact]:
        """Entity type, labels and assertion of records; no field values."""
        known = self._known
        missing = [one for one in record_ids if one not in known]
        if missing:
            if len(known) > LABELS_REMEMBERED:
                known.clear()
            for row in self.reader.execute(_FACTS, {"ids": missing}):
                known[RecordId(row.id)] = _fact(row)
        return {one: known[one] for one in record_ids if one in known}

    def read(
        self, record_ids: Sequence[RecordId], paths: Iterable[str]
    ) -> dict[RecordId, dict[str, object]]:
        """Only these fields of these records."""
        found: dict[RecordId, dict[str, object]] = {}
        names = tuple(paths)
        values: dict[str, object] = {f"id{place}": one for place, one in enumerate(record_ids)}
        values |= {f"path{place}": one for place, one in enumerate(names)}
        rows = _reading(len(record_ids), len(names)).run(self.reader, values)
        for record_id, path, value in rows:
            found.setdefault(RecordId(record_id), {})[path] = decode(path, value)
        return found

    def assertion(self, record_id: RecordId) -> Assertion | None:
        """How a record is to be judged and handled."""
        fact = self.facts([record_id]).get(record_id)
        if fact is None:
            return None
        parts = json.loads(fact.assertion)
        return Assertion(**{**parts, "restrictions": tuple(parts.get("restrictions", ()))})

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


_FIND: Final = Statement("SELECT record_id, path FROM identifier WHERE hash = :hash LIMIT :limit")
_FACTS: Final = text(
    "SELECT id, entity_type, subject, markings, assertion, source, source_key FROM record WHERE id IN :ids"
).bindparams(bindparam("ids", expanding=True))
_OF_SOURCE: Final = text(
    "SELECT id, source_key FROM record WHERE source = :source AND source_key IN :keys"
).bindparams(bindparam("keys", expanding=True))


@lru_cache(maxsize=READINGS_REMEMBERED)
def _reading(records: int, paths: int) -> Statement:
    """Reads so many fields of so many records."""
    ids = ", ".join(f":id{place}" for place in range(records)) or "NULL"
    names = ", ".join(f":path{place}" for place in range(paths)) or "NULL"
    return Statement(
        "SELECT record_id, path, value FROM record_field"  # noqa: S608  # names of parameters
        f" WHERE record_id IN ({ids}) AND path IN ({names})"
    )


def _numbers(connection: Connection, name: str, count: int) -> int:
    """The first of ``count`` numbers that were never used. Writers take turns until they commit."""
    last = schema.serial.c.last
    change = update(schema.serial).where(schema.serial.c.name == name).values(last=last + count)
    found = connection.execute(change.returning(last)).scalar_one_or_none()
    if found is None:
        connection.execute(insert(schema.serial).values(name=name, last=count))
        return 1
    return int(found) - count + 1


def _fact(row: Any) -> Fact:
    told = json.loads(row.assertion)
    markings = set(row.markings.split())
    if told.get("handling_code"):
        markings.add(told["handling_code"])
    if told.get("contested"):
        markings.add("contested")
    if told.get("third_party_origin"):
        markings.add("third-party")
    return Fact(
        row.entity_type,
        Labels(row.subject, frozenset(markings)),
        row.assertion,
        told.get("review_on", ""),
        told.get("delete_on", ""),
        row.source,
        row.source_key,
    )


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        if len(batch) >= BATCH_RECORDS:
            yield batch
            batch = []
    if batch:
        yield batch


def _published(record: Record, path: str) -> Iterator[tuple[str, str]]:
    value = record.fields.get(path)
    if isinstance(value, str):
        yield value, "TITLE"
        return
    for one in value or ():  # type: ignore[attr-defined]  # a tuple of names
        full = one.full or f"{one.given} {one.family}".strip()
        if full:
            yield full, one.kind
