"""What the node's commands share."""

from __future__ import annotations

from pathlib import Path

import click

home_option = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    envvar="COMITY_NODE_HOME",
    help="The node's home folder (or COMITY_NODE_HOME).",
)
