"""Groups of commands of which whatever goes wrong is one sentence and a documented exit code.

It needs nothing but click: a program that only shows what it can do loads none of its parts. What an error
means (``failures``) is loaded with the first one.
"""

from __future__ import annotations

import importlib
from typing import Any

import click

from comity.errors import ComityError


class PartError(ComityError):
    """A command whose module cannot be imported.

    Args:
        name: the command.
        cause: what importing it raised.
    """

    def __init__(self, name: str, cause: Exception) -> None:
        missing = getattr(cause, "name", None) if isinstance(cause, ModuleNotFoundError) else None
        self.why = f"{missing} is not installed" if missing else f"{type(cause).__name__} on import"
        super().__init__(f"The command {name!r} is not available: {self.why}.")


class Sentences(click.Group):
    """A program's or a part's commands."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # the one place that must
            sentence, exit_code = self.sentence_of(error)
            click.echo(f"{ctx.find_root().info_name}: {sentence}", err=True)
            ctx.exit(exit_code)

    def sentence_of(self, error: BaseException) -> tuple[str, int]:
        """What is told of an error, and the exit code; a group may know errors of its own."""
        told: tuple[str, int] = importlib.import_module("comity.cli.failures").sentence_of(error)
        return told
