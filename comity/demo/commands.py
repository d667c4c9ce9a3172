"""``comity demo``: run it once, or keep the federation for hands-on use."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Final

import click

from comity.cli.sentences import Sentences
from comity.demo import performing
from comity.demo.federation import AGENCIES, Agency, Federation
from comity.demo.processes import end
from comity.demo.showing import NAMES, Stage
from comity.errors import ExitCode

# Where `up` keeps the federation, below the present folder.
STATE: Final = Path(".state/demo")

# What to try while it runs; a justification given once serves for the length of a case.
HANDS_ON: Final = (
    "  export COMITY_PROFILE={profile}",
    "  export COMITY_PURPOSE=investigate COMITY_OFFENCE=drug-trafficking \\",
    "         COMITY_BASIS=EU-2023-977 COMITY_CASE=FR-1 COMITY_SUBJECT=suspect",
    "  .venv/bin/comity search person 'Muhammad al-Hassan' --born 1974",
    "  .venv/bin/comity query list",
    "  .venv/bin/comity ledger verify .state/demo/DE-LP",
)

data_option = click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of real published lists to load instead of the invented registers.",
)


@click.group(cls=Sentences)
def demo() -> None:
    """A federation of four invented agencies on this machine. All legal content is illustrative."""


@demo.command()
@data_option
def run(data: Path | None) -> None:
    """Bring it up, ask, show what each law released and why, verify every ledger, clean up."""
    stage = Stage()
    root = Path(tempfile.mkdtemp(prefix="comity-demo-"))
    _title(stage, data)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ExitCode.TEMPORARY))
    try:
        fed = performing.bring_up(root, stage, data)
        try:
            performing.perform(fed, stage, data)
            stage.say()
            performing.verify(fed, stage)
        finally:
            fed.stop()
    finally:
        performing.clean(root)
    stage.say()
    stage.say(f"done in {stage.elapsed_s:.0f} s; nothing was left behind", style="dim")


@demo.command()
@data_option
def up(data: Path | None) -> None:
    """Bring it up and keep it running; `comity demo down` ends it."""
    stage = Stage()
    _title(stage, data)
    root = STATE.resolve()
    fed = performing.bring_up(root, stage, data)
    stage.say()
    stage.say("The federation is running. Ask, for example:", style="bold")
    stage.say()
    for line in HANDS_ON:
        stage.console.print(
            line.format(profile=_profile(fed, AGENCIES[0])), soft_wrap=True, markup=False
        )
    stage.say()
    stage.say("Another agency asks with its own profile:", style="bold")
    for agency in AGENCIES:
        stage.say(f"  {NAMES[agency.id]:<22} {_profile(fed, agency)}")
    stage.say()
    stage.say("`make down` ends it and removes everything.")


def _profile(fed: Federation, agency: Agency) -> str:
    return os.path.relpath(fed.profile(agency.id, performing.OFFICER))


@demo.command()
def down() -> None:
    """End what `up` started and remove everything it made."""
    root = STATE.resolve()
    if not root.exists():
        click.echo("nothing is running")
        return
    ended = end(root)
    performing.clean(root)
    click.echo(f"ended {ended} processes and removed {os.path.relpath(root)}")


def _title(stage: Stage, data: Path | None) -> None:
    what = "real published lists" if data else "invented registers"
    stage.say(f"Comity: four agencies, four laws, one question at a time ({what})", style="bold")
    stage.say("Every agency and person is invented." if not data else "The agencies are invented.")
    stage.say("All legal content is illustrative.")
    stage.say()
