"""``comity-node serve``."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click
import uvloop

from comity.heap import settle_heap
from comity.logs import start_logging
from node import app
from node.cli.options import home_option
from node.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@home_option
def serve(home: Path) -> None:
    """Run the node until SIGTERM or Ctrl-C."""
    settings = Settings.load(home)
    start_logging(settings.log_level)

    def ready(port: int) -> None:
        settle_heap()
        click.echo(json.dumps({"ready": True, "port": port}))
        sys.stdout.flush()

    uvloop.run(app.serve(home, ready))
