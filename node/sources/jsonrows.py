"""JSON that somebody else wrote: one object a line, or one bounded document.

Nesting beyond what the parser bears, numbers beyond Python's digit limit, ``NaN`` and anything that is
not an object make an ``UnusableRowError``; nothing here recurses over foreign data.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from node.sources.rows import Quarantined, UnusableRowError, Why, quarantined
from node.sources.tables import fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from node.sources.reading import Line


@dataclass(frozen=True, slots=True)
class JsonRow:
    """One object and the line it stands on."""

    line: int
    value: dict[str, Any]
    raw: str


def parsed(text: str | bytes) -> Any:
    """The value of a JSON text.

    Raises:
        UnusableRowError: it is none.
    """
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise UnusableRowError(Why.NOT_PARSABLE, "nested too deeply") from error
    except ValueError as error:
        raise UnusableRowError(Why.NOT_PARSABLE, str(error)) from error


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON value")


def objects(lines: Iterable[Line]) -> Iterator[JsonRow | Quarantined]:
    """Every line as an object; a line that is none is quarantined."""
    for line in lines:
        try:
            value = _object(line)
        except UnusableRowError as error:
            yield quarantined(line.number, error, line.text)
        else:
            yield JsonRow(line.number, value, line.text)


def _object(line: Line) -> dict[str, Any]:
    broken = fault(line)
    if broken is not None:
        raise broken
    value = parsed(line.text)
    if not isinstance(value, dict):
        raise UnusableRowError(Why.NOT_PARSABLE, "not an object")
    return value
