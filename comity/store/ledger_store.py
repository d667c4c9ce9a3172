"""The rows of one ledger, for the one process that appends to it.

Rules:

* A log has one appender: on PostgreSQL an advisory lock says so, on SQLite the file lock of the journal;
  the primary key refuses a second entry at the same place in any case.
* Opening checks the end against the last signed head and refuses a log that does not match it.
* Stored bytes are never re-serialised to recompute a hash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import insert, select, text

from comity.errors import ExitCode, StartError
from comity.ledger.audit import Entry, entry_opens
from comity.ledger.checkpoint import Checkpoint, Verifier, sign_checkpoint
from comity.ledger.errors import LedgerError
from comity.ledger.note import Signer, vkey_of
from comity.ledger.proof import format_receipt, time_extra
from comity.ledger.tiles import TILE_WIDTH, OpenTiles, partial_width, tile_levels
from comity.ledger.tree import Frontier, inclusion_path
from comity.store import ledger_schema as schema
from comity.store.ledger_rows import entries_from, last_head, root_of, stored_tile, tile_of_entries
from comity.store.ledger_runs import entries_about, mend_runs, write_runs
from comity.store.statement import Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

    from comity.ledger.checkpoint import VerifiedCheckpoint
    from comity.ledger.tree import Node

# Whoever creates the tables goes first; any number that is nobody else's ("CMTL").
CREATE_LOCK: Final = 0x434D544C
_POSTGRESQL: Final = "postgresql"
_ENTRY: Final = Statement(insert(schema.entry))
_ENTRY_COLUMNS: Final = ("log", *Entry._fields)
_CHECKPOINT: Final = Statement(insert(schema.checkpoint))
_TILE: Final = Statement(
    "INSERT INTO ledger_tile (log, level, position, hashes) VALUES (:log, :level, :position, :hashes)"
    " ON CONFLICT (log, level, position) DO UPDATE SET hashes = excluded.hashes"
)
_CREATE_LOCK: Final = text("SELECT pg_advisory_xact_lock(:lock)")
# By the table's own number, so that logs in two schemas of a database do not meet.
_LOCK: Final = text(
    "SELECT pg_try_advisory_lock(CAST(CAST('ledger_log' AS regclass) AS oid)::integer, :log)"
)


class Appended(NamedTuple):
    """What one commit added: enough to prove each of its leaves without reading anything."""

    first: int
    size: int
    nodes: dict[Node, bytes]
    note: str
    at_ms: int

    def receipt(self, position: int) -> bytes:
        """The ``.tlog-proof`` of the leaf at ``position``, against this commit's checkpoint."""
        path = inclusion_path(position, self.size, self.nodes.__getitem__)
        return format_receipt(position, path, self.note, extra=time_extra(self.at_ms))


class Edge(NamedTuple):
    """The right edge of a log: what appending needs to know, and its last signed head."""

    frontier: Frontier
    tiles: OpenTiles
    note: str = ""


