"""Labels that follow from a record itself, whatever its source said: the stricter wins.

* A person, or a document's holder, who may be under eighteen on the day of the import is marked
  ``minor``: a year or month alone counts as its last day.
* An assertion marked as contested marks the record ``contested``.
* A subject outside the federation's vocabulary becomes ``unknown``.

Nothing here ever takes a marking away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from node.records.ages import may_be_minor
from node.records.record import SUBJECTS, Labels

if TYPE_CHECKING:
    from datetime import date

    from node.records.record import Record

_BIRTH_DATES: Final = {
    "person": "person.birth_date",
    "identity_document": "identity_document.holder_birth_date",
}


def labelled(record: Record, today: date) -> Record:
    """The record with every label that follows from it."""
    markings = record.labels.markings
    path = _BIRTH_DATES.get(record.entity_type)
    if path is not None and may_be_minor(str(record.fields.get(path, "")), today):
        markings |= {"minor"}
    if record.assertion.contested:
        markings |= {"contested"}
    subject = record.labels.subject if record.labels.subject in SUBJECTS else "unknown"
    if subject == record.labels.subject and markings == record.labels.markings:
        return record
    return replace(record, labels=Labels(subject=subject, markings=markings))
