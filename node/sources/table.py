"""Anybody's table, CSV or JSON lines, read by a mapping (``node.sources.mapping``).

A required field without value, a date that is none in the mapping's formats, a country that is none or a
wrong number of columns quarantines the row: a value is never dropped because it was not understood.
"""

from __future__ import annotations

import string
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from comity.catalogue import FIELDS
from comity.errors import ExitCode, StartError
from node.records import countries
from node.records.record import Labels, Record
from node.records.values import VALUE_TYPES, OrganisationName, PersonName
from node.sources import building, dates
from node.sources.jsonrows import objects
from node.sources.reading import lines
from node.sources.rows import Item, Quarantined, Read, UnusableRowError, Why, quarantined
from node.sources.tables import Cells, table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from node.sources.mapping import FieldRule, Mapping

_DIGEST_BYTES: Final = 12
_INFOS: Final = {info.path: info for infos in FIELDS.values() for info in infos}
# Stands between cells in a digest and a key; no cell of a register holds it.
_BETWEEN: Final = "\x1f"


class _Row(NamedTuple):
    line: int
    cells: dict[str, str]
    raw: str


def read(path: Path, mapping: Mapping) -> Iterator[Item]:
    """Every row as a record.

    Raises:
        StartError: the header lacks a column that the mapping names.
    """
    for row in _rows(path, mapping):
        if isinstance(row, Quarantined):
            yield row
            continue
        try:
            record = _record(row.cells, mapping)
        except UnusableRowError as error:
            yield quarantined(row.line, error, row.raw)
        else:
            yield Read(row.line, record)


def _rows(path: Path, mapping: Mapping) -> Iterator[_Row | Quarantined]:
    text = lines(path, mapping.encoding)
    if mapping.format == "jsonl":
        for row in objects(text):
            yield (
                row if isinstance(row, Quarantined) else _from_object(row.line, row.value, row.raw)
            )
        return
    columns = mapping.columns
    for cells in table(text, delimiter=mapping.delimiter):
        if isinstance(cells, Quarantined):
            yield cells
        elif not columns:
            columns = _header(cells, path, mapping)
        elif len(cells.values) != len(columns):
            wrong = UnusableRowError(
                Why.WRONG_COLUMN_COUNT, f"{len(cells.values)}, not {len(columns)}"
            )
            yield quarantined(cells.line, wrong, cells.raw)
        else:
            yield _Row(cells.line, dict(zip(columns, cells.values, strict=True)), cells.raw)


def _header(cells: Cells, path: Path, mapping: Mapping) -> tuple[str, ...]:
    columns = tuple(value.strip() for value in cells.values)
    missing = sorted(_columns(mapping) - set(columns))
    if missing:
        raise StartError(
            f"{path} has no column {', '.join(missing)}: it is not what the mapping is for.",
            exit_code=ExitCode.DATA,
        )
    return columns


def _columns(mapping: Mapping) -> set[str]:
    named = set(mapping.key) | {rule.column for rule in mapping.rules}
    for rule in mapping.fields:
        named.update({rule.column, *rule.parts.values(), *_places(rule.template)})
    return named - {""}


def _places(template: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in string.Formatter().parse(template) if name)


def _from_object(line: int, value: dict[str, Any], raw: str) -> _Row | Quarantined:
    cells: dict[str, str] = {}
    for name, cell in value.items():
        if isinstance(cell, (dict, list)):
            wrong = UnusableRowError(Why.BAD_VALUE, f"{name} is not a single value")
            return quarantined(line, wrong, raw)
        cells[name] = "" if cell is None else str(cell)
    return _Row(line, cells, raw)


def _record(cells: dict[str, str], mapping: Mapping) -> Record:
    known = {
        name: "" if cell.strip() in mapping.null else building.tidy(cell)
        for name, cell in cells.items()
    }
    values = {rule.path: _value(rule, known) for rule in mapping.fields}
    for path in mapping.required:
        if not values[path]:
            raise UnusableRowError(Why.MISSING_NUMBER, path)
    return building.record(
        source=mapping.source,
        key=_key(known, mapping),
        entity_type=mapping.entity,
        values=values,
        labels=_labels(known, mapping),
        assertion=mapping.assertion,
    )


def _key(cells: dict[str, str], mapping: Mapping) -> str:
    if mapping.key:
        parts = [cells.get(name, "") for name in mapping.key]
        if not any(parts):
            raise UnusableRowError(Why.MISSING_KEY, ", ".join(mapping.key))
        return "|".join(parts)
    whole = _BETWEEN.join(f"{name}={cells[name]}" for name in sorted(cells))
    return blake2b(whole.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def _labels(cells: dict[str, str], mapping: Mapping) -> Labels:
    matching = [rule for rule in mapping.rules if cells.get(rule.column, "") in rule.equals]
    subject = next((rule.subject for rule in matching if rule.subject), mapping.subject)
    markings = mapping.markings.union(*(rule.markings for rule in matching))
    return Labels(subject=subject, markings=markings)


def _value(rule: FieldRule, cells: dict[str, str]) -> object:
    info = _INFOS[rule.path]
    if info.values is not None:
        whole = _structured(rule, cells, VALUE_TYPES[info.values])
        return (whole,) if whole is not None else ()
    text = rule.constant or _plain(rule, cells)
    if not info.repeated:
        return _read_as(rule, text)
    parts = text.split(rule.split) if rule.split else [text]
    return tuple(said for part in parts if (said := _read_as(rule, part.strip())))


def _plain(rule: FieldRule, cells: dict[str, str]) -> str:
    if not rule.template:
        return cells.get(rule.column, "")
    places = {name: cells.get(name, "") for name in _places(rule.template)}
    return rule.template.format(**places) if all(places.values()) else ""


def _read_as(rule: FieldRule, text: str) -> str:
    text = rule.words.get(text, text)
    if not text:
        return ""
    if rule.dates:
        date = dates.partial(text, rule.dates)
        if date is None:
            raise UnusableRowError(Why.BAD_VALUE, f"{rule.path} is no date")
        return date
    if rule.country:
        code = countries.code(text)
        if code is None:
            raise UnusableRowError(Why.BAD_VALUE, f"{rule.path} is no country")
        return code
    return text


def _structured(rule: FieldRule, cells: dict[str, str], kind: type) -> object:
    parts = {part: cells.get(column, "") for part, column in rule.parts.items()}
    if rule.parts and not any(parts.values()):
        return None
    parts |= rule.constants
    if kind in {PersonName, OrganisationName}:
        if not parts.get("full"):
            parts["full"] = f"{parts.get('given', '')} {parts.get('family', '')}".strip()
        parts.setdefault("kind", "LEGAL")
        parts.setdefault("script", building.script(parts["full"]))
    return kind(**parts)
