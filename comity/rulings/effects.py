"""What a ruling amounts to, and what a restriction does instead of releasing (rows' column ``instead``).

Casbin says yes or no; a row that says no also says how the no is carried out:

    -                  withheld, with a coded reason
    contact:DESK       only the reference and whom to contact, no data
    ncnd               neither confirmed nor denied: the reply is that of a record that does not exist
    silent:DESK        the same, and the owner's desk is told
    human:ROLE         a person of that role must decide; human:ROLE+2 two of them
    consent-owner      the owner must consent to this use
    consent-third      the party the data came from must consent
    judicial:CHANNEL   only the judicial channel: MLA, EIO or EPOC
    assurance          an assurance must be given and accepted
    defer:HOURS        later: a decision is due within so many hours
    consult:DAYS       the owner consults the requester first, within so many working days
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from comity.rulings.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

NONE: Final = "-"
PSEUDONYM: Final = "pseudonym"
CHANNELS: Final = ("MLA", "EIO", "EPOC")
ROLES: Final = ("supervisor", "authority", "judge")
_HOURS: Final = re.compile(r"[1-9][0-9]{0,3}")


class Effect(StrEnum):
    """What becomes of a field, a record or a question."""

    RELEASE = "RELEASE"
    GENERALISE = "GENERALISE"
    PSEUDONYMISE = "PSEUDONYMISE"
    MASK = "MASK"
    HIT_ONLY = "HIT_ONLY"
    CONTACT_ONLY = "CONTACT_ONLY"
    WITHHOLD = "WITHHOLD"
    NCND = "NCND"
    SILENT_TO_OWNER = "SILENT_TO_OWNER"
    NEEDS_HUMAN = "NEEDS_HUMAN"
    NEEDS_OWNER_CONSENT = "NEEDS_OWNER_CONSENT"
    NEEDS_THIRD_CONSENT = "NEEDS_THIRD_CONSENT"
    NEEDS_JUDICIAL = "NEEDS_JUDICIAL"
    NEEDS_ASSURANCE = "NEEDS_ASSURANCE"
    DEFER = "DEFER"
    CONSULT = "CONSULT"
    DENY = "DENY"


# Effects whose very existence must not be told.
HIDDEN: Final = frozenset({Effect.NCND, Effect.SILENT_TO_OWNER})
# Effects that something may lift: a person, a court, a consent, time.
PENDING: Final = frozenset(
    {
        Effect.NEEDS_HUMAN,
        Effect.NEEDS_OWNER_CONSENT,
        Effect.NEEDS_THIRD_CONSENT,
        Effect.NEEDS_JUDICIAL,
        Effect.NEEDS_ASSURANCE,
        Effect.DEFER,
        Effect.CONSULT,
    }
)
# Words of the column, by what they mean.
WORDS: Final[Mapping[str, Effect]] = {
    "contact": Effect.CONTACT_ONLY,
    "ncnd": Effect.NCND,
    "silent": Effect.SILENT_TO_OWNER,
    "human": Effect.NEEDS_HUMAN,
    "consent-owner": Effect.NEEDS_OWNER_CONSENT,
    "consent-third": Effect.NEEDS_THIRD_CONSENT,
    "judicial": Effect.NEEDS_JUDICIAL,
    "assurance": Effect.NEEDS_ASSURANCE,
    "defer": Effect.DEFER,
    "consult": Effect.CONSULT,
}
_DESKS: Final = ("contact", "silent")
_TIMES: Final = ("defer", "consult")


@dataclass(frozen=True, slots=True)
class Instead:
    """What a restriction does instead: an effect with its detail (desk, role, channel, hours, days)."""

    effect: Effect
    detail: str = ""
    people: int = 1


def instead(cell: str) -> Instead | None:
    """The meaning of a checked cell; nothing for ``-``."""
    if cell == NONE:
        return None
    word, _, detail = cell.partition(":")
    role, two, _ = detail.partition("+2")
    return Instead(WORDS[word], role, people=2 if two else 1)


def wrong_instead(cell: str, desks: Collection[str]) -> str:
    """What is wrong with a cell, or nothing."""
    if cell == NONE:
        return ""
    word, colon, detail = cell.partition(":")
    if word not in WORDS:
        return f'unknown effect "{word}"{nearest(word, WORDS)}'
    if word in _DESKS:
        known, good = desks, detail in desks
    elif word == "human":
        known, good = ROLES, detail.removesuffix("+2") in ROLES
    elif word == "judicial":
        known, good = CHANNELS, detail in CHANNELS
    elif word in _TIMES:
        known, good = ("48",), _HOURS.fullmatch(detail) is not None
    else:
        known, good = (), not colon
    if good:
        return ""
    if not known:
        return f'"{word}" takes nothing after it'
    return (
        f'bad "{detail}" after "{word}:"{nearest(detail, known)}; for example {word}:{min(known)}'
    )
