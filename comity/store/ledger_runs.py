"""Sorted runs of ids in the database (``comity.ledger.runs``): written with the commit that completes one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, text

from comity.ledger.runs import PREFIX_BYTES, RUN_ENTRIES, Page, pages_of, places_in
from comity.store import ledger_schema as schema
from comity.store.ledger_rows import COLUMNS, blob, entry_of
from comity.store.statement import Statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from comity.ledger.audit import Entry

# Above every position, also of rows that should not be there.
POSITION_END: Final = (1 << 63) - 1
_IDS: Final = Statement(
    "SELECT envelope_id FROM ledger_entry WHERE log = :log AND position >= :first AND position < :end"
    " ORDER BY position"
)
_WRITE: Final = Statement(insert(schema.run))
_DROP: Final = Statement("DELETE FROM ledger_run WHERE log = :log AND run >= :run")
_LAST: Final = Statement("SELECT max(run) FROM ledger_run WHERE log = :log")
_PAGES: Final = Statement(
    "SELECT items FROM ledger_run WHERE log = :log AND run = :run AND first <= :high AND first >="
    " COALESCE((SELECT first FROM ledger_run WHERE log = :log AND run = :run AND first <= :low"
    " ORDER BY first DESC LIMIT 1), :low)"
    " ORDER BY first"
)
# Of entries that are in no run yet, and of one place that a run names.
_RECENT: Final = text(
    f"SELECT {COLUMNS} FROM ledger_entry WHERE log = :log AND position >= :first AND position < :before"  # noqa: S608
    " AND envelope_id >= :low AND envelope_id <= :high ORDER BY position"
)
_AT: Final = text(
    f"SELECT {COLUMNS} FROM ledger_entry WHERE log = :log AND position = :position"  # noqa: S608
    " AND envelope_id >= :low AND envelope_id <= :high"
)
_ALL: Final = Statement(
    "SELECT first, items FROM ledger_run WHERE log = :log AND run = :run ORDER BY first"
)


def runs_held(connection: Connection, log: int) -> int:
    """Runs that are there; what lies behind them is read through."""
    ((last,),) = _LAST.rows(connection, {"log": log})
    return last + 1 if isinstance(last, int) else 0


def write_runs(connection: Connection, log: int, *, first: int, size: int) -> None:
    """Writes the runs that the entries from ``first`` to ``size`` complete, in the open transaction."""
    for run in range(first // RUN_ENTRIES, size // RUN_ENTRIES):
        given = {"log": log, "first": run * RUN_ENTRIES, "end": (run + 1) * RUN_ENTRIES}
        ids = [blob(one) for (one,) in _IDS.rows(connection, given)]
        _WRITE.run(
            connection, [{"log": log, "run": run, **page._asdict()} for page in pages_of(ids)]
        )


def mend_runs(connection: Connection, log: int, size: int) -> None:
    """Writes what a log of this size lacks, and takes out what it has too much."""
    complete = size // RUN_ENTRIES
    _DROP.run(connection, {"log": log, "run": complete})
    write_runs(connection, log, first=runs_held(connection, log) * RUN_ENTRIES, size=size)


def stored_run(connection: Connection, log: int, run: int) -> list[Page]:
    """A run as it is stored."""
    rows = _ALL.rows(connection, {"log": log, "run": run})
    return [Page(blob(first), blob(items)) for first, items in rows]


def entries_about(
    connection: Connection,
    log: int,
    between: tuple[bytes, bytes],
    *,
    size: int,
    before: int = POSITION_END,
) -> Iterator[Entry]:
    """Entries about envelopes whose ids lie between two, newest first.

    Args:
        connection: the database.
        log: whose.
        between: the lowest id and the highest, both included.
        size: entries under the log's newest head; no run reaches further, whatever is stored.
        before: only of positions below this.
    """
    low, high = between
    runs = min(runs_held(connection, log), size // RUN_ENTRIES)
    given: dict[str, Any] = {"log": log, "low": low, "high": high}
    recent = given | {"first": runs * RUN_ENTRIES, "before": before}
    yield from map(entry_of, reversed(connection.execute(_RECENT, recent).all()))
    for run in reversed(range(runs)):
        if run * RUN_ENTRIES < before:
            for position in _positions(connection, log, run, between):
                if position < before:
                    at = given | {"position": position}
                    yield from map(entry_of, connection.execute(_AT, at))


def _positions(
    connection: Connection, log: int, run: int, between: tuple[bytes, bytes]
) -> list[int]:
    """Positions of a run's entries whose envelopes' ids may lie between two, newest first."""
    low, high = between
    given = {"log": log, "run": run, "low": low[:PREFIX_BYTES], "high": high[:PREFIX_BYTES]}
    found = [
        run * RUN_ENTRIES + place
        for (items,) in _PAGES.rows(connection, given)
        for place in places_in(blob(items), low, high)
    ]
    return sorted(found, reverse=True)
