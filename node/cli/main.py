"""The program ``comity-node``; also the group ``comity node``."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import uvloop

from comity.authority.home import Home
from comity.authority.joining import join_node
from comity.cli.failures import Sentences
from comity.clock import SystemClock
from comity.errors import ExitCode, StartError
from comity.version import __version__
from node import app
from node.cli.index import index
from node.cli.system import system
from node.policy.loading import load_policies
from node.settings import FILE, Settings
from node.sources.commands import formats_command, import_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from node.sources.load import Store

LOG_FORMAT: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


home_option = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    envvar="COMITY_NODE_HOME",
    help="The node's home folder (or COMITY_NODE_HOME).",
)


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="comity-node")
def node() -> None:
    """Run one agency's node: it keeps its own records and decides by its own law what may leave.

    A node dials out; no port of it needs to be reachable from outside the agency.
    """


@node.command()
@click.argument("token")
@click.option("--root", "fingerprint", required=True, help="Root fingerprint, from another way.")
@home_option
@click.option(
    "--agency-key",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="The agency's root key; needed for its second node and later ones.",
)
@click.option("--policy", "policies", multiple=True, help="Folder of policy; repeatable, in order.")
@click.option("--listen", default="", help="host:port for the agency's own systems.")
@click.option("--json", "as_json", is_flag=True, help="Progress as JSON lines.")
def join(
    token: str,
    *,
    fingerprint: str,
    home: Path,
    agency_key: Path | None,
    policies: tuple[str, ...],
    listen: str,
    as_json: bool,
) -> None:
    """Join a federation with an invitation; waits for two officers.

    Compare the phrase that is shown with the officers' before they sign.
    """

    def show(join_id: str, phrase: str) -> None:
        if as_json:
            click.echo(json.dumps({"join": join_id, "phrase": phrase}))
        else:
            click.echo(f"join    {join_id}\nphrase  {phrase}\nwaiting for two officers …")
        sys.stdout.flush()

    identity = asyncio.run(
        join_node(home, token, fingerprint, on_phrase=show, agency_key=agency_key)
    )
    lines = [f"policies = {json.dumps(list(policies))}\n"] if policies else []
    lines += [f"listen = {json.dumps(listen)}\n"] if listen else []
    settings = home / FILE
    if lines and not settings.exists():
        settings.write_text("".join(lines), "utf-8")
    if as_json:
        click.echo(json.dumps({"joined": str(identity.name)}))
    else:
        click.echo(f"joined as {identity.name}")


@node.command()
@home_option
def serve(home: Path) -> None:
    """Run the node until SIGTERM or Ctrl-C."""
    settings = Settings.load(home)
    logging.basicConfig(level=settings.log_level, format=LOG_FORMAT, stream=sys.stderr)
    # Casbin logs requests; ours hold case numbers.
    logging.getLogger("casbin").setLevel(logging.ERROR)
    logging.getLogger("tuf").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)

    def ready(port: int) -> None:
        click.echo(json.dumps({"ready": True, "port": port}))
        sys.stdout.flush()

    uvloop.run(app.serve(home, ready))


@node.command()
@home_option
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def status(home: Path, *, as_json: bool) -> None:
    """Show who this node is, what it holds and how long its certificate lasts."""
    identity = Home.load(home)
    settings = Settings.load(home)
    engine, store = app.open_register(home, settings)
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


@node.command()
@home_option
def check(home: Path) -> None:
    """Check settings, keys, directory and policies without starting anything."""
    identity = Home.load(home)
    settings = Settings.load(home)
    directory = identity.directory_store.load().directory
    if directory is None:
        raise StartError("The directory was never verified.", exit_code=ExitCode.CONFIG)
    load_policies(settings, directory)
    engine, _ = app.open_register(home, settings)
    engine.dispose()
    click.echo(f"{identity.name}: settings, keys, directory, policies and database are sound")


@contextlib.contextmanager
def _store(home: Path) -> Iterator[Store]:
    """The register of the node at ``home``, for importers."""
    engine, store = app.open_register(home, Settings.load(home))
    try:
        yield store
    finally:
        store.close()
        engine.dispose()


node.add_command(import_command(_store))
node.add_command(formats_command)
node.add_command(system)
node.add_command(index)


def main() -> None:
    """Entry point."""
    node(prog_name="comity-node")


if __name__ == "__main__":
    main()
