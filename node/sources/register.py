"""The Comity register format: one row a line, in our own words (see ``comity.demo.registers``).

``key``, ``entity``, ``fields`` by path, ``labels``, ``assertion``. Strict: an unknown path, a value of the
wrong shape, a date that is none or an assertion that says something else than the contract knows
quarantines the row. A row without labels has subject ``unknown``.
"""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any, Final

from comity.catalogue import FIELDS
from node.records import normalise
from node.records.record import SUBJECTS, Labels
from node.records.values import VALUE_TYPES
from node.sources import asserting, building
from node.sources.jsonrows import JsonRow, objects
from node.sources.reading import lines
from node.sources.rows import Item, Quarantined, Read, UnusableRowError, Why, quarantined

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from comity.catalogue import FieldInfo
    from node.records.record import Record
    from node.records.values import Assertion

SOURCE: Final = "register"
_MEMBERS: Final = frozenset({"key", "entity", "fields", "labels", "assertion"})
_INFOS: Final[dict[str, FieldInfo]] = {
    info.path: info for infos in FIELDS.values() for info in infos
}
_PARTS: Final = {name: frozenset(signature(kind).parameters) for name, kind in VALUE_TYPES.items()}


def read(path: Path) -> Iterator[Item]:
    """Every row as a record."""
    for row in objects(lines(path)):
        yield row if isinstance(row, Quarantined) else _item(row)


def _item(row: JsonRow) -> Item:
    try:
        return Read(row.line, _record(row.value))
    except UnusableRowError as error:
        return quarantined(row.line, error, row.raw)


def _record(row: dict[str, Any]) -> Record:
    if not row.keys() <= _MEMBERS:
        raise UnusableRowError(Why.UNKNOWN_FIELD, ", ".join(sorted(row.keys() - _MEMBERS)))
    key, entity, fields = row.get("key"), row.get("entity"), row.get("fields")
    if not isinstance(key, str):
        raise UnusableRowError(Why.MISSING_KEY, "key")
    if not isinstance(entity, str) or not isinstance(fields, dict):
        raise UnusableRowError(Why.NOT_PARSABLE, "entity is text, fields are an object")
    return building.record(
        source=SOURCE,
        key=key,
        entity_type=entity,
        values={path: _value(path, value) for path, value in fields.items()},
        labels=_labels(row.get("labels")),
        assertion=_assertion(row.get("assertion")),
    )


def _value(path: str, value: Any) -> object:
    info = _INFOS.get(path)
    if info is None:
        raise UnusableRowError(Why.UNKNOWN_FIELD, path)
    if not info.repeated:
        return _one(info, value)
    if not isinstance(value, list):
        raise UnusableRowError(Why.BAD_VALUE, f"{path} is a list")
    return tuple(_one(info, one) for one in value)


def _one(info: FieldInfo, value: Any) -> object:
    if info.values is None:
        if not isinstance(value, str):
            raise UnusableRowError(Why.BAD_VALUE, f"{info.path} is text")
        if info.path.endswith("_date") and value and not normalise.partial_date(value):
            raise UnusableRowError(Why.BAD_VALUE, f"{info.path} is no date")
        return value
    known = _PARTS[info.values]
    if not isinstance(value, dict) or not value.keys() <= known:
        raise UnusableRowError(Why.BAD_VALUE, f"{info.path} has {', '.join(sorted(known))}")
    if not all(isinstance(part, str) for part in value.values()):
        raise UnusableRowError(Why.BAD_VALUE, f"{info.path}: every part is text")
    return VALUE_TYPES[info.values](**value)


def _labels(said: Any) -> Labels:
    if said is None:
        return Labels()
    if not isinstance(said, dict) or not said.keys() <= {"subject", "markings"}:
        raise UnusableRowError(Why.BAD_VALUE, "labels have subject and markings")
    subject, markings = said.get("subject", "unknown"), said.get("markings", [])
    if not isinstance(subject, str) or subject not in SUBJECTS:
        raise UnusableRowError(Why.BAD_VALUE, "labels: unknown subject")
    if not isinstance(markings, list) or not all(_is_word(word) for word in markings):
        raise UnusableRowError(Why.BAD_VALUE, "labels: markings are words")
    return Labels(subject=subject, markings=frozenset(markings))


def _is_word(text: Any) -> bool:
    """A marking: ``minor``, or one that names a country: ``closed-to:ZZ``."""
    if not isinstance(text, str) or not text.isascii():
        return False
    word, colon, country = text.partition(":")
    parts = (word, country) if colon else (word,)
    return all(part.replace("-", "").isalnum() for part in parts)


def _assertion(said: Any) -> Assertion:
    try:
        return asserting.assertion(said)
    except asserting.NotAnAssertionError as error:
        raise UnusableRowError(Why.BAD_VALUE, f"assertion: {error}") from error
