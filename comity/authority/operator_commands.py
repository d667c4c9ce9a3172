"""Commands of whoever keeps the authority running: suspend, revoke, status."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from comity.authority.command_options import (
    fingerprint_of,
    folder_option,
    join_json,
    json_option,
    open_authority,
    show_join,
)
from comity.authority.enrolment import PENDING, Enrolments
from comity.clock import to_datetime
from comity.errors import ExitCode, StartError
from comity.identity.directory import Revocations
from comity.identity.names import agency_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comity.authority.enrolment import JoinStatus
    from comity.authority.publishing import Authority
    from comity.identity.directory import Directory


@click.command()
@click.argument("agency")
@folder_option
def suspend(agency: str, *, folder: Path) -> None:
    """Suspend the member AGENCY at once; every link learns it within seconds."""
    opened = open_authority(folder)
    if agency_id(agency) not in opened.directory.members:
        raise StartError(f"There is no member {agency}.", exit_code=ExitCode.DATA)
    opened.revoke(Revocations(frozenset({agency_id(agency)})))
    click.echo(f"{agency} is suspended.")


@click.command()
@click.option("--signing-key", "kids", multiple=True, help="Key id of a signing key, hexadecimal.")
@click.option("--tls-key", "tls_keys", multiple=True, help="SHA-256 of a TLS key, hexadecimal.")
@folder_option
def revoke(*, kids: tuple[str, ...], tls_keys: tuple[str, ...], folder: Path) -> None:
    """Revoke single keys for good: a node's signing key or anybody's TLS key."""
    if not (kids or tls_keys):
        raise click.UsageError("Name at least one key.")
    try:
        more = Revocations(
            signing_kids=frozenset(map(bytes.fromhex, kids)),
            tls_public_keys=frozenset(map(bytes.fromhex, tls_keys)),
        )
    except ValueError as error:
        raise click.UsageError("Keys are named in hexadecimal.") from error
    open_authority(folder).revoke(more)
    click.echo(f"{len(kids) + len(tls_keys)} revoked.")


@click.command()
@folder_option
@json_option
def status(*, folder: Path, as_json: bool) -> None:
    """Show members, gateways, and the joins that wait for officers."""
    opened = open_authority(folder)
    enrolments = Enrolments(opened)
    waiting = [
        enrolments.status(enrolment.join_id) for enrolment in opened.state.enrolments(PENDING)
    ]
    directory = opened.directory
    if as_json:
        click.echo(json.dumps(_status_json(opened, directory, waiting)))
        return
    click.echo(f"Federation {directory.federation}, root {fingerprint_of(opened)}")
    click.echo(f"vouched for at {to_datetime(directory.as_of_ms):%Y-%m-%d %H:%M:%S} UTC")
    for member in directory.members.values():
        nodes = ", ".join(node.instance for node in member.nodes) or "none"
        click.echo(f"  member  {member.agency:<12} {member.status.lower():<10} nodes {nodes}")
    for gateway in directory.gateways.values():
        click.echo(f"  gateway {gateway.name:<12} {gateway.address}")
    for join in waiting:
        show_join(join)


def _status_json(
    opened: Authority, directory: Directory, waiting: Sequence[JoinStatus]
) -> dict[str, Any]:
    return {
        "federation": directory.federation,
        "fingerprint": fingerprint_of(opened),
        "as_of_ms": directory.as_of_ms,
        "versions": dict(directory.versions),
        "members": [
            {
                "agency": member.agency,
                "status": member.status.value,
                "nodes": [
                    {
                        "instance": node.instance,
                        "signing_kid": node.kid.hex(),
                        "tls_public_key_sha256": node.tls_public_key_sha256.hex(),
                    }
                    for node in member.nodes
                ],
            }
            for member in directory.members.values()
        ],
        "gateways": [
            {
                "name": gateway.name,
                "address": gateway.address,
                "tls_public_key_sha256": gateway.tls_public_key_sha256.hex(),
            }
            for gateway in directory.gateways.values()
        ],
        "joins": [join_json(join) for join in waiting],
    }
