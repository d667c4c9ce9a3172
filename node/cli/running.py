"""``comity-node serve``."""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING, Final

import click
import uvloop

from comity.heap import settle_heap
from node import app
from node.cli.options import home_option
from node.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

LOG_FORMAT: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


@click.command()
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
        settle_heap()
        click.echo(json.dumps({"ready": True, "port": port}))
        sys.stdout.flush()

    uvloop.run(app.serve(home, ready))
