"""Labels that follow from a record itself, whatever its source said: the stricter wins.

* A record about somebody who may be under eighteen on the day of the import is marked ``minor``, by any of
  its birth dates (``node.records.births``): a year or month alone counts as its last day.
* An assertion marked as contested marks the record ``contested``.
* What fields say of protection, of discreet checks, of how a notice was reviewed and restricted marks it, too
  (``node.records.implied``).
* A subject outside the federation's vocabulary becomes ``unknown``; so does one that the record itself
  contradicts: a suspect of whom it says that it is a victim.
* A marking in another spelling (``Protected``, ``CLOSED-TO:zz``) counts as written, which nobody knows, and
  as what it means. One that opens something is never guessed.

Nothing here ever takes a marking away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from comity.rulings.functions import ADDRESSED_TO
from node.records.births import may_be_of_a_minor
from node.records.implied import implied
from node.records.judged import CLASSIFIED
from node.records.record import SUBJECTS, Labels

if TYPE_CHECKING:
    from datetime import date

    from node.records.record import Record


def labelled(record: Record, today: date) -> Record:
    """The record with every label that follows from it."""
    markings = record.labels.markings | _meant(record.labels.markings)
    if may_be_of_a_minor(record.entity_type, record.fields, today):
        markings |= {"minor"}
    markings |= implied(record.entity_type, record.fields)
    if record.assertion.contested:
        markings |= {"contested"}
    subject = record.labels.subject
    if subject not in SUBJECTS or _contradicted(record):
        subject = "unknown"
    if subject == record.labels.subject and markings == record.labels.markings:
        return record
    return replace(record, labels=Labels(subject=subject, markings=markings))


# Markings that let something leave, or tell whom something may reach.
_OPENING: Final = frozenset({"contact-desk", ADDRESSED_TO})
_HANDLING: Final = frozenset({"h0", "h1", "h2", "h3"})
_VICTIMS: Final = frozenset({"victim", "potential-victim"})
_STATUS: Final = "person.status"


def _plain(text: str) -> str:
    return text.strip().lower().replace("_", "-").replace(" ", "-")


def _meant(markings: frozenset[str]) -> frozenset[str]:
    """What markings mean that are written in another way, and the class that each class is of."""
    found = set()
    for marking in markings:
        word, colon, country = marking.partition(":")
        plain = _plain(word) + colon
        if plain in _OPENING:
            continue
        found.add(plain.upper() if plain in _HANDLING else plain + country.strip().upper())
        if plain.startswith(CLASSIFIED):
            found.add(CLASSIFIED)
    return frozenset(found)


def _contradicted(record: Record) -> bool:
    """Whether a record says of somebody that they are a victim whom its label makes anything else."""
    said = _plain(str(record.fields.get(_STATUS) or ""))
    return said in _VICTIMS and record.labels.subject not in _VICTIMS
