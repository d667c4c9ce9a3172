"""Labels that follow from a record itself, whatever its source said: the stricter wins.

* A record about somebody who may be under eighteen on the day of the import is marked ``minor``, by any of
  its birth dates (``node.records.births``): a year or month alone counts as its last day.
* An assertion marked as contested marks the record ``contested``.
* What fields say of protection, of discreet checks, of how a notice was reviewed and restricted marks it, too
  (``node.records.implied``).
* A subject outside the federation's vocabulary becomes ``unknown``.

Nothing here ever takes a marking away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from node.records.births import may_be_of_a_minor
from node.records.implied import implied
from node.records.record import SUBJECTS, Labels

if TYPE_CHECKING:
    from datetime import date

    from node.records.record import Record


def labelled(record: Record, today: date) -> Record:
    """The record with every label that follows from it."""
    markings = record.labels.markings
    if may_be_of_a_minor(record.entity_type, record.fields, today):
        markings |= {"minor"}
    markings |= implied(record.entity_type, record.fields, today.isoformat())
    if record.assertion.contested:
        markings |= {"contested"}
    subject = record.labels.subject if record.labels.subject in SUBJECTS else "unknown"
    if subject == record.labels.subject and markings == record.labels.markings:
        return record
    return replace(record, labels=Labels(subject=subject, markings=markings))