class LedgerStore:
    """One log in one database."""

    def __init__(self, engine: Engine, *, origin: str, signer: Signer) -> None:
        self.engine = engine
        self.origin = origin
        self.vkey = vkey_of(origin, signer.public)
        self.log = 0
        self._signer = signer
        self._verifier = Verifier(self.vkey)
        self._edge = Edge(Frontier(), OpenTiles())

    @property
    def size(self) -> int:
        """Leaves in the log."""
        return self._edge.frontier.size

    @property
    def note(self) -> str:
        """The newest signed head; empty for an empty log."""
        return self._edge.note

    def open(self, connection: Connection, *, kept: bytes = b"") -> None:
        """Makes a new log or checks the end of an existing one, and becomes its appender.

        Args:
            connection: the appender's own, for as long as it appends.
            kept: a signed head of this log that was kept outside the database, if there is one.

        Raises:
            StartError: another process appends to it; it was cut, edited at its end or replaced by an
                older copy; or it belongs to another key.
        """
        served = connection.dialect.name == _POSTGRESQL
        if served:
            connection.execute(_CREATE_LOCK, {"lock": CREATE_LOCK})
        schema.metadata.create_all(connection)
        self.log = self._own_log(connection)
        connection.commit()
        if served and not connection.execute(_LOCK, {"log": self.log}).scalar_one():
            sentence = f"Another process writes the ledger of {self.origin} already."
            raise StartError(sentence, exit_code=ExitCode.UNAVAILABLE)
        edge = self._read_edge(connection)
        if kept:
            self._compare(connection, edge, kept)
        mend_runs(connection, self.log, edge.frontier.size)
        connection.commit()
        self._edge = edge

    def _own_log(self, connection: Connection) -> int:
        table = schema.log
        row = connection.execute(select(table).where(table.c.origin == self.origin)).first()
        if row is None:
            values = {"origin": self.origin, "vkey": self.vkey}
            made = connection.execute(insert(table).values(values).returning(table.c.id))
            return int(made.scalar_one())
        if row.vkey != self.vkey:
            raise StartError(
                f"The ledger of {self.origin} was begun with another key than the present one. "
                "Do not go on with it; see docs/operator/ledger.md.",
                exit_code=ExitCode.DATA,
            )
        return int(row.id)

    def _read_edge(self, connection: Connection) -> Edge:
        """The end of the log, checked against its last signed head."""
        damaged = StartError(
            "The ledger's end does not match its last signed checkpoint: it was cut or edited. "
            "Do not start it; see docs/operator/ledger.md.",
            exit_code=ExitCode.DATA,
        )
        last = last_head(connection, self.log)
        size = 0 if last is None else last.size
        tail = entries_from(connection, self.log, size - size % TILE_WIDTH, TILE_WIDTH + 1)
        if len(tail) != size % TILE_WIDTH:
            raise damaged
        if last is None:
            return Edge(Frontier(), OpenTiles())
        try:
            head = self._verifier.checkpoint(last.note)
            tiles = OpenTiles(
                [tile_of_entries(tail, size - size % TILE_WIDTH)]
                + [
                    stored_tile(connection, self.log, level, size >> 8 * (level + 1)) or b""
                    if partial_width(level, size)
                    else b""
                    for level in range(1, tile_levels(size))
                ]
            )
            frontier = tiles.frontier(size)
        except LedgerError as error:
            raise damaged from error
        sound = head.size == size and frontier.root() == head.root
        if not sound or not all(entry_opens(entry) for entry in tail):
            raise damaged
        return Edge(frontier, tiles, last.note.decode())

    def _compare(self, connection: Connection, edge: Edge, kept: bytes) -> None:
        """The log must continue the head that was kept outside the database."""
        try:
            head: VerifiedCheckpoint = self._verifier.checkpoint(kept)
        except LedgerError as error:
            sentence = f"The kept head of the ledger of {self.origin} is damaged: {error}."
            raise StartError(sentence, exit_code=ExitCode.DATA) from error
        size = edge.frontier.size
        if size >= head.size and root_of(connection, self.log, head.size) == head.root:
            return
        raise StartError(
            f"The ledger of {self.origin} does not continue the {head.size} entries it once had "
            f"(it has {size}): it was dropped, or an old copy was put in place. "
            "Do not start it; see docs/operator/ledger.md.",
            exit_code=ExitCode.DATA,
        )

    def append(
        self, connection: Connection, entries: Sequence[Entry], at_ms: int
    ) -> tuple[Appended, Edge]:
        """Appends inside the caller's transaction; ``settle`` the edge once it is committed."""
        log = self.log
        frontier, tiles = self._edge.frontier.copy(), self._edge.tiles.copy()
        nodes = frontier.known()
        first = frontier.size
        complete = frontier.append(entry.leaf for entry in entries)
        nodes.update(complete)
        changed = tiles.take(complete, first=first, size=frontier.size)
        head = Checkpoint(self.origin, frontier.size, frontier.root())
        note = sign_checkpoint(head, self._signer)
        _ENTRY.run_rows(connection, _ENTRY_COLUMNS, [(log, *entry) for entry in entries])
        write_runs(connection, log, first=first, size=frontier.size)
        if changed:
            _TILE.run(connection, [{"log": log, **one._asdict()} for one in changed])
        row = {"log": log, "size": frontier.size, "at_ms": at_ms, "note": note}
        _CHECKPOINT.run(connection, row)
        appended = Appended(first, frontier.size, nodes, note, at_ms)
        return appended, Edge(frontier, tiles, note)

    def about(self, envelope_id: bytes) -> list[Entry]:
        """Entries about an envelope, newest first."""
        between = (envelope_id, envelope_id)
        with self.engine.connect() as connection:
            return list(entries_about(connection, self.log, between, size=self.size))

    def settle(self, edge: Edge) -> None:
        """Adopts the edge of a commit that succeeded."""
        self._edge = edge
