"""The program ``comity-node``; also the group ``comity node``."""

from __future__ import annotations

from typing import Final

import click

from comity.cli.lazy import Lazy, Told
from comity.logs import quiet_transport
from comity.version import __version__

COMMANDS: Final = {
    "join": Told(
        "node.cli.joining:join", "Join a federation with an invitation; waits for two officers."
    ),
    "serve": Told("node.cli.running:serve", "Run the node until SIGTERM or Ctrl-C."),
    "check": Told(
        "node.cli.looking:check",
        "Check settings, keys, directory and policies without starting anything.",
    ),
    "status": Told(
        "node.cli.looking:status",
        "Show who this node is, what it holds and how long its certificate lasts.",
    ),
    "system": Told(
        "node.cli.system:system", "Let the agency's own systems and officers call this node."
    ),
    "import": Told(
        "node.cli.importing:import_file",
        "Bring a file into the node's register; the same file again changes nothing.",
    ),
    "formats": Told(
        "node.sources.commands:formats_command", "List the formats that can be imported."
    ),
    "backup": Told(
        "node.cli.saving:backup",
        "Save what the node knows in the new folder FOLDER, while it runs.",
    ),
    "restore": Told(
        "node.cli.saving:restore",
        "Bring what was saved in FOLDER into a home that has just joined anew.",
    ),
    "index": Told(
        "node.cli.index:index", "Check or rebuild the name index that lies beside the register."
    ),
}


@click.group(
    cls=Lazy, commands_at=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="comity-node")
def node() -> None:
    """Run one agency's node: it keeps its own records and decides by its own law what may leave.

    A node dials out; no port of it needs to be reachable from outside the agency.
    """


def main() -> None:
    """Entry point."""
    quiet_transport()
    node(prog_name="comity-node")


if __name__ == "__main__":
    main()
