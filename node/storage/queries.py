"""What was asked before: for `comity query list` and `show`, without the data that came back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from comity.store.statement import Statement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Engine

    from node.exchange.model import Caller, SourceAnswer, Summary

_OPEN: Final = Statement(
    "INSERT INTO query (query_id, asked_ms, asked_by, question)"
    " VALUES (:query_id, :asked_ms, :asked_by, :question) ON CONFLICT DO NOTHING"
)
_CLOSE: Final = Statement(
    "UPDATE query SET answers = :answers, summary = :summary WHERE query_id = :query_id"
)
_RECEIPT: Final = Statement(
    "INSERT INTO receipt (asked_ms, query_id, source, proof)"
    " SELECT asked_ms, query_id, :source, :proof FROM query WHERE query_id = :query_id"
)
_PAGE: Final = text(
    "SELECT query_id, asked_ms, asked_by, question, answers, summary FROM query"
    " WHERE (asked_ms < :before_ms OR (asked_ms = :before_ms AND query_id < :before_id))"
    " AND (:everyone = 1 OR asked_by = :name)"
    " ORDER BY asked_ms DESC, query_id DESC LIMIT :page"
)
_ONE: Final = text(
    "SELECT query_id, asked_ms, asked_by, question, answers, summary FROM query"
    " WHERE query_id = :query_id AND (:everyone = 1 OR asked_by = :name)"
)
# Counts to a bound, so that a busy day costs no more than the capacity.
_ASKED_SINCE: Final = text(
    "SELECT count(*) FROM (SELECT 1 FROM query WHERE asked_ms >= :since_ms LIMIT :most) AS some"
)
_RECEIPTS: Final = text(
    "SELECT source, proof FROM receipt WHERE asked_ms = :asked_ms AND query_id = :query_id"
)
# Parts of an answer that are kept: how it ended and what it counts, never what was released.
_KEPT: Final = (
    "source",
    "outcome",
    "reason",
    "sentence",
    "fields_released",
    "fields_withheld",
    "complete",
    "elapsed_ms",
    "receipt_verified",
)
# The accounting is kept whole.
_SUMMED: Final = (
    "asked",
    "not_searched",
    "fields_released",
    "fields_withheld",
    "receipts_verified",
    "receipts_due",
    "elapsed_ms",
    "ended_ms",
)


@dataclass(frozen=True, slots=True)
class PastQuery:
    """A query asked before; ``answers`` and ``summary`` are ``None`` while it is open.

    ``receipts`` are the sources' proofs; a page of queries comes without them.
    """

    query_id: bytes
    asked_ms: int
    asked_by: str
    question: bytes
    answers: list[dict[str, Any]] | None
    summary: dict[str, Any] | None
    receipts: dict[str, bytes] = field(default_factory=dict)


class SqlQueryBook:
    """Implements ``node.exchange.ports.QueryBook``; reads pages for the service."""

    __slots__ = ("_engine",)

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def opened(
        self, *, query_id: bytes, asked_ms: int, caller: Caller, question: bytes
    ) -> Callable[[Connection], None]:
        """Work for the journal: a new query."""
        row = {
            "query_id": query_id,
            "asked_ms": asked_ms,
            "asked_by": caller.name,
            "question": question,
        }

        def work(connection: Connection) -> None:
            _OPEN.run(connection, row)

        return work

    def closed(
        self, *, query_id: bytes, answers: Sequence[SourceAnswer], summary: Summary
    ) -> Callable[[Connection], None]:
        """Work for the journal: how it ended, with the receipts that came."""
        kept = [
            {**{part: getattr(one, part) for part in _KEPT}, "digest": one.digest.hex()}
            for one in answers
        ]
        row = {
            "query_id": query_id,
            "answers": json.dumps(kept),
            "summary": json.dumps({name: getattr(summary, name) for name in _SUMMED}),
        }
        receipts = [
            {"query_id": query_id, "source": one.source, "proof": one.receipt}
            for one in answers
            if one.receipt
        ]

        def work(connection: Connection) -> None:
            _CLOSE.run(connection, row)
            for receipt in receipts:
                _RECEIPT.run(connection, receipt)

        return work

    def asked_since(self, since_ms: int, *, most: int) -> int:
        """How many questions this agency's callers asked since then, counted up to ``most``."""
        with self._engine.connect() as connection:
            counted = connection.execute(_ASKED_SINCE, {"since_ms": since_ms, "most": most})
            return int(counted.scalar_one())

    def page(
        self, *, name: str, everyone: bool, before_ms: int, before_id: bytes, size: int
    ) -> list[PastQuery]:
        """Queries older than a position, newest first; only ``name``'s unless ``everyone``."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                _PAGE,
                {
                    "before_ms": before_ms,
                    "before_id": before_id,
                    "everyone": int(everyone),
                    "name": name,
                    "page": size,
                },
            ).all()
        return [_past(row) for row in rows]

    def one(self, query_id: bytes, *, name: str, everyone: bool) -> PastQuery | None:
        """One query, or ``None`` when there is none the caller may see."""
        with self._engine.connect() as connection:
            row = connection.execute(
                _ONE, {"query_id": query_id, "everyone": int(everyone), "name": name}
            ).one_or_none()
            if row is None:
                return None
            given = {"asked_ms": row.asked_ms, "query_id": query_id}
            kept = connection.execute(_RECEIPTS, given).all()
        return replace(_past(row), receipts={one.source: bytes(one.proof) for one in kept})


def _past(row: Any) -> PastQuery:
    return PastQuery(
        query_id=bytes(row.query_id),
        asked_ms=row.asked_ms,
        asked_by=row.asked_by,
        question=bytes(row.question),
        answers=json.loads(row.answers) if row.answers else None,
        summary=json.loads(row.summary) if row.summary else None,
    )
