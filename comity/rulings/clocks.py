"""When an answer is due: hours of a period, counted as the owner's law counts them. Pure.

Two rules. ``plain`` counts from the minute. ``eu-1182-71`` follows Article 3 of Regulation (EEC, Euratom)
No 1182/71: the hour in which the event happens is not counted, so a period in hours begins with the next full
hour. Neither stops at weekends; a clock that waits for a court (``Effect.NEEDS_JUDICIAL``) does not run.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from comity.rulings.effects import Effect


class Counting(StrEnum):
    """How a jurisdiction counts hours."""

    PLAIN = "plain"
    EU_1182_71 = "eu-1182-71"


def due(event: datetime, *, hours: int, counting: Counting) -> datetime:
    """When a period of hours ends that an event begins."""
    begins = event
    if counting is Counting.EU_1182_71:
        begins = event.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return begins + timedelta(hours=hours)


def runs(effect: Effect) -> bool:
    """Whether the owner's clock runs while this is what stands between a request and its answer."""
    return effect in {Effect.NEEDS_HUMAN, Effect.CONSULT, Effect.DEFER, Effect.NEEDS_OWNER_CONSENT}
