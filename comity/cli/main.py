"""The program ``comity``: its own commands, and groups that other parts bring along.

Other parts name theirs in the entry point group ``comity.commands``. Nothing is imported before it is
needed, and a part that cannot be imported costs one sentence, not the program.
"""

from __future__ import annotations

import importlib
from importlib.metadata import entry_points
from typing import Final

import click

from comity.cli.failures import PartError, Sentences
from comity.version import __version__

GROUPS: Final = "comity.commands"
# Commands of this package, by module and attribute.
OWN: Final = {
    "ledger": "comity.cli.ledger:ledger",
    "mark": "comity.cli.mark:mark",
    "policy": "comity.cli.policy:policy",
    "query": "comity.cli.query:query",
    "search": "comity.cli.search:search",
}
_HELP: Final = """Ask many registers one question; every owner's law decides field by field what may leave.

\b
  comity search …   put a question, with its justification
  comity query …    see what was asked before
  comity mark …     say that a record is not the person sought
  comity ledger …   prove what was disclosed
  comity policy …   write, test, prove and publish law

Exit codes stand in docs/reference/exit-codes.md.
"""


class Groups(Sentences):
    """Finds its groups among the installed parts, and loads one only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of every group."""
        found = {point.name for point in entry_points(group=GROUPS)}
        return sorted({*super().list_commands(ctx), *OWN, *found})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One group; ``None`` when there is none of this name.

        Raises:
            PartError: there is one, and it cannot be imported.
        """
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        try:
            return _load(cmd_name)
        except Exception as error:
            raise PartError(cmd_name, error) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists every group; one that cannot be imported says why instead of what it does."""
        names = self.list_commands(ctx)
        room = formatter.width - 6 - max(map(len, names))
        rows = []
        for name in names:
            try:
                command = self.get_command(ctx, name)
                told = command.get_short_help_str(room) if command else ""
            except PartError as error:
                told = f"(not available: {error.why})"
            rows.append((name, told))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _load(name: str) -> click.Command | None:
    if name in OWN:
        module, _, attribute = OWN[name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command
    for point in entry_points(group=GROUPS, name=name):
        loaded: click.Command = point.load()
        return loaded
    return None


@click.group(cls=Groups, help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="comity")
def comity() -> None:
    """Ask many registers one question."""


def main() -> None:
    """Entry point."""
    comity(prog_name="comity")
