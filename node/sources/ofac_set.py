"""The files of OFAC's SDN set joined by ``ent_num``: one ``Entry`` for each designation.

No header, ``-0-`` for null, a trailing 0x1A; remarks that overflowed go on in ``sdn_comments``, cut in
the middle of a word, and are put together before anything is read in them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from comity.errors import ExitCode, StartError
from node.sources.ofac_remarks import Remarks, understood
from node.sources.reading import lines
from node.sources.rows import Quarantined, UnusableRowError, Why, quarantined
from node.sources.tables import Cells, table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NULL: Final = "-0-"
# The list has 20,000 names; companion files beyond this are something else.
COMPANION_ROWS_MAX: Final = 1_000_000
_SDN_COLUMNS: Final = 12
_KINDS: Final = frozenset({"", "individual", "vessel", "aircraft"})
_ALT_COLUMNS: Final = 5
_ADD_COLUMNS: Final = 6
_COMMENT_COLUMNS: Final = 2


@dataclass(slots=True)
class _Companions:
    """What the companion files say, by ``ent_num``; what was used is taken out."""

    names: dict[str, list[Cells]] = field(default_factory=dict)
    addresses: dict[str, list[Cells]] = field(default_factory=dict)
    comments: dict[str, list[Cells]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Craft:
    """The columns that only vessels fill."""

    call_sign: str
    kind: str
    tonnage: str
    gross_tonnage: str
    flag: str
    owner: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One designation with everything joined to it.

    Attributes:
        kind: individual, vessel, aircraft; empty for an organisation.
    """

    number: str
    kind: str
    name: str
    programmes: tuple[str, ...]
    title: str
    remarks: str
    said: Remarks
    alternates: list[Cells]
    addresses: list[Cells]
    craft: Craft

    @property
    def individual(self) -> bool:
        """Whether it is a person."""
        return self.kind == "individual"


def entries(path: Path) -> Iterator[tuple[Cells, Entry] | Quarantined]:
    """Every designation of the set with the row it stands on.

    Args:
        path: ``sdn.csv`` (gzip or not) or the folder that holds it.

    Raises:
        StartError: a file of the set is missing or cannot be read.
    """
    sdn = _member(path, "sdn") if path.is_dir() else path
    companions = _Companions()
    yield from _collected(_member(sdn.parent, "alt"), _ALT_COLUMNS, companions.names)
    yield from _collected(_member(sdn.parent, "add"), _ADD_COLUMNS, companions.addresses)
    if (overflow := _beside(sdn.parent, "sdn_comments")) is not None:
        yield from _collected(overflow, _COMMENT_COLUMNS, companions.comments)
    for row in table(lines(sdn)):
        if isinstance(row, Quarantined):
            yield row
            continue
        try:
            yield row, _entry(row, companions)
        except UnusableRowError as error:
            yield quarantined(row.line, error, row.raw)
    yield from _orphans(companions)


def _beside(folder: Path, name: str) -> Path | None:
    candidates = (folder / f"{name}.csv", folder / f"{name}.csv.gz")
    return next((path for path in candidates if path.is_file()), None)


def _member(folder: Path, name: str) -> Path:
    path = _beside(folder, name)
    if path is None:
        raise StartError(
            f"{folder} holds no {name}.csv: the SDN list is a set of sdn.csv, alt.csv and add.csv.",
            exit_code=ExitCode.DATA,
        )
    return path


def _collected(path: Path, columns: int, into: dict[str, list[Cells]]) -> Iterator[Quarantined]:
    for count, row in enumerate(table(lines(path)), start=1):
        if count > COMPANION_ROWS_MAX:
            raise StartError(
                f"{path} has more than {COMPANION_ROWS_MAX} rows: this is not the SDN list.",
                exit_code=ExitCode.DATA,
            )
        if isinstance(row, Quarantined):
            yield row
        elif len(row.values) != columns:
            wrong = UnusableRowError(
                Why.WRONG_COLUMN_COUNT, f"{path.name}: {len(row.values)}, not {columns}"
            )
            yield quarantined(row.line, wrong, row.raw)
        else:
            into.setdefault(row.values[0].strip(), []).append(row)


def _orphans(companions: _Companions) -> Iterator[Quarantined]:
    for name, rows in (
        ("alt", companions.names),
        ("add", companions.addresses),
        ("sdn_comments", companions.comments),
    ):
        for row in (row for several in rows.values() for row in several):
            lost = UnusableRowError(Why.ORPHAN, f"{name}: no entry {row.values[0].strip()}")
            yield quarantined(row.line, lost, row.raw)


def cell(text: str) -> str:
    """A cell without padding; null is empty."""
    text = text.strip()
    return "" if text == NULL else text


def _entry(row: Cells, companions: _Companions) -> Entry:
    number = row.values[0].strip()
    alternates = companions.names.pop(number, [])
    addresses = companions.addresses.pop(number, [])
    overflow = companions.comments.pop(number, [])
    if len(row.values) != _SDN_COLUMNS:
        raise UnusableRowError(Why.WRONG_COLUMN_COUNT, f"{len(row.values)}, not {_SDN_COLUMNS}")
    cells = [cell(value) for value in row.values]
    kind = cells[2]
    if kind not in _KINDS:
        raise UnusableRowError(Why.UNSUPPORTED_ENTITY, kind)
    if not cells[1]:
        raise UnusableRowError(Why.MISSING_NAME)
    pieces = [row.values[_SDN_COLUMNS - 1], *(comment.values[1] for comment in overflow)]
    # Cut anywhere, so a space at either edge of a piece is part of the text.
    remarks = "".join(piece for piece in pieces if cell(piece)).strip()
    return Entry(
        number=number,
        kind=kind,
        name=cells[1],
        programmes=tuple(cells[3].split("] [")),
        title=cells[4],
        remarks=remarks,
        said=understood(remarks),
        alternates=alternates,
        addresses=addresses,
        craft=Craft(*cells[5:11]),
    )
