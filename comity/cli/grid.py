"""Rows of text in columns, where a cell may span several; what rich's own table cannot do.

Widths are terminal cells, so that Arabic, Chinese and combining scripts line up. Text from other parties
is cleaned first: it must not move the cursor, change colours or turn the line around.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

GAP_CELLS: Final = 2
REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
# Marks, embeddings, overrides and isolates that change the direction of what follows them.
_DIRECTION: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_BREAKS: Final = frozenset("\u2028\u2029")
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})
LEFT_TO_RIGHT_MARK: Final = "\N{LEFT-TO-RIGHT MARK}"


def clean(told: str) -> str:
    """Another party's text, unable to do more than be read."""
    return "".join(_harmless(character) for character in told if character not in _DIRECTION)


def _harmless(character: str) -> str:
    if character in _BREAKS or unicodedata.category(character) in {"Cc", "Cs"}:
        return REPLACEMENT
    return character


def is_right_to_left(text: str) -> bool:
    """Whether the text would draw what stands after it to its other side."""
    return any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text)


@dataclass(frozen=True, slots=True)
class Cell:
    """Text from column ``column`` over ``span`` columns; ``None`` spans to the end."""

    column: int
    text: Text
    span: int | None = 1


Row = tuple[Cell, ...]


def print_rows(
    console: Console, rows: Sequence[Row], widths: Sequence[int], *, indent: int = 0
) -> None:
    """Prints rows; a cell wraps inside its columns."""
    starts = [indent]
    for width in widths:
        starts.append(starts[-1] + width + GAP_CELLS)
    for row in rows:
        wrapped = [(cell, _lines(console, cell, widths)) for cell in row]
        for number in range(max((len(lines) for _, lines in wrapped), default=0)):
            line = Text()
            for cell, lines in wrapped:
                if number < len(lines) and lines[number].plain:
                    line.append(" " * (starts[cell.column] - line.cell_len))
                    line.append_text(lines[number])
                    if console.is_terminal and is_right_to_left(lines[number].plain):
                        line.append(LEFT_TO_RIGHT_MARK)
            console.print(line, soft_wrap=True)


def _lines(console: Console, cell: Cell, widths: Sequence[int]) -> list[Text]:
    end = None if cell.span is None else cell.column + cell.span
    spanned = widths[cell.column : end]
    width = sum(spanned) + GAP_CELLS * (len(spanned) - 1)
    lines = list(cell.text.wrap(console, max(width, 1)))
    for line in lines:
        line.rstrip()
    return lines


def natural(rows: Sequence[Row], column: int) -> int:
    """Cells that the widest line in a column needs; cells that span several do not count."""
    widest = 0
    for row in rows:
        for cell in row:
            if cell.column == column and cell.span == 1:
                widest = max(widest, *(line.cell_len for line in cell.text.split("\n")), 0)
    return widest
