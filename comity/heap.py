"""The heap of a process that serves for long.

What was loaded at the start lives as long as the process and holds no garbage; Python's collector would go
through it again and again (docs/performance.md). And a process with hundreds of questions under way makes and
drops objects at a rate for which the collector's usual thresholds, made for small programs, are no measure.
"""

from __future__ import annotations

import gc
from typing import Final

# Objects made beyond those dropped before the youngest are looked at, and how often the older ones are.
THRESHOLDS: Final = (20_000, 20, 20)


def settle_heap() -> None:
    """Leaves what is loaded by now to itself; call it once everything is."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
