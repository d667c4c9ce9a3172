"""One transaction at a time: what a journal's batch becomes, whatever the database answers.

Rules:

* One write that fails fails alone: its transaction is rolled back and its neighbours are tried one by one.
* Trouble that concerns everybody (a full disk, a lost server) fails everybody at once; nothing is tried
  one by one. The next batch begins with a fresh connection, and the log's end is checked again.
* A locked database is no failure yet: the batch comes back as ``BUSY`` for whoever keeps the time.
"""

from __future__ import annotations

import logging
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from comity.errors import ComityError, Fault, StartError
from comity.identity.files import write_private
from comity.ledger.audit import Entry
from comity.ledger.entry import SALT_BYTES, Statement, entry_leaf
from comity.store.trouble import concerns_everyone, is_busy, sentence_of

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from comity.clock import Clock
    from comity.store.journal import Draft
    from comity.store.ledger_store import Appended, LedgerStore

T = TypeVar("T")

# How long SQLite itself waits for a lock; the event loop may be waiting with it.
LOCK_WAIT_MS: Final = 20
# How far the head kept beside the database may lag behind.
HEAD_EVERY_S: Final = 60.0

log = logging.getLogger(__name__)


class Busy(Enum):
    """Another program holds the database's lock."""

    BUSY = "busy"


class TroubleError(Fault):
    """The database itself is in trouble; whoever else writes need not try."""


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


class Write:
    """Something to be made durable, and whoever waits for it."""

    __slots__ = ("drafts", "future", "owed", "work")

    def __init__(
        self, drafts: Any, work: Any, future: asyncio.Future[Any], *, owed: bool = False
    ) -> None:
        self.drafts = drafts
        self.work = work
        self.future = future
        self.owed = owed


Outcome = Committed[Any] | Exception | Literal[Busy.BUSY]


class Committer:
    """Writes batches; used by one thread at a time.

    Args:
        store: the ledger.
        clock: stamps entries.
        entropy: salts.
        head_path: file outside the database that keeps a recent signed head; ``None``: none is kept.
    """

    def __init__(
        self,
        store: LedgerStore,
        *,
        clock: Clock,
        entropy: Callable[[int], bytes],
        head_path: Path | None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._entropy = entropy
        self._head_path = head_path
        self._head_kept = ""
        self._head_kept_s = float("-inf")
        self._connection: Connection | None = None
        self._trouble = ""
        self.took_s = 0.0

    # --- connection ------------------------------------------------------------------------------

    def open(self) -> None:
        """Connects and checks the log's end.

        Raises:
            StartError: the log cannot be appended to, or must not be.
        """
        kept = b""
        if self._head_path is not None and self._head_path.exists():
            kept = self._head_path.read_bytes()
        self._connect(kept)

    def _connect(self, kept: bytes) -> Connection:
        connection = self._store.engine.connect()
        try:
            # Its own for good: a pooled connection would keep PostgreSQL's lock when it is given back.
            connection.detach()
            self._store.open(connection, kept=kept)
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql(f"PRAGMA busy_timeout={LOCK_WAIT_MS}")
                connection.commit()
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def close(self) -> None:
        """Keeps the newest head and closes."""
        self._keep_head(now=True)
        self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except SQLAlchemyError as error:
                log.info("connection closed with %s", type(error).__name__)

    # --- batches ---------------------------------------------------------------------------------

    def commit(self, batch: Sequence[Write]) -> list[Outcome]:
        """Makes a batch durable; one outcome for each write, in order."""
        try:
            done: list[Outcome] = list(self._try(batch))
        except DBAPIError as error:
            if is_busy(error):
                return [Busy.BUSY] * len(batch)
            if concerns_everyone(error):
                self._drop()
                return self._in_trouble(sentence_of(error)[0], len(batch))
            failure: Exception = error
        except StartError as error:
            return self._in_trouble(str(error), len(batch))
        except Exception as error:  # noqa: BLE001  # whatever a work raises concerns its own write only
            failure = error
        else:
            if self._trouble:
                log.warning("the journal writes again")
                self._trouble = ""
            self._keep_head()
            return done
        if len(batch) == 1:
            return [_told(failure)]
        return self._one_by_one(batch)

    def _one_by_one(self, batch: Sequence[Write]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for write in batch:
            outcome = self.commit([write])[0]
            outcomes.append(outcome)
            if outcome is Busy.BUSY or isinstance(outcome, TroubleError):
                return outcomes + [outcome] * (len(batch) - len(outcomes))
        return outcomes

    def _in_trouble(self, sentence: str, count: int) -> list[Outcome]:
        if sentence != self._trouble:
            log.error("the journal's database %s", sentence)
            self._trouble = sentence
        return [TroubleError(f"the journal's database {sentence}") for _ in range(count)]

    def _try(self, batch: Sequence[Write]) -> list[Committed[Any]]:
        connection = self._connection or self._connect(self._store.note.encode())
        try:
            now_ms = self._clock.now_ms()
            size = self._store.size
            told: list[Draft] = []
            spans: list[tuple[Any, range]] = []
            for write in batch:
                result = write.work(connection) if write.work is not None else None
                drafts: Any = write.drafts
                if callable(drafts):
                    drafts = drafts(result)
                first = size + len(told)
                told += drafts
                spans.append((result, range(first, size + len(told))))
            appended = edge = None
            if told:
                entries = self._entries(told, size, now_ms)
                appended, edge = self._store.append(connection, entries, now_ms)
            began_s = self._clock.monotonic_s()
            connection.commit()
            self.took_s = self._clock.monotonic_s() - began_s
        except BaseException:
            connection.rollback()
            raise
        if edge is not None:
            self._store.settle(edge)
        return [Committed(result, span, appended) for result, span in spans]

    def _entries(self, told: Sequence[Draft], first: int, now_ms: int) -> list[Entry]:
        drawn = self._entropy(SALT_BYTES * len(told))
        entries = []
        for place, draft in enumerate(told):
            salt = draft.salt or drawn[place * SALT_BYTES : (place + 1) * SALT_BYTES]
            said = Statement(now_ms, draft.envelope_id, draft.kind, draft.details)
            leaf = entry_leaf(said, salt=salt)
            entries.append(
                Entry(
                    first + place, draft.kind, now_ms, draft.envelope_id, leaf, salt, draft.details
                )
            )
        return entries

    def _keep_head(self, *, now: bool = False) -> None:
        """Keeps a recent head where an old copy of the database does not have it."""
        note = self._store.note
        due = now or self._clock.monotonic_s() - self._head_kept_s >= HEAD_EVERY_S
        if self._head_path is None or note == self._head_kept or not due:
            return
        try:
            write_private(self._head_path, note.encode())
        except OSError as error:
            log.warning(
                "the ledger's head could not be kept in %s: %s", self._head_path, error.strerror
            )
        self._head_kept, self._head_kept_s = note, self._clock.monotonic_s()


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
