"""Loading a file into the register: in batches, counted, resumable, nothing lost.

Rules: every item an importer yields is counted once, as added, changed, unchanged or quarantined. The
same file again changes nothing. A batch is stored whole or not at all, so a load that was killed is
simply run again. A batch the store refuses is tried record by record, and only the culprit is
quarantined. A key used twice with other content in one file is quarantined the second time, because
which of both is true cannot be known. A record that is kept, but not found as its owner may expect, is
warned of and counted beside. Nothing is removed unless the operator says the file is complete, and never
by a load that brought nothing.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING, Final, Protocol

from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from comity.clock import SystemClock, day_of
from comity.errors import ExitCode, StartError
from node.records.indexing import Unfindable, range_of
from node.records.writing import BATCH_RECORDS, LoadCounts
from node.sources.labelling import labelled
from node.sources.rows import (
    Kept,
    Quarantined,
    Read,
    UnusableRowError,
    Why,
    kept,
    quarantined,
)
from node.sources.scratch import Scratch, scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from comity.clock import Clock
    from node.records.record import Record
    from node.sources.formats import Importer
    from node.sources.rows import Item

# Only the operator may read quarantined rows: they hold what the register holds.
_PRIVATE: Final = 0o600
# What a store says of a value it cannot hold; anything else (a full disk, a lost connection) ends the load.
_REFUSALS: Final = (DataError, IntegrityError, UnicodeError)
_NO_COUNTS: Final = LoadCounts(0, 0, 0)


class Store(Protocol):
    """What loading needs of a register (``node.records.store.RecordStore``)."""

    def upsert_many(self, records: Iterable[Record], *, load: int = 0) -> LoadCounts:
        """Store records; the same again changes nothing."""
        ...

    def delete_missing(self, source: str, *, load: int) -> int:
        """Delete what the load with this number no longer brought."""
        ...


class DryRun:
    """A store that stores nothing: every record would be looked at, none is written."""

    __slots__ = ()

    def upsert_many(self, records: Iterable[Record], *, load: int = 0) -> LoadCounts:
        """Count the records as unchanged."""
        del load
        return LoadCounts(0, 0, sum(1 for _ in records))

    def delete_missing(self, source: str, *, load: int) -> int:
        """Remove nothing."""
        del source, load
        return 0


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What became of a file.

    Attributes:
        read: records and quarantined rows; the sum of the four that follow.
        added: records that were not there.
        changed: records whose content changed.
        unchanged: records that were there as they are; also a record repeated in the file.
        quarantined: rows that were not imported.
        removed: records of the source the file no longer names, when it was complete.
        by_reason: quarantined rows by reason.
        warned: records that are kept, but not found by everything that they say.
        warnings: these by reason.
    """

    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    removed: int = 0
    by_reason: dict[str, int] = field(default_factory=dict)
    warned: int = 0
    warnings: dict[str, int] = field(default_factory=dict)


def load(
    importer: Importer,
    store: Store,
    path: Path,
    *,
    source: str | None = None,
    progress: Callable[[int], None] = lambda _read: None,
    quarantine_path: Path | None = None,
    complete: bool = False,
    clock: Clock | None = None,
) -> LoadReport:
    """Bring a file into the register.

    Args:
        importer: of the file's format.
        store: the register.
        path: the file.
        source: the register's name for these records; the importer's own when left out.
        progress: told after each batch how many rows were read.
        quarantine_path: where quarantined rows and those warned of (``kept``) go as JSON lines, readable by
            the operator only.
        complete: whether the file is the whole source, so that what it no longer names is removed.
        clock: for the age of persons and the number of a complete load.

    Raises:
        StartError: the file as a whole cannot be read, or the register or the quarantine file cannot be
            written.
    """
    clock = clock or SystemClock()
    with scratch() as pad, _quarantine(quarantine_path) as keep:
        one = _Load(
            store=store,
            source=source or importer.source,
            today=day_of(clock.now_ms()),
            number=clock.now_ms() if complete else 0,
            pad=pad,
            keep=keep,
        )
        for item in importer.read(path):
            if one.take(item):
                progress(one.read)
        one.flush()
        progress(one.read)
        removed = 0
        if complete and one.read > sum(one.reasons.values()):
            removed = store.delete_missing(one.source, load=one.number)
        return one.report(removed)


