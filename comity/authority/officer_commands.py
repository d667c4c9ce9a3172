"""Commands that need officers' keys: approve, refuse, reinstate, instruments, resign."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click

from comity.authority import ceremony
from comity.authority.command_options import (
    folder_option,
    instruments_of,
    join_json,
    json_option,
    officers_option,
    open_authority,
    read_officers,
    show_join,
)
from comity.authority.enrolment import PENDING, Enrolments
from comity.errors import ExitCode, StartError
from comity.identity.names import agency_id


@click.command()
@click.argument("join_id", metavar="JOIN")
@officers_option
@click.option("--phrase", help="The eight words the joiner reads out; signs only if they match.")
@click.option("--yes", is_flag=True, help="Do not ask; for rehearsals only.")
@folder_option
@json_option
def approve(
    join_id: str,
    *,
    officers: tuple[Path, ...],
    phrase: str | None,
    yes: bool,
    folder: Path,
    as_json: bool,
) -> None:
    """Sign the join JOIN as an officer, after comparing the phrase with the joiner.

    Two different officers must sign. Every proof in the join is verified again before each signature.
    """
    enrolments = Enrolments(open_authority(folder))
    status = enrolments.status(join_id)
    if phrase is not None and phrase.split() != status.phrase.split():
        sentence = "The phrases differ: somebody is in between. Nothing was signed."
        raise StartError(sentence, exit_code=ExitCode.REFUSED)
    if not as_json:
        show_join(status)
    if phrase is None and not yes:
        click.confirm("Does the joiner read exactly these words?", abort=True)
    for officer in read_officers(officers):
        status = enrolments.approve(join_id, officer)
    if as_json:
        click.echo(json.dumps(join_json(status)))
        return
    click.echo(f"Signed: {status.approvals} of {status.approvals_needed} officers.")
    if status.enrolment.state != PENDING:
        click.echo(f"{status.name} is in the directory.")


@click.command()
@click.argument("join_id", metavar="JOIN")
@folder_option
def refuse(join_id: str, *, folder: Path) -> None:
    """Turn the join JOIN down."""
    Enrolments(open_authority(folder)).refuse(join_id)
    click.echo(f"{join_id} is refused.")


@click.command()
@click.argument("agency")
@officers_option
@folder_option
def reinstate(agency: str, *, officers: tuple[Path, ...], folder: Path) -> None:
    """End the suspension of AGENCY; needs as many officers as an admission."""
    open_authority(folder).reinstate(agency_id(agency), read_officers(officers))
    click.echo(f"{agency} takes part again.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@officers_option
@folder_option
def instruments(file: Path, *, officers: tuple[Path, ...], folder: Path) -> None:
    """Replace the legal instruments by those of the TOML file FILE."""
    new = instruments_of(file)
    open_authority(folder).amend(
        lambda document: replace(document, instruments=new), read_officers(officers)
    )
    click.echo(f"{len(new)} instruments are in the directory.")


@click.command()
@officers_option
@folder_option
def resign(*, officers: tuple[Path, ...], folder: Path) -> None:
    """Sign the federation's role again before its 90 days end; nothing else changes."""
    directory = open_authority(folder).amend(lambda document: document, read_officers(officers))
    click.echo(f"Version {directory.versions['targets']} is in the directory.")


@click.command("renew-root")
@officers_option
@folder_option
def renew_root(*, officers: tuple[Path, ...], folder: Path) -> None:
    """Give the root another year; needs the officers' offline keys (officer-N.root.pem)."""
    directory = ceremony.renew_root(open_authority(folder), read_officers(officers))
    click.echo(f"Root version {directory.versions['root']} is in the directory.")
