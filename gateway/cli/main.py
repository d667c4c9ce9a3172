"""The program ``comity-gateway``; also the group ``comity gateway``."""

from __future__ import annotations

from typing import Final

import click

from comity.cli.lazy import Lazy, Told
from comity.logs import quiet_transport
from comity.version import __version__

COMMANDS: Final = {
    "join": Told(
        "gateway.cli.joining:join", "Join a federation with an invitation; waits for two officers."
    ),
    "serve": Told("gateway.cli.running:serve", "Run the gateway process until SIGTERM or Ctrl-C."),
    "check": Told(
        "gateway.cli.running:check",
        "Check settings, keys, directory and policies without starting anything.",
    ),
}


@click.group(
    cls=Lazy, commands_at=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="comity-gateway")
def gateway() -> None:
    """Run a gateway process: it relays sealed envelopes between members and cannot read them."""


def main() -> None:
    """Entry point."""
    quiet_transport()
    gateway(prog_name="comity-gateway")


if __name__ == "__main__":
    main()
