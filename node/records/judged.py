"""What follows from how an owner judges and handles a record: markings that rows may name.

Rules:

* A part that an owner says is a marking whatever its words are: one that nobody knows is the strictest of
  its kind, because nobody can say that it is less.
* A part that an owner does not say makes no marking here. Importers say ``X`` and ``4``, an assessment and
  ``H2`` where a register says nothing (``node.sources.building.UNEVALUATED``).
* Free words cannot be ruled on by a machine: restrictions, and a legal basis that use depends on, wait for a
  person.
* Until when an assertion holds is a question of the day (``outside_validity``); a day that cannot be read has
  passed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from node.records.values import Assertion

CLASSIFIED: Final = "classified"
# By the contract's word; UNMARKED is none of them.
CLASSES: Final = {
    "RESTRICTED": "classified-restricted",
    "CONFIDENTIAL": "classified-confidential",
    "SECRET": "classified-secret",
}
UNMARKED: Final = "UNMARKED"
# Of a class that nobody knows: above every clearance that an officer may have.
CLASS_UNKNOWN: Final = "classified-unknown"
ASSESSED: Final = "assessed"
UNEVALUATED: Final = "unevaluated"
COERCIVE: Final = "coercive-measure"
CONDITIONS: Final = "conditions"
ORIGINATOR: Final = "originator-controlled"
# Traffic lights that let something be passed on within a community; the others leave it to who set them.
OPEN_TLP: Final = frozenset({"TLP:GREEN", "TLP:CLEAR"})
OUTSIDE_VALIDITY: Final = "outside-validity"
FACT: Final = "FACT"
# Europol's 4×4 evaluation: what is known of the source, and of the information, to be reliable at all.
RELIABLE: Final = frozenset({"A", "B", "C"})
ACCURATE: Final = frozenset({"1", "2", "3"})
_PARTIAL_DATE: Final = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


def markings_of(told: Assertion) -> frozenset[str]:
    """Markings that follow from an assertion, whatever the day."""
    found = set()
    if told.handling_code:
        found.add(told.handling_code)
    if told.handling_conditions or any(told.restrictions):
        found.add(CONDITIONS)
    if told.contested or told.contested_since:
        found.add("contested")
    if told.third_party_origin:
        found.add("third-party")
    if told.classification and told.classification != UNMARKED:
        found |= {CLASSIFIED, CLASSES.get(told.classification, CLASS_UNKNOWN)}
    if told.nature and told.nature != FACT:
        found.add(ASSESSED)
    reliability, accuracy = told.source_reliability, told.information_accuracy
    weak = (reliability and reliability not in RELIABLE) or (accuracy and accuracy not in ACCURATE)
    if weak:
        found.add(UNEVALUATED)
    if told.acquired_under:
        found.add(COERCIVE)
    if told.tlp and told.tlp not in OPEN_TLP:
        found.add(ORIGINATOR)
    return frozenset(found)


def outside_validity(told: Assertion, today: str) -> bool:
    """Whether an assertion does not hold on a day (ISO 8601): not yet, not any more, or nobody can say.

    A partial date is the whole of its month or year: until ``2026-11`` it holds to the end of November.
    """
    return _later(told.valid_from, today) or _earlier(told.valid_until, today)


def _later(said: str, today: str) -> bool:
    return bool(said) and (not _PARTIAL_DATE.fullmatch(said) or said > today[: len(said)])


def _earlier(said: str, today: str) -> bool:
    return bool(said) and (not _PARTIAL_DATE.fullmatch(said) or said < today[: len(said)])
