"""``comity-node index``: what the register is searched by, checked and rebuilt."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from comity.errors import ExitCode
from node.cli.names import names_of, told_bar
from node.cli.options import home_option
from node.matching import snapshots
from node.matching.checking import check as check_index
from node.opening import NAME_INDEX, open_register
from node.records.deriving import derive_ranges
from node.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from node.records.name_index import PublishedNames

_json = click.option("--json", "as_json", is_flag=True, help="As one JSON object, no progress.")


@click.group()
def index() -> None:
    """Check or rebuild the name index that lies beside the register.

    The register decides and the index only proposes, so an old one never shows what was deleted. A node
    and an import keep the index up to date by themselves; these commands are for looking.
    """


@index.command()
@home_option
@_json
def check(home: Path, *, as_json: bool) -> None:
    """Look every published name up in the index; exit code 79 when one is not found."""
    with names_of(home) as names, told_bar(quiet=as_json) as told:
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
    """Build the index anew; a build that was killed goes on where it stopped.

    Batches of blank documents are derived anew from the records too, so that those which an older version
    stored are found by any number in them.
    """
    engine, store = open_register(home, Settings.load(home))
    try:
        batches = derive_ranges(engine)
    finally:
        store.close()
        engine.dispose()
    _build(snapshots.build, home, as_json=as_json, batches=batches)


@index.command()
@home_option
@_json
def update(home: Path, *, as_json: bool) -> None:
    """Take in what came since the index was built; an import does it by itself."""
    _build(snapshots.update, home, as_json=as_json)


def _build(
    build: Callable[[PublishedNames, Path, snapshots.Progress], None],
    home: Path,
    *,
    as_json: bool,
    batches: int | None = None,
) -> None:
    with names_of(home) as names, told_bar(quiet=as_json) as told:
        build(names, home / NAME_INDEX, told)
        state = snapshots.state(home / NAME_INDEX)
    if as_json:
        derived = {} if batches is None else {"batches": batches}
        click.echo(json.dumps(state._asdict() | derived))
        return
    each = state.stored_bytes / state.names if state.names else 0
    click.echo(f"{state.names} names, {state.stored_bytes / 1e6:.1f} MB, {each:.0f} bytes a name")
    if batches:
        click.echo(f"{batches} batch{'es' if batches != 1 else ''} of blank documents")
