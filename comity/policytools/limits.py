"""How long something may be looked at, in processor time: a busy machine does not change what is told."""

from __future__ import annotations

import math
import time

from comity.policytools.space import NotEncodable


class TooLong(NotEncodable):
    """What is looked at takes longer than it may; the text says how long that is."""


class Limit:
    """So much processor time of this process from now on, in seconds; all there is, if none is said.

    Whoever takes long looks at it now and then.
    """

    def __init__(self, seconds: float = math.inf) -> None:
        self.seconds = seconds
        self._end_s = time.process_time() + seconds

    def left_s(self) -> float:
        """What is left, in seconds; negative once it is over."""
        return self._end_s - time.process_time()

    def look(self) -> None:
        """Whoever takes long looks at the clock now and then.

        Raises:
            TooLong: the time is over.
        """
        if self.left_s() < 0:
            raise self.over()

    @property
    def bounded(self) -> bool:
        """Whether there is a limit at all."""
        return math.isfinite(self.seconds)

    def over(self) -> TooLong:
        """That the time is over."""
        return TooLong(f"because it takes longer than {self.seconds:g} seconds")
