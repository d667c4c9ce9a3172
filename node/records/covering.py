"""What a register keeps of a number that must not lie in it: of a payment card its ends.

The record is found by the keyed hash of the whole number; the field keeps what may be shown (data-model sheet
b.8, PCI DSS 3.4.1). Nothing that leaves, is logged or is read back later can hold more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from node.records import normalise

if TYPE_CHECKING:
    from node.records.record import Record

# The field that holds the number, and the one beside it that says CARD.
_CARDS: Final = {
    "observable": ("observable.value", "observable.observable_type"),
    "account": ("account.number", "account.account_type"),
}
CARD: Final = "CARD"


def covered(record: Record) -> Record:
    """The record as it is kept."""
    paths = _CARDS.get(record.entity_type)
    if paths is None or record.fields.get(paths[1]) != CARD:
        return record
    number = normalise.card_number(str(record.fields.get(paths[0], "")))
    if not number:
        return record
    return replace(record, fields={**record.fields, paths[0]: normalise.covered_card(number)})
