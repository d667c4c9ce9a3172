"""Unexpected errors, in the log and nowhere else.

The exception's own text is left out of the log: it may quote a name or a number from a request. Its
type and place, under a random reference, are enough to find it.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from typing import Final

from comity.logs import about

REFERENCE_BYTES: Final = 6
FRAMES_MAX: Final = 6

log = logging.getLogger(__name__)


def record_fault(error: BaseException) -> str:
    """Logs an unexpected error by type and place and returns the reference a caller is given."""
    reference = secrets.token_hex(REFERENCE_BYTES)
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_MAX:]
    where = " < ".join(
        f"{frame.filename}:{frame.lineno}:{frame.name}" for frame in reversed(frames)
    )
    kind = type(error).__name__
    place = where.partition(" < ")[0]
    log.error("fault %s: %s at %s", reference, kind, where, extra=about(f"{kind} at {place}"))
    return reference
