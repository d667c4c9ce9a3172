"""What an officer is entered with at the own agency: sworn, cleared, certified.

Rules:

* An operator enters it at the officer's own node, each entry with its last day; no caller states it, and a
  system holds none.
* The asking node states what counts on the day of the question, and that it counts until the next day at
  most: entries tell of the officer, and the days on which they end would tell one officer from another.
* Whoever receives a statement holds its day against the own clock; from the day after, nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

SWORN: Final = "sworn"
CLEARANCE: Final = "clearance"
CERTIFIED: Final = "certified"
KINDS: Final = (SWORN, CLEARANCE, CERTIFIED)
# Levels of clearance, as Council Decision 2013/488/EU Article 2(2) has them; 0 is none.
LEVELS: Final = ("none", "restricted", "confidential", "secret", "top-secret")
# Certificates of one officer, and how a word for one is written; as in the contract.
CERTIFICATES_MAX: Final = 16
CERTIFICATE_PATTERN: Final = r"[a-z]+(-[a-z]+)*"
CERTIFICATE_CHARACTERS_MAX: Final = 32
# A statement counts on its own day and the next one: midnight may pass on the way.
STATED_DAYS: Final = timedelta(days=1)
# Roles that are no person.
MACHINES: Final = frozenset({"system"})


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One thing that an officer is entered with.

    Attributes:
        kind: one of ``KINDS``.
        word: of a certificate, for what; else empty.
        level: of a clearance, 1 to 4; else 0.
        until: the last day on which it counts.
    """

    kind: str
    word: str
    level: int
    until: date

    @property
    def told(self) -> str:
        """``clearance secret until 2027-06-30``."""
        what = LEVELS[self.level] if self.kind == CLEARANCE else self.word
        return " ".join(part for part in (self.kind, what, "until", f"{self.until}") if part)


@dataclass(frozen=True, slots=True)
class Qualifications:
    """What is stated of an officer; what is not entered is not known.

    Attributes:
        sworn: a sworn officer.
        clearance: 1 to 4; 0 where none is entered.
        certificates: what the officer is trained for.
        until: the last day on which this counts.
    """

    sworn: bool = False
    clearance: int = 0
    certificates: frozenset[str] = frozenset()
    until: date = date.min

    @property
    def stated(self) -> list[str]:
        """In words, for ledgers; empty where nothing is stated."""
        told = [SWORN] if self.sworn else []
        told += [f"{CLEARANCE}-{self.clearance}"] if self.clearance else []
        return told + [f"{CERTIFIED}-{word}" for word in sorted(self.certificates)]

    def counting(self, today: date, *, role: str) -> Qualifications:
        """As much of it as counts on this day, of somebody in this role."""
        if self is NOT_QUALIFIED or role in MACHINES or today > self.until:
            return NOT_QUALIFIED
        return self


NOT_QUALIFIED: Final = Qualifications()


def qualifications(entries: Iterable[Entry], *, today: date) -> Qualifications:
    """What to state on this day of an officer with these entries."""
    valid = [one for one in entries if today <= one.until]
    if not valid:
        return NOT_QUALIFIED
    return Qualifications(
        sworn=any(one.kind == SWORN for one in valid),
        clearance=max(one.level for one in valid),
        certificates=frozenset(one.word for one in valid if one.kind == CERTIFIED),
        until=min(today + STATED_DAYS, *(one.until for one in valid)),
    )
