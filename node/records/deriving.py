"""Deriving anew what is looked up by from the fields as they are stored.

For registers that were filled by an older version: an import writes anew only what changed, so a kind of
look-up that came later would know nothing of the records that were there already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, select

from node.records import schema
from node.records.encoding import decode
from node.records.indexing import COUNTRY, FROM, TO, range_of
from node.records.record import Record

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

# Records looked at in one transaction.
BATCH_RECORDS: Final = 2_000
DOCUMENT: Final = "identity_document"


def derive_ranges(engine: Engine) -> int:
    """Writes the batches of blank documents anew; returns how many there are.

    A batch is there whole at each moment: so many records are done together, and a run that was killed is
    simply run again.
    """
    last = count = 0
    while True:
        with engine.begin() as connection:
            ids = _documents(connection, last)
            if not ids:
                return count
            count += _derived(connection, ids)
        last = ids[-1]


def _documents(connection: Connection, after: int) -> list[int]:
    kept = schema.record.c
    wanted = select(kept.id).where(kept.entity_type == DOCUMENT, kept.id > after)
    return list(connection.execute(wanted.order_by(kept.id).limit(BATCH_RECORDS)).scalars())


def _derived(connection: Connection, ids: list[int]) -> int:
    held = schema.record_field.c
    fields: dict[int, dict[str, object]] = {}
    rows = connection.execute(
        select(held.record_id, held.path, held.value).where(
            held.record_id.in_(ids), held.path.in_((FROM, TO, COUNTRY))
        )
    )
    for record_id, path, value in rows:
        fields.setdefault(record_id, {})[path] = decode(path, value)
    found = (
        (number, range_of(Record("", "", DOCUMENT, stored))) for number, stored in fields.items()
    )
    ranges = [{"record_id": number, **one} for number, one in found if isinstance(one, dict)]
    connection.execute(delete(schema.number_range).where(schema.number_range.c.record_id.in_(ids)))
    if ranges:
        connection.execute(insert(schema.number_range), ranges)
    return len(ranges)
