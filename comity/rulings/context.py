"""What a ruling is about: who asks for what and why, and how the owner labels its record.

Every attribute is derived by the node that rules: from the certificate, the signed directory, the review
record, the routing and the clock; never believed because a request body says so. A word that the
vocabulary does not know counts as ``unknown``, and the shipped rows refuse what is unknown.

Each context carries a ``key``: its exact identity as one string, made once, so that a ruling given before
is found again in a fraction of a microsecond. The contexts of the other verbs stand in
``comity.rulings.questions``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from comity.rulings.facts import NO_FACTS, Facts

if TYPE_CHECKING:
    from datetime import date

UNKNOWN: Final = "unknown"
# Human approvals, weakest first; a row's ``approval`` column names one of them. ``+2`` is two people of that
# role; one of a higher role stands for two of a lower.
APPROVALS: Final = ("none", "supervisor", "supervisor+2", "authority", "authority+2", "judge")
# Separates the parts of a key; no word may contain it.
_SEPARATOR: Final = "\0"


class Form(IntEnum):
    """In which form a field may leave, from nothing to everything. Each form includes those below it."""

    NOTHING = 0
    HIT = 1
    MASKED = 2
    GENERALISED = 3
    FULL = 4


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind) if one.name != "key")


def key_of(context: Any) -> str:
    """Every attribute of a context as one string.

    Raises:
        ValueError: a word contains NUL, so that two contexts could look the same; an unknown approval.
    """
    parts = []
    for name in _names(context.__class__):
        value = getattr(context, name)
        parts.append(value.key if isinstance(value, Facts) else str(value))
    key = _SEPARATOR.join(parts)
    if key.count(_SEPARATOR) != len(parts) - 1:
        raise ValueError("a word of a context contains the character NUL")
    if getattr(context, "approval", "none") not in APPROVALS:
        raise ValueError(f"approval is one of {', '.join(APPROVALS)}")
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
        owner_country: jurisdiction of the node that rules; empty where it does not say.
        aim: ``identify`` or ``more_data``; empty where it is not known.
        facts: what conditions ask about.
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
    owner_country: str = ""
    aim: str = ""
    facts: Facts = NO_FACTS
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", key_of(self))

    def __hash__(self) -> int:
        """Of the key, which says everything."""
        return hash(self.key)


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
        nationalities: countries; ``None`` where nobody knows, which counts as every country.
        key: identity as one string.
    """

    entity_type: str
    subject: str
    markings: frozenset[str] = frozenset()
    nationalities: frozenset[str] | None = None
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        words = [self.entity_type, self.subject, *sorted(self.markings)]
        if self.nationalities is not None:
            words += ["\1", *sorted(self.nationalities)]
        key = _SEPARATOR.join(words)
        if key.count(_SEPARATOR) != len(words) - 1:
            raise ValueError("a word of a context contains the character NUL")
        object.__setattr__(self, "key", key)
