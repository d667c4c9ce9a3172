"""The rows of one ledger: appending inside somebody's transaction, reading, proving.

Stored bytes are never re-serialised to recompute a hash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import insert, select, text

from comity.errors import ExitCode, StartError
from comity.ledger.checkpoint import Checkpoint, Verifier, sign_checkpoint
from comity.ledger.errors import LedgerError
from comity.ledger.note import Signer, vkey_of
from comity.ledger.proof import format_receipt, time_extra
from comity.ledger.tree import Frontier, consistency_path, inclusion_path, peaks_of
from comity.store import ledger_schema as schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

    from comity.ledger.audit import Entry
    from comity.ledger.tree import Node

_ENTRY: Final = insert(schema.entry)
_SUBTREE: Final = insert(schema.subtree)
_CHECKPOINT: Final = insert(schema.checkpoint)
_HASH: Final = text("SELECT hash FROM ledger_subtree WHERE level = :level AND position = :position")
_COUNT: Final = text(
    "SELECT count(*) AS size, coalesce(max(position) + 1, 0) AS top FROM ledger_entry"
)
_LAST: Final = text("SELECT size, note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")


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


class LedgerStore:
    """One log in one database."""

    def __init__(self, engine: Engine, *, origin: str, signer: Signer) -> None:
        self.engine = engine
        self.origin = origin
        self.vkey = vkey_of(origin, signer.public)
        self._signer = signer
        self._frontier = Frontier()

    @property
    def size(self) -> int:
        """Leaves in the log."""
        return self._frontier.size

    def open(self) -> None:
        """Creates the tables of a new log, or checks the end of an existing one.

        Raises:
            StartError: the log was cut, edited at its end, or belongs to another key.
        """
        schema.metadata.create_all(self.engine)
        with self.engine.begin() as connection:
            row = connection.execute(select(schema.log.c.origin, schema.log.c.vkey)).first()
            if row is None:
                values = {"id": 1, "origin": self.origin, "vkey": self.vkey}
                connection.execute(insert(schema.log).values(values))
            elif (row.origin, row.vkey) != (self.origin, self.vkey):
                raise StartError(
                    f"This ledger belongs to {row.origin}, not to {self.origin} with its present key.",
                    exit_code=ExitCode.DATA,
                )
            self._frontier = self._check_end(connection)

    def _check_end(self, connection: Connection) -> Frontier:
        damaged = StartError(
            "The ledger's end does not match its last signed checkpoint: it was cut or edited. "
            "Do not start it; see docs/operator/ledger.md.",
            exit_code=ExitCode.DATA,
        )
        last = connection.execute(_LAST).first()
        count = connection.execute(_COUNT).one()
        if last is None:
            if count.size:
                raise damaged
            return Frontier()
        try:
            head = Verifier(self.vkey).checkpoint(last.note.encode())
        except LedgerError as error:
            raise damaged from error
        frontier = read_frontier(connection, head.size)
        if (
            frontier is None
            or not head.size == count.size == count.top == last.size
            or frontier.root() != head.root
        ):
            raise damaged
        return frontier

    def append(
        self, connection: Connection, entries: Sequence[Entry], at_ms: int
    ) -> tuple[Appended, Frontier]:
        """Appends inside the caller's transaction; ``settle`` the frontier once it is committed."""
        frontier = self._frontier.copy()
        nodes = frontier.known()
        first = frontier.size
        complete = frontier.append(entry.leaf for entry in entries)
        nodes.update(complete)
        head = Checkpoint(self.origin, frontier.size, frontier.root())
        note = sign_checkpoint(head, self._signer)
        connection.execute(_ENTRY, [entry._asdict() for entry in entries])
        connection.execute(
            _SUBTREE,
            [
                {"level": level, "position": index, "hash": found}
                for (level, index), found in complete.items()
            ],
        )
        connection.execute(_CHECKPOINT, {"size": frontier.size, "at_ms": at_ms, "note": note})
        return Appended(first, frontier.size, nodes, note, at_ms), frontier

    def settle(self, frontier: Frontier) -> None:
        """Adopts the frontier of a commit that succeeded."""
        self._frontier = frontier

    def last_checkpoint(self) -> str:
        """The newest signed head; empty for an empty log."""
        with self.engine.connect() as connection:
            row = connection.execute(_LAST).first()
        return "" if row is None else str(row.note)


def lookup(connection: Connection) -> Any:
    """Hashes of complete subtrees, from the table."""

    def find(node: Node) -> bytes:
        row = connection.execute(_HASH, {"level": node[0], "position": node[1]}).first()
        if row is None:
            raise LedgerError("a subtree of the log is missing")
        return bytes(row.hash)

    return find


def read_frontier(connection: Connection, size: int) -> Frontier | None:
    """The right edge of the first ``size`` leaves; ``None`` when the log lacks some of it."""
    find = lookup(connection)
    try:
        return Frontier(size, {node[0]: find(node) for node in peaks_of(size)})
    except LedgerError:
        return None


def prove(connection: Connection, position: int) -> bytes:
    """The ``.tlog-proof`` of a stored entry against the newest checkpoint.

    Raises:
        LedgerError: no such entry, or no checkpoint.
    """
    row = connection.execute(_LAST).first()
    if row is None:
        raise LedgerError("an empty log proves nothing")
    path = inclusion_path(position, row.size, lookup(connection))
    return format_receipt(position, path, row.note)


def prove_consistency(connection: Connection, old: int, new: int) -> list[bytes]:
    """Proof that the first ``new`` leaves continue the first ``old``."""
    return consistency_path(old, new, lookup(connection))
