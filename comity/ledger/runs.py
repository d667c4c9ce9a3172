"""Which entries are about an envelope: ids in sorted runs.

Ids of envelopes are random, so a database's own index of them changes about as many of its pages as a commit
has entries; that was two thirds of what an entry cost (docs/performance.md). Here the ids of each 4,096
entries are sorted once, when the last of them is written; what came since is read through. A look-up
costs one step in a B-tree for each run: 2,441 of them in a log of ten million entries.

Runs only say where to look: an item holds the first 8 bytes of an id and an entry's place within its run, and
the entries decide. ``comity ledger verify`` holds the runs against them.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

RUN_ENTRIES: Final = 4_096
PREFIX_BYTES: Final = 8
_PLACE_BYTES: Final = 2
ITEM_BYTES: Final = PREFIX_BYTES + _PLACE_BYTES
# Items of a page; more only where one id has so many entries, as a page is never cut between equal ids.
PAGE_ITEMS: Final = 256


class Page(NamedTuple):
    """A piece of a run: the smallest prefix in it, and its items, ascending."""

    first: bytes
    items: bytes


def pages_of(ids: Sequence[bytes]) -> list[Page]:
    """The pages of a run whose entries are about these envelopes, in the entries' order."""
    items = sorted(
        [one[:PREFIX_BYTES] + place.to_bytes(_PLACE_BYTES, "big") for place, one in enumerate(ids)]
    )
    pages = []
    at = 0
    while at < len(items):
        end = min(at + PAGE_ITEMS, len(items))
        while end < len(items) and items[end][:PREFIX_BYTES] == items[end - 1][:PREFIX_BYTES]:
            end += 1
        pages.append(Page(items[at][:PREFIX_BYTES], b"".join(items[at:end])))
        at = end
    return pages


def places_in(items: bytes, low: bytes, high: bytes) -> Iterator[int]:
    """Places within the run of ids that may lie between two, both included."""
    first, last = low[:PREFIX_BYTES], high[:PREFIX_BYTES]
    count = len(items) // ITEM_BYTES
    at = bisect_left(range(count), first, key=lambda item: _prefix(items, item))
    while at < count and _prefix(items, at) <= last:
        end = (at + 1) * ITEM_BYTES
        yield int.from_bytes(items[end - _PLACE_BYTES : end], "big")
        at += 1


def _prefix(items: bytes, item: int) -> bytes:
    return items[item * ITEM_BYTES : item * ITEM_BYTES + PREFIX_BYTES]
