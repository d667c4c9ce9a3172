"""What a search returns: candidates whose standing is certain, and likenesses that depend on each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Final

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
class Likeness:
    """A record with a name like the one asked for, weighed as if there was nobody else.

    How sure that makes it depends on whom else the name fits, so it is settled among those who may be shown
    (``node.matching.settling``): were it settled here, who is hidden would weigh on who is not.

    Attributes:
        record_id: which.
        name_logit: log-odds by the name alone.
        beside_logit: log-odds that what is known beside the name adds.
        alike: whether it has exactly the words asked for.
        contradicted: whether anything beside the name speaks against.
        probable_min: the probability from which it is probable.
        reasons: why the name is like it, in words; they quote nothing from the record.
        reasons_beside: what beside the name was compared, in words.
        matched_on: fields the match used.
        names: numbers of the published names that are like it, in the field that was matched on.
    """

    record_id: RecordId
    name_logit: float
    beside_logit: float
    alike: bool
    contradicted: bool
    probable_min: float
    reasons: tuple[str, ...]
    reasons_beside: tuple[str, ...]
    matched_on: frozenset[str]
    names: frozenset[int]


@dataclass(frozen=True, slots=True)
class Passed:
    """What a search passes over as if it was not there, because it may not be shown to whoever asks.

    Attributes:
        records: records that may not be shown.
        names: published names in fields that may not be searched on.
    """

    records: frozenset[RecordId] = field(default_factory=frozenset)
    names: frozenset[int] = field(default_factory=frozenset)


NOTHING_PASSED: Final = Passed()


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came upon.

    Attributes:
        candidates: one for each field or way that matches; of at most as many records as were asked for.
        more: whether anything was left out that would have come up, had others not been there.
        unseen: whether some of what fits was not looked at, however many were passed over.
        behind: whether the register holds names that this search did not see yet.
    """

    candidates: tuple[Candidate | Likeness, ...] = ()
    more: bool = False
    unseen: bool = False
    behind: bool = False
