"""The program ``comity-gateway``; also the group ``comity gateway``."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import Final

import click
import uvloop

from comity.authority.home import Home
from comity.authority.joining import join_gateway
from comity.cli.failures import Sentences
from comity.errors import ExitCode, StartError
from comity.version import __version__
from gateway import app
from gateway.policy.loading import load_policies
from gateway.settings import FILE, Settings

LOG_FORMAT: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


home_option = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    envvar="COMITY_GATEWAY_HOME",
    help="The gateway's home folder (or COMITY_GATEWAY_HOME).",
)


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="comity-gateway")
def gateway() -> None:
    """Run a gateway process: it relays sealed envelopes between members and cannot read them."""


@gateway.command()
@click.argument("token")
@click.option("--root", "fingerprint", required=True, help="Root fingerprint, from another way.")
@home_option
@click.option("--policy", "policies", multiple=True, help="Folder of policy; repeatable, in order.")
@click.option("--json", "as_json", is_flag=True, help="Progress as JSON lines.")
def join(
    token: str, *, fingerprint: str, home: Path, policies: tuple[str, ...], as_json: bool
) -> None:
    """Join a federation with an invitation; waits for two officers."""

    def show(join_id: str, phrase: str) -> None:
        if as_json:
            click.echo(json.dumps({"join": join_id, "phrase": phrase}))
        else:
            click.echo(f"join    {join_id}\nphrase  {phrase}\nwaiting for two officers …")
        sys.stdout.flush()

    identity = asyncio.run(join_gateway(home, token, fingerprint, on_phrase=show))
    settings = home / FILE
    if policies and not settings.exists():
        settings.write_text(f"policies = {json.dumps(list(policies))}\n", "utf-8")
    if as_json:
        click.echo(json.dumps({"joined": str(identity.name)}))
    else:
        click.echo(f"joined as {identity.name}")


@gateway.command()
@home_option
def serve(home: Path) -> None:
    """Run the gateway process until SIGTERM or Ctrl-C."""
    settings = Settings.load(home)
    logging.basicConfig(level=settings.log_level, format=LOG_FORMAT, stream=sys.stderr)
    logging.getLogger("casbin").setLevel(logging.ERROR)
    logging.getLogger("tuf").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)

    def ready(port: int) -> None:
        click.echo(json.dumps({"ready": True, "port": port}))
        sys.stdout.flush()

    uvloop.run(app.serve(home, ready))


@gateway.command()
@home_option
def check(home: Path) -> None:
    """Check settings, keys, directory and policies without starting anything."""
    identity, settings = Home.load_gateway(home), Settings.load(home)
    directory = identity.directory_store.load().directory
    if directory is None:
        raise StartError("The directory was never verified.", exit_code=ExitCode.CONFIG)
    load_policies(settings, directory)
    click.echo(f"{identity.name}: settings, keys, directory and policies are sound")


def main() -> None:
    """Entry point."""
    gateway(prog_name="comity-gateway")
