"""Auditing a whole log, leaf by leaf, against the heads its key signed.

Rules:

* The key comes from outside the log. Nothing that the log says of itself is believed.
* What an entry says must lead to its leaf; all leaves in their order must lead to the root of every head.
* Every leaf stands under a signed head, and every signed head stands over leaves that are there.
* An erased entry (no salt and no details) keeps its leaf; what stands beside it is no longer proven.
* A log proves order and that nothing was altered since a head. That the last head is the newest one, only
  a head kept elsewhere can show: see ``Audit.kept``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from comity.ledger.entry import LEAF_BYTES, Statement, entry_leaf
from comity.ledger.errors import LedgerError
from comity.ledger.proof import verify_receipt
from comity.ledger.runs import RUN_ENTRIES, pages_of
from comity.ledger.tiles import (
    TILE_BYTES,
    TILE_HEIGHT,
    TILE_WIDTH,
    OpenTiles,
    Tile,
    partial_width,
    tile_levels,
)
from comity.ledger.tree import Frontier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from comity.ledger.checkpoint import VerifiedCheckpoint, Verifier
    from comity.ledger.runs import Page

# More are counted, not told one by one.
FINDINGS_MAX: Final = 20


class Entry(NamedTuple):
    """An entry as a log's table gives it. Unverified."""

    position: int
    kind: str
    at_ms: int
    envelope_id: bytes
    leaf: bytes
    salt: bytes | None
    details: bytes | None

    @property
    def erased(self) -> bool:
        """Whether what it said was erased under retention law."""
        return self.salt is None and self.details is None


class Head(NamedTuple):
    """A signed head as a log's table gives it. Unverified."""

    size: int
    at_ms: int
    note: bytes


class Finding(NamedTuple):
    """Something that is not as it should be, and the entry where it shows."""

    position: int
    sentence: str


