"""What a record is looked up by: its fields' identifiers, as the contract marks them."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from comity.catalogue import FIELDS
from node.records import normalise
from node.records.identifiers import Key, key
from node.records.values import Identifier, RouteLeg, Substance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.catalogue import FieldInfo
    from node.records.record import Record

# The kind of an observable's value stands beside it.
OBSERVABLE: Final = "observable"
# An end of a relation, by the owner's own key.
EDGE: Final = "edge"
# What a shipment is declared to carry: one thing or several.
GOODS: Final = "goods"
_BETWEEN_GOODS: Final = re.compile(r"[,;/\n]")
_IDENTIFIED: Final = {
    entity: tuple(info for info in infos if info.identifier) for entity, infos in FIELDS.items()
}
NAMED: Final = {
    entity: tuple(info.path for info in infos if info.name) for entity, infos in FIELDS.items()
}


def keys_of(record: Record) -> Iterator[tuple[str, Key]]:
    """Every path that holds an identifier, with what it is found by."""
    for info in _IDENTIFIED.get(record.entity_type, ()):
        value = record.fields.get(info.path)
        for one in value if isinstance(value, tuple) else (value,):
            if one:
                for found in _keys(record, info, one):
                    yield info.path, found


FROM, TO, COUNTRY = (
    f"identity_document.{name}"
    for name in ("blank_range_from", "blank_range_to", "issuing_country")
)


class Unfindable(StrEnum):
    """Why a batch of blank documents is found by its own ends at most, and by no number between them."""

    ONE_END = "batch of blank documents with one end"
    NO_NUMBER = "batch of blank documents whose ends are no numbers of a series"
    TWO_SERIES = "batch of blank documents whose ends lie in two series"
    BACKWARDS = "batch of blank documents that ends before it begins"


def range_of(record: Record) -> dict[str, Any] | Unfindable | None:
    """The batch of blank documents that a record names, as ``number_range`` keeps it; or why there is none.

    Nothing for a record that names no batch. A batch needs both ends, in one series and in order; without,
    only its own numbers are known.
    """
    ends = [str(record.fields.get(path, "")) for path in (FROM, TO)]
    if not all(ends):
        return Unfindable.ONE_END if any(ends) else None
    first, last = map(normalise.in_series, ends)
    if first is None or last is None:
        return Unfindable.NO_NUMBER
    if first[:2] != last[:2]:
        return Unfindable.TWO_SERIES
    if first.place > last.place:
        return Unfindable.BACKWARDS
    return {
        "letters": first.letters,
        "figures": first.figures,
        "first": first.place,
        "last": last.place,
        "country": normalise.words(str(record.fields.get(COUNTRY, ""))),
    }


def _keys(record: Record, info: FieldInfo, value: object) -> Iterator[Key]:
    kind = info.identifier or ""
    if kind == OBSERVABLE:
        kind = str(record.fields.get(f"{record.entity_type}.observable_type", ""))
        if kind not in normalise.OBSERVABLES:
            return
    if isinstance(value, RouteLeg):
        yield from _route_keys(kind, value)
        return
    if kind == EDGE:
        yield edge_key(record.source, str(value))
        return
    within = value.country if isinstance(value, Identifier) else _within(record, info)
    for text in _texts(kind, value):
        whole = key(kind, text)
        if whole is not None:
            yield whole
            if info.within or within:
                yield Key(kind, whole.normal, normalise.words(within))


def _texts(kind: str, value: object) -> tuple[str, ...]:
    """What of a value is a number or a name by itself."""
    if isinstance(value, Identifier):
        return (value.value,)
    if isinstance(value, Substance):
        return (value.name, value.cas_number)
    text = str(value)
    return (text, *_BETWEEN_GOODS.split(text)) if kind == GOODS else (text,)


def _within(record: Record, info: FieldInfo) -> str:
    """The first of the fields beside it that is set."""
    beside = (info.within or "").split()
    told = (str(record.fields.get(f"{record.entity_type}.{name}", "")) for name in beside)
    return next(filter(None, told), "")


def _route_keys(kind: str, leg: RouteLeg) -> Iterator[Key]:
    """Every way of asking for a leg: by country or place, by both ends or one."""
    for origin in dict.fromkeys((leg.from_country, leg.from_place, "")):
        for destination in dict.fromkeys((leg.to_country, leg.to_place, "")):
            yield from leg_keys(kind, origin, destination)


def edge_key(source: str, source_key: str) -> Key:
    """What the relations of a record are found by."""
    return Key(EDGE, source_key, source)


def leg_keys(kind: str, origin: str, destination: str) -> tuple[Key, ...]:
    """The key of a leg; none when it names no end."""
    found = key(kind, f"{origin}>{destination}")
    return () if found is None else (found,)