@dataclass(slots=True)
class _Load:
    """One load in the making."""

    store: Store
    source: str
    today: date
    number: int
    pad: Scratch
    keep: Callable[[Quarantined | Kept], None]
    read: int = 0
    repeated: int = 0
    counts: LoadCounts = _NO_COUNTS
    reasons: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    batch: list[Read] = field(default_factory=list)

    def take(self, item: Item) -> bool:
        """Count an item; True when a batch went to the store."""
        self.read += 1
        if isinstance(item, Quarantined):
            self._refuse(item)
            return False
        record = labelled(replace(item.record, source=self.source), self.today)
        fresh = self.pad.first_use(record.source_key, _content(record))
        if fresh is None:
            wrong = UnusableRowError(Why.KEY_REUSED, record.source_key)
            self._refuse(quarantined(item.line, wrong, _written(record)))
        elif not fresh:
            self.repeated += 1
        else:
            self.batch.append(Read(item.line, record))
            self._warn(item.line, record)
        if len(self.batch) < BATCH_RECORDS:
            return False
        self.flush()
        return True

    def _warn(self, line: int, record: Record) -> None:
        """Tells of a batch of blank documents that no number between its ends will find."""
        found = range_of(record)
        if isinstance(found, Unfindable):
            self.warnings[found] += 1
            self.keep(kept(line, found, record.source_key, _written(record)))

    def flush(self) -> None:
        """Store what is waiting, record by record when the store refuses it together."""
        try:
            self.counts += self._stored(self.batch)
        except _REFUSALS:
            for read in self.batch:
                self._one_by_one(read)
        self.batch = []

    def _one_by_one(self, read: Read) -> None:
        try:
            self.counts += self._stored([read])
        except _REFUSALS as error:
            wrong = UnusableRowError(Why.REFUSED_BY_STORE, type(error).__name__)
            self._refuse(quarantined(read.line, wrong, _written(read.record)))

    def _stored(self, batch: list[Read]) -> LoadCounts:
        try:
            return self.store.upsert_many((read.record for read in batch), load=self.number)
        except OperationalError as error:
            raise StartError(
                f"The register cannot be written ({error.orig}): what was stored stays, make room or "
                "bring it back and run the same import again.",
                exit_code=ExitCode.DISK,
            ) from error

    def _refuse(self, row: Quarantined) -> None:
        self.reasons[row.why] += 1
        self.keep(row)

    def report(self, removed: int) -> LoadReport:
        """The sums."""
        return LoadReport(
            read=self.read,
            added=self.counts.added,
            changed=self.counts.changed,
            unchanged=self.counts.unchanged + self.repeated,
            quarantined=self.reasons.total(),
            removed=removed,
            by_reason={str(why): count for why, count in sorted(self.reasons.items())},
            warned=self.warnings.total(),
            warnings={str(why): count for why, count in sorted(self.warnings.items())},
        )


def _content(record: Record) -> str:
    """Everything a record says, the same for equal records of one process; quicker than its digest."""
    said = sorted(record.fields.items())
    labels = (record.labels.subject, sorted(record.labels.markings))
    return repr((record.entity_type, said, labels, record.assertion))


def _written(record: Record) -> str:
    return json.dumps(
        {"key": record.source_key, "entity": record.entity_type, "fields": record.fields},
        ensure_ascii=False,
        default=str,
    )


@contextmanager
def _quarantine(path: Path | None) -> Iterator[Callable[[Quarantined | Kept], None]]:
    """Where rows go that were refused or warned of; new for each load, and private from its first byte."""
    if path is None:
        yield lambda _row: None
        return
    try:
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    except OSError as error:
        raise StartError(
            f"The quarantine file {path} cannot be written: {error.strerror}.",
            exit_code=ExitCode.CANNOT_CREATE,
        ) from error
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:

        def keep(row: Quarantined | Kept) -> None:
            _write(stream, row)

        yield keep


def _write(stream: IO[str], row: Quarantined | Kept) -> None:
    said: dict[str, object] = {
        "line": row.line,
        "reason": row.why,
        "detail": row.detail,
        "raw": row.raw,
    }
    if isinstance(row, Kept):
        said["kept"] = True
    try:
        stream.write(json.dumps(said, ensure_ascii=False) + "\n")
    except OSError as error:
        raise StartError(
            f"The quarantine file cannot be written ({error.strerror}): make room and run the import again.",
            exit_code=ExitCode.DISK,
        ) from error
