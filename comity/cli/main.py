"""The program ``comity``: command groups come from the entry point ``comity.commands``."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Final

import click

from comity.version import __version__

GROUPS: Final = "comity.commands"


class Groups(click.Group):
    """Finds its groups among the installed parts, and loads one only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of every group."""
        found = {point.name for point in entry_points(group=GROUPS)}
        return sorted({*super().list_commands(ctx), *found})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One group."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        for point in entry_points(group=GROUPS, name=cmd_name):
            command: click.Command = point.load()
            return command
        return None


@click.group(cls=Groups)
@click.version_option(__version__, prog_name="comity")
def comity() -> None:
    """Ask many registers one question; every owner's law decides field by field what may leave."""


def main() -> None:
    """Entry point."""
    comity(prog_name="comity")
