"""How often one name may have something of the authority: what an honest machine needs, many times over.

Kept in memory and by name: only names that the directory holds are ever counted, and one member that asks
without end uses up its own allowance. A restart of the authority forgets it; that gains a member one more.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

from comity.errors import Reason, Refusal

if TYPE_CHECKING:
    from comity.clock import Clock


class Allowance:
    """So many in any window of time, for each name."""

    __slots__ = ("_clock", "_most", "_taken", "_window_s")

    def __init__(self, clock: Clock, *, most: int, window_s: float) -> None:
        self._clock = clock
        self._most = most
        self._window_s = window_s
        self._taken: defaultdict[str, deque[float]] = defaultdict(deque)

    def check(self, name: str) -> None:
        """Whether there is any left.

        Raises:
            Refusal: QUOTA_EXCEEDED.
        """
        taken, now_s = self._taken[name], self._clock.monotonic_s()
        while taken and taken[0] <= now_s - self._window_s:
            taken.popleft()
        if len(taken) >= self._most:
            raise Refusal(Reason.QUOTA_EXCEEDED, f"{name} asks too often")

    def take(self, name: str) -> None:
        """Uses one up; raises as ``check``."""
        self.check(name)
        self._taken[name].append(self._clock.monotonic_s())
