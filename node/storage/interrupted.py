"""Questions that were out when this node last ended: their closing entries are still to be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from comity.store.ledger_schema import entry
from node.storage.schema import query

if TYPE_CHECKING:
    from sqlalchemy import Engine


# A question is closed with the end of its envelope at the latest, five minutes after it was asked.
LOOK_BACK_MS: Final = 10 * 60 * 1000


def interrupted(engine: Engine, *, opening: str) -> list[tuple[bytes, bytes | None]]:
    """Id of each question without an end, with the details of its entry ``opening``, oldest first.

    Only at start, before anything is asked: afterwards a question without an end may just be out.
    """
    last_ms = select(func.max(query.c.asked_ms)).scalar_subquery()
    intent = (entry.c.envelope_id == query.c.query_id) & (entry.c.kind == opening)
    statement = (
        select(query.c.query_id, entry.c.details)
        .join(entry, intent, isouter=True)
        .where(query.c.asked_ms >= last_ms - LOOK_BACK_MS, query.c.summary.is_(None))
        .order_by(query.c.asked_ms)
    )
    with engine.connect() as connection:
        return [(bytes(row.query_id), row.details) for row in connection.execute(statement)]
