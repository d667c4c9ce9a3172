"""``comity-gateway join``."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

import click

from comity.authority.joining import join_gateway
from gateway.cli.options import home_option
from gateway.settings import FILE

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("token")
@click.option("--root", "fingerprint", required=True, help="Root fingerprint, from another way.")
@home_option
@click.option("--policy", "policies", multiple=True, help="Folder of policy; repeatable, in order.")
@click.option("--json", "as_json", is_flag=True, help="Progress as JSON lines.")
def join(
    token: str, *, fingerprint: str, home: Path, policies: tuple[str, ...], as_json: bool
) -> None:
    """Join a federation with an invitation; waits for two officers."""

    def show(join_id: str, phrase: str) -> None:
        if as_json:
            click.echo(json.dumps({"join": join_id, "phrase": phrase}))
        else:
            click.echo(f"join    {join_id}\nphrase  {phrase}\nwaiting for two officers …")
        sys.stdout.flush()

    identity = asyncio.run(join_gateway(home, token, fingerprint, on_phrase=show))
    settings = home / FILE
    if policies and not settings.exists():
        settings.write_text(f"policies = {json.dumps(list(policies))}\n", "utf-8")
    if as_json:
        click.echo(json.dumps({"joined": str(identity.name)}))
    else:
        click.echo(f"joined as {identity.name}")
