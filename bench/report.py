"""The common frame of every bench: a table for people, then one JSON line of figures."""

from __future__ import annotations

import json
import os
import platform
import statistics
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Figures = dict[str, Any]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far, user and system."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:  # noqa: PTH123  # one line of the kernel
        parts = stat.read().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def show(name: str, rows: Sequence[Mapping[str, Any]], figures: Figures) -> None:
    """Prints a table of ``rows``, then the JSON line."""
    console = Console()
    console.print(
        f"[bold]{name}[/bold] on {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    if rows:
        table = Table(box=None)
        for column in rows[0]:
            table.add_column(column, justify="left" if column == "what" else "right")
        for row in rows:
            table.add_row(
                *(f"{one:,.2f}" if isinstance(one, float) else str(one) for one in row.values())
            )
        console.print(table)
    print(json.dumps({"bench": name, "figures": figures}))
