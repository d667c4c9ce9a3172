"""The living index: a snapshot for what was, small segments in memory for what came since.

Names are numbered and never renumbered, so what is new is what has a higher number. Small news are taken in
by the next query; larger ones beside it, in a thread of their own, and queries meanwhile see what they saw
before. What was deleted is not looked for here: whoever ranks asks the register whether a name is still
there.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Final

from node.matching import snapshots
from node.matching.index.building import build
from node.matching.index.frequencies import Frequencies, reference
from node.matching.snapshots import chunks_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from node.matching.index.frequencies import Counting
    from node.matching.index.segment import Segment
    from node.matching.index.tokenising import Chunk
    from node.records.name_index import PublishedNames

# News that a query takes in by itself; a few milliseconds.
INLINE_NAMES_MAX: Final = 100
BATCH_NAMES: Final = 20_000
# Segments of news beside the snapshot before they become one.
NEWS_SEGMENTS_MAX: Final = 4
# News beside the snapshot from which it is built anew: these many, and this share of it.
REBUILD_NAMES_MIN: Final = 20_000
REBUILD_SHARE: Final = 0.1


class NameIndex:
    """Segments of one register, by entity type.

    Searching is one thread's; ``keep_up`` may run in another.
    """

    def __init__(self, names: PublishedNames, folder: Path | None = None) -> None:
        self._names = names
        self._folder = folder
        self._busy = threading.Lock()
        self._base: Mapping[str, Segment] = {}
        self._base_names = 0
        self._base_last = 0
        self._last = 0
        self._news_names = 0
        self._news: dict[str, list[tuple[list[Chunk], Segment]]] = {}
        self._ready: dict[str, tuple[tuple[Segment, ...], Frequencies]] = {}

    def open(self) -> None:
        """Loads the snapshot and everything since; builds the snapshot first when much is missing."""
        if self._folder is not None:
            self._load(self._folder)
            if snapshots.due(
                self._names, self._folder, least=REBUILD_NAMES_MIN, share=REBUILD_SHARE
            ):
                snapshots.update(self._names, self._folder)
                self._load(self._folder)
        self.keep_up(self._names)

    def close(self) -> None:
        """Closes the connection of the searching thread."""
        self._names.close()

    @property
    def size(self) -> int:
        """Names in the index, deleted ones too until the next snapshot."""
        return self._base_names + self._news_names

    @property
    def overdue(self) -> bool:
        """Whether so much came since that a new snapshot is due."""
        return self._folder is not None and self._news_names > max(
            REBUILD_NAMES_MIN, int(self._base_names * REBUILD_SHARE)
        )

    @property
    def behind(self) -> bool:
        """Whether the register holds names that no segment has yet: a large load is being taken in."""
        return self._names.last() > self._last

    def segments(self, entity_type: str) -> tuple[tuple[Segment, ...], Frequencies]:
        """Segments to search in, and the weights of words; small news are taken in first."""
        if self.behind and self._busy.acquire(blocking=False):
            try:
                news = self._names.after(self._last, INLINE_NAMES_MAX + 1)
                if len(news) <= INLINE_NAMES_MAX:
                    self._take(chunks_of(news), len(news), news[-1].name_id if news else 0)
            finally:
                self._busy.release()
        found = self._ready.get(entity_type)
        return found if found is not None else ((), Frequencies((reference(),)))

    def keep_up(self, names: PublishedNames) -> None:
        """Takes in all news, read through a connection of the calling thread."""
        with self._busy:
            while batch := names.after(self._last, BATCH_NAMES):
                self._take(chunks_of(batch), len(batch), batch[-1].name_id)

    def renew(self) -> None:
        """Takes up a snapshot that was built beside; what came since it stays."""
        if self._folder is None or snapshots.state(self._folder).last <= self._base_last:
            return
        with self._busy:
            names = self._names.another()
            try:
                self._load(self._folder)
                while batch := names.after(self._last, BATCH_NAMES):
                    self._take(chunks_of(batch), len(batch), batch[-1].name_id)
            finally:
                names.close()

    def _load(self, folder: Path) -> None:
        found = snapshots.load(folder)
        if found is None:
            return
        self._base, self._base_names = found.segments, found.names
        self._base_last = self._last = found.last
        self._news, self._news_names = {}, 0
        self._ready = {
            entity: ((segment,), self._frequencies(entity))
            for entity, segment in self._base.items()
        }

    def _frequencies(self, entity: str) -> Frequencies:
        return Frequencies(self._counted(entity))

    def _counted(self, entity: str) -> tuple[Counting, ...]:
        base = self._base.get(entity)
        return (reference(),) if base is None else (base, reference())

    def _take(self, chunks: Mapping[str, Chunk], names: int, last: int) -> None:
        for entity, chunk in chunks.items():
            counted = self._counted(entity)
            held = self._news.setdefault(entity, [])
            fresh = [chunk]
            if len(held) >= NEWS_SEGMENTS_MAX:
                fresh = [*(one for those, _ in held for one in those), chunk]
                held.clear()
            segment = build([partial(_itself, one) for one in fresh], counted, count_own=False)
            held.append((fresh, segment))
            base = self._base.get(entity)
            whole = (*(() if base is None else (base,)), *(one for _, one in held))
            self._ready[entity] = (whole, Frequencies(counted))
        self._last = max(self._last, last)
        self._news_names += names


def _itself(chunk: Chunk) -> Chunk:
    return chunk
