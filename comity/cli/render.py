"""A reply as a person reads it: source by source, field by field, what left, as what, and because of what.

Rules:

* A source that was not searched says so in place of an outcome, and again in the last line.
* Withheld fields stand together by their reason: what an approval would release is named field by field.
* Records of several sources that may be about the same stand together below, with what agrees and what
  contradicts; they stay several records.
* Nothing but text reaches the terminal, whatever another party sent (``comity.cli.grid.clean``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from comity.cli.grid import GAP_CELLS, Cell, clean, natural, print_rows
from comity.cli.groups import print_groups
from comity.cli.lines import ABSENT, DIM, HELD, NONE, lines_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from comity.cli.grid import Row
    from comity.cli.lines import Line, Told
    from comity.client.model import Reply

INDENT_CELLS: Final = 3
# From here on all six columns stand side by side; below, a source's fields stand under its name.
WIDE_CELLS: Final = 116
_BETWEEN: Final = " · "
_HEADER: Final = ("source", "outcome", "record", "field", "leaves as", "because")
_TOLD_CELLS: Final = 3
# The widest that the first columns may be, so that values and reasons keep room.
_COLUMN_MAX: Final = (20, 16, 12, 18)


def render_reply(
    console: Console,
    reply: Reply,
    heading: str | Text,
    *,
    names: Mapping[str, str] | None = None,
    kept: bool = True,
    references: bool = False,
) -> None:
    """Prints a whole reply.

    Args:
        console: where to; colours and width are its own.
        reply: what came.
        heading: the question in a line, see ``comity.cli.wording.heading_of``.
        names: members' names for people; by default their ids.
        references: whether each record's whole reference is named.
        kept: whether released data is there to show; a query asked before has none.
    """
    text = heading.copy() if isinstance(heading, Text) else Text(clean(heading), style="bold")
    print_heading(console, text)
    lines = lines_of(reply, names or {}, kept=kept)
    if console.width >= WIDE_CELLS:
        _print_wide(console, lines)
    else:
        _print_narrow(console, lines)
    print_groups(console, reply, names or {})
    for answer in reply.answers if references else ():
        for hit in answer.hits:
            named = f"{clean(answer.source)} {clean(hit.record_reference)}"
            _print_parts(console, Text(named), indent=INDENT_CELLS, hanging=INDENT_CELLS)
    for warning in reply.summary.warnings:
        note = Text(f"note: {clean(warning)}", style=HELD)
        _print_parts(console, note, indent=INDENT_CELLS, hanging=INDENT_CELLS)
    _print_parts(console, _last_line(reply), indent=INDENT_CELLS, hanging=INDENT_CELLS)


def print_heading(console: Console, heading: Text) -> None:
    """A heading, its further lines indented like what stands below."""
    _print_parts(console, heading, indent=0, hanging=INDENT_CELLS)


def _print_parts(console: Console, text: Text, *, indent: int, hanging: int) -> None:
    """Text broken between its parts rather than within one."""
    lines: list[Text] = []
    for part in text.split(_BETWEEN):
        room = console.width - (hanging if len(lines) > 1 else indent)
        if lines and lines[-1].cell_len + len(_BETWEEN) + part.cell_len <= room:
            lines[-1].append(_BETWEEN).append_text(part)
        else:
            lines.append(part)
    for number, line in enumerate(lines):
        left = hanging if number else indent
        print_rows(console, [(Cell(0, line),)], [console.width - left], indent=left)


def _last_line(reply: Reply) -> Text:
    told = reply.summary
    absent = len(reply.not_searched)
    line = Text(f"released {_count(told.fields_released, 'field')}")
    line.append(f", withheld {told.fields_withheld}")
    if absent:
        line.append(", ")
        line.append(f"{_count(absent, 'source')} not searched", style=ABSENT)
    else:
        line.append(f", {_count(len(reply.answers), 'source')} searched")
    line.append(f" · receipts {told.receipts_verified}/{told.receipts_due}")
    line.append(f" · {_milliseconds(told.elapsed_ms)}")
    return line


def _milliseconds(elapsed_ms: float) -> str:
    decimals = 1 if elapsed_ms < 1_000 else 0  # noqa: PLR2004  # a tenth says nothing of a second
    return f"{elapsed_ms:,.{decimals}f} ms"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _print_wide(console: Console, lines: Sequence[Line]) -> None:
    rows: list[Row] = [
        tuple(Cell(column, Text(word, style=DIM)) for column, word in enumerate(_HEADER))
    ]
    for line in lines:
        row: Row = (Cell(0, line.source), Cell(1, line.outcome))
        if isinstance(line.told, Text):
            row += (Cell(2, line.told, None),)
        else:
            row += (Cell(2, line.record),)
            row += _cells(line.told, 3)
        rows.append(row)
    widths = [min(natural(rows, place), most) for place, most in enumerate(_COLUMN_MAX)]
    left = console.width - INDENT_CELLS - sum(widths) - GAP_CELLS * (len(_HEADER) - 1)
    print_rows(console, rows, [*widths, *_share(rows, 4, left)], indent=INDENT_CELLS)


def _print_narrow(console: Console, lines: Sequence[Line]) -> None:
    """Fields under their source: three columns, each source and record on a line of its own."""
    heads: list[Row] = []
    rows: list[Row] = []
    for line in lines:
        beside = Text(" · ").join(line.record.split("\n")) if line.record.plain else NONE
        row: Row = ()
        if isinstance(line.told, Text):
            beside = line.told
        else:
            row = _cells(line.told, 0)
        rows.append(row)
        head = (Cell(0, line.source), Cell(1, line.outcome), Cell(2, beside))
        heads.append(head if any(cell.text.plain for cell in head) else ())
    inner = INDENT_CELLS + GAP_CELLS
    first = min(natural(rows, 0), _COLUMN_MAX[3])
    widths = [first, *_share(rows, 1, console.width - inner - first - GAP_CELLS * 2)]
    names = [min(natural(heads, place), _COLUMN_MAX[place]) for place in (0, 1)]
    names.append(console.width - INDENT_CELLS - sum(names) - GAP_CELLS * 2)
    for above, row in zip(heads, rows, strict=True):
        if above and not (above[0].text.plain or above[1].text.plain):
            # A further record of the same source stands where its fields do.
            above = (Cell(0, above[2].text, None),)  # noqa: PLW2901
        print_rows(console, [above], names, indent=INDENT_CELLS)
        print_rows(console, [row], widths, indent=inner)


def _cells(told: Told, column: int) -> Row:
    """Field, form and cause side by side, or a field and a note beside it."""
    last = len(told) - 1
    spans = [1] * last + [1 if len(told) == _TOLD_CELLS else None]
    return tuple(Cell(column + place, text, spans[place]) for place, text in enumerate(told))


def _share(rows: Sequence[Row], column: int, cells: int) -> tuple[int, int]:
    """Room for values and for reasons: values take what they need, up to half."""
    values = min(natural(rows, column), cells // 2 - GAP_CELLS)
    return values, cells - values
