"""``comity-node system qualify``: what officers are entered with, and until when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from comity.clock import SystemClock, day_of
from comity.errors import ExitCode, StartError
from node.cli.options import home_option
from node.opening import open_register
from node.qualifications import (
    CERTIFICATE_CHARACTERS_MAX,
    CERTIFICATE_PATTERN,
    CERTIFIED,
    CLEARANCE,
    LEVELS,
    SWORN,
    Entry,
)
from node.settings import Settings
from node.storage.callers import CallerRegister

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path


def _certificate(_: click.Context, __: click.Parameter, word: str) -> str:
    good = len(word) <= CERTIFICATE_CHARACTERS_MAX and re.fullmatch(CERTIFICATE_PATTERN, word)
    if word and not good:
        sentence = f'"{word}" is not a word in small letters, like discreet or arms-search'
        raise click.BadParameter(sentence)
    return word


_sworn = click.option("--sworn", is_flag=True, help="Sworn as an officer.")
_certified = click.option(
    "--certified",
    default="",
    metavar="WORD",
    callback=_certificate,
    help="Trained for this: discreet, face, fingerprint …",
)


@click.command()
@click.argument("name")
@_sworn
@click.option("--clearance", type=click.Choice(LEVELS[1:]), help="Cleared up to this level.")
@_certified
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="Last day on which it counts.",
)
@home_option
def qualify(
    name: str, *, sworn: bool, clearance: str | None, certified: str, until: datetime, home: Path
) -> None:
    """Enter what an officer is; the node states it, signed, with that officer's questions."""
    last, clock = until.date(), SystemClock()
    today = day_of(clock.now_ms())
    if last < today:
        raise StartError(f"{last} is past; it would never count.", exit_code=ExitCode.USAGE)
    new = [Entry(SWORN, "", 0, last)] if sworn else []
    new += [Entry(CLEARANCE, "", LEVELS.index(clearance), last)] if clearance else []
    new += [Entry(CERTIFIED, certified, 0, last)] if certified else []
    if not new:
        raise click.UsageError("say what is entered: --sworn, --clearance or --certified")
    engine, _ = open_register(home, Settings.load(home))
    register = CallerRegister(engine, clock)
    try:
        for entry in new:
            register.enter(name, entry)
    finally:
        engine.dispose()
    click.echo(f"{name}: {', '.join(one.told for one in new)}")


@click.command()
@click.argument("name")
@_sworn
@click.option("--clearance", is_flag=True, help="Whatever its level.")
@_certified
@home_option
def disqualify(name: str, *, sworn: bool, clearance: bool, certified: str, home: Path) -> None:
    """Strike what an officer is entered with; the node states it no more within seconds."""
    kinds = [(SWORN, "", sworn), (CLEARANCE, "", clearance), (CERTIFIED, certified, certified)]
    gone = [(kind, word) for kind, word, said in kinds if said]
    if not gone:
        raise click.UsageError("say what is struck: --sworn, --clearance or --certified")
    engine, _ = open_register(home, Settings.load(home))
    register = CallerRegister(engine, SystemClock())
    done = [register.strike(name, kind=kind, word=word) for kind, word in gone]
    engine.dispose()
    for (kind, word), found in zip(gone, done, strict=True):
        if not found:
            what = f"{kind} {word}".rstrip()
            raise StartError(f"{name!r} has no entry {what!r}.", exit_code=ExitCode.DATA)
    click.echo(f"struck {', '.join(f'{kind} {word}'.rstrip() for kind, word in gone)} of {name}")


def told_of(register: CallerRegister, name: str, today: date) -> list[str]:
    """An officer's entries in words; one that ended says so."""
    return [
        one.told if today <= one.until else f"{one.told} (ended)" for one in register.entries(name)
    ]