@dataclass(slots=True)
class Audit:
    """One pass over a log.

    Attributes:
        verifier: the log's key, from outside.
        kept: heads kept elsewhere; the log must still contain each of them.
        tile: reads a stored tile by level and position; without it only entries and heads are audited.
        ids: reads a stored run of ids; without it nobody knows whether ``show`` finds what there is.
        erased: entries whose statement was erased.
        heads: signed heads that verified.
        head: the last of them.
        findings: what is wrong; none: the log is sound.
        unnamed: findings beyond those named.
    """

    verifier: Verifier
    kept: Sequence[VerifiedCheckpoint] = ()
    tile: Callable[[int, int], bytes | None] | None = None
    ids: Callable[[int], Sequence[Page]] | None = None
    erased: int = 0
    heads: int = 0
    head: VerifiedCheckpoint | None = None
    findings: list[Finding] = field(default_factory=list)
    unnamed: int = 0
    _frontier: Frontier = field(default_factory=Frontier)
    _tiles: OpenTiles = field(default_factory=OpenTiles)
    _ids: list[bytes] = field(default_factory=list)
    _next: int = 0
    _whole: bool = True
    _sound_to: int = 0
    _unmet: list[VerifiedCheckpoint] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Leaves found."""
        return self._frontier.size

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def run(self, entries: Iterable[Entry], heads: Iterable[Head]) -> Iterator[int]:
        """Audits; yields the number of entries done after each, for a progress bar."""
        self._unmet = sorted(self.kept, key=lambda head: head.size)
        pending = iter(heads)
        head = next(pending, None)
        self._meet()
        for entry in entries:
            self._entry(entry)
            self._meet()
            while head is not None and head.size <= self.size:
                self._head(head)
                head = next(pending, None)
            yield self.size
        self._end(head, pending)

    def _entry(self, entry: Entry) -> None:
        expected, self._next = self._next, entry.position + 1
        if entry.position != expected:
            self._gap(expected, entry.position)
        if len(entry.leaf) != LEAF_BYTES:
            self._find(entry.position, f"entry {entry.position} has no leaf of the right form")
        if entry.erased:
            self.erased += 1
        elif entry.salt is None or entry.details is None:
            self._find(entry.position, f"of entry {entry.position} only a part was erased")
        elif not entry_opens(entry):
            self._find(
                entry.position,
                f"entry {entry.position} does not say what was logged: it was edited",
            )
        self._compare_run(entry.envelope_id)
        before = self.size
        complete = self._frontier.append((entry.leaf,))
        for tile in self._tiles.take(complete, first=before, size=self.size):
            if len(tile.hashes) == TILE_BYTES:
                self._compare_tile(tile)

    def _compare_run(self, envelope_id: bytes) -> None:
        """Runs say where entries are; one that leaves an entry out hides it."""
        self._ids.append(envelope_id)
        if len(self._ids) < RUN_ENTRIES:
            return
        run = self.size // RUN_ENTRIES
        if self.ids is not None and self._whole and list(self.ids(run)) != pages_of(self._ids):
            first = run * RUN_ENTRIES
            self._find(
                first,
                f"what finds entries {first} to {first + RUN_ENTRIES - 1} by their query is not theirs: "
                "some would not be shown",
            )
        self._ids.clear()

    def _compare_tile(self, tile: Tile) -> None:
        """Stored hashes prove nothing by themselves, but proofs are made of them."""
        if self.tile is None or not self._whole:
            return
        if self.tile(tile.level, tile.position) != tile.hashes:
            width = TILE_WIDTH ** (tile.level + 1)
            first = tile.position * width
            last = min(first + width, self.size) - 1
            self._find(
                first,
                f"the stored hashes over entries {first} to {last} are not theirs: "
                "proofs of them would fail",
            )

    def _gap(self, expected: int, found: int) -> None:
        self._whole = False
        if found < expected:
            self._find(found, f"entry {found} is not where it belongs")
            return
        missing = (
            f"entry {expected} is"
            if found == expected + 1
            else (f"entries {expected} to {found - 1} are")
        )
        self._find(expected, f"{missing} missing")

    def _meet(self) -> None:
        """At the size of a head kept elsewhere, the roots must be the same."""
        while self._unmet and self._unmet[0].size == self.size:
            if self._unmet.pop(0).root != self._frontier.root():
                self._find(
                    self.size,
                    f"the first {self.size} entries are not those of the checkpoint kept elsewhere: "
                    "the log was rewritten, or two histories are shown",
                )

    def _head(self, stored: Head) -> None:
        try:
            head = self.verifier.checkpoint(stored.note)
        except LedgerError as error:
            self._find(stored.size, f"the head over {stored.size} entries is not signed: {error}")
            return
        if head.size != stored.size:
            self._find(
                stored.size, f"the head over {head.size} entries is filed under another size"
            )
        elif not self._whole or head.size != self.size:
            # After a gap no root can match; the gap is told already.
            if self._whole:
                self._find(head.size, f"the head over {head.size} entries is out of order")
        elif head.root != self._frontier.root():
            self._whole = False
            last = head.size - 1
            where = (
                f"entry {last}" if last == self._sound_to else f"entries {self._sound_to} to {last}"
            )
            self._find(
                self._sound_to, f"{where} are not what was signed: edited, moved or inserted"
            )
        else:
            self.head, self._sound_to = head, head.size
            self.heads += 1

    def _end(self, head: Head | None, rest: Iterator[Head]) -> None:
        size = self.size
        if head is not None:
            last = head
            for last in rest:  # noqa: B007  # the last one tells how far the log once went
                pass
            self._find(size, f"the end was cut: {last.size} entries were signed, {size} are there")
        if self._whole and size > self._sound_to and head is None:
            self._find(
                self._sound_to, f"entries from {self._sound_to} on stand under no signed head"
            )
        for kept in self._unmet:
            self._find(
                size,
                f"the checkpoint kept elsewhere counts {kept.size} entries, {size} are there: "
                "the end was cut, or an old copy was put in place",
            )
        if self.sound:
            for level in range(1, tile_levels(size)):
                if partial_width(level, size):
                    edge = self._tiles.partial(level)
                    self._compare_tile(Tile(level, size >> TILE_HEIGHT * (level + 1), edge))

    def _find(self, position: int, sentence: str) -> None:
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(position, sentence))
        else:
            self.unnamed += 1


def entry_holds(entry: Entry, verifier: Verifier, proof: bytes | None) -> bool:
    """Whether one entry says what was logged and stands under a head that the log's key signed.

    Args:
        entry: as the table gives it; of an erased one only its place is checked.
        verifier: the log's key, from outside.
        proof: the ``.tlog-proof`` that the log gives for it; ``None``: it has none.
    """
    if proof is None:
        return False
    try:
        found = verify_receipt(proof, leaf=entry.leaf, key=verifier.vkey)
    except LedgerError:
        return False
    return found.position == entry.position and entry_opens(entry)


def entry_opens(entry: Entry) -> bool:
    """Whether what an entry says leads to its leaf; an erased entry says nothing that could not."""
    if entry.salt is None or entry.details is None:
        return entry.erased
    said = Statement(entry.at_ms, entry.envelope_id, entry.kind, entry.details)
    try:
        return entry_leaf(said, salt=entry.salt) == entry.leaf
    except LedgerError:
        return False
