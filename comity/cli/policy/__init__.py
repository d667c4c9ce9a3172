"""``comity policy``: write law, test it, prove it, and put it in force with two approvers."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from comity.cli.lazy import Lazy
from comity.errors import ExitCode, StartError
from comity.rulings.errors import PolicyError

_COMMANDS: Final = {
    name: f"comity.cli.policy.{name.replace('-', '_')}:{name.replace('-', '_')}"
    for name in (
        *("check", "test", "explain", "diff", "prove", "who-can"),
        *("propose", "approve", "publish", "rollback", "log", "replay"),
    )
}


class _Policy(Lazy):
    """Turns what is wrong with a policy into its place, one sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command."""
        try:
            return super().invoke(ctx)
        except PolicyError as error:
            here = str(error).replace(f"{Path.cwd()}/", "")
            raise StartError(here, exit_code=ExitCode.DATA) from error


@click.group(cls=_Policy, commands_at=_COMMANDS)
def policy() -> None:
    """Write law: check it, test it, prove it, compare it, and put it in force.

    The first commands work on folders and need no node. PATH is a pack, or the folder of all packs; left
    out, it is the folder `policies` where you are.
    """
