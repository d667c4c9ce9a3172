"""What the authority's commands share: options, opening the folder, reading keys, showing a join."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.authority import roles
from comity.authority.publishing import Authority
from comity.clock import SystemClock
from comity.errors import ExitCode, StartError
from comity.identity.documents import DirectoryRefused, read_instruments
from comity.identity.trust import root_fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securesystemslib.signer import CryptoSigner

    from comity.authority.enrolment import JoinStatus
    from comity.identity.directory import Instrument

folder_option = click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="COMITY_AUTHORITY",
    default=Path("authority"),
    show_default=True,
    help="The authority's folder.",
)
officers_option = click.option(
    "--officer",
    "officers",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    required=True,
    help="An officer's key file; repeat it for each officer who is present.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def open_authority(folder: Path) -> Authority:
    """Opens the folder on the machine's clock."""
    return Authority(folder, SystemClock())


def read_officer(path: Path) -> CryptoSigner:
    """An officer's key.

    Raises:
        StartError: the file is missing or something else.
    """
    try:
        return roles.load_signer(path.read_bytes())
    except (OSError, ValueError) as error:
        sentence = f"The officer's key {path} is missing or no Ed25519 key in PEM."
        raise StartError(sentence, exit_code=ExitCode.CONFIG) from error


def read_officers(paths: Sequence[Path]) -> list[CryptoSigner]:
    """The keys of the officers who are present."""
    return [read_officer(path) for path in paths]


def instruments_of(path: Path | None) -> tuple[Instrument, ...]:
    """Legal instruments from an operator's TOML file.

    Raises:
        StartError: unreadable, naming what is wrong.
    """
    if path is None:
        return ()
    try:
        return read_instruments(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, DirectoryRefused) as error:
        sentence = f"The instruments in {path} cannot be read: {error}."
        raise StartError(sentence, exit_code=ExitCode.DATA) from error


def fingerprint_of(opened: Authority) -> str:
    """The first root's fingerprint."""
    return root_fingerprint(opened.state.file("root", 1) or b"")


def show_join(status: JoinStatus) -> None:
    """A join for people."""
    click.echo(f"{status.enrolment.join_id}  {status.name}  {status.enrolment.state.lower()}")
    click.echo(f"  phrase   {status.phrase}")
    click.echo(f"  officers {status.approvals} of {status.approvals_needed}")
    if status.replaces_agency_key:
        click.echo("  WARNING  this REPLACES the agency's root key: its old nodes will be gone")


def join_json(status: JoinStatus) -> dict[str, Any]:
    """A join for programs."""
    return {
        "join": status.enrolment.join_id,
        "name": str(status.name),
        "state": status.enrolment.state,
        "phrase": status.phrase,
        "approvals": status.approvals,
        "approvals_needed": status.approvals_needed,
        "replaces_agency_key": status.replaces_agency_key,
    }
