"""Delimited rows (RFC 4180) that recover at the next line.

Python's reader swallows the rest of a file after one open quote. Here a row is tried line by line: an
open quote may continue over ``ROW_LINES_MAX`` lines, and if it does not close, the first line alone is
quarantined and reading goes on with the second.
"""

from __future__ import annotations

import csv
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from node.sources.rows import Quarantined, UnusableRowError, Why, quarantined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from node.sources.reading import Line

# A quoted field may hold line ends; a row of a register is never more lines than this.
ROW_LINES_MAX: Final = 64
_OPEN_QUOTE: Final = "unexpected end of data"


@dataclass(frozen=True, slots=True)
class Cells:
    """One row of a table."""

    line: int
    values: list[str]
    raw: str


def table(lines: Iterable[Line], *, delimiter: str = ",") -> Iterator[Cells | Quarantined]:
    """Rows of delimited text; what is no row is quarantined under its own line."""
    source = iter(lines)
    waiting: deque[Line] = deque()
    while line := waiting.popleft() if waiting else next(source, None):
        broken = fault(line)
        if broken is not None:
            yield quarantined(line.number, broken, line.text)
            continue
        try:
            yield Cells(line.number, _split(line.text, delimiter), line.text)
        except csv.Error as error:
            if str(error) != _OPEN_QUOTE:
                wrong = UnusableRowError(Why.NOT_PARSABLE, str(error))
                yield quarantined(line.number, wrong, line.text)
                continue
            yield _joined(line, source, waiting, delimiter)


def _joined(
    first: Line, source: Iterator[Line], waiting: deque[Line], delimiter: str
) -> Cells | Quarantined:
    """The row that begins with an open quote, or the quarantine of its first line."""
    text = first.text
    for at in range(ROW_LINES_MAX):
        if at == len(waiting):
            following = next(source, None)
            if following is None:
                break
            waiting.append(following)
        text = f"{text}\n{waiting[at].text}"
        if '"' not in waiting[at].text:
            continue
        try:
            values = _split(text, delimiter)
        except csv.Error as error:
            if str(error) == _OPEN_QUOTE:
                continue
            break
        bad = [line for line in list(waiting)[: at + 1] if fault(line) is not None]
        if bad:
            break
        for _ in range(at + 1):
            waiting.popleft()
        return Cells(first.number, values, text)
    return quarantined(
        first.number, UnusableRowError(Why.NOT_PARSABLE, "a quote is never closed"), first.text
    )


def _split(text: str, delimiter: str) -> list[str]:
    return next(csv.reader([text], delimiter=delimiter, strict=True))


def fault(line: Line) -> UnusableRowError | None:
    """What makes a line unusable before it is parsed."""
    if line.too_long:
        return UnusableRowError(Why.LINE_TOO_LONG)
    if not line.clean:
        return UnusableRowError(Why.BAD_CHARACTERS)
    return None
