"""The journal: everything a process must make durable before it acts, committed in groups.

Entries of the ledger and ordinary rows (replay, queries, mailbox) of one process go into the same
transactions, each with one signed checkpoint, so that the log never holds an entry beyond its head.

Pacing follows the work in flight (docs/performance.md): alone, a write commits at once; from four
queries in flight on, the next commit waits until 5 ms after the last one began, or until 32 writes wait.
A fixed window would cost its length at every hop.

Rules:

* A write is acknowledged after its commit, and only then.
* One write that fails fails alone: its commit is rolled back and its neighbours are tried one by one.
* Commits run in the event loop while the disk answers fast, in one thread when it does not.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from comity.errors import ComityError, ExitCode, Fault, StartError
from comity.ledger.audit import Entry
from comity.ledger.entry import SALT_BYTES, Statement, entry_leaf

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from comity.clock import Clock
    from comity.store.ledger_store import Appended, LedgerStore

T = TypeVar("T")

# In flight from which commits are paced, the pace, and how many waiting writes end the wait.
PACED_FROM: Final = 4
PACE_S: Final = 0.005
GROUP_MAX: Final = 32
# Writes taken into one commit; and writes that may wait at all.
COMMIT_MAX: Final = 512
WAITING_MAX: Final = 16_384
# A disk slower than this gets its own thread; the estimate moves by a tenth with each commit.
INLINE_S_MAX: Final = 0.001
ESTIMATE_WEIGHT: Final = 0.1
# A thread's disk is tried inline again once it is clearly fast.
INLINE_AGAIN_S: Final = 0.0005

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be written.

    Attributes:
        kind: what happened.
        envelope_id: the envelope it concerns, 32 bytes.
        details: canonical bytes that the leaf commits to, together with kind, id and time.
        salt: 32 bytes when somebody else must know it; drawn by the journal otherwise.
    """

    kind: str
    envelope_id: bytes
    details: bytes
    salt: bytes | None = None


class Committed(Generic[T]):
    """A durable write: where its entries stand, what its work returned, and their receipts."""

    __slots__ = ("_appended", "indices", "result")

    def __init__(self, result: T, indices: range, appended: Appended | None) -> None:
        self.result = result
        self.indices = indices
        self._appended = appended

    def receipt(self, position: int) -> bytes:
        """The ``.tlog-proof`` of this write's entry number ``position``; no SQL is needed."""
        if self._appended is None:
            raise IndexError(position)
        return self._appended.receipt(self.indices[position])


class _Write:
    __slots__ = ("drafts", "future", "owed", "work")

    def __init__(
        self, drafts: Any, work: Any, future: asyncio.Future[Any], *, owed: bool = False
    ) -> None:
        self.drafts = drafts
        self.work = work
        self.future = future
        self.owed = owed


