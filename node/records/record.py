"""A record: one thing an owner asserts something about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NewType

from node.records.values import Assertion

if TYPE_CHECKING:
    from collections.abc import Mapping

RecordId = NewType("RecordId", int)

# Categories of the subject of an owner's record (LED Article 6 and the person classes beside it).
SUBJECTS: Final = frozenset(
    {
        "suspect",
        "convicted",
        "wanted",
        "victim",
        "potential-victim",
        "witness",
        "informant",
        "contact",
        "missing",
        "unidentified",
        "acquitted",
        "deceased",
        "object",
        "unknown",
    }
)


@dataclass(frozen=True, slots=True)
class Labels:
    """What policies look at. An unknown subject is the stricter case, never the easier one."""

    subject: str = "unknown"
    markings: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Record:
    """One record as its owner asserts it.

    Attributes:
        source_key: the owner's key, unique within ``source``.
        source: the register it comes from.
        entity_type: as in the catalogue: ``person``, ``vehicle`` …
        fields: values by path (``person.names``): strings, or tuples for repeated fields.
        labels: what policies look at.
        assertion: how it is to be judged and handled.
    """

    source_key: str
    source: str
    entity_type: str
    fields: Mapping[str, object]
    labels: Labels = field(default_factory=Labels)
    assertion: Assertion = field(default_factory=Assertion)
