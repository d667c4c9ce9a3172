"""The journal: everything a process must make durable before it acts, committed in groups.

Entries of the ledger and ordinary rows (replay, queries, mailbox) of one process go into the same
transactions, each with one signed checkpoint, so that the log never holds an entry beyond its head.

Pacing follows the work in flight (docs/performance.md): alone, a write commits at once; from four
queries in flight on, the next commit waits until 5 ms after the last one began, or until 64 writes wait.
A fixed window would cost its length at every hop. An entry that nobody waits for goes with the next commit,
within 20 ms.

Rules:

* A write is acknowledged after its commit, and only then.
* One write that fails fails alone; trouble of the database fails everybody at once (``committing``).
* A locked database is tried again for five seconds; nothing that waits is lost meanwhile.
* Commits run in the event loop while the disk answers fast, in one thread when it does not.
* One process appends: a lock file beside the database says so, and on PostgreSQL an advisory lock.
* A recent signed head is kept beside the database, so that a database that was dropped or replaced by an
  old copy is not taken up again.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self, TypeVar

from comity.errors import ExitCode, Fault, StartError
from comity.store.committing import Busy, Committed, Committer, TroubleError, Write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from comity.clock import Clock
    from comity.store.committing import Outcome
    from comity.store.ledger_store import LedgerStore

__all__ = ["Committed", "Draft", "Journal"]

T = TypeVar("T")

# In flight from which commits are paced, the pace, and how many waiting writes end the wait.
PACED_FROM: Final = 4
PACE_S: Final = 0.005
GROUP_MAX: Final = 64
# Writes taken into one commit; and writes that may wait at all.
COMMIT_MAX: Final = 512
WAITING_MAX: Final = 16_384
# How long an entry that nobody waits for lets others come into the same commit.
LEISURE_S: Final = 0.02
# A disk slower than this gets its own thread; the estimate moves by a tenth with each commit.
INLINE_S_MAX: Final = 0.001
ESTIMATE_WEIGHT: Final = 0.1
# A locked database is tried again after this long, for so long.
BUSY_RETRY_S: Final = 0.05
BUSY_S_MAX: Final = 5.0
# What is kept beside the database: the one appender's lock, and a recent signed head.
LOCK_FILE: Final = "ledger.lock"
HEAD_FILE: Final = "ledger.head"


class Draft(NamedTuple):
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


class Journal:
    """Group commit for one process; use it as an async context manager.

    Args:
        store: the ledger.
        clock: stamps entries.
        in_flight: queries in flight in this process, for pacing.
        folder: where the appender's lock and a recent signed head are kept, outside the database;
            ``None`` where nobody else can come near (benches).
        entropy: salts.
    """

    def __init__(
        self,
        store: LedgerStore,
        *,
        clock: Clock,
        in_flight: Callable[[], int] = lambda: 0,
        folder: Path | None = None,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._in_flight = in_flight
        self._folder = folder
        self._committer = Committer(
            store,
            clock=clock,
            entropy=entropy,
            head_path=None if folder is None else folder / HEAD_FILE,
        )
        self._waiting: list[Write] = []
        self._owed: list[Write] = []
        self._timer: asyncio.Handle | None = None
        self._began_s = 0.0
        self._estimate_s = 0.0
        self._busy = False
        # Whether somebody waits for one of the writes that wait.
        self._pressing = False
        self._closed = True
        self._idle = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._busy_since_s: float | None = None
        self._lock: int | None = None
        self.commits = 0

    # --- life ------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._take_lock()
        try:
            self._committer.open()
        except BaseException:
            self._release()
            raise
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
        self._committer.close()
        self._release()

    def _release(self) -> None:
        self._thread.shutdown()
        if self._lock is not None:
            os.close(self._lock)

    def _take_lock(self) -> None:
        if self._folder is None:
            return
        path = self._folder / LOCK_FILE
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            sentence = f"Another process writes this ledger already ({path})."
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
            Fault: it could not be written. Nothing of it was, unless the server was lost in the very
                moment of the commit: then it may be in the log, and nothing followed from it.
        """
        return await self.submit(drafts, work)

    def submit(
        self,
        drafts: Sequence[Draft] | Callable[[Any], Sequence[Draft]],
        work: Callable[[Connection], Any] | None = None,
    ) -> asyncio.Future[Committed[Any]]:
        """``write`` without a coroutine, for hot paths."""
        write = Write(drafts, work, self._loop.create_future())
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
        *,
        pressing: bool = True,
    ) -> asyncio.Future[Committed[Any]]:
        """``submit`` for what happened already and must not be lost: how a query ended.

        The future fails like any other, but the write stays owed: it is tried again after the next
        commit that succeeds, and when the journal closes. Nothing new starts on a disk that takes
        nothing, so no more is ever owed than was open.

        Args:
            drafts: as in ``write``.
            work: as in ``write``.
            pressing: whether somebody waits for it. If not, the next commit takes it along, within 20 ms:
                a question that is alone is spared a commit.
        """
        write = Write(drafts, work, self._loop.create_future(), owed=True)
        write.future.add_done_callback(_seen)  # nobody has to wait for it
        if self._closed:
            write.future.set_exception(Fault("the journal is closed"))
        else:
            self._queue(write, pressing=pressing)
        return write.future

    def _queue(self, write: Write, *, pressing: bool = True) -> None:
        self._waiting.append(write)
        if pressing and not self._pressing:
            self._pressing = True
            self._unschedule()
        self._schedule()

    def _unschedule(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _schedule(self, *, at_once: bool = False) -> None:
        if self._busy or not self._waiting:
            return
        waiting = len(self._waiting)
        if self._timer is not None:
            if waiting != GROUP_MAX and not at_once:
                return
            self._unschedule()
        alone = max(waiting, self._in_flight()) < PACED_FROM
        if at_once or waiting >= GROUP_MAX or (alone and self._pressing):
            self._timer = self._loop.call_soon(self._commit)
        elif self._pressing:
            self._timer = self._loop.call_at(self._began_s + PACE_S, self._commit)
        else:
            self._timer = self._loop.call_later(LEISURE_S, self._commit)

    def _commit(self) -> None:
        self._timer = None
        self._pressing = len(self._waiting) > COMMIT_MAX
        batch, self._waiting = self._waiting[:COMMIT_MAX], self._waiting[COMMIT_MAX:]
        self._began_s = self._loop.time()
        if self._estimate_s <= INLINE_S_MAX:
            self._finish(batch, self._committer.commit(batch))
            return
        self._busy = True
        done = self._loop.run_in_executor(self._thread, self._committer.commit, batch)
        done.add_done_callback(lambda found: self._finish(batch, found.result()))

    def _finish(self, batch: list[Write], outcomes: list[Outcome]) -> None:
        self._busy = False
        self.commits += 1
        self._estimate_s += (self._committer.took_s - self._estimate_s) * ESTIMATE_WEIGHT
        locked: list[Write] = []
        written = False
        trouble: TroubleError | None = None
        for write, outcome in zip(batch, outcomes, strict=True):
            if outcome is Busy.BUSY:
                locked.append(write)
            elif isinstance(outcome, Exception):
                trouble = outcome if isinstance(outcome, TroubleError) else trouble
                self._fail(write, outcome)
            else:
                # Work alone proves no disk that takes entries.
                written = written or bool(outcome.indices)
                if not write.future.done():  # else its caller went away; it is durable all the same
                    write.future.set_result(outcome)
        if trouble is not None:
            self._fail_all(str(trouble))
        if written and self._owed:
            self._waiting += self._owed
            self._owed.clear()
            self._pressing = True
        if locked:
            self._wait_for_lock(locked)
        else:
            self._busy_since_s = None
            self._go_on()

    def _go_on(self) -> None:
        if self._waiting:
            self._schedule()
        else:
            self._idle.set()

    def _wait_for_lock(self, locked: list[Write]) -> None:
        """Another program holds the lock: the same writes again, in order, until time is up."""
        now_s = self._loop.time()
        since_s = self._busy_since_s = self._busy_since_s or now_s
        self._waiting = locked + self._waiting
        self._estimate_s = max(
            self._estimate_s, 2 * INLINE_S_MAX
        )  # waiting is the thread's business
        if now_s - since_s < BUSY_S_MAX:
            self._unschedule()
            self._pressing = True
            self._timer = self._loop.call_later(BUSY_RETRY_S, self._commit)
            return
        self._busy_since_s = None
        self._fail_all("the journal's database is locked by another program")
        self._go_on()

    def _fail_all(self, sentence: str) -> None:
        waiting, self._waiting = self._waiting, []
        for write in waiting:
            self._fail(write, Fault(sentence))

    def _fail(self, write: Write, error: Exception) -> None:
        if write.owed:
            self._owed.append(write)
        if not write.future.done():
            write.future.set_exception(error)


def _seen(done: asyncio.Future[Any]) -> None:
    if not done.cancelled():
        done.exception()
