"""Mappings: a TOML file that says what the columns of somebody's table mean.

.. code-block:: toml

    source = "nz-police-vehicles"
    entity = "vehicle"
    required = ["vehicle.plate"]

    [input]
    format = "csv"                    # or "jsonl"
    header = false
    columns = ["plate", "colour"]     # only without a header
    null = ["", "-0-"]

    [key]
    columns = ["plate"]               # none: a digest of the whole row

    [fields]
    "vehicle.plate" = "plate"
    "vehicle.alert" = { constant = "STOLEN" }
    "vehicle.theft_date" = { column = "stolen", dates = ["%d/%m/%Y"] }
    "vehicle.keeper_names" = { parts = { full = "keeper" }, constants = { kind = "LEGAL" } }

    [labels]
    subject = "object"                # unknown when left out

    [[labels.rules]]
    column = "role"
    equals = ["V", "victim"]
    subject = "victim"
    markings = ["originator-controlled"]

A mapping is checked whole before a row is read; a mistake in it is a ``StartError`` with the file's name.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from importlib.resources import files
from inspect import signature
from typing import TYPE_CHECKING, Any, Final

from comity.catalogue import FIELDS
from comity.errors import ExitCode, StartError
from node.records.record import SUBJECTS
from node.records.values import VALUE_TYPES
from node.sources import asserting

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from node.records.values import Assertion

FORMATS: Final = ("csv", "jsonl")
_TOP: Final = frozenset(
    {"source", "entity", "about", "required", "input", "key", "fields", "labels", "assertion"}
)
_INPUT: Final = frozenset({"format", "header", "columns", "delimiter", "encoding", "null"})
_RULE: Final = frozenset({"column", "equals", "subject", "markings"})


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How one field gets its value.

    Attributes:
        path: the field.
        columns: columns it is made of; for a plain field one, or those its template names.
        template: text with ``{column}`` places; nothing when one of them is empty.
        constant: a fixed value instead.
        dates: ``strptime`` patterns to read a date by.
        words: what the table's words become; a word not listed stays.
        split: what separates several values in one cell.
        parts: part of a structured value to column.
        constants: part of a structured value to fixed text.
        country: whether the value is a country to be written as ISO 3166-1 alpha-2.
    """

    path: str
    column: str = ""
    template: str = ""
    constant: str = ""
    dates: tuple[str, ...] = ()
    words: dict[str, str] = field(default_factory=dict)
    split: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    country: bool = False


@dataclass(frozen=True, slots=True)
class LabelRule:
    """Labels of rows whose column holds one of some words."""

    column: str
    equals: frozenset[str]
    subject: str
    markings: frozenset[str]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A checked mapping."""

    source: str
    entity: str
    required: tuple[str, ...]
    format: str
    header: bool
    columns: tuple[str, ...]
    delimiter: str
    encoding: str
    null: frozenset[str]
    key: tuple[str, ...]
    fields: tuple[FieldRule, ...]
    subject: str
    markings: frozenset[str]
    rules: tuple[LabelRule, ...]
    assertion: Assertion


class _MistakeError(Exception):
    """What is wrong with a mapping."""


def shipped() -> tuple[str, ...]:
    """Names of the mappings that come with Comity."""
    folder = files("node.sources").joinpath("mappings")
    return tuple(
        sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if _is_toml(file))
    )


def _is_toml(file: Traversable) -> bool:
    return file.name.endswith(".toml")


def named(name: str) -> Mapping:
    """A shipped mapping."""
    text = files("node.sources").joinpath("mappings", f"{name}.toml").read_text(encoding="utf-8")
    return mapping(text, f"mapping {name}")


def from_file(path: Path) -> Mapping:
    """An agency's own mapping.

    Raises:
        StartError: it cannot be read or is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(f"{path} cannot be read: {error}.", exit_code=ExitCode.CONFIG) from error
    return mapping(text, str(path))


def mapping(text: str, name: str) -> Mapping:
    """Check a mapping.

    Raises:
        StartError: what is wrong, with the mapping's name.
    """
    try:
        return _mapping(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, _MistakeError) as error:
        raise StartError(f"{name}: {error}.", exit_code=ExitCode.CONFIG) from error
    except (TypeError, AttributeError) as error:
        raise StartError(
            f"{name}: a value is of the wrong kind ({error}).", exit_code=ExitCode.CONFIG
        ) from error


