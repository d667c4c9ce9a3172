"""Checking an index against the register: is every published name found, and by what it is spelled like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from node.matching import snapshots
from node.matching.snapshots import chunks_of
from node.matching.words.readings import NORMALISER_VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from node.matching.index.segment import Segment
    from node.matching.index.tokenising import Chunk
    from node.matching.snapshots import Progress
    from node.records.name_index import PublishedNames

BATCH_NAMES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Attributes:
        names: published names in the register.
        since: of these, names that came after the snapshot; a running node holds them in memory.
        missing: readings that the snapshot should hold and does not.
        gone: names in the snapshot that the register no longer has; never candidates, gone with the next.
        usable: whether there is a snapshot of this version.
    """

    names: int
    since: int
    missing: int
    gone: int
    usable: bool

    @property
    def sound(self) -> bool:
        """Whether every name is found."""
        return self.missing == 0 and (self.usable or self.names == 0)


def check(names: PublishedNames, folder: Path, progress: Progress) -> Checked:
    """Reads every name and looks it up in the snapshot."""
    total = names.count()
    stored = snapshots.state(folder)
    snapshot = snapshots.load(folder) if stored.normaliser == NORMALISER_VERSION else None
    if snapshot is None:
        return Checked(total, total, 0, 0, usable=False)
    last = done = since = missing = 0
    while batch := names.after(last, BATCH_NAMES):
        last, done = batch[-1].name_id, done + len(batch)
        inside = [one for one in batch if one.name_id <= snapshot.last]
        since += len(batch) - len(inside)
        for entity, chunk in chunks_of(inside).items():
            missing += _missing(snapshot.segments.get(entity), chunk)
        progress("checking names", done, max(total, done))
    gone = snapshot.names - (total - since)
    return Checked(total, since, missing, max(0, gone), usable=True)


def _missing(segment: Segment | None, chunk: Chunk) -> int:
    """Readings of a chunk that no row of the segment has under the same name and the same words."""
    if segment is None:
        return len(chunk.names)
    arrays = segment.arrays
    known = arrays.whole_hash
    first = np.searchsorted(known, chunk.wholes, "left")
    end = np.searchsorted(known, chunk.wholes, "right")
    return sum(
        not _holds(arrays.row_name[arrays.whole_row[a:b]], name)
        for a, b, name in zip(first.tolist(), end.tolist(), chunk.names.tolist(), strict=True)
    )


def _holds(names: NDArray[np.int64], name: int) -> bool:
    return bool((names == name).any())
