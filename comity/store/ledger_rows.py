"""A ledger's rows, read: entries, tiles, signed heads, and proofs made of them.

What is read is unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from comity.envelope.merkle import leaf_hash
from comity.ledger.audit import Entry, Head
from comity.ledger.errors import LedgerError
from comity.ledger.proof import format_receipt, time_extra
from comity.ledger.tiles import TILE_WIDTH, lookup_in
from comity.ledger.tree import Frontier, inclusion_path, peaks_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from comity.ledger.tree import Lookup

COLUMNS: Final = "position, kind, at_ms, envelope_id, leaf, salt, details"
# What stands for a number that is none: never a position, a size or a time.
NO_NUMBER: Final = -1
ENTRIES_FROM: Final = text(
    f"SELECT {COLUMNS} FROM ledger_entry WHERE log = :log AND position >= :first"  # noqa: S608
    " ORDER BY position LIMIT :page"
)
_LAST: Final = text(
    "SELECT size, at_ms, note FROM ledger_checkpoint WHERE log = :log ORDER BY size DESC LIMIT 1"
)
_TILE: Final = text(
    "SELECT hashes FROM ledger_tile WHERE log = :log AND level = :level AND position = :position"
)


def entry_of(row: Any) -> Entry:
    """A row of the entries' table."""
    return Entry(
        _number(row.position),
        str(row.kind),
        _number(row.at_ms),
        blob(row.envelope_id),
        blob(row.leaf),
        None if row.salt is None else blob(row.salt),
        None if row.details is None else blob(row.details),
    )


def head_of(row: Any) -> Head:
    """A row of the heads' table."""
    return Head(_number(row.size), _number(row.at_ms), str(row.note).encode())


def _number(value: object) -> int:
    """A number; SQLite keeps whatever somebody put there, and what is none must not end an audit."""
    return value if isinstance(value, int) else NO_NUMBER


def blob(value: object) -> bytes:
    """Bytes, or text that stands where bytes should: ``bytes`` of a number would be that many zeros."""
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def entries_from(connection: Connection, log: int, first: int, count: int) -> list[Entry]:
    """Up to ``count`` entries from a position on."""
    rows = connection.execute(ENTRIES_FROM, {"log": log, "first": first, "page": count})
    return [entry_of(row) for row in rows]


def last_head(connection: Connection, log: int) -> Head | None:
    """The newest signed head."""
    row = connection.execute(_LAST, {"log": log}).first()
    return None if row is None else head_of(row)


def stored_tile(connection: Connection, log: int, level: int, position: int) -> bytes | None:
    """A tile as it is stored; ``None``: there is none."""
    row = connection.execute(_TILE, {"log": log, "level": level, "position": position}).first()
    return None if row is None else bytes(row.hashes)


def tile_of_entries(entries: Sequence[Entry], first: int) -> bytes:
    """The tile at level 0 that these entries make.

    Raises:
        LedgerError: they do not follow one another from ``first`` on.
    """
    if [entry.position for entry in entries] != list(range(first, first + len(entries))):
        raise LedgerError("entries of the log are missing")
    return b"".join([leaf_hash(entry.leaf) for entry in entries])


def lookup(connection: Connection, log: int) -> Lookup:
    """Hashes of complete subtrees: from tiles, and from the entries where no tile is full yet."""

    def read(level: int, position: int) -> bytes:
        found = stored_tile(connection, log, level, position)
        if found is not None:
            return found
        if level:
            raise LedgerError("a tile of the log is missing")
        first = position * TILE_WIDTH
        return tile_of_entries(entries_from(connection, log, first, TILE_WIDTH), first)

    return lookup_in(read)


def root_of(connection: Connection, log: int, size: int) -> bytes | None:
    """Root over the first ``size`` entries; ``None`` when some are missing."""
    find = lookup(connection, log)
    try:
        return Frontier(size, {node[0]: find(node) for node in peaks_of(size)}).root()
    except LedgerError:
        return None


def prove(find: Lookup, head: Head, entry: Entry) -> bytes:
    """The ``.tlog-proof`` of an entry against a head.

    Raises:
        LedgerError: no such entry under this head, or hashes are missing.
    """
    path = inclusion_path(entry.position, head.size, find)
    return format_receipt(entry.position, path, head.note, extra=time_extra(entry.at_ms))
