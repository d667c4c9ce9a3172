"""Ways of making a value coarser, and what several come to: each is kept, and of one kind the coarsest.

``month`` and ``year`` are of one kind, so a month under a restriction to the year is a year. Ways of
different kinds say different things (``year``, ``pseudonym``): all of them are gone, one after the other, a
stand-in for the value last, so that it stands for what is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.rulings.effects import PSEUDONYM

if TYPE_CHECKING:
    from collections.abc import Iterable

# Between ways that are gone one after the other.
THEN: Final = "+"
# Ways of one kind, the finest first.
KINDS: Final = (
    ("month", "year", "decade"),
    ("city", "region", "country"),
    ("geohash5", "geohash3"),
)
_KIND: Final = {way: kind for kind in KINDS for way in kind}


def strictest(ways: Iterable[str]) -> str:
    """All of these ways together, joined with ``+``; empty where there is none."""
    kept: dict[object, str] = {}
    for told in ways:
        for way in filter(None, told.split(THEN)):
            kind = _KIND.get(way)
            if kind is None:
                kept.setdefault(way, way)
            else:
                known = kept.get(kind, way)
                kept[kind] = max(known, way, key=kind.index)
    return THEN.join(sorted(kept.values(), key=lambda way: way == PSEUDONYM))


def at_least(ways: str, wanted: str) -> bool:
    """Whether ways are as coarse as one that is wanted, or coarser."""
    kind = _KIND.get(wanted, (wanted,))
    return any(way in kind[kind.index(wanted) :] for way in ways.split(THEN))