def _mapping(said: dict[str, Any]) -> Mapping:
    _only(said, _TOP, "the mapping")
    entity = _text(said, "entity")
    if entity not in FIELDS:
        raise _MistakeError(f"entity is one of {', '.join(FIELDS)}")
    table = said.get("input", {})
    _only(table, _INPUT, "[input]")
    labels = said.get("labels", {})
    _only(labels, frozenset({"subject", "markings", "rules"}), "[labels]")
    rules = tuple(_field(entity, path, how) for path, how in said.get("fields", {}).items())
    made = Mapping(
        source=_text(said, "source"),
        entity=entity,
        required=tuple(said.get("required", ())),
        format=table.get("format", "csv"),
        header=table.get("header", True),
        columns=tuple(table.get("columns", ())),
        delimiter=table.get("delimiter", ","),
        encoding=table.get("encoding", "utf-8"),
        null=frozenset(table.get("null", ("",))) | {""},
        key=tuple(said.get("key", {}).get("columns", ())),
        fields=rules,
        subject=_subject(labels.get("subject", "unknown")),
        markings=frozenset(labels.get("markings", ())),
        rules=tuple(_label_rule(rule) for rule in labels.get("rules", ())),
        assertion=_assertion(said.get("assertion")),
    )
    _consistent(made)
    return made


def _consistent(made: Mapping) -> None:
    if made.format not in FORMATS:
        raise _MistakeError(f"format is one of {', '.join(FORMATS)}")
    if made.format == "csv" and made.header == bool(made.columns):
        raise _MistakeError("a CSV file has a header, or the mapping names its columns")
    if not made.fields:
        raise _MistakeError("[fields] names no field")
    paths = {rule.path for rule in made.fields}
    if not paths.issuperset(made.required):
        raise _MistakeError("required names a field that [fields] does not fill")
    try:
        "".encode(made.encoding)
    except LookupError as error:
        raise _MistakeError(f"no such encoding: {made.encoding}") from error


def _only(said: Any, known: frozenset[str], where: str) -> None:
    if not isinstance(said, dict):
        raise _MistakeError(f"{where} is a table")
    unknown = said.keys() - known
    if unknown:
        raise _MistakeError(f"{where} does not know {', '.join(sorted(unknown))}")


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value:
        raise _MistakeError(f"{name} is missing")
    return value


def _subject(value: Any) -> str:
    if value not in SUBJECTS:
        raise _MistakeError(f"subject is one of {', '.join(sorted(SUBJECTS))}")
    return str(value)


def _label_rule(said: Any) -> LabelRule:
    _only(said, _RULE, "[[labels.rules]]")
    return LabelRule(
        column=_text(said, "column"),
        equals=frozenset(said.get("equals", ())),
        subject=_subject(said["subject"]) if "subject" in said else "",
        markings=frozenset(said.get("markings", ())),
    )


def _assertion(said: Any) -> Assertion:
    try:
        return asserting.assertion(said)
    except asserting.NotAnAssertionError as error:
        raise _MistakeError(f"[assertion]: {error}") from error


def _field(entity: str, path: str, how: Any) -> FieldRule:
    info = next((info for info in FIELDS[entity] if info.path == path), None)
    if info is None:
        raise _MistakeError(f"{entity} has no field {path}")
    rule = {"column": how} if isinstance(how, str) else how
    _only(rule, frozenset(signature(FieldRule).parameters) - {"path"}, path)
    made = FieldRule(path=path, **{**rule, "dates": tuple(rule.get("dates", ()))})
    structured = bool(made.parts or made.constants)
    if structured != (info.values is not None):
        raise _MistakeError(f"{path} needs {'parts' if info.values else 'a column'}")
    if info.values is not None:
        known = frozenset(signature(VALUE_TYPES[info.values]).parameters)
        _only(made.parts | made.constants, known, path)
    elif sum(map(bool, (made.column, made.template, made.constant))) != 1:
        raise _MistakeError(f"{path} has one of column, template and constant")
    return made
