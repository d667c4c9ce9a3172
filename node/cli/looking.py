"""``comity-node status`` and ``check``: what a node is and holds, and whether it would start."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from comity.authority.home import Home
from comity.clock import SystemClock
from comity.errors import ExitCode, StartError
from node.cli.options import home_option
from node.lawmaking.checking import check_law
from node.opening import open_register
from node.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@home_option
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def status(home: Path, *, as_json: bool) -> None:
    """Show who this node is, what it holds and how long its certificate lasts."""
    identity = Home.load(home)
    settings = Settings.load(home)
    engine, store = open_register(home, settings)
    counts = store.counts()
    engine.dispose()
    left_h = (identity.not_after_ms - SystemClock().now_ms()) / 3_600_000
    if as_json:
        rows = [{"source": s, "entity_type": e, "records": n} for (s, e), n in counts.items()]
        facts = {"name": str(identity.name), "certificate_hours": round(left_h, 1), "records": rows}
        click.echo(json.dumps(facts))
        return
    width = max([len("certificate"), *(len(source) for source, _ in counts)])
    click.echo(f"{'node':<{width}}  {identity.name}")
    click.echo(f"{'certificate':<{width}}  {left_h:.1f} h left")
    for (source, entity_type), number in sorted(counts.items()):
        click.echo(f"{source:<{width}}  {number:>9,} {entity_type}")


@click.command()
@home_option
def check(home: Path) -> None:
    """Check settings, keys, directory and policies without starting anything."""
    identity = Home.load(home)
    settings = Settings.load(home)
    directory = identity.directory_store.load().directory
    if directory is None:
        raise StartError("The directory was never verified.", exit_code=ExitCode.CONFIG)
    engine, _ = open_register(home, settings)
    try:
        law = check_law(home, settings, directory, engine)
    finally:
        engine.dispose()
    click.echo(f"{identity.name}: settings, keys, directory, {law} and database are sound")
