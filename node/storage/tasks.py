"""Tasks of desks: rows of ``task``, written in the transaction of the disclosure that made them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import case, func, select, update

from comity.store.statement import Statement
from node.storage.schema import task

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Engine

    from node.exchange.tasking import Task

_COLUMNS = task.c
_ADD: Final = Statement(
    "INSERT INTO task (task_id, desk, what, query_id, requester, record, reference, made_ms, due_ms)"
    " VALUES (:task_id, :desk, :what, :query_id, :requester, :record, :reference, :made_ms, :due_ms)"
    " ON CONFLICT DO NOTHING"
)
# Runs with every answer: what has no task must fail where one that has would.
_TOUCH: Final = Statement("UPDATE task SET made_ms = made_ms WHERE task_id = :task_id")
_NO_TASK: Final = {"task_id": ""}


@dataclass(frozen=True, slots=True)
class StoredTask:
    """A task as it stands.

    Attributes:
        what: the duty, or the row that keeps the record silent.
        requester: member whose question made it.
        record: the record's number in this register.
        reference: how the requester knows the record.
        done_ms: when it was done; 0 while it is open.
        note: what whoever did it wrote.
    """

    task_id: str
    desk: str
    what: str
    query_id: bytes
    requester: str
    record: int
    reference: str
    made_ms: int
    due_ms: int
    done_ms: int = 0
    done_by: str = ""
    note: str = ""


class TaskPage(NamedTuple):
    """Tasks, and how many there are: open ones, and those of them whose time is over."""

    tasks: Sequence[StoredTask]
    open: int
    overdue: int


class SqlTaskBook:
    """Implements ``node.exchange.tasking.TaskBook`` and what a disclosure writes."""

    __slots__ = ("_engine",)

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @staticmethod
    def add(
        tasks: Sequence[Task], *, query_id: bytes, requester: str, now_ms: int
    ) -> Callable[[Connection], None]:
        """Work for the journal: tasks of one answer, perhaps none."""
        rows = [
            {
                "task_id": one.id_for(query_id),
                "desk": one.desk,
                "what": one.what,
                "query_id": query_id,
                "requester": requester,
                "record": int(one.record),
                "reference": one.reference,
                "made_ms": now_ms,
                "due_ms": now_ms + one.within_ms,
            }
            for one in tasks
        ]

        def work(connection: Connection) -> None:
            _TOUCH.run(connection, _NO_TASK)
            if rows:
                _ADD.run(connection, rows)

        return work

    def page(self, *, now_ms: int, done: bool, size: int) -> TaskPage:
        """Tasks, the most overdue first; those that are done, newest first, only when asked for."""
        still = _COLUMNS.done_ms.is_(None)
        wanted = select(task).where(still).order_by(_COLUMNS.due_ms, _COLUMNS.task_id)
        over = func.coalesce(func.sum(_over(now_ms)), 0)
        with self._engine.connect() as connection:
            found = [_task(row) for row in connection.execute(wanted.limit(size)).mappings()]
            if done and len(found) < size:
                ended = select(task).where(_COLUMNS.done_ms.is_not(None))
                newest = ended.order_by(_COLUMNS.done_ms.desc(), _COLUMNS.task_id)
                rest = connection.execute(newest.limit(size - len(found)))
                found += [_task(row) for row in rest.mappings()]
            counted = select(func.count(), over).select_from(task).where(still)
            open_now, overdue = connection.execute(counted).one()
        return TaskPage(found, int(open_now), int(overdue))

    def finish(
        self, task_id: str, *, by: str, at_ms: int, note: str
    ) -> Callable[[Connection], StoredTask | None]:
        """Work for the journal: a task is done; nothing when there is no such open one."""
        change = (
            update(task)
            .where(_COLUMNS.task_id == task_id, _COLUMNS.done_ms.is_(None))
            .values(done_ms=at_ms, done_by=by, note=note)
        )
        wanted = select(task).where(_COLUMNS.task_id == task_id)

        def work(connection: Connection) -> StoredTask | None:
            if connection.execute(change).rowcount != 1:
                return None
            return _task(connection.execute(wanted).mappings().one())

        return work


def _over(now_ms: int) -> Any:
    """1 where the time of a task is over."""
    return case((_COLUMNS.due_ms < now_ms, 1), else_=0)


def _task(row: Any) -> StoredTask:
    return StoredTask(
        task_id=row["task_id"],
        desk=row["desk"],
        what=row["what"],
        query_id=bytes(row["query_id"]),
        requester=row["requester"],
        record=row["record"],
        reference=row["reference"],
        made_ms=row["made_ms"],
        due_ms=row["due_ms"],
        done_ms=row["done_ms"] or 0,
        done_by=row["done_by"] or "",
        note=row["note"] or "",
    )
