"""What a record is looked up by: its fields' identifiers, as the contract marks them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.catalogue import FIELDS
from node.records import normalise
from node.records.identifiers import Key, key
from node.records.values import Identifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.catalogue import FieldInfo
    from node.records.record import Record

# The kind of an observable's value stands beside it.
OBSERVABLE: Final = "observable"
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


def _keys(record: Record, info: FieldInfo, value: object) -> Iterator[Key]:
    kind = info.identifier or ""
    if kind == OBSERVABLE:
        kind = str(record.fields.get(f"{record.entity_type}.observable_type", ""))
        if kind not in normalise.OBSERVABLES:
            return
    within = ""
    if info.within:
        within = str(record.fields.get(f"{record.entity_type}.{info.within}", ""))
    text = str(value)
    if isinstance(value, Identifier):
        text, within = value.value, value.country
    whole = key(kind, text)
    if whole is not None:
        yield whole
        yield Key(kind, whole.normal, normalise.words(within))
