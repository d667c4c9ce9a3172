"""The answer floor: moments at which answers leave, so that time does not tell hit from no-hit.

An answer leaves a whole number of floors after its question came, one at least. A minimum alone would
hide nothing of a search that takes longer than it: a register that grew, a slow disk or a busy node would
show again how much there was to rule on. What is left to see is which multiple it was, once for a
search whose length falls close to one.
"""

from __future__ import annotations

import math


def pause_s(taken_s: float, *, floor_s: float) -> float:
    """How long an answer that was ready after ``taken_s`` still has to wait; 0 without a floor."""
    if floor_s <= 0:
        return 0.0
    return max(1, math.ceil(taken_s / floor_s)) * floor_s - taken_s
