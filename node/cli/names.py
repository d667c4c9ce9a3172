"""What commands share that read every published name: the register's names, and a bar for the progress."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from node.opening import open_register
from node.records.name_index import PublishedNames
from node.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from node.matching import snapshots


@contextmanager
def names_of(home: Path) -> Iterator[PublishedNames]:
    """The names of the register of the node at a home folder."""
    engine, store = open_register(home, Settings.load(home))
    names = PublishedNames(engine)
    try:
        yield names
    finally:
        names.close()
        store.close()
        engine.dispose()


@contextmanager
def told_bar(*, quiet: bool) -> Iterator[snapshots.Progress]:
    """Progress on the terminal, one bar for each step."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    ) as progress:
        tasks = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)

        yield told
