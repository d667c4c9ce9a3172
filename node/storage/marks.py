"""Homonym marks: rows of ``homonym_mark``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, insert, or_, select, tuple_, update

from node.storage.schema import homonym_mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Connection, Engine

_COLUMNS = homonym_mark.c


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark; with ``withdrawn_ms`` it counts no more.

    Attributes:
        subject: this agency's own reference of the person whom the record is not.
        source: member that holds the record.
        record: the owner's reference of the record for this agency.
    """

    mark_id: str
    subject: str
    source: str
    record: str
    reason: str
    set_by: str
    set_ms: int
    withdrawn_by: str = ""
    withdrawn_ms: int = 0
    withdrawal_reason: str = ""


class SqlMarkBook:
    """Implements ``node.exchange.marking.MarkBook``."""

    __slots__ = ("_engine",)

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, mark: Mark) -> Callable[[Connection], bool]:
        """Work for the journal: a new mark; false when the record is marked already."""
        same = select(_COLUMNS.mark_id).where(
            _COLUMNS.subject_reference == mark.subject,
            _COLUMNS.source == mark.source,
            _COLUMNS.record_reference == mark.record,
            _COLUMNS.withdrawn_ms.is_(None),
        )
        row = {
            "mark_id": mark.mark_id,
            "subject_reference": mark.subject,
            "source": mark.source,
            "record_reference": mark.record,
            "reason": mark.reason,
            "set_by": mark.set_by,
            "set_ms": mark.set_ms,
        }

        def work(connection: Connection) -> bool:
            if connection.execute(same).first() is not None:
                return False
            connection.execute(insert(homonym_mark), [row])
            return True

        return work

    def end(self, mark: Mark) -> Callable[[Connection], bool]:
        """Work for the journal: the withdrawal; false when it was withdrawn already."""
        change = (
            update(homonym_mark)
            .where(_COLUMNS.mark_id == mark.mark_id, _COLUMNS.withdrawn_ms.is_(None))
            .values(
                withdrawn_by=mark.withdrawn_by,
                withdrawn_ms=mark.withdrawn_ms,
                withdrawal_reason=mark.withdrawal_reason,
            )
        )

        def work(connection: Connection) -> bool:
            return connection.execute(change).rowcount == 1

        return work

    def one(self, mark_id: str) -> Mark | None:
        """One mark."""
        with self._engine.connect() as connection:
            wanted = select(homonym_mark).where(_COLUMNS.mark_id == mark_id)
            row = connection.execute(wanted).mappings().first()
        return None if row is None else _mark(row)

    def counting(self, subject: str, records: Iterable[tuple[str, str]]) -> Sequence[Mark]:
        """Marks that count about a person, on these records (source and reference)."""
        wanted = select(homonym_mark).where(
            _COLUMNS.subject_reference == subject,
            _COLUMNS.withdrawn_ms.is_(None),
            tuple_(_COLUMNS.source, _COLUMNS.record_reference).in_(list(records)),
        )
        with self._engine.connect() as connection:
            return [_mark(row) for row in connection.execute(wanted).mappings()]

    def subjects(self) -> Iterable[str]:
        """Everybody about whom there are marks that count."""
        counting = select(_COLUMNS.subject_reference).where(_COLUMNS.withdrawn_ms.is_(None))
        with self._engine.connect() as connection:
            return list(connection.execute(counting.distinct()).scalars())

    def page(self, subject: str, *, before: tuple[int, str], size: int) -> Sequence[Mark]:
        """Marks older than a position, newest first; about anybody when ``subject`` is empty."""
        set_ms, mark_id = before
        wanted = select(homonym_mark).where(
            or_(
                _COLUMNS.set_ms < set_ms,
                and_(_COLUMNS.set_ms == set_ms, _COLUMNS.mark_id < mark_id),
            )
        )
        if subject:
            wanted = wanted.where(_COLUMNS.subject_reference == subject)
        newest = wanted.order_by(_COLUMNS.set_ms.desc(), _COLUMNS.mark_id.desc()).limit(size)
        with self._engine.connect() as connection:
            return [_mark(row) for row in connection.execute(newest).mappings()]


def _mark(row: Any) -> Mark:
    return Mark(
        mark_id=row["mark_id"],
        subject=row["subject_reference"],
        source=row["source"],
        record=row["record_reference"],
        reason=row["reason"],
        set_by=row["set_by"],
        set_ms=row["set_ms"],
        withdrawn_by=row["withdrawn_by"] or "",
        withdrawn_ms=row["withdrawn_ms"] or 0,
        withdrawal_reason=row["withdrawal_reason"] or "",
    )
