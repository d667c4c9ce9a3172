"""What is known of a record without reading any of its fields."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from node.records.record import Labels


class Fact(NamedTuple):
    """What is known of a record without reading any of its fields.

    Attributes:
        labels: its own, and the markings that follow from its assertion: handling code, contested,
            third party.
        assertion: as stored.
        review_on: day by which its owner reviews it; empty: none.
        delete_on: day on which its owner deletes it; empty: none.
        source: the register it comes from.
        source_key: its owner's key.
    """

    entity_type: str
    labels: Labels
    assertion: str
    review_on: str
    delete_on: str
    source: str
    source_key: str


def fact_of(row: Any) -> Fact:
    """From a row of ``record``; labels take in what follows from the assertion."""
    told = json.loads(row.assertion)
    markings = set(row.markings.split())
    if told.get("handling_code"):
        markings.add(told["handling_code"])
    if told.get("contested"):
        markings.add("contested")
    if told.get("third_party_origin"):
        markings.add("third-party")
    return Fact(
        row.entity_type,
        Labels(row.subject, frozenset(markings)),
        row.assertion,
        told.get("review_on", ""),
        told.get("delete_on", ""),
        row.source,
        row.source_key,
    )
