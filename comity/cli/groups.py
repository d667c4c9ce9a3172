"""Records of several sources that may be about the same, beside each other; they stay several records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from comity.cli import wording
from comity.cli.grid import Cell, clean, natural, print_rows
from comity.client.grouping import Finding, grouped
from comity.client.plain import as_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from comity.cli.grid import Row
    from comity.client.grouping import Compared, Group
    from comity.client.model import Reply

INDENT_CELLS: Final = 3
GAP_CELLS: Final = 2
_SAID: Final = (
    (Finding.AGREES, "agrees", "green"),
    (Finding.IN_PART, "in part", "cyan"),
    (Finding.OTHER_SCRIPT, "other script", "dim"),
    (Finding.DIFFERS, "differs", "dim"),
    (Finding.CONTRADICTS, "contradicts", "bold red"),
)


def print_groups(console: Console, reply: Reply, names: Mapping[str, str]) -> None:
    """Every group: whose records, why they stand together, what agrees and what contradicts."""
    for group in grouped(reply.answers):
        print_rows(
            console,
            [(Cell(0, _heading(group, names), None),)],
            [console.width - INDENT_CELLS],
            indent=INDENT_CELLS,
        )
        rows = [row for said in _SAID for row in _rows(group.of(said[0]), said, names)]
        inner = INDENT_CELLS + GAP_CELLS
        first, second = natural(rows, 0), natural(rows, 1)
        widths = [first, second, console.width - inner - first - second - 2 * GAP_CELLS]
        print_rows(console, rows, widths, indent=inner)


def _heading(group: Group, names: Mapping[str, str]) -> Text:
    kind = wording.plain_word(group.members[0].hit.entity_type)
    text = Text(f"perhaps the same {kind}: ", style="bold")
    for place, member in enumerate(group.members):
        text.append(", " if place else "")
        text.append(clean(names.get(member.source, member.source)), style="cyan")
        text.append(f" {clean(member.hit.record_reference)}")
    text.append(f" ({', '.join(group.because)})", style="dim")
    return text


def _rows(
    compared: tuple[Compared, ...], said: tuple[Finding, str, str], names: Mapping[str, str]
) -> list[Row]:
    finding, word, style = said
    rows: list[Row] = []
    for place, one in enumerate(compared):
        if finding is Finding.AGREES:
            told = Text("; ".join(wording.values_of(one.values[0][1])))
        else:
            told = Text("\n").join(
                Text(f"{clean(names.get(source, source))}: {'; '.join(wording.values_of(value))}")
                for source, value in one.values
            )
        head = Text(word if place == 0 else "", style=style)
        rows.append((Cell(0, head), Cell(1, Text(wording.field_name(one.field))), Cell(2, told)))
    return rows


def plain_groups(reply: Reply) -> list[dict[str, Any]]:
    """The same for ``--json``."""
    return [
        {
            "records": [
                {"source": member.source, "record_reference": member.hit.record_reference}
                for member in group.members
            ],
            "because": list(group.because),
            "compared": [
                {
                    "field": one.field,
                    "finding": one.finding.value,
                    "values": [
                        {"source": source, "value": as_plain(value)} for source, value in one.values
                    ],
                }
                for one in group.compared
            ],
        }
        for group in grouped(reply.answers)
    ]
