"""Values of this package as plain data for JSON: words as text, bytes in hex, instants in ISO 8601."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from comity.client.selectors import SELECTORS

# Where several classes may stand in one place, the result says which it is.
_SELECTOR_WORD: dict[type, str] = {kind: place for place, kind in SELECTORS.items()}


def as_plain(value: object) -> Any:
    """Dictionaries, lists, text, numbers, booleans and ``None`` with everything that ``value`` holds.

    It holds personal data as the value does, which the value's ``repr`` never shows.
    """
    if isinstance(value, Mapping):
        return {str(name): as_plain(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [as_plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        plain = {part.name: as_plain(getattr(value, part.name)) for part in fields(value)}
        word = _SELECTOR_WORD.get(type(value))
        return {word: plain} if word else plain
    return _leaf(value)


def _leaf(value: object) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value
