"""``comity-node import FORMAT PATH`` and ``comity-node formats``, given where the register is.

The node's command line says how to open a register (``StoreFactory``); this module knows only click,
importers and reports.
"""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from comity.errors import ExitCode, StartError
from node.sources.formats import TABLE, formats, importer
from node.sources.load import DryRun, LoadReport, Store, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    StoreFactory: TypeAlias = Callable[[Path], AbstractContextManager[Store]]

    class TakeIn(Protocol):
        """Called with the node's home folder; quiet without a progress bar."""

        def __call__(self, home: Path, *, quiet: bool) -> None:
            """Bring it up to date."""
            ...


# Quarantined rows of the last import of each source, beside the node's other files.
QUARANTINE_FOLDER: Final = "quarantine"
_FOLDER_MODE: Final = 0o700


def import_command(open_store: StoreFactory, take_in: TakeIn) -> click.Command:
    """The ``import`` command of a node.

    Args:
        open_store: opens the register of the node at a home folder.
        take_in: brings what is kept beside the register up to date, after a load.
    """

    @click.command("import")
    @click.argument("name", metavar="FORMAT")
    @click.argument("path", type=click.Path(exists=True, path_type=Path))
    @click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        required=True,
        envvar="COMITY_NODE_HOME",
        help="The node's home folder (or COMITY_NODE_HOME).",
    )
    @click.option(
        "--mapping",
        "mapping_path",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="For the format table: the file that says what its columns mean.",
    )
    @click.option("--source", help="Name of the register these records belong to.")
    @click.option(
        "--complete", is_flag=True, help="The file is all: remove what it no longer names."
    )
    @click.option("--dry-run", is_flag=True, help="Read and count; store nothing.")
    @click.option("--json", "as_json", is_flag=True, help="Report as one JSON object.")
    def import_file(
        name: str,
        path: Path,
        home: Path,
        mapping_path: Path | None,
        source: str | None,
        *,
        complete: bool,
        dry_run: bool,
        as_json: bool,
    ) -> None:
        """Bring a file into the node's register; the same file again changes nothing."""
        chosen = importer(name, mapping_path=mapping_path)
        register = nullcontext(DryRun()) if dry_run else open_store(home)
        with register as store, _bar(quiet=as_json) as progress:
            kept = _quarantine_path(home, source or chosen.source)
            bar = progress.add_task(chosen.name, total=None)
            report = load(
                chosen,
                store,
                path,
                source=source,
                progress=lambda read: progress.update(bar, completed=read),
                quarantine_path=kept,
                complete=complete,
            )
        if not dry_run:
            take_in(home, quiet=as_json)
        _tell(report, kept, as_json=as_json)

    return import_file


@click.command("formats")
@click.option("--json", "as_json", is_flag=True, help="As one JSON array.")
def formats_command(*, as_json: bool) -> None:
    """List the formats that can be imported."""
    rows = [(one.name, one.about) for one in formats()]
    rows.append((TABLE, "any CSV or JSON lines table, with --mapping FILE"))
    if as_json:
        click.echo(json.dumps([{"format": name, "about": about} for name, about in rows]))
        return
    table = Table("format", "reads", box=None)
    for name, about in rows:
        table.add_row(name, about)
    Console().print(table)


def _quarantine_path(home: Path, source: str) -> Path:
    folder = home / QUARANTINE_FOLDER
    try:
        folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
    except FileNotFoundError as error:
        raise StartError(f"There is no folder {home}.", exit_code=ExitCode.CONFIG) from error
    safe = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in source)
    return folder / f"{safe}.jsonl"


def _bar(*, quiet: bool) -> Progress:
    console = Console(stderr=True)
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )


def _tell(report: LoadReport, kept: Path, *, as_json: bool) -> None:
    listed = report.quarantined or report.warned
    if not listed:
        kept.unlink(missing_ok=True)
    if as_json:
        click.echo(json.dumps(asdict(report) | {"quarantine": str(kept) if listed else None}))
        return
    click.echo(
        f"{report.read} read: {report.added} added, {report.changed} changed, "
        f"{report.unchanged} unchanged, {report.quarantined} quarantined"
        + (f", {report.removed} removed" if report.removed else "")
    )
    for why, count in sorted(report.by_reason.items(), key=lambda pair: -pair[1]):
        click.echo(f"  {count} {why}")
    if report.warned:
        click.echo(f"{report.warned} of these kept, but found by their own numbers alone")
    for why, count in sorted(report.warnings.items(), key=lambda pair: -pair[1]):
        click.echo(f"  {count} {why}")
    if listed:
        click.echo(f"  rows and reasons: {kept}")