class Journal:
    """Group commit for one process; use it as an async context manager.

    Args:
        store: the ledger.
        clock: stamps entries.
        in_flight: queries in flight in this process, for pacing.
        lock_path: file whose lock says that this process is the one appender; ``None`` where the
            database itself is one's own (tests in memory).
        entropy: salts.
    """

    def __init__(
        self,
        store: LedgerStore,
        *,
        clock: Clock,
        in_flight: Callable[[], int] = lambda: 0,
        lock_path: Path | None = None,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._store = store
        self._clock = clock
        self._in_flight = in_flight
        self._lock_path = lock_path
        self._entropy = entropy
        self._waiting: list[_Write] = []
        self._owed: list[_Write] = []
        self._timer: asyncio.Handle | None = None
        self._began_s = 0.0
        self._estimate_s = 0.0
        self._busy = False
        self._closed = True
        self._idle = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._connection: Connection | None = None
        self._lock: int | None = None
        self.commits = 0

    # --- life ------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._take_lock()
        self._store.open()
        self._connection = self._store.engine.connect()
        self._closed = False
        self._idle.set()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Commits what waits, then closes."""
        self._closed = True
        self._waiting += self._owed
        self._owed.clear()
        while self._waiting or self._busy:
            self._idle.clear()
            self._schedule(at_once=True)
            await self._idle.wait()
        self._thread.shutdown()
        if self._connection is not None:
            self._connection.close()
        if self._lock is not None:
            os.close(self._lock)

    def _take_lock(self) -> None:
        if self._lock_path is None:
            return
        handle = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            sentence = f"Another process writes this ledger already ({self._lock_path})."
            raise StartError(sentence, exit_code=ExitCode.UNAVAILABLE) from error
        self._lock = handle

    # --- writing -----------------------------------------------------------------------------------

    async def write(
        self,
        drafts: Sequence[Draft] | Callable[[T], Sequence[Draft]],
        work: Callable[[Connection], T] | None = None,
    ) -> Committed[T]:
        """Writes entries and whatever ``work`` does, in one transaction, and returns once durable.

        Args:
            drafts: entries, or a function of the work's result that gives them.
            work: runs inside the transaction; it must not commit, and may be run again when a
                neighbour made the transaction fail.

        Raises:
            Fault: it could not be written; nothing of it was.
        """
        return await self.submit(drafts, work)

    def submit(
        self,
        drafts: Sequence[Draft] | Callable[[Any], Sequence[Draft]],
        work: Callable[[Connection], Any] | None = None,
    ) -> asyncio.Future[Committed[Any]]:
        """``write`` without a coroutine, for hot paths."""
        write = _Write(drafts, work, self._loop.create_future())
        if self._closed:
            write.future.set_exception(Fault("the journal is closed"))
        elif len(self._waiting) >= WAITING_MAX:
            write.future.set_exception(Fault("the journal is full"))
        else:
            self._queue(write)
        return write.future

    def owe(
        self,
        drafts: Sequence[Draft] | Callable[[Any], Sequence[Draft]],
        work: Callable[[Connection], Any] | None = None,
    ) -> asyncio.Future[Committed[Any]]:
        """``submit`` for what happened already and must not be lost: how a query ended.

        The future fails like any other, but the write stays owed: it is tried again after the next
        commit that succeeds, and when the journal closes. Nothing new starts on a disk that takes
        nothing, so no more is ever owed than was open.
        """
        write = _Write(drafts, work, self._loop.create_future(), owed=True)
        write.future.add_done_callback(_seen)  # nobody has to wait for it
        if self._closed:
            write.future.set_exception(Fault("the journal is closed"))
        else:
            self._queue(write)
        return write.future

    def _queue(self, write: _Write) -> None:
        self._waiting.append(write)
        self._schedule()

    def _schedule(self, *, at_once: bool = False) -> None:
        if self._busy or not self._waiting:
            return
        waiting = len(self._waiting)
        if self._timer is not None:
            if waiting != GROUP_MAX and not at_once:
                return
            self._timer.cancel()
        if at_once or waiting >= GROUP_MAX or max(waiting, self._in_flight()) < PACED_FROM:
            self._timer = self._loop.call_soon(self._commit)
        else:
            self._timer = self._loop.call_at(self._began_s + PACE_S, self._commit)

    def _commit(self) -> None:
        self._timer = None
        batch, self._waiting = self._waiting[:COMMIT_MAX], self._waiting[COMMIT_MAX:]
        self._began_s = self._loop.time()
        if self._estimate_s <= INLINE_S_MAX:
            self._finish(batch, self._transact(batch))
            return
        self._busy = True
        done = self._loop.run_in_executor(self._thread, self._transact, batch)
        done.add_done_callback(lambda found: self._finish(batch, found.result()))

    def _finish(self, batch: list[_Write], outcomes: list[Committed[Any] | Exception]) -> None:
        self._busy = False
        self.commits += 1
        written = False
        for write, outcome in zip(batch, outcomes, strict=True):
            failed = isinstance(outcome, Exception)
            written = written or not failed
            if failed and write.owed:
                self._owed.append(write)
            if write.future.done():
                continue  # its caller went away; the write is durable all the same
            if isinstance(outcome, Exception):
                write.future.set_exception(outcome)
            else:
                write.future.set_result(outcome)
        if written:
            self._waiting += self._owed
            self._owed.clear()
        if self._waiting:
            self._schedule()
        else:
            self._idle.set()

    # --- in the loop or in the thread ----------------------------------------------------------------

    def _transact(self, batch: list[_Write]) -> list[Committed[Any] | Exception]:
        try:
            return list(self._try(batch))
        except Exception as error:  # noqa: BLE001  # whatever a work raises concerns its own write only
            if len(batch) == 1:
                return [_told(error)]
        outcomes: list[Committed[Any] | Exception] = []
        for write in batch:
            outcomes.extend(self._transact([write]))
        return outcomes

    def _try(self, batch: list[_Write]) -> list[Committed[Any]]:
        connection = self._connection
        if connection is None:
            raise Fault("the journal is closed")
        try:
            now_ms = self._clock.now_ms()
            size = self._store.size
            entries: list[Entry] = []
            spans: list[tuple[Any, range]] = []
            for write in batch:
                result = write.work(connection) if write.work is not None else None
                drafts: Any = write.drafts
                if callable(drafts):
                    drafts = drafts(result)
                first = size + len(entries)
                entries.extend(
                    self._entry(draft, first + place, now_ms) for place, draft in enumerate(drafts)
                )
                spans.append((result, range(first, size + len(entries))))
            appended = frontier = None
            if entries:
                appended, frontier = self._store.append(connection, entries, now_ms)
            began_s = self._loop.time()
            connection.commit()
            took_s = self._loop.time() - began_s
        except BaseException:
            connection.rollback()
            raise
        self._estimate_s += (took_s - self._estimate_s) * ESTIMATE_WEIGHT
        if frontier is not None:
            self._store.settle(frontier)
        return [Committed(result, span, appended) for result, span in spans]

    def _entry(self, draft: Draft, position: int, now_ms: int) -> Entry:
        salt = draft.salt or self._entropy(SALT_BYTES)
        said = Statement(now_ms, draft.envelope_id, draft.kind, draft.details)
        leaf = entry_leaf(said, salt=salt)
        return Entry(position, draft.kind, now_ms, draft.envelope_id, leaf, salt, draft.details)


def _seen(done: asyncio.Future[Any]) -> None:
    if not done.cancelled():
        done.exception()


def _told(error: Exception) -> Exception:
    """What the waiting caller gets: refusals as they are, the database's errors without its text."""
    if isinstance(error, ComityError):
        return error
    if isinstance(error, SQLAlchemyError):
        log.error("journal write failed: %s", type(error).__name__)
        fault = Fault("the journal could not be written")
        fault.__cause__ = error
        return fault
    return error
