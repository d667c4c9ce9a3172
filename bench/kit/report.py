"""The common frame of every bench: how much to measure, progress, a table, one JSON line of figures."""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Figures = dict[str, Any]
# A table of figures is not squeezed into a narrower terminal.
WIDTH_MIN = 100

_began_s = time.monotonic()


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured.

    Attributes:
        seconds: length of one measured round.
        rounds: rounds of each measurement. The best counts: what else the machine does only ever slows.
        smoke: everything tiny, only to show that it runs.
    """

    seconds: float = 2.0
    rounds: int = 3
    smoke: bool = False

    @classmethod
    def smallest(cls) -> Size:
        """For tests."""
        return cls(seconds=0.05, rounds=1, smoke=True)


@dataclass(frozen=True, slots=True)
class Report:
    """What a bench found.

    Attributes:
        rows: for people; all with the same columns.
        figures: for programs, under the names that docs/performance.md uses.
        notes: what a reader must know to read them rightly.
    """

    rows: Sequence[Mapping[str, Any]]
    figures: Figures
    notes: Sequence[str] = ()


def progress(words: str) -> None:
    """Says what is being done, on standard error."""
    print(f"  {time.monotonic() - _began_s:6.1f} s  {words}", file=sys.stderr, flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far, user and system, all its threads."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:  # noqa: PTH123  # one line of the kernel
        parts = stat.read().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def machine() -> str:
    """Where this was measured."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}"


def show(name: str, report: Report) -> None:
    """Prints the table, then the JSON line."""
    console = Console(width=max(WIDTH_MIN, Console().width))
    console.print(f"[bold]{name}[/bold] on {machine()}", highlight=False)
    if report.rows:
        table = Table(box=None)
        for column in report.rows[0]:
            words = column == "what"
            table.add_column(column, justify="left" if words else "right", no_wrap=words)
        for row in report.rows:
            table.add_row(*(_cell(one) for one in row.values()))
        console.print(table)
    for note in report.notes:
        console.print(note, highlight=False, style="dim")
    print(json.dumps({"bench": name, "figures": report.figures}), flush=True)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,.2f}" if isinstance(value, float) else str(value)
