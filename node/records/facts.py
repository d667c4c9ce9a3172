"""What is known of a record without reading any of its fields."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from node.records.encoding import decode_assertion
from node.records.judged import markings_of
from node.records.record import Labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.records.values import Assertion

# Of ``record``, in the order in which a fact is made of them.
COLUMNS: Final = "entity_type, subject, markings, assertion, source, source_key"
# Ways in which records of a register are labelled and to be handled; the same few come again.
WAYS_REMEMBERED: Final = 4_096


class Fact(NamedTuple):
    """What is known of a record without reading any of its fields.

    Attributes:
        labels: its own, and the markings that follow from its assertion (``node.records.judged``).
        assertion: how it is to be judged and handled.
        review_on: day by which its owner reviews it; empty: none.
        delete_on: day on which its owner deletes it; empty: none.
        source: the register it comes from.
        source_key: its owner's key.
    """

    entity_type: str
    labels: Labels
    assertion: Assertion
    review_on: str
    delete_on: str
    source: str
    source_key: str


def fact_of(row: Sequence[Any]) -> Fact:
    """From a row with ``COLUMNS``; labels take in what follows from the assertion."""
    entity_type, subject, markings, assertion, source, source_key = row
    labels, told = _labelled(subject, markings, assertion)
    return Fact(entity_type, labels, told, told.review_on, told.delete_on, source, source_key)


@lru_cache(maxsize=WAYS_REMEMBERED)
def _labelled(subject: str, markings: str, assertion: str) -> tuple[Labels, Assertion]:
    told = decode_assertion(assertion)
    return Labels(subject, frozenset(markings.split()) | markings_of(told)), told
