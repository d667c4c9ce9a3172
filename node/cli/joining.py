"""``comity-node join``."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import click

from comity.authority.joining import join_node
from node.cli.options import home_option
from node.settings import FILE


@click.command()
@click.argument("token")
@click.option("--root", "fingerprint", required=True, help="Root fingerprint, from another way.")
@home_option
@click.option(
    "--agency-key",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="The agency's root key; needed for its second node and later ones.",
)
@click.option("--policy", "policies", multiple=True, help="Folder of policy; repeatable, in order.")
@click.option("--listen", default="", help="host:port for the agency's own systems.")
@click.option("--json", "as_json", is_flag=True, help="Progress as JSON lines.")
def join(
    token: str,
    *,
    fingerprint: str,
    home: Path,
    agency_key: Path | None,
    policies: tuple[str, ...],
    listen: str,
    as_json: bool,
) -> None:
    """Join a federation with an invitation; waits for two officers.

    Compare the phrase that is shown with the officers' before they sign.
    """

    def show(join_id: str, phrase: str) -> None:
        if as_json:
            click.echo(json.dumps({"join": join_id, "phrase": phrase}))
        else:
            click.echo(f"join    {join_id}\nphrase  {phrase}\nwaiting for two officers …")
        sys.stdout.flush()

    identity = asyncio.run(
        join_node(home, token, fingerprint, on_phrase=show, agency_key=agency_key)
    )
    lines = [f"policies = {json.dumps(list(policies))}\n"] if policies else []
    lines += [f"listen = {json.dumps(listen)}\n"] if listen else []
    settings = home / FILE
    if lines and not settings.exists():
        settings.write_text("".join(lines), "utf-8")
    if as_json:
        click.echo(json.dumps({"joined": str(identity.name)}))
    else:
        click.echo(f"joined as {identity.name}")
