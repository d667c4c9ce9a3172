"""``comity-node system``: the agency's own systems and officers, and what they may do here."""

from __future__ import annotations

import json
from pathlib import Path

import click

from comity.authority.home import Home
from comity.clock import SystemClock, day_of
from comity.errors import ExitCode, StartError
from comity.identity.files import write_private
from comity.identity.names import NameRefused, machine_name
from node.cli.options import home_option
from node.cli.qualifying import disqualify, qualify, told_of
from node.opening import open_register
from node.settings import Settings
from node.storage.callers import ROLES, CallerRegister
from node.systems import issue_system, systems_ca


@click.group()
def system() -> None:
    """Let the agency's own systems and officers call this node."""


system.add_command(qualify)
system.add_command(disqualify)


@system.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What it may do here.")
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for the profile: certificate, key, CA, profile.toml.",
)
@home_option
def add(name: str, *, role: str, out: Path, home: Path) -> None:
    """Add a caller: writes a profile that `comity --profile` and the SDK use."""
    try:
        name = machine_name(name)
    except NameRefused as error:
        raise StartError(f"{error}.".capitalize(), exit_code=ExitCode.USAGE) from error
    identity, settings, clock = Home.load(home), Settings.load(home), SystemClock()
    engine, _ = open_register(home, settings)
    now_ms = clock.now_ms()
    ca = systems_ca(home, identity.agency, now_ms)
    public = issue_system(identity, ca, name, out, now_ms)
    CallerRegister(engine, clock).add(name, role=role, public_key_sha256=public)
    engine.dispose()
    profile = (
        f"# {role} {name} at {identity.agency}\n"
        f"address = {json.dumps(settings.listen)}\n"
        f"admin_address = {json.dumps(settings.admin_address)}\n"
        'certificate = "certificate.pem"\nkey = "key.pem"\nca = "ca.pem"\n'
    )
    write_private(out / "profile.toml", profile.encode())
    click.echo(f"added {role} {name}; profile in {out / 'profile.toml'}")


@system.command("list")
@home_option
@click.option("--json", "as_json", is_flag=True, help="As one JSON array.")
def list_callers(home: Path, *, as_json: bool) -> None:
    """List callers, their roles, and what officers are entered with."""
    engine, _ = open_register(home, Settings.load(home))
    clock = SystemClock()
    register, today = CallerRegister(engine, clock), day_of(clock.now_ms())
    rows = [(*row, told_of(register, row[0], today)) for row in register.names()]
    engine.dispose()
    if as_json:
        found = [
            {"name": name, "role": role, "revoked": gone, "entered": entered}
            for name, role, gone, entered in rows
        ]
        click.echo(json.dumps(found))
        return
    for name, role, gone, entered in rows:
        click.echo(f"{name:<24} {role:<16} {'revoked' if gone else ''}".rstrip())
        for line in entered:
            click.echo(f"{'':<24} {line}")


@system.command()
@click.argument("name")
@home_option
def revoke(name: str, home: Path) -> None:
    """End a caller's access within seconds."""
    engine, _ = open_register(home, Settings.load(home))
    done = CallerRegister(engine, SystemClock()).revoke(name)
    engine.dispose()
    if not done:
        raise StartError(f"There is no active caller {name!r}.", exit_code=ExitCode.DATA)
    click.echo(f"revoked {name}")
