"""How the policy commands speak: wrapped lines, places before sentences, progress on standard error."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from rich.text import Text

from comity.cli.grid import clean
from comity.cli.options import console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

BAD: Final = "bold red"
GOOD: Final = "bold green"
WARN: Final = "yellow"
DIM: Final = "dim"
BOLD: Final = "bold"
INDENT: Final = "   "
# As the contract has it.
REASON_CHARACTERS: Final = (10, 500)


def path_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """``[PATH]``: a pack or a folder of packs; ``None`` where none is named."""
    return click.argument(
        "path",
        metavar="[PATH]",
        required=False,
        type=click.Path(exists=True, file_okay=False, path_type=Path),
    )(command)


def node_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--node`` and ``--draft``: ask your node instead of a folder."""
    at_node = click.option(
        "--node", is_flag=True, help="Ask your node, about the law in force there."
    )
    draft = click.option(
        "--draft", metavar="DRAFT", default="", help="Ask your node, about a draft there."
    )
    return at_node(draft(command))


def reason_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--reason``: why the law should change; whoever approves it reads that."""
    return click.option(
        "--reason",
        required=True,
        metavar="TEXT",
        callback=_said,
        help="Why the law should change; its approvers read it.",
    )(command)


def _said(_: click.Context, __: click.Parameter, reason: str) -> str:
    if not REASON_CHARACTERS[0] <= len(reason) <= REASON_CHARACTERS[1]:
        least, most = REASON_CHARACTERS
        sentence = f"Say why in {least} to {most} characters; these are {len(reason)}."
        raise click.BadParameter(sentence)
    return reason


def folder(named: Sequence[str | Path]) -> Path:
    """The one folder that was named; ``policies`` where none was.

    Raises:
        click.UsageError: several, or none that exists.
    """
    if len(named) > 1:
        raise click.UsageError(f"Name one folder, not {', '.join(map(str, named))}.")
    path = Path(*named) if named else Path("policies")
    if not path.is_dir():
        raise click.UsageError(f"There is no folder {path}.")
    return path


def say(text: str, *, style: str = "", indent: int = 0, lead: str = "") -> None:
    """One paragraph, wrapped under its lead."""
    out = console()
    margin = INDENT * indent
    room = max(out.width - len(margin) - len(lead), 20)
    lines = Text(clean(text), style=style).wrap(out, room)
    for number, line in enumerate(lines):
        head = margin + (lead if number == 0 else " " * len(lead))
        line.rstrip()
        out.print(Text(head) + line, soft_wrap=True)


def columns(rows: Sequence[tuple[str, str]], *, indent: int = 0, style: str = "") -> None:
    """Two columns; the second wraps inside itself."""
    widest = max((len(left) for left, _ in rows), default=0)
    for left, right in rows:
        say(right, indent=indent, lead=f"{left:<{widest}}  ", style=style)


def progress(what: str) -> Callable[[str], None]:
    """Tells on a terminal what is being worked on; elsewhere nothing."""

    def tell(now: str) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r\033[K{what} {now} …", err=True, nl=False)

    return tell


def progress_done() -> None:
    """Wipes the line of progress."""
    if sys.stderr.isatty():
        click.echo("\r\033[K", err=True, nl=False)


def grouped(words: Sequence[str], room: int) -> Iterator[str]:
    """Words joined by commas, ``room`` of them shown."""
    yield from words[:room]
    if len(words) > room:
        yield f"and {len(words) - room} more"


def place_of(file: str | Path, line: int) -> str:
    """``policies/gb/release.csv:9``, relative to where one is."""
    path = Path(file)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return f"{path}:{line}" if line else f"{path}"
