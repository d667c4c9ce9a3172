"""Decisions about members that misused what they were given: ``misuse.csv``, beside the vocabulary.

``agency,score,decided,until,reason``: a score of 0 to 100, the day it was decided, the last day on which it
counts, and why, without naming anybody. The table is a file of law like any other: it comes into force by a
draft, two approvals by others than its author, a signed revision and an entry in the ledger.

Rules:

* A score needs a decision (``law/rules.md`` J5). Where decisions are kept, a member about which none is in
  force has the score 0: whoever decides nothing knows that nothing was decided.
* Where no table is kept, nobody decides here; the score is unknown, and unknown is stricter.
* A decision ends: after its last day it counts no more, and has to be taken again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from comity.rulings.reading import decode, read_bytes, table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.rulings.reading import Line

COLUMNS: Final = ("agency", "score", "decided", "until", "reason")
SCORE_MAX: Final = 100
REASON_CHARACTERS_MIN: Final = 10
_AGENCY: Final = re.compile(r"[A-Z]{2}-[A-Z0-9-]{1,28}")


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one member."""

    agency: str
    score: int
    decided: date
    until: date
    reason: str

    @property
    def told(self) -> str:
        """Everything that counts, as one line for a digest."""
        return f"{self.agency}|{self.score}|{self.decided}|{self.until}"

    def counts(self, today: date) -> bool:
        """Whether it is in force."""
        return self.decided <= today <= self.until


def score_of(decisions: Mapping[str, Decision] | None, agency: str, today: date) -> int | None:
    """A member's score on a day; ``None`` where no decisions are kept."""
    if decisions is None:
        return None
    found = decisions.get(agency)
    return found.score if found is not None and found.counts(today) else 0


def read_decisions(path: Path) -> dict[str, Decision] | None:
    """The decisions; ``None`` where there is no table.

    Raises:
        PolicyError: no agency's name, no score up to 100, a day that is none, no end after the beginning, no
            reason, an agency twice.
    """
    if not path.is_file():
        return None
    found: dict[str, Decision] = {}
    for line in table(path, decode(path, read_bytes(path)), columns=COLUMNS):
        one = _decision(line)
        if one.agency in found:
            raise line.wrong(
                f"{one.agency} stands twice; the newer decision takes the older's place"
            )
        found[one.agency] = one
    return found


def _decision(line: Line) -> Decision:
    agency, score, decided, until, reason = (line.cells.get(name, "") for name in COLUMNS)
    if not _AGENCY.fullmatch(agency):
        raise line.wrong(f'"{agency}" is not the name of an agency')
    if not (score.isascii() and score.isdecimal()) or len(score) > 3 or int(score) > SCORE_MAX:  # noqa: PLR2004  # figures
        raise line.wrong(f'"{score}" is not a score up to {SCORE_MAX}')
    if len(reason) < REASON_CHARACTERS_MIN:
        raise line.wrong("a decision needs its reason")
    one = Decision(agency, int(score), _day(line, decided), _day(line, until), reason)
    if one.until < one.decided:
        raise line.wrong(f"the decision ends on {until}, before it was taken")
    return one


def _day(line: Line, cell: str) -> date:
    try:
        return date.fromisoformat(cell)
    except ValueError as error:
        raise line.wrong(f'"{cell}" is not a day like 2026-11-24') from error
