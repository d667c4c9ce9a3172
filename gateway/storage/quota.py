"""Queries a member may send a day. Counted in leases, so that the hot path asks no database.

Replicas on one database share the rows: each takes a lease of queries and spends it in memory. A crash
loses at most the rest of a lease, always to the member's disadvantage, never beyond the quota.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from comity.clock import DAY_MS

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from comity.clock import Clock

LEASE: Final = 1_000

_TAKE: Final = text(
    "INSERT INTO quota_use (agency, day, queries) VALUES (:agency, :day, :lease)"
    " ON CONFLICT (agency, day) DO UPDATE SET queries = quota_use.queries + excluded.queries"
    " WHERE quota_use.queries + excluded.queries <= :limit"
)


class LeasedQuota:
    """Implements ``gateway.relay.ports.Quota``."""

    def __init__(self, engine: Engine, *, per_day: int, clock: Clock) -> None:
        self._engine = engine
        self._per_day = per_day
        self._clock = clock
        self._left: dict[str, int] = {}
        self._used_up: set[str] = set()
        self._day = 0

    def take(self, agency: str) -> bool:
        """Counts one query; ``False`` when the day's capacity is used up."""
        day = self._clock.now_ms() // DAY_MS
        if day != self._day:
            self._left.clear()
            self._used_up.clear()
            self._day = day
        left = self._left.get(agency, 0)
        if left < 1 and agency not in self._used_up:
            left = self._lease(agency, day)
        if left < 1:
            self._used_up.add(agency)  # whoever goes on asking costs the database nothing
            return False
        self._left[agency] = left - 1
        return True

    def _lease(self, agency: str, day: int) -> int:
        for lease in (LEASE, 1):
            if lease > self._per_day:
                continue
            row = {"agency": agency, "day": day, "lease": lease, "limit": self._per_day}
            with self._engine.begin() as connection:
                if connection.execute(_TAKE, row).rowcount == 1:
                    return lease
        return 0
