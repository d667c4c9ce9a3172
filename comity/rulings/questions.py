"""Contexts of the questions that are answered yes or no: asking, routing, relations, later use.

As in ``comity.rulings.context``: derived by whoever rules, never believed because a body says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from comity.rulings.context import key_of
from comity.rulings.facts import NO_FACTS, Facts

if TYPE_CHECKING:
    from datetime import date


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
    country: str = ""
    aim: str = ""
    facts: Facts = NO_FACTS
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", key_of(self))


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
    facts: Facts = NO_FACTS
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", key_of(self))


@dataclass(frozen=True, slots=True)
class UseContext:
    """A later use of data that a member holds (verbs ``onward``, ``evidence-use`` and ``retain``).

    The owner rules on ``onward`` and ``evidence-use``; whoever holds a copy rules on ``retain``.

    Attributes:
        holder: the member that holds the data.
        holder_country: its jurisdiction.
        receiver: who is to get it; the holder itself where it is to be used or kept.
        receiver_country: its jurisdiction, or the country of the court.
        purpose: the purpose of the new use.
        instrument: legal instrument the data came under.
        offence: offence the new use is about.
        age_days: days since the data came.
        approval: the highest human approval on record for this use.
        facts: consents, ``same_purpose``, threats …
    """

    holder: str
    holder_country: str
    receiver: str
    receiver_country: str
    purpose: str
    instrument: str
    offence: str
    age_days: int
    today: date
    approval: str = "none"
    facts: Facts = NO_FACTS
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", key_of(self))
