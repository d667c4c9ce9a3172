"""The program ``comity``: its own commands, and groups that other parts bring along.

Other parts name theirs in the entry point group ``comity.commands``. Nothing is imported before it is
needed, not even to say what there is, and a part that cannot be imported costs one sentence, not the program.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Final

import click

from comity.cli.lazy import Lazy, Told, imported
from comity.cli.sentences import PartError
from comity.logs import quiet_transport
from comity.version import __version__

GROUPS: Final = "comity.commands"
# Commands of this package.
OWN: Final = {
    "authority": Told(
        "comity.cli.authority:authority",
        "Found and run a federation's authority: members, gateways, revocations.",
    ),
    "ledger": Told(
        "comity.cli.ledger:ledger",
        "Prove what was disclosed: read, verify and quote the ledger of a node or gateway.",
    ),
    "mark": Told(
        "comity.cli.mark:mark", "Mark records of other agencies as not the person sought."
    ),
    "policy": Told(
        "comity.cli.policy:policy",
        "Write law: check it, test it, prove it, compare it, and put it in force.",
    ),
    "query": Told("comity.cli.query:query", "See what was asked before."),
    "task": Told(
        "comity.cli.task:task",
        "See what desks have to do, and say that it is done.",
    ),
    "search": Told("comity.cli.search:search", "Put one question to many registers."),
}
# What the groups of Comity's other parts do, where they are installed; others are imported to say it.
PARTS: Final = {
    "demo": "A federation of four invented agencies on this machine.",
    "gateway": "Run a gateway process: it relays sealed envelopes between members and cannot read them.",
    "node": "Run one agency's node: it keeps its own records and decides by its own law what may leave.",
}
_HELP: Final = """Ask many registers one question; every owner's law decides field by field what may leave.

\b
  comity search …   put a question, with its justification
  comity query …    see what was asked before
  comity mark …     say that a record is not the person sought
  comity ledger …   prove what was disclosed
  comity task …     see what desks have to do, and say that it is done
  comity policy …   write, test, prove and publish law

Exit codes stand in docs/reference/exit-codes.md.
"""


class Groups(Lazy):
    """Finds its groups among the installed parts, and loads one only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of every group."""
        found = {point.name for point in entry_points(group=GROUPS)}
        return sorted({*super().list_commands(ctx), *found})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One group; ``None`` when there is none of this name.

        Raises:
            PartError: there is one, and it cannot be imported.
        """
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        for point in entry_points(group=GROUPS, name=cmd_name):
            try:
                return imported(point.value)
            except Exception as error:
                raise PartError(cmd_name, error) from error
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists every group; one that cannot be imported to say what it does says why."""
        names = self.list_commands(ctx)
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._summary(ctx, name)) for name in names])

    def _summary(self, ctx: click.Context, name: str) -> str:
        if name in self.commands_at:
            return self.commands_at[name].summary
        if name in PARTS:
            return PARTS[name]
        try:
            command = self.get_command(ctx, name)
        except PartError as error:
            return f"(not available: {error.why})"
        return command.get_short_help_str() if command else ""


@click.group(
    cls=Groups,
    commands_at=OWN,
    help=_HELP,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="comity")
def comity() -> None:
    """Ask many registers one question."""


def main() -> None:
    """Entry point."""
    quiet_transport()
    comity(prog_name="comity")
