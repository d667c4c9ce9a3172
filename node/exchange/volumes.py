"""How much each member asked this node about each kind of record within a day.

Rules of law may ask it (``volume``): Regulation (EU) 2024/982 Articles 14 and 23 let an owner answer a member
as many questions on a kind of data as was agreed, and Articles 11, 20 and 26 let it be asked in individual
cases only.

Rules:

* Counted by the hour, so that what is kept does not grow with what is asked; a day is the running hour and
  the 24 before it. An attacker who asks more finds more counted, never less.
* Counted in memory since the node started. A restart is its operator's; no question brings one about.
* Rules compare with a few numbers; what they are told is the greatest of these that was reached, so that a
  question is of the same class as the one before it, and is ruled on as fast.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.clock import Clock

HOUR_MS: Final = 3_600_000
HOURS: Final = 24

# What is counted: a member, and a kind of record.
Kind = tuple[str, str]


class Volumes:
    """Questions of a day. For one event loop."""

    __slots__ = ("_clock", "_day", "_hours")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._hours: deque[tuple[int, Counter[Kind]]] = deque()
        self._day: Counter[Kind] = Counter()

    def count(self, asker: str, entity_type: str) -> None:
        """One more question."""
        self._forget()
        hour = self._clock.now_ms() // HOUR_MS
        if not self._hours or self._hours[-1][0] < hour:
            self._hours.append((hour, Counter()))
        # A clock that was set back counts into the hour that is there.
        self._hours[-1][1][asker, entity_type] += 1
        self._day[asker, entity_type] += 1

    def reached(self, asker: str, entity_type: str, steps: Sequence[int]) -> int:
        """The greatest of these numbers (ascending) that was reached; 0 where none was."""
        self._forget()
        place = bisect_right(steps, self._day[asker, entity_type])
        return steps[place - 1] if place else 0

    def _forget(self) -> None:
        oldest = self._clock.now_ms() // HOUR_MS - HOURS
        while self._hours and self._hours[0][0] < oldest:
            self._day -= self._hours.popleft()[1]
