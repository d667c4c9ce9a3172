"""Founding a federation, inviting to it, serving it: ``init``, ``invite``, ``invite-gateway``, ``serve``.

Commands that change anything act on the folder; a running ``serve`` notices within a second.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.authority.ceremony import OFFICERS_DEFAULT, THRESHOLD_DEFAULT, found
from comity.authority.command_options import (
    fingerprint_of,
    folder_option,
    instruments_of,
    json_option,
    open_authority,
)
from comity.authority.inviting import Invitations
from comity.authority.serving import running
from comity.clock import SystemClock
from comity.identity.names import agency_id, federation_id, machine_name
from comity.logs import start_logging
from comity.rpc.serving import stop_signals

if TYPE_CHECKING:
    from comity.authority.publishing import Authority
    from comity.identity.token import Token


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--federation", default="demo.comity", show_default=True, help="The federation's id.")
@click.option(
    "--address", default="127.0.0.1:7400", show_default=True, help="host:port that members reach."
)
@click.option("--officers", default=OFFICERS_DEFAULT, show_default=True, help="How many hold keys.")
@click.option("--threshold", default=THRESHOLD_DEFAULT, show_default=True, help="How many sign.")
@click.option(
    "--instruments",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Legal instruments, a TOML file.",
)
@json_option
def init(
    folder: Path,
    *,
    federation: str,
    address: str,
    officers: int,
    threshold: int,
    instruments: Path | None,
    as_json: bool,
) -> None:
    """Found a federation in the new folder FOLDER.

    Writes each officer's two keys into FOLDER/officers; take them off this host. Prints the root's
    fingerprint, which members compare when they join.
    """
    fingerprint = found(
        folder,
        federation=federation_id(federation),
        address=address,
        clock=SystemClock(),
        officers=officers,
        threshold=threshold,
        instruments=instruments_of(instruments),
    )
    if as_json:
        click.echo(json.dumps({"federation": federation, "fingerprint": fingerprint}))
        return
    click.echo(f"Federation {federation} founded in {folder}.")
    click.echo(f"Root fingerprint: {fingerprint}")
    click.echo(f"Officers' keys are in {folder / 'officers'}: take them off this host.")


def _show_token(token: Token, opened: Authority, *, as_json: bool) -> None:
    fingerprint = fingerprint_of(opened)
    if as_json:
        click.echo(
            json.dumps({"name": token.name, "token": token.encode(), "fingerprint": fingerprint})
        )
        return
    click.echo(f"Invitation for {token.name}, good once, for 24 hours. Send it privately:")
    click.echo(f"\n  {token.encode()}\n")
    click.echo("Root fingerprint. Send it by another way (phone, paper, in person):")
    click.echo(f"\n  {fingerprint}\n")


@click.command()
@click.argument("agency")
@click.option("--name", default="", help="The agency's name; needed for a new member.")
@click.option("--country", default="", help="ISO 3166-1 alpha-2; needed for a new member.")
@click.option("--instance", default="1", show_default=True, help="Name of the node.")
@click.option("--jurisdiction", "jurisdictions", multiple=True, help="A legal order; repeatable.")
@click.option("--group", "groups", multiple=True, help="A group rules may name; repeatable.")
@folder_option
@json_option
def invite(
    agency: str,
    *,
    name: str,
    country: str,
    instance: str,
    jurisdictions: tuple[str, ...],
    groups: tuple[str, ...],
    folder: Path,
    as_json: bool,
) -> None:
    """Invite a node of AGENCY: print a single-use token and the root's fingerprint."""
    opened = open_authority(folder)
    token = Invitations(opened).invite_node(
        agency_id(agency),
        machine_name(instance),
        name=name,
        country=country,
        jurisdictions=jurisdictions,
        groups=groups,
    )
    _show_token(token, opened, as_json=as_json)


@click.command("invite-gateway")
@click.argument("name")
@click.option("--address", required=True, help="host:port that nodes will dial.")
@folder_option
@json_option
def invite_gateway(name: str, *, address: str, folder: Path, as_json: bool) -> None:
    """Invite the gateway process NAME."""
    opened = open_authority(folder)
    token = Invitations(opened).invite_gateway(machine_name(name), address)
    _show_token(token, opened, as_json=as_json)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--listen", "address", help="host:port; by default the address given to init.")
def serve(folder: Path, *, address: str | None) -> None:
    """Serve enrolment, revocation and freshness from FOLDER until told to stop."""
    start_logging("WARNING")
    asyncio.run(_serve(folder, address))


async def _serve(folder: Path, address: str | None) -> None:
    if address is None:
        address = open_authority(folder).directory.authorities.enrolment_address
    async with stop_signals() as stop, running(folder, address) as listener:
        click.echo(f"comity authority: listening on port {listener.port}")
        await stop.wait()
