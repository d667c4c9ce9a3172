"""Storing records field by field: what did not change costs one look, what changed is written anew.

Numbers of records and of published names are never used again: what another agency was told of a record goes
by its number, and whoever read names up to a number knows what is new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import delete, func, insert, select, update

from node.records import schema
from node.records.covering import covered
from node.records.encoding import digest_of, encode, encode_assertion
from node.records.indexing import NAMED, keys_of, range_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Table

    from node.records.identifiers import Key
    from node.records.record import Record

# Characters of a name that are indexed; the field itself is stored whole.
NAME_CHARACTERS_MAX: Final = 256
BATCH_RECORDS: Final = 2_000


class LoadCounts(NamedTuple):
    """What storing a batch changed."""

    added: int
    changed: int
    unchanged: int

    def __add__(self, other: object) -> LoadCounts:
        if not isinstance(other, LoadCounts):
            return NotImplemented
        return LoadCounts(*(a + b for a, b in zip(self, other, strict=True)))


def batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Any number of records, so many at a time."""
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        if len(batch) >= BATCH_RECORDS:
            yield batch
            batch = []
    if batch:
        yield batch


def write_batch(
    connection: Connection, batch: list[Record], *, load: int, hash_of: Callable[[Key], bytes]
) -> LoadCounts:
    """Stores a batch in one transaction.

    Args:
        connection: within the transaction.
        batch: records; of several with one key the last counts.
        load: number of this load; 0: none.
        hash_of: the keyed hash that an identifier is found by.
    """
    unique = {(record.source, record.source_key): record for record in batch}
    found: dict[tuple[str, str], tuple[int, bytes]] = {}
    for source in {source for source, _ in unique}:
        wanted = [key for owner, key in unique if owner == source]
        rows = connection.execute(
            select(schema.record.c.id, schema.record.c.source_key, schema.record.c.digest).where(
                schema.record.c.source == source, schema.record.c.source_key.in_(wanted)
            )
        )
        found.update({(source, row.source_key): (row.id, bytes(row.digest)) for row in rows})
    changed, same = [], []
    new: list[tuple[Record, bytes]] = []
    for key, record in unique.items():
        kept = covered(record)
        # Of what is not kept whole only the keyed hashes tell a change; another digest could be tried out.
        hashes = () if kept is record else sorted(hash_of(key) for _, key in keys_of(record))
        digest = digest_of(kept, *hashes)
        known = found.get(key)
        if known is None:
            new.append((record, digest))
        elif known[1] != digest:
            changed.append((known[0], record, digest))
        else:
            same.append(known[0])
    if same and load:
        connection.execute(
            update(schema.record).where(schema.record.c.id.in_(same)).values(load=load)
        )
    if changed:
        forget(connection, [row[0] for row in changed])
        connection.execute(
            delete(schema.record).where(schema.record.c.id.in_([row[0] for row in changed]))
        )
    first = _numbers(connection, schema.record, len(new)) if new else 0
    added = [(number, *one) for number, one in enumerate(new, first)]
    _write(connection, added + changed, load, hash_of)
    return LoadCounts(len(added), len(changed), len(batch) - len(added) - len(changed))


def forget(connection: Connection, ids: Sequence[int]) -> None:
    """Deletes what was stored of records besides their own rows."""
    for table in (schema.name, schema.identifier, schema.number_range, schema.record_field):
        connection.execute(delete(table).where(table.c.record_id.in_(ids)))


def _write(
    connection: Connection,
    rows: list[tuple[int, Record, bytes]],
    load: int,
    hash_of: Callable[[Key], bytes],
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
                "assertion": encode_assertion(record.assertion),
                "digest": digest,
                "load": load,
            }
        )
        for path, value in covered(record).fields.items():
            if value:
                fields.append({"record_id": number, "path": path, "value": encode(value)})
        for path, key in keys_of(record):
            identifiers[hash_of(key), number, path] = None
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
    _write_ranges(connection, rows)
    if published:
        _write_names(connection, published)


def _write_ranges(connection: Connection, rows: list[tuple[int, Record, bytes]]) -> None:
    found = ((number, range_of(record)) for number, record, _ in rows)
    ranges = [{"record_id": number, **one} for number, one in found if isinstance(one, dict)]
    if ranges:
        connection.execute(insert(schema.number_range), ranges)


def _write_names(connection: Connection, published: list[tuple[int, str, str, str]]) -> None:
    first = _numbers(connection, schema.name, len(published))
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


def _numbers(connection: Connection, table: Table, count: int) -> int:
    """The first of ``count`` numbers that ``table`` never had. Writers take turns until they commit."""
    last = schema.serial.c.last
    change = update(schema.serial).where(schema.serial.c.name == table.name)
    taken = change.values(last=last + count).returning(last)
    found = connection.execute(taken).scalar_one_or_none()
    if found is None:
        used = connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
        connection.execute(insert(schema.serial).values(name=table.name, last=used + count))
        return int(used) + 1
    return int(found) - count + 1


def _published(record: Record, path: str) -> Iterator[tuple[str, str]]:
    value = record.fields.get(path)
    if isinstance(value, str):
        yield value, "TITLE"
        return
    for one in value or ():  # type: ignore[attr-defined]  # a tuple of names
        full = one.full or f"{one.given} {one.family}".strip()
        if full:
            yield full, one.kind
