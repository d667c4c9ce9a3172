"""Queries that a former process of this gateway accepted and, killed, never closed in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from comity.store.ledger_schema import entry

if TYPE_CHECKING:
    from sqlalchemy import Engine

# An accepted query is closed at the end of its envelope at the latest: five minutes, and the clocks'
# tolerance. Entries older than that before the last one need no look.
LOOK_BACK_MS: Final = 10 * 60 * 1000


def unclosed(
    engine: Engine, *, log: int, opening: str, closing: str
) -> list[tuple[bytes, bytes | None]]:
    """Id and details of each entry of kind ``opening`` without one of kind ``closing``, oldest first.

    Only in this process's own log: others on the same database close theirs themselves.
    """
    mine = entry.c.log == log
    with engine.connect() as connection:
        last_ms = connection.execute(
            select(entry.c.at_ms).where(mine).order_by(entry.c.position.desc()).limit(1)
        ).scalar()
        if last_ms is None:
            return []
        # The newest entry too old to matter: found from the end, without reading the whole log.
        old = connection.execute(
            select(entry.c.position)
            .where(mine, entry.c.at_ms < last_ms - LOOK_BACK_MS)
            .order_by(entry.c.position.desc())
            .limit(1)
        ).scalar()
        found = connection.execute(
            select(entry.c.envelope_id, entry.c.kind, entry.c.details)
            .where(
                mine,
                entry.c.position > (-1 if old is None else old),
                entry.c.kind.in_((opening, closing)),
            )
            .order_by(entry.c.position)
        )
        left: dict[bytes, bytes | None] = {}
        for row in found:
            if row.kind == opening:
                left[bytes(row.envelope_id)] = row.details
            else:
                left.pop(bytes(row.envelope_id), None)
    return list(left.items())
