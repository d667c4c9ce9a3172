"""What a ruling is about: who asks for what and why, and how the owner labels its record.

Every attribute is derived by the node that rules: from the certificate, the signed directory, the review
record, the routing and the clock; never believed because a request body says so. A word that the
vocabulary does not know counts as ``unknown``, and the shipped rows refuse what is unknown.

Each context carries a ``key``: its exact identity as one string, made once, so that a ruling given before
is found again in a fraction of a microsecond.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

UNKNOWN: Final = "unknown"
# Human approvals, weakest first; a row's ``approval`` column names one of them.
APPROVALS: Final = ("none", "supervisor", "authority", "judge")
# Separates the parts of a key; no word may contain it.
_SEPARATOR: Final = "\0"


class Form(IntEnum):
    """In which form a field may leave, from nothing to everything. Each form includes those below it."""

    NOTHING = 0
    HIT = 1
    MASKED = 2
    GENERALISED = 3
    FULL = 4


def _key(*parts: str) -> str:
    key = _SEPARATOR.join(parts)
    if key.count(_SEPARATOR) != len(parts) - 1:
        raise ValueError("a word of a context contains the character NUL")
    return key


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Who asks whom, under what, as the owner's node established it.

    Attributes:
        agency: the requesting member, as in the directory.
        country: its jurisdiction (ISO 3166-1 alpha-2).
        end_user_country: country of whoever will use the answer; it decides, not the relay's.
        role: role of the officer or system at the requesting agency.
        purpose: for example ``INVESTIGATE``.
        instrument: legal instrument invoked, for example ``EU-2023-977``.
        offence: for example ``drug-trafficking``; ``none`` where there is none.
        subject_category: category of the person asked about in the requester's case.
        case: the requester's case reference.
        stage: 1 hit, 2 core data, 3 full record, 4 judicial.
        today: the day on the owner's clock.
        approval: the highest human approval on record for this request; one of ``APPROVALS``.
        key: identity as one string.
    """

    agency: str
    country: str
    end_user_country: str
    role: str
    purpose: str
    instrument: str
    offence: str
    subject_category: str
    case: str
    stage: int
    today: date
    approval: str = "none"
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.approval not in APPROVALS:
            raise ValueError(f"approval is one of {', '.join(APPROVALS)}")
        parts = (
            self.agency,
            self.country,
            self.end_user_country,
            self.role,
            self.purpose,
            self.instrument,
            self.offence,
            self.subject_category,
            self.case,
            str(self.stage),
            self.today.isoformat(),
            self.approval,
        )
        object.__setattr__(self, "key", _key(*parts))


@dataclass(frozen=True, slots=True)
class RecordLabels:
    """What policies may look at in the owner's record.

    Attributes:
        entity_type: for example ``person``.
        subject: category of data subject in the owner's own case (LED Article 6): suspect, convicted,
            wanted, contact, witness, victim, missing, informant, acquitted …; ``object`` for records that
            are not about a person. An unknown one is treated like a victim.
        markings: minor, protected, originator-controlled, third-party, contested, refugee or
            ``refugee-from:XX``, handling codes H0 to H3 …
        key: identity as one string.
    """

    entity_type: str
    subject: str
    markings: frozenset[str] = frozenset()
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "key", _key(self.entity_type, self.subject, *sorted(self.markings))
        )


@dataclass(frozen=True, slots=True)
class AskContext:
    """One officer's question at its own node, before it is sealed (verb ``ask``)."""

    agency: str
    role: str
    purpose: str
    instrument: str
    offence: str
    subject_category: str
    entity_type: str
    stage: int
    today: date
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = (
            self.agency,
            self.role,
            self.purpose,
            self.instrument,
            self.offence,
            self.subject_category,
            self.entity_type,
            str(self.stage),
            self.today.isoformat(),
        )
        object.__setattr__(self, "key", _key(*parts))


@dataclass(frozen=True, slots=True)
class RouteContext:
    """What a gateway may read of a query on its way to one target (verb ``route``)."""

    requester: str
    requester_country: str
    target: str
    target_country: str
    purpose: str
    instrument: str
    entity_type: str
    stage: int
    urgency: str
    today: date
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = (
            self.requester,
            self.requester_country,
            self.target,
            self.target_country,
            self.purpose,
            self.instrument,
            self.entity_type,
            str(self.stage),
            self.urgency,
            self.today.isoformat(),
        )
        object.__setattr__(self, "key", _key(*parts))
