"""Tasks of a desk: what a release, or a silence, asks of people at the owner.

Rules:

* A duty that people carry out is a task, written in the transaction of the disclosure: no release leaves
  without it, and a task that cannot be written is a release that does not happen.
* Only what left has duties: an answer that became a request for a narrower question has none.
* A record that is kept silent is a task of the desk that its row names, whatever the requester was told. The
  same statement runs whether there are tasks or not, so that a table that cannot be written refuses hits and
  no-hits alike; when an answer leaves is the floor's (``node.exchange.floor``).
* A task names a record by its number here and by the reference that the requester has, never a person.
* Done is done once, by a caller whose name and role the ledger keeps.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from comity.errors import Reason, Refusal
from comity.ledger.entry import ENVELOPE_ID_BYTES
from comity.store.journal import Draft
from node.exchange.disclosure import canonical
from node.policy.duties import ALERT_WITHIN_MS, FOR_A_DESK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Connection

    from comity.clock import Clock
    from comity.store.journal import Journal
    from node.exchange.model import Caller
    from node.storage.tasks import StoredTask, TaskPage

DONE: Final = "task.done"
TASK_ID_BYTES: Final = 6
# Roles that see tasks, and those that may say that one is done.
SEEING_ROLES: Final = frozenset({"supervisor", "authority", "operator", "auditor"})
DOING_ROLES: Final = frozenset({"supervisor", "authority", "operator"})
_NO_ENVELOPE: Final = bytes(ENVELOPE_ID_BYTES)


class Task(NamedTuple):
    """What is to be done about one record.

    Attributes:
        desk: whose task it is.
        what: the duty, or the row that keeps the record silent.
        record: the record's number in this register; a relation's own for what a relation told.
        reference: how the requester knows the record; for a silent one, how it would.
        within_ms: time it has.
    """

    desk: str
    what: str
    record: int
    reference: str
    within_ms: int

    def id_for(self, query_id: bytes) -> str:
        """The same task of the same query has the same id, so that it is written once."""
        text = f"{self.desk}\0{self.what}\0{self.record}\0{self.reference}".encode()
        return blake2b(query_id + text, digest_size=TASK_ID_BYTES).hexdigest()


def tasks_of_duties(duties: Iterable[str], *, record: int, reference: str) -> list[Task]:
    """Tasks that duties of a release make; those that bind its receiver make none."""
    return [
        Task(FOR_A_DESK[duty].desk, duty, record, reference, FOR_A_DESK[duty].within_ms)
        for duty in sorted(set(duties))
        if duty in FOR_A_DESK
    ]


def tasks_of_alerts(
    alerts: Iterable[tuple[str, str]], *, record: int, reference: str
) -> list[Task]:
    """Tasks of desks that rows tell of a record that they keep silent; each row with its desk."""
    return [Task(desk, row, record, reference, ALERT_WITHIN_MS) for row, desk in alerts]


class AddsTasks(Protocol):
    """Writes what desks have to do, in the transaction of a disclosure."""

    def __call__(
        self, tasks: Sequence[Task], /, *, query_id: bytes, requester: str, now_ms: int
    ) -> Callable[[Connection], None]:
        """Work for the journal."""
        ...


class TaskBook(Protocol):
    """Where tasks are kept; rows are written inside the journal's transactions."""

    def page(self, *, now_ms: int, done: bool, size: int) -> TaskPage:
        """Tasks, the most overdue first; those that are done only when asked for."""
        ...

    def finish(
        self, task_id: str, *, by: str, at_ms: int, note: str
    ) -> Callable[[Connection], StoredTask | None]:
        """Work for the journal: a task is done; nothing when there is no such open one."""
        ...


class Desks:
    """Shows tasks and takes note of what is done."""

    def __init__(self, *, book: TaskBook, journal: Journal, clock: Clock) -> None:
        self._book = book
        self._journal = journal
        self._clock = clock

    def page(self, caller: Caller, *, done: bool, size: int) -> TaskPage:
        """Tasks, the most overdue first.

        Raises:
            Refusal: NOT_PERMITTED.
        """
        if caller.role not in SEEING_ROLES:
            raise Refusal(Reason.NOT_PERMITTED, f"role {caller.role} may not see tasks")
        return self._book.page(now_ms=self._clock.now_ms(), done=done, size=size)

    async def finish(self, caller: Caller, task_id: str, *, note: str) -> StoredTask:
        """A task is done; the ledger has it, with who says so.

        Raises:
            Refusal: NOT_PERMITTED; NOT_FOUND, also for one that is done.
        """
        if caller.role not in DOING_ROLES:
            raise Refusal(Reason.NOT_PERMITTED, f"role {caller.role} may not finish tasks")

        def entries(task: StoredTask | None) -> Sequence[Draft]:
            return (_draft(task, caller),) if task is not None else ()

        work = self._book.finish(task_id, by=caller.name, at_ms=self._clock.now_ms(), note=note)
        done = (await self._journal.write(entries, work)).result
        if done is None:
            raise Refusal(Reason.NOT_FOUND, "no such open task", field="task_id")
        return done


def _draft(task: StoredTask, caller: Caller) -> Draft:
    details = {
        "by": caller.name,
        "desk": task.desk,
        "note": task.note,
        "query": task.query_id.hex(),
        "role": caller.role,
        "task": task.task_id,
        "what": task.what,
    }
    return Draft(kind=DONE, envelope_id=_NO_ENVELOPE, details=canonical(details))
