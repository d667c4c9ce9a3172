"""Comparing fingers by their minutiae, at the owner's node, behind one interface.

Comity compares nothing itself and ships no comparer: why, and what may be plugged in, says docs/adr/0006. A
comparer is a distribution of its own that an agency installs beside the node and accredits; the node finds
it by the entry point ``comity.fingerprints``. Without one a question with a template is answered as not
searchable, never as no hit.

Rules:

* Templates are read only to be compared, and leave by no other way.
* A comparer sees bytes whose structure was checked (``normalise.minutiae``), and nothing of whose they are.
* A score counts from the comparer's own threshold; a score alone confirms nobody, so no more than probable.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final, Protocol

from comity.errors import ExitCode, StartError
from node.matching.found import NOTHING_PASSED, Band, Candidate, Found
from node.records import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from node.matching.found import Passed
    from node.records.record import RecordId

GROUP: Final = "comity.fingerprints"
TEMPLATE: Final = "biometric.template"


class Comparer(Protocol):
    """Compares two minutiae records (ISO/IEC 19794-2)."""

    @property
    def name(self) -> str:
        """What the match reason says: product and version."""
        ...

    @property
    def threshold(self) -> float:
        """The score from which two records may be of one finger; set for a false match rate."""
        ...

    def compare(self, probe: bytes, template: bytes) -> float:
        """How alike they are, 0 to 1. Called from one thread."""
        ...


class Templates(Protocol):
    """Where the register's templates are read from."""

    def templates(self) -> Iterator[tuple[RecordId, str]]:
        """Every record that holds a template, with the template in base64."""
        ...


@dataclass(frozen=True, slots=True)
class Fingers:
    """One register's templates and the comparer for them."""

    store: Templates
    comparer: Comparer

    def search(self, probe: bytes, limit: int, passed: Passed = NOTHING_PASSED) -> Found:
        """Candidates whose finger may be the probe's, best first, without records passed over."""
        found: list[Candidate] = []
        reason = (f"minutiae compared by {self.comparer.name}",)
        for record_id, stored in self.store.templates():
            if record_id in passed.records:
                continue
            template = _decoded(stored)
            if not normalise.minutiae(template):
                continue
            score = min(1.0, max(0.0, self.comparer.compare(probe, template)))
            if score >= self.comparer.threshold:
                used = frozenset({TEMPLATE})
                found.append(Candidate(record_id, round(score, 3), Band.PROBABLE, reason, used))
        found.sort(key=lambda one: (-one.score, one.record_id))
        return Found(tuple(found[:limit]), more=len(found) > limit)


def _decoded(stored: str) -> bytes:
    try:
        return base64.b64decode(stored, validate=True)
    except (binascii.Error, ValueError):
        return b""


def installed() -> Comparer | None:
    """The comparer installed beside the node, or nothing.

    Raises:
        StartError: several are installed, or it does not load.
    """
    points = list(entry_points(group=GROUP))
    if not points:
        return None
    if len(points) > 1:
        names = ", ".join(sorted(point.name for point in points))
        sentence = (
            f"Several fingerprint comparers are installed ({names}); keep the accredited one."
        )
        raise StartError(sentence, exit_code=ExitCode.CONFIG)
    (point,) = points
    try:
        made: Comparer = point.load()()
    except Exception as error:
        sentence = f"The fingerprint comparer {point.name} does not load: {error}."
        raise StartError(sentence, exit_code=ExitCode.CONFIG) from error
    return made
