"""Policy files, read strictly: each cell with its place, nothing guessed, everything bounded."""

from __future__ import annotations

import codecs
import csv
import io
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comity.rulings.columns import CELL_CHARACTERS_MAX
from comity.rulings.errors import PolicyError, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

# A policy file beyond this is not read (16 MiB: some 60,000 rows).
FILE_BYTES_MAX: Final = 16 << 20
# Rows of all files of a bundle together.
ROWS_MAX: Final = 100_000
COMMENT: Final = "#"
# What spreadsheets put between columns where a comma stands before decimals.
_OTHER_SIGNS: Final = {";": "semicolons", "\t": "tabs"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: where it stands and what it says, by column."""

    file: Path
    number: int
    cells: dict[str, str]

    def wrong(self, sentence: str) -> PolicyError:
        """An error about this line."""
        return PolicyError(self.file, self.number, sentence)


def read_bytes(file: Path) -> bytes:
    """The exact bytes of a policy file.

    Raises:
        PolicyError: no regular file, not readable or too large.
    """
    try:
        # Opening a pipe would wait for whoever writes into it, perhaps for ever.
        with open(file, "rb", opener=_unblocked) as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise PolicyError(file, 0, "is no regular file")
            found = opened.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise PolicyError(file, 0, f"cannot be read: {error.strerror}") from error
    if len(found) > FILE_BYTES_MAX:
        raise PolicyError(file, 0, f"is larger than {FILE_BYTES_MAX} bytes")
    return found


def _unblocked(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def decode(file: Path, found: bytes) -> str:
    """Its text, without the mark that spreadsheets put before UTF-8.

    Raises:
        PolicyError: not UTF-8, or with a NUL character.
    """
    try:
        text = found.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        line = found.count(b"\n", 0, error.start) + 1
        sentence = "is not UTF-8; a spreadsheet saves it so as CSV UTF-8"
        raise PolicyError(file, line, sentence) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise PolicyError(file, line, "contains a NUL character")
    return text


def table(file: Path, text: str, *, columns: Collection[str]) -> Iterator[Line]:
    """The lines of a CSV table with a header; blank lines and lines that start with ``#`` are skipped.

    Args:
        file: for errors.
        text: the whole file.
        columns: names the header may use; which are needed is the caller's business.

    Raises:
        PolicyError: no header, an unknown or doubled column, a wrong count of cells, broken quoting, more
            rows than a bundle may have.
    """
    header: list[str] | None = None
    for count, (number, cells) in enumerate(_lines(file, text)):
        if header is None:
            header = cells
            _check_header(file, number, header, columns)
            continue
        if count > ROWS_MAX:
            # Short lines are many in 16 MiB, and each takes hundreds of bytes of memory.
            raise PolicyError(file, number, f"more than {ROWS_MAX} rows")
        if len(cells) != len(header):
            raise PolicyError(
                file, number, f"has {len(cells)} columns where the header has {len(header)}"
            )
        for name, cell in zip(header, cells, strict=True):
            if len(cell) > CELL_CHARACTERS_MAX:
                sentence = f'the cell "{name}" is longer than {CELL_CHARACTERS_MAX} characters'
                raise PolicyError(file, number, sentence)
        yield Line(file, number, dict(zip(header, cells, strict=True)))
    if header is None:
        raise PolicyError(file, 0, "has no header line")


def _lines(file: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise PolicyError(file, number, f"is not CSV: {error}") from error
        stripped = [cell.strip() for cell in cells]
        if any(stripped) and not stripped[0].startswith(COMMENT):
            yield number, stripped


def _check_header(file: Path, number: int, header: list[str], columns: Collection[str]) -> None:
    apart = next((sign for sign in _OTHER_SIGNS if len(header) == 1 and sign in header[0]), "")
    if apart:
        called = _OTHER_SIGNS[apart]
        raise PolicyError(file, number, f"separates its columns by {called}; save it with commas")
    for name in header:
        if name not in columns:
            raise PolicyError(file, number, f'unknown column "{name}"{nearest(name, columns)}')
        if header.count(name) > 1:
            raise PolicyError(file, number, f'the column "{name}" stands twice')
