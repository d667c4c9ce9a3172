"""Queries that were answered, by id: what a repeat gets is known here, before anything is written.

Rules:

* An id stands here only once both its leaves are durable, or once the database said that they are.
* An answer is kept to be resent, in memory only (docs/adr/0004), and both count and bytes are bounded; of one
  that is kept no more its id is, so that a repeat of it costs nothing either.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, NamedTuple

from comity.errors import Reason, Refusal

# Sealed answers kept to be resent, and their bytes altogether: interactive queries live five minutes, and
# what is kept no more is not sent again.
ANSWERS_KEPT_MAX: Final = 4_096
ANSWERS_KEPT_BYTES_MAX: Final = 64 * 1024 * 1024
# Ids remembered of queries that have had their end and whose answers are not kept; some 4 MiB.
ENDED_REMEMBERED_MAX: Final = 32_768


class Kept(NamedTuple):
    """A sealed answer that can be resent."""

    envelope: bytes
    receipt: bytes


class Repeats:
    """What this process knows of queries that it need not look at again."""

    __slots__ = ("_bytes", "_ended", "_kept")

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()
        self._bytes = 0
        # What a repeat of each is told.
        self._ended: OrderedDict[bytes, tuple[Reason, str]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept) + len(self._ended)

    def answer(self, query_id: bytes) -> Kept | None:
        """The answer that a repeat gets again; ``None`` for what is not known to be a repeat.

        Raises:
            Refusal: it has had its end, and there is no answer to send.
        """
        kept = self._kept.get(query_id)
        if kept is None and query_id in self._ended:
            raise Refusal(*self._ended[query_id])
        return kept

    def keep(self, query_id: bytes, kept: Kept) -> None:
        """Keeps an answer whose disclosure is durable; the oldest give way."""
        self._kept[query_id] = kept
        self._bytes += len(kept.envelope)
        while len(self._kept) > ANSWERS_KEPT_MAX or self._bytes > ANSWERS_KEPT_BYTES_MAX:
            dropped_id, dropped = self._kept.popitem(last=False)
            self._bytes -= len(dropped.envelope)
            self.end(dropped_id)

    def end(
        self,
        query_id: bytes,
        reason: Reason = Reason.DUPLICATE,
        detail: str = "answered before, its answer is no longer kept",
    ) -> Refusal:
        """Remembers, and gives, what a query is told of which nothing more is written."""
        self._ended[query_id] = (reason, detail)
        while len(self._ended) > ENDED_REMEMBERED_MAX:
            self._ended.popitem(last=False)
        return Refusal(reason, detail)
