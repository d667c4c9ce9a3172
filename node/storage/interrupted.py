"""Questions that were out when this node last ended: their closing entries are still to be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from node.storage.schema import query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Engine

    from comity.ledger.audit import Entry


# A question is closed with the end of its envelope at the latest, five minutes after it was asked.
LOOK_BACK_MS: Final = 10 * 60 * 1000


def interrupted(
    engine: Engine, *, about: Callable[[bytes], Iterable[Entry]], opening: str
) -> list[tuple[bytes, bytes | None]]:
    """Id of each question without an end, with the details of its entry ``opening``, oldest first.

    Only at start, before anything is asked: afterwards a question without an end may just be out.

    Args:
        engine: the node's database.
        about: entries of the ledger about a question.
        opening: kind of a question's first entry.
    """
    last_ms = select(func.max(query.c.asked_ms)).scalar_subquery()
    statement = (
        select(query.c.query_id)
        .where(query.c.asked_ms >= last_ms - LOOK_BACK_MS, query.c.summary.is_(None))
        .order_by(query.c.asked_ms)
    )
    with engine.connect() as connection:
        left = [bytes(row.query_id) for row in connection.execute(statement)]
    return [
        (one, next((entry.details for entry in about(one) if entry.kind == opening), None))
        for one in left
    ]
