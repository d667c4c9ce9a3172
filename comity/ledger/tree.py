"""RFC 6962 trees of any size, by their complete subtrees.

A complete subtree is named (level, index): it covers leaves ``index << level`` up to
``(index + 1) << level``. Whoever can look those hashes up can make every root and proof; ``Frontier``
holds the few that appending needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.envelope.merkle import EMPTY_ROOT, leaf_hash, node_hash, split
from comity.ledger.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Lookup = Callable[[tuple[int, int]], bytes]

Node = tuple[int, int]


class Frontier:
    """The right edge of a tree: one hash for each bit set in its size, so appending is O(1) amortised."""

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: dict[int, bytes] | None = None) -> None:
        self.size = size
        self.peaks = dict(peaks or {})

    def copy(self) -> Frontier:
        """An independent frontier."""
        return Frontier(self.size, self.peaks)

    def known(self) -> dict[Node, bytes]:
        """Its hashes by the subtrees they stand for."""
        return {(level, (self.size >> level) - 1): found for level, found in self.peaks.items()}

    def append(self, leaves: Iterable[bytes]) -> dict[Node, bytes]:
        """Appends leaf contents; returns every subtree that became complete."""
        complete: dict[Node, bytes] = {}
        peaks, size = self.peaks, self.size
        for leaf in leaves:
            current = leaf_hash(leaf)
            level, index = 0, size
            complete[0, index] = current
            while index & 1:
                current = node_hash(peaks.pop(level), current)
                level += 1
                index >>= 1
                complete[level, index] = current
            peaks[level] = current
            size += 1
        self.size = size
        return complete

    def root(self) -> bytes:
        """Root of the tree as it stands."""
        found = b""
        for level in sorted(self.peaks):
            found = node_hash(self.peaks[level], found) if found else self.peaks[level]
        return found or EMPTY_ROOT


def peaks_of(size: int) -> list[Node]:
    """The complete subtrees that make up a tree of ``size`` leaves, largest first."""
    return [
        (level, (size >> level) - 1)
        for level in range(size.bit_length() - 1, -1, -1)
        if size >> level & 1
    ]


def range_hash(low: int, high: int, lookup: Lookup) -> bytes:
    """Hash over leaves ``low`` to ``high``; the range must be one that RFC 6962 splits into."""
    count = high - low
    if count == 0:
        return EMPTY_ROOT
    if count & (count - 1) == 0 and low % count == 0:
        level = count.bit_length() - 1
        return lookup((level, low >> level))
    middle = low + split(count)
    return node_hash(range_hash(low, middle, lookup), range_hash(middle, high, lookup))


def inclusion_path(index: int, size: int, lookup: Lookup) -> list[bytes]:
    """Audit path of leaf ``index`` in the tree of ``size`` leaves (RFC 6962 section 2.1.1)."""
    if not 0 <= index < size:
        raise LedgerError("no such leaf in a tree of this size")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + split(high - low)
        if index < middle:
            path.append(range_hash(middle, high, lookup))
            high = middle
        else:
            path.append(range_hash(low, middle, lookup))
            low = middle
    path.reverse()
    return path


def consistency_path(old: int, new: int, lookup: Lookup) -> list[bytes]:
    """Proof that the tree of ``new`` leaves continues the one of ``old`` (RFC 6962 section 2.1.2)."""
    if not 0 <= old <= new:
        raise LedgerError("a log does not shrink")
    if old in {0, new}:
        return []
    path: list[bytes] = []
    low, high, whole = 0, new, True
    while old != high:
        middle = low + split(high - low)
        if old <= middle:
            path.append(range_hash(middle, high, lookup))
            high = middle
        else:
            path.append(range_hash(low, middle, lookup))
            low, whole = middle, False
    if not whole:
        path.append(range_hash(low, high, lookup))
    path.reverse()
    return path


def verify_consistency(
    old: int, new: int, *, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether ``proof`` shows that ``new_root`` continues ``old_root`` (RFC 9162 section 2.1.4.2)."""
    if not 0 < old < new:
        same = old == new and old_root == new_root
        return not proof and (same or (old == 0 and old_root == EMPTY_ROOT))
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not proof:
        return False
    first, last = old - 1, new - 1
    while first & 1:
        first >>= 1
        last >>= 1
    old_found = new_found = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            old_found = node_hash(step, old_found)
            new_found = node_hash(step, new_found)
            while not first & 1 and first:
                first >>= 1
                last >>= 1
        else:
            new_found = node_hash(new_found, step)
        first >>= 1
        last >>= 1
    return last == 0 and old_found == old_root and new_found == new_root
