"""`--help` costs little: what it says stands in tables, and the tables say what the commands say."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from comity.cli import main as program
from comity.cli.authority import authority
from comity.cli.main import comity
from comity.cli.policy import policy
from gateway.cli.main import gateway
from node.cli.main import node

# What no program needs to say what it can do.
HEAVY = (
    "grpc",
    "google",
    "sqlalchemy",
    "cryptography",
    "numpy",
    "casbin",
    "tuf",
    "rich",
    "asyncio",
)


@pytest.mark.parametrize(
    "group", [comity, authority, policy, node, gateway], ids=lambda one: one.name
)
def test_the_tables_say_what_the_commands_say(group: click.Group) -> None:
    context = click.Context(group)
    told = {name: one.summary for name, one in group.commands_at.items()}  # type: ignore[attr-defined]
    if group is comity:
        told |= program.PARTS
    said = {
        name: group.get_command(context, name).get_short_help_str(1_000)  # type: ignore[union-attr]
        for name in group.list_commands(context)
    }
    assert told == said


@pytest.mark.parametrize(
    ("module", "attribute"),
    [
        ("comity.cli.main", "comity"),
        ("comity.cli.authority", "authority"),
        ("node.cli.main", "node"),
        ("gateway.cli.main", "gateway"),
    ],
)
def test_help_imports_nothing_heavy(module: str, attribute: str) -> None:
    code = (
        f"import sys; from {module} import {attribute}\n"
        f"{attribute}(['--help'], standalone_mode=False)\n"
        f"print('heavy:', [one for one in {HEAVY!r} if one in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Commands:" in told.stdout
    assert told.stdout.splitlines()[-1] == "heavy: []"
