"""Time as a dependency: whoever needs to know the time is given a clock.

Milliseconds since the Unix epoch are the one unit for instants on the wire and in stores; monotonic
seconds measure durations, because a wall clock may step.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, Protocol

DAY_MS: Final = 24 * 3600 * 1000
_EPOCH: Final = date(1970, 1, 1)


class Clock(Protocol):
    """Tells the time."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch, UTC."""
        ...

    def monotonic_s(self) -> float:
        """Seconds from an arbitrary start, never going back."""
        ...


class SystemClock:
    """The machine's clock."""

    __slots__ = ()

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch, UTC."""
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        """Seconds from an arbitrary start, never going back."""
        return time.monotonic()


class ManualClock:
    """A clock that moves only when told to; for simulators and tests."""

    __slots__ = ("_ms",)

    def __init__(self, now_ms: int = 1_790_000_000_000) -> None:
        self._ms = now_ms

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch, as last set."""
        return self._ms

    def monotonic_s(self) -> float:
        """The same instant in seconds, so durations follow ``advance``."""
        return self._ms / 1000

    def advance(self, *, hours: float = 0, seconds: float = 0) -> None:
        """Move forward (or back, with a negative value, as a stepped clock does)."""
        self._ms += int((hours * 3600 + seconds) * 1000)


def to_datetime(instant_ms: int) -> datetime:
    """An aware UTC ``datetime`` for an instant in milliseconds."""
    return datetime.fromtimestamp(instant_ms / 1000, tz=UTC)


def day_of(instant_ms: int) -> date:
    """The day in UTC of an instant in milliseconds."""
    return _day(instant_ms // DAY_MS)


@lru_cache(maxsize=8)
def _day(days: int) -> date:
    return _EPOCH + timedelta(days)
