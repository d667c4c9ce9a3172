"""``comity-node index``: the name index beside the register, checked and rebuilt."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from comity.errors import ExitCode
from node.cli.options import home_option
from node.matching import snapshots
from node.matching.checking import check as check_index
from node.opening import NAME_INDEX, open_register
from node.records.name_index import PublishedNames
from node.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_json = click.option("--json", "as_json", is_flag=True, help="As one JSON object, no progress.")


@click.group()
def index() -> None:
    """Check or rebuild the name index that lies beside the register.

    The register decides and the index only proposes, so an old one never shows what was deleted. A node
    keeps its index up to date by itself; these commands are for looking, and for after a large import.
    """


@index.command()
@home_option
@_json
def check(home: Path, *, as_json: bool) -> None:
    """Look every published name up in the index; exit code 79 when one is not found."""
    with _names(home) as names, _bar(quiet=as_json) as told:
        found = check_index(names, home / NAME_INDEX, told)
    if as_json:
        click.echo(json.dumps(asdict(found) | {"sound": found.sound}))
    elif not found.usable:
        click.echo(
            f"{found.names} names, no index of this version: run `comity node index rebuild`"
        )
    else:
        click.echo(
            f"{found.names} names, {found.missing} missing, {found.since} came since the snapshot, "
            f"{found.gone} deleted since"
        )
    if not found.sound:
        raise SystemExit(ExitCode.UNSOUND)


@index.command()
@home_option
@_json
def rebuild(home: Path, *, as_json: bool) -> None:
    """Build the index anew; a build that was killed goes on where it stopped."""
    with _names(home) as names, _bar(quiet=as_json) as told:
        snapshots.build(names, home / NAME_INDEX, told)
        state = snapshots.state(home / NAME_INDEX)
    if as_json:
        click.echo(json.dumps(state._asdict()))
        return
    each = state.stored_bytes / state.names if state.names else 0
    click.echo(f"{state.names} names, {state.stored_bytes / 1e6:.1f} MB, {each:.0f} bytes a name")


@contextmanager
def _names(home: Path) -> Iterator[PublishedNames]:
    engine, store = open_register(home, Settings.load(home))
    names = PublishedNames(engine)
    try:
        yield names
    finally:
        names.close()
        store.close()
        engine.dispose()


@contextmanager
def _bar(*, quiet: bool) -> Iterator[snapshots.Progress]:
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
