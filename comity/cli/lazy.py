"""A group whose commands are imported when they are called; what `--help` says of each stands in a table.

The table says what the commands themselves say: tests/unit/cli/test_cli_lazy.py holds the two together.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, NamedTuple

from comity.cli.sentences import PartError, Sentences

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click


class Told(NamedTuple):
    """A command: where it is (``package.module:attribute``), and what it does, in one line."""

    place: str
    summary: str


class Lazy(Sentences):
    """A group of commands by name."""

    def __init__(
        self, *args: Any, commands_at: Mapping[str, Told] | None = None, **rest: Any
    ) -> None:
        super().__init__(*args, **rest)
        self.commands_at = dict(commands_at or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of work, not of the alphabet."""
        return [*self.commands_at, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports one command.

        Raises:
            PartError: it cannot be imported.
        """
        told = self.commands_at.get(cmd_name)
        if told is None:
            return super().get_command(ctx, cmd_name)
        try:
            return imported(told.place)
        except ImportError as error:
            raise PartError(cmd_name, error) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists every command without importing any of the table's."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, told.summary) for name, told in self.commands_at.items()])


def imported(place: str) -> click.Command:
    """The command at ``package.module:attribute``."""
    module, _, attribute = place.partition(":")
    command: click.Command = getattr(importlib.import_module(module), attribute)
    return command
