"""Drafts, approvals and revisions of law in the node's database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, insert, select, update

from comity.store.ledger_schema import entry
from node.storage.schema import disclosure, policy_approval, policy_draft, policy_revision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection, Engine


# The kind of entry that a disclosure stands beside (``node.exchange.disclosure``).
ANSWERED: Final = "query.answered"


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft as it stands in the database.

    Attributes:
        approvals: approver and time, of exactly these files.
        problems: what keeps it from being published.
        changes: what would change, in sentences.
        sequence: the revision it became; 0: none.
    """

    draft_id: str
    author: str
    reason: str
    proposed_ms: int
    digest: str
    packs: tuple[str, ...]
    archive: bytes
    problems: tuple[str, ...]
    changes: tuple[str, ...]
    approvals: tuple[tuple[str, int], ...] = ()
    sequence: int = 0


class PolicyBook:
    """Everything lawmaking keeps."""

    __slots__ = ("_engine",)

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, draft: StoredDraft) -> Callable[[Connection], None]:
        """Work that keeps a draft."""
        row = {
            "draft_id": draft.draft_id,
            "author": draft.author,
            "reason": draft.reason,
            "proposed_ms": draft.proposed_ms,
            "digest": draft.digest,
            "packs": json.dumps(draft.packs),
            "archive": draft.archive,
            "problems": json.dumps(draft.problems),
            "changes": json.dumps(draft.changes),
            "sequence": 0,
        }

        def work(connection: Connection) -> None:
            connection.execute(insert(policy_draft).values(row))

        return work

    def approve(
        self, draft_id: str, *, approver: str, digest: str, now_ms: int
    ) -> Callable[[Connection], None]:
        """Work that keeps an approval."""
        row = {
            "draft_id": draft_id,
            "approver": approver,
            "digest": digest,
            "approved_ms": now_ms,
        }

        def work(connection: Connection) -> None:
            connection.execute(insert(policy_approval).values(row))

        return work

    def publish(
        self,
        draft_id: str,
        *,
        sequence: int,
        statement: bytes,
        signature: bytes,
        archive: bytes,
        still: Callable[[Connection], None],
    ) -> Callable[[Connection], None]:
        """Work that keeps a revision and marks its draft, unless ``still`` refuses."""
        row = {
            "sequence": sequence,
            "statement": statement,
            "signature": signature,
            "archive": archive,
            "ledger_index": -1,
        }
        draft = update(policy_draft).where(policy_draft.c.draft_id == draft_id)

        def work(connection: Connection) -> None:
            connection.execute(insert(policy_revision).values(row))
            connection.execute(draft.values(sequence=sequence))
            still(connection)

        return work

    def entered(self, sequence: int, ledger_index: int) -> None:
        """Where a revision stands in the ledger, once that is known."""
        change = update(policy_revision).where(policy_revision.c.sequence == sequence)
        with self._engine.begin() as connection:
            connection.execute(change.values(ledger_index=ledger_index))

    def draft(self, draft_id: str) -> StoredDraft | None:
        """One draft."""
        with self._engine.connect() as connection:
            query = select(policy_draft).where(policy_draft.c.draft_id == draft_id)
            row = connection.execute(query).mappings().first()
            return None if row is None else _draft(connection, row)

    def drafts(self, limit: int) -> list[StoredDraft]:
        """Drafts, newest first."""
        order = (policy_draft.c.proposed_ms.desc(), policy_draft.c.draft_id.desc())
        with self._engine.connect() as connection:
            rows = connection.execute(select(policy_draft).order_by(*order).limit(limit)).mappings()
            return [_draft(connection, row) for row in rows.all()]

    def revision(self, sequence: int) -> dict[str, Any] | None:
        """One revision as stored."""
        with self._engine.connect() as connection:
            query = select(policy_revision).where(policy_revision.c.sequence == sequence)
            row = connection.execute(query).mappings().first()
            return None if row is None else dict(row)

    def revisions(self, limit: int) -> Sequence[dict[str, Any]]:
        """Revisions as stored, newest first."""
        query = select(policy_revision).order_by(policy_revision.c.sequence.desc()).limit(limit)
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def last(self) -> int:
        """The highest number; 0 when nothing was published."""
        with self._engine.connect() as connection:
            found = connection.execute(select(func.max(policy_revision.c.sequence))).scalar()
        return int(found or 0)


def _draft(connection: Connection, row: Any) -> StoredDraft:
    told = policy_approval.c
    query = (
        select(told.approver, told.approved_ms)
        .where(told.draft_id == row["draft_id"], told.digest == row["digest"])
        .order_by(told.approved_ms, told.approver)
    )
    approvals = tuple((one.approver, one.approved_ms) for one in connection.execute(query))
    plain: dict[str, Any] = {
        name: row[name] for name in ("draft_id", "author", "reason", "proposed_ms", "digest")
    }
    lists: dict[str, Any] = {
        name: tuple(json.loads(row[name])) for name in ("packs", "problems", "changes")
    }
    return StoredDraft(
        **plain,
        **lists,
        archive=bytes(row["archive"]),
        approvals=approvals,
        sequence=int(row["sequence"]),
    )


def recorded_rulings(engine: Engine, limit: int, *, log: int) -> Iterator[bytes]:
    """Rulings recorded with disclosures, the newest first: in the order of the ledger's entries."""
    query = (
        select(disclosure.c.ruling)
        .join(entry, entry.c.envelope_id == disclosure.c.query_id)
        .where(entry.c.log == log, entry.c.kind == ANSWERED)
        .order_by(entry.c.position.desc())
        .limit(limit)
    )
    with engine.connect() as connection:
        for row in connection.execution_options(stream_results=True).execute(query):
            yield bytes(row.ruling)
