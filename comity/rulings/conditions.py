"""The ``when`` column: conditions that no other column can say, joined with ``&``.

    asker-penalty<12                 the maximum penalty in the requester's law is below twelve months
    not-list-offence&not-double-criminality
    marked=contact-desk              the owner's record bears this marking

Rules:

* A condition is registered here, pure and total: a number, a word or a yes that a node put into ``Facts``.
* It is true, false or unknown. *Unknown is stricter*: a grant needs every condition to be true; a restriction
  applies unless one of them is known to be false.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from comity.rulings.facts import NO_RECORD_FACTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.rulings.facts import Facts, RecordFacts

NONE: Final = "-"
# Conditions in one cell; more could not be read.
CONDITIONS_MAX: Final = 6
# Different cells whose reading is remembered.
CELLS_REMEMBERED: Final = 4_096
# What a question may be searched by: how much was given, and whether it is of a face; a node says which.
SEARCHED_BY: Final = frozenset(
    (
        *("attribute", "attributes", "name", "name-part", "name-parts", "number", "template"),
        *("dna", "face", "fingerprint", "iris"),
    )
)
# How sure a match is, and who may get data in a later use.
MATCHES: Final = frozenset(("exact", "probable", "possible"))
MEMBER: Final = "member"
PUBLIC: Final = "public"
RECEIVERS: Final = frozenset((MEMBER, "private-body", PUBLIC))
_NOT: Final = "not-"
_ATOM: Final = re.compile(r"(not-)?([a-z][a-z-]{0,39}?)(?:(>=|<|=)([A-Za-z0-9:-]{1,40}))?")


class Kind(Enum):
    """What a condition compares."""

    YES = "yes"
    NUMBER = "number"
    WORD = "word"
    AMONG = "among"


@dataclass(frozen=True, slots=True)
class Condition:
    """One registered condition.

    Attributes:
        kind: a yes, a number compared with ``>=`` or ``<``, a word, or a word among several.
        reads: the attribute of ``Facts``, or of ``RecordFacts`` when ``of_record``.
        sentence: what it says, for people.
    """

    kind: Kind
    reads: str
    sentence: str
    of_record: bool = False


CONDITIONS: Final[Mapping[str, Condition]] = {
    "confirmed": Condition(Kind.YES, "confirmed", "a qualified person confirmed the match"),
    "described": Condition(Kind.YES, "described", "the facts of the case are described"),
    "owner-consent": Condition(Kind.YES, "owner_consent", "the owner consented to this use"),
    "third-consent": Condition(
        Kind.YES, "third_consent", "the party the data came from consented to this use"
    ),
    "assurance": Condition(Kind.YES, "assurance", "an assurance was given and accepted"),
    "threat": Condition(Kind.YES, "threat", "an imminent threat was declared"),
    "exculpatory": Condition(Kind.YES, "exculpatory", "the data are sought to exonerate"),
    "preservation": Condition(Kind.YES, "preservation", "only preservation is asked for"),
    "confidential": Condition(
        Kind.YES, "confidential", "the requester wants it kept from the person that it asked"
    ),
    "same-purpose": Condition(
        Kind.YES, "same_purpose", "the use is the one the data were supplied for"
    ),
    "same-offence": Condition(
        Kind.YES, "same_offence", "the proceedings are about the offence the data were supplied for"
    ),
    "receiver-kind": Condition(Kind.WORD, "receiver_kind", "who is to get the data"),
    "team-member": Condition(Kind.YES, "team_member", "the requester is in the joint team"),
    "competent": Condition(Kind.YES, "competent", "the requester is a competent authority"),
    "contact-point": Condition(Kind.YES, "contact_point", "the requester is a contact point"),
    "suspended": Condition(Kind.YES, "suspended", "the requester is suspended"),
    "reciprocity": Condition(
        Kind.YES, "reciprocity", "the requester declared that it would answer the same"
    ),
    "missing-persons": Condition(
        Kind.YES,
        "missing_persons",
        "the requester is empowered to search for missing persons and remains",
    ),
    "agency-type": Condition(Kind.WORD, "agency_type", "the requester's type of agency"),
    "sworn": Condition(Kind.YES, "sworn", "the officer is sworn"),
    "clearance": Condition(Kind.NUMBER, "clearance", "the officer's clearance"),
    "certified": Condition(Kind.AMONG, "certificates", "the officer is trained for it"),
    "misuse": Condition(Kind.NUMBER, "misuse", "the requester's misuse score"),
    "urgent": Condition(Kind.YES, "urgent", "the question is urgent"),
    "over-quota": Condition(Kind.YES, "over_quota", "the capacity of the day is used up"),
    "volume": Condition(Kind.NUMBER, "volume", "questions of the requester within a day"),
    "match": Condition(Kind.WORD, "match", "how sure the match is"),
    "candidates": Condition(Kind.NUMBER, "candidates", "the number of records shown"),
    "name-parts": Condition(
        Kind.NUMBER, "name_parts", "how many of given name, family name and birth date are known"
    ),
    "selector": Condition(Kind.AMONG, "selectors", "what is searched by"),
    "bulk": Condition(Kind.YES, "bulk", "more than one individual case is asked about"),
    "sensitive-target": Condition(
        Kind.YES, "sensitive_target", "the person is staff, public, or close to the asker"
    ),
    "asker-penalty": Condition(
        Kind.NUMBER, "asker_penalty_months", "maximum penalty in months in the requester's law"
    ),
    "owner-penalty": Condition(
        Kind.NUMBER, "owner_penalty_months", "maximum penalty in months in the owner's law"
    ),
    "list-offence": Condition(
        Kind.YES, "list_offence", "the offence is on the list of Framework Decision 2002/584/JHA 2(2)"
    ),
    "double-criminality": Condition(
        Kind.YES, "double_criminality", "the conduct is an offence under both laws"
    ),
    "treaty": Condition(Kind.WORD, "treaty", "standing of the instrument invoked"),
    "own-national": Condition(
        Kind.YES, "own_national", "the person is a national of the owner's country", of_record=True
    ),
    "asker-national": Condition(
        Kind.YES, "asker_national", "the person is a national of the asking country", of_record=True
    ),
    "closed-to-asker": Condition(
        Kind.YES, "closed_to_asker", "the owner closed the record to the asking country", of_record=True
    ),
    "addressed-to-asker": Condition(
        Kind.YES, "addressed_to_asker", "the owner addressed the record to the asking country", of_record=True
    ),
    "flagged-by-asker": Condition(
        Kind.YES, "flagged_by_asker", "the asking country flagged the action as not possible there",
        of_record=True,
    ),
    "marked": Condition(Kind.AMONG, "markings", "the record bears the marking", of_record=True),
}  # fmt: skip
_OPERATORS: Final = {
    Kind.YES: ("",),
    Kind.NUMBER: (">=", "<"),
    Kind.WORD: ("=",),
    Kind.AMONG: ("=",),
}


class ConditionRefused(ValueError):
    """A ``when`` cell that says nothing we know; the text says why."""


@dataclass(frozen=True, slots=True)
class Atom:
    """One condition of a cell: ``not-`` ``asker-penalty`` ``<`` ``12``."""

    negated: bool
    name: str
    operator: str
    value: str

    @property
    def condition(self) -> Condition:
        """What is registered under its name."""
        return CONDITIONS[self.name]

    def holds(self, facts: Facts, of_record: RecordFacts) -> bool | None:
        """True, false, or unknown."""
        condition = self.condition
        known = getattr(of_record if condition.of_record else facts, condition.reads)
        if known is None:
            return None
        if condition.kind is Kind.YES:
            found = known is True
        elif condition.kind is Kind.NUMBER:
            found = known >= int(self.value) if self.operator == ">=" else known < int(self.value)
        elif condition.kind is Kind.WORD:
            found = known == self.value
        else:
            found = self.value in known
        return found is not self.negated


@lru_cache(maxsize=CELLS_REMEMBERED)
def atoms(cell: str) -> tuple[Atom, ...]:
    """The conditions of a cell, all of which must hold; none for ``-``.

    Raises:
        ConditionRefused: not a condition, an unknown name, or a comparison that it does not have.
    """
    if cell == NONE:
        return ()
    parts = cell.split("&")
    if len(parts) > CONDITIONS_MAX:
        raise ConditionRefused(f"more than {CONDITIONS_MAX} conditions")
    return tuple(_atom(part.strip()) for part in parts)


def _atom(part: str) -> Atom:
    found = _ATOM.fullmatch(part)
    if found is None:
        raise ConditionRefused(f'"{part}" is not a condition')
    name, operator, value = found[2], found[3] or "", found[4] or ""
    condition = CONDITIONS.get(name)
    if condition is None:
        raise ConditionRefused(f'unknown condition "{name}"')
    allowed = _OPERATORS[condition.kind]
    if operator not in allowed:
        wanted = " or ".join(f"{name}{one}…" if one else name for one in allowed)
        raise ConditionRefused(f'"{part}" is written {wanted}')
    if condition.kind is Kind.NUMBER and not (value.isascii() and value.isdecimal()):
        raise ConditionRefused(f'"{value}" in "{part}" is not a number')
    return Atom(negated=found[1] is not None, name=name, operator=operator, value=value)


def when(cell: str, effect: str, facts: Facts, of_record: RecordFacts = NO_RECORD_FACTS) -> bool:
    """Whether a row's conditions let it apply; what is unknown counts for the stricter side."""
    if cell == NONE:
        return True
    grants = effect == "allow"
    try:
        told = atoms(cell)
    except ConditionRefused:
        return not grants
    for atom in told:
        holds = atom.holds(facts, of_record)
        if holds is False or (grants and holds is None):
            return False
    return True
