"""What an importer yields, and how it says that a row is unusable."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from node.records.record import Record

# A quarantined row is kept up to this length; the source file has the rest.
RAW_CHARS_MAX: Final = 4_096
# What was wrong is told in at most this many characters.
DETAIL_CHARS_MAX: Final = 300


class Why(StrEnum):
    """Why a row was quarantined: the reasons counted in a load's report."""

    UNSUPPORTED_ENTITY = "unsupported entity type"
    NOT_PARSABLE = "not parsable"
    WRONG_COLUMN_COUNT = "wrong number of columns"
    LINE_TOO_LONG = "line too long"
    BAD_CHARACTERS = "NUL or undecodable bytes"
    MISSING_KEY = "no key"
    MISSING_NAME = "no name"
    MISSING_NUMBER = "no number or value"
    BAD_VALUE = "value not valid"
    UNKNOWN_FIELD = "unknown field"
    ORPHAN = "belongs to no entity"
    KEY_REUSED = "key already used with other content"
    REFUSED_BY_STORE = "refused by the store"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that was not imported.

    Attributes:
        line: line in the file (counted from 1); in XML and JSON documents the entry's ordinal.
        why: the reason, counted in the report.
        detail: what exactly, for the operator.
        raw: the row as read, cut at ``RAW_CHARS_MAX``; holds personal data.
    """

    line: int
    why: Why
    detail: str
    raw: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A row that was imported, with what its owner should know.

    Attributes:
        line: as in ``Quarantined``.
        why: the warning, counted in the report.
        detail: the owner's key of the record.
        raw: the record; holds personal data.
    """

    line: int
    why: str
    detail: str
    raw: str


@dataclass(frozen=True, slots=True)
class Read:
    """A record and where in the file it stands."""

    line: int
    record: Record


Item: TypeAlias = "Read | Quarantined"


class UnusableRowError(Exception):
    """This row cannot become a record; caught by the importer, which quarantines it."""

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}")
        self.why = why
        self.detail = detail


def quarantined(line: int, error: UnusableRowError, raw: str) -> Quarantined:
    """The quarantine entry for a row and what was wrong with it."""
    detail = error.detail[:DETAIL_CHARS_MAX]
    return Quarantined(line, error.why, detail, raw[:RAW_CHARS_MAX])


def kept(line: int, why: str, key: str, raw: str) -> Kept:
    """The entry for a record that was imported with a warning."""
    return Kept(line, why, key, raw[:RAW_CHARS_MAX])
