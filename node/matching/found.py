"""What a search returns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from node.records.record import RecordId


class Band(IntEnum):
    """How strongly a candidate matches; numbers as in ``comity.api.query.v1.Band``."""

    EXACT = 1
    PROBABLE = 2
    POSSIBLE = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """One record that may be the one asked for.

    Attributes:
        record_id: which.
        score: probability that it is the same, 0 to 1.
        band: exact, probable, possible.
        reasons: why, in words; they quote nothing from the record.
        matched_on: fields the match used; matching on a field is a disclosure about it.
    """

    record_id: RecordId
    score: float
    band: Band
    reasons: tuple[str, ...]
    matched_on: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates, best first.

    Attributes:
        candidates: of at most as many records as were asked for; one for each field of names that matches.
        more: whether there were more.
        behind: whether the register holds names that this search did not see yet.
    """

    candidates: tuple[Candidate, ...] = ()
    more: bool = False
    behind: bool = False
