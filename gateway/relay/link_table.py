"""Which node is attached, by which links, and since when one is away."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.clock import Clock
    from gateway.relay.link import Link


class LinkTable:
    """Links by agency; an agency may hold several, none displaces another."""

    __slots__ = ("_clock", "_groups", "_last_seen_s")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._groups: dict[str, list[Link]] = {}
        self._last_seen_s: dict[str, float] = {}

    def __iter__(self) -> Iterator[Link]:
        return iter([link for group in self._groups.values() for link in group])

    def add(self, link: Link) -> None:
        """A link was welcomed."""
        self._groups.setdefault(link.agency, []).append(link)

    def remove(self, link: Link) -> bool:
        """A link ended; whether its agency has none left."""
        group = self._groups.get(link.agency, [])
        if link in group:
            group.remove(link)
        if group:
            return False
        self._groups.pop(link.agency, None)
        self._last_seen_s[link.agency] = self._clock.monotonic_s()
        return True

    def to(self, agency: str) -> Link | None:
        """The agency's link with the least waiting; one that is ending takes nothing more."""
        group = [link for link in self._groups.get(agency, ()) if link.why_ended is None]
        group = [link for link in group if not link.draining] or group
        if not group:
            return None
        return group[0] if len(group) == 1 else min(group, key=lambda link: len(link.outbox))

    def away_s(self, agency: str) -> int:
        """How long ago its last link ended; 0 when none was seen."""
        seen_s = self._last_seen_s.get(agency)
        return 0 if seen_s is None else int(self._clock.monotonic_s() - seen_s)
