"""What a matcher may call: pure and total functions over words.

Rules: no clock, no state, no regular expressions; every pair of words gives an answer, so that leaving a
row out of a ruling (``comity.rulings.engine``) can never change it. What a specification may look like is
checked when rows are loaded; one that slipped through never matches a grant and always matches a
restriction, because that is the stricter branch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.rulings.conditions import when
from comity.rulings.context import APPROVALS, Form

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ANY: Final = "*"
NONE: Final = "-"
# Marking of a person who was granted refuge from a country: ``refugee-from:ZZ``.
REFUGEE: Final = "refugee"
REFUGEE_FROM: Final = "refugee-from:"
# In a row: refugee from the very country that asks, directly or through another.
REFUGEE_FROM_ASKER: Final = "refugee-from-asker"
# What an owner decides about single countries: they must not know of the record (INTERPOL RPD 58), they are
# whom a targeted message was sent to, they flagged what it asks for as not possible with them (SIS 24).
CLOSED_TO: Final = "closed-to:"
ADDRESSED_TO: Final = "addressed-to:"
FLAGGED_BY: Final = "flagged-by:"
# Of what was sent to single countries.
TARGETED: Final = "targeted"
# Markings that name a country and need no entry in the vocabulary.
OF_COUNTRIES: Final = (REFUGEE_FROM, CLOSED_TO, ADDRESSED_TO, FLAGGED_BY)
FORM_WORDS: Final[Mapping[str, Form]] = {
    "hit": Form.HIT,
    "masked": Form.MASKED,
    "generalised": Form.GENERALISED,
    "full": Form.FULL,
}
_APPROVAL_RANK: Final = {word: rank for rank, word in enumerate(APPROVALS)}


def one_of(spec: str, word: str) -> bool:
    """Whether ``spec`` is ``*`` or names the word: ``INVESTIGATE|PROSECUTE``."""
    return spec == ANY or word in spec.split("|")


def form(wanted: str, spec: str, effect: str) -> bool:
    """Whether a row speaks about this form: ``<=generalised``, ``>hit``, ``any``."""
    rank = FORM_WORDS.get(wanted, Form.FULL)
    if spec == "any":
        return True
    if spec.startswith("<=") and spec[2:] in FORM_WORDS:
        return rank <= FORM_WORDS[spec[2:]]
    if spec.startswith(">") and spec[1:] in FORM_WORDS:
        return rank > FORM_WORDS[spec[1:]]
    return effect != "allow"


def approval(have: str, spec: str, effect: str) -> bool:
    """Whether a row applies given the approval on record: grants need it, restrictions yield to it."""
    if spec == NONE:
        return True
    enough = spec in _APPROVAL_RANK and _APPROVAL_RANK.get(have, 0) >= _APPROVAL_RANK[spec]
    return enough == (effect == "allow")


def marked(markings: frozenset[str], spec: str, country: str, end_user_country: str) -> bool:
    """Whether a record bears a marking; ``refugee`` covers a refugee from anywhere."""
    if spec == ANY or spec in markings:
        return True
    if spec == REFUGEE:
        return any(marking.startswith(REFUGEE_FROM) for marking in markings)
    if spec == REFUGEE_FROM_ASKER:
        return REFUGEE_FROM + country in markings or REFUGEE_FROM + end_user_country in markings
    return False


def in_force(today: str, first: str, last: str) -> bool:
    """Whether a day (ISO 8601) lies between two days, both included; ``-`` is no bound."""
    return (first == NONE or first <= today) and (last == NONE or today <= last)


def stage(have: int, spec: str, effect: str) -> bool:
    """Whether a row applies at this stage: ``-`` always, ``<2`` below, ``>=3`` from there on."""
    if spec == NONE:
        return True
    if spec.startswith("<") and spec[1:].isdecimal():
        return have < int(spec[1:])
    if spec.startswith(">=") and spec[2:].isdecimal():
        return have >= int(spec[2:])
    return effect != "allow"


def age(have: int, spec: str, effect: str) -> bool:
    """Whether a row applies to a copy this old: ``-`` always, ``<=90`` up to ninety days, ``>90`` beyond."""
    if spec == NONE:
        return True
    if spec.startswith("<=") and spec[2:].isdecimal():
        return have <= int(spec[2:])
    if spec.startswith(">") and spec[1:].isdecimal():
        return have > int(spec[1:])
    return effect != "allow"


FUNCTIONS: Final[Mapping[str, Callable[..., bool]]] = {
    "oneOf": one_of,
    "form": form,
    "approval": approval,
    "marked": marked,
    "inForce": in_force,
    "stage": stage,
    "when": when,
    "age": age,
}
