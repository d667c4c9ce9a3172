"""``comity-gateway serve``, and ``check`` before it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click
import uvloop

from comity.authority.home import Home
from comity.errors import ExitCode, StartError
from comity.heap import settle_heap
from comity.logs import start_logging
from gateway import app
from gateway.cli.options import home_option
from gateway.policy.loading import load_policies
from gateway.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@home_option
def serve(home: Path) -> None:
    """Run the gateway process until SIGTERM or Ctrl-C."""
    settings = Settings.load(home)
    start_logging(settings.log_level)

    def ready(port: int) -> None:
        settle_heap()
        click.echo(json.dumps({"ready": True, "port": port}))
        sys.stdout.flush()

    uvloop.run(app.serve(home, ready))


@click.command()
@home_option
def check(home: Path) -> None:
    """Check settings, keys, directory and policies without starting anything."""
    identity, settings = Home.load_gateway(home), Settings.load(home)
    directory = identity.directory_store.load().directory
    if directory is None:
        raise StartError("The directory was never verified.", exit_code=ExitCode.CONFIG)
    load_policies(settings, directory)
    click.echo(f"{identity.name}: settings, keys, directory and policies are sound")
