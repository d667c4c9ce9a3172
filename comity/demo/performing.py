"""Performing the demonstration: bring up, load, ask, verify, clean up."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from comity.cli.render import print_heading, render_reply
from comity.client import Comity, ComityCallError
from comity.client.profile import Profile
from comity.demo.federation import AGENCIES, Federation
from comity.demo.processes import call, concurrently, end
from comity.demo.real import real_scenes
from comity.demo.registers import registers
from comity.demo.showing import NAMES
from comity.demo.story import LISTS, scenes
from comity.errors import ExitCode, StartError

if TYPE_CHECKING:
    from pathlib import Path

    from comity.demo.showing import Stage
    from comity.demo.story import Scene

# Records of each invented register, and the seed that makes them.
RECORDS = 2_000
SEED = 2026
OFFICER = "officer"
OFFLINE = "ZZ-IM"
FLOOR = (
    "Times include the answer floor: an answer leaves its owner a whole number of floors after the question, "
    "so that time does not tell a hit from none."
)


def bring_up(root: Path, stage: Stage, data: Path | None) -> Federation:
    """A running federation below ``root`` with its registers loaded and one officer at each agency."""
    if root.exists() and any(root.iterdir()):
        sentence = f"{root} is in use; `make down` ends and removes what runs there."
        raise StartError(sentence, exit_code=ExitCode.CANNOT_CREATE)
    fed = Federation(root)
    try:
        with stage.step("authority founded: offline root, three officers, two must sign"):
            fed.found()
        with stage.step("gateway and four nodes joined: token, phrase, two officers"):
            fed.join_all()
        with stage.step("registers loaded"):
            told = load(fed, data)
        for line in told:
            stage.say(f"    {line}", style="dim")
        with stage.step("one officer at each agency; all processes started, links up"):
            concurrently(
                [
                    lambda agency=agency: fed.add_caller(agency.id, OFFICER, OFFICER)
                    for agency in AGENCIES
                ]
            )
            fed.start_all()
            _wait_for_links(fed)
    except BaseException:
        fed.stop()
        clean(root)
        raise
    return fed


def _wait_for_links(fed: Federation) -> None:
    """Asks for nothing until every node's link is up, as its log says."""
    for agency in AGENCIES:
        fed.wait_for_log(agency.id, "is up")


def load(fed: Federation, data: Path | None) -> list[str]:
    """Loads the invented registers, or the published lists below ``data``; a line for each."""
    if data is not None:
        return _load_lists(fed, data)

    def invented(agency: str) -> dict[str, object]:
        path = fed.root / f"{agency}.jsonl"
        with path.open("w", encoding="utf-8") as out:
            for row in registers(agency, RECORDS, SEED):
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
        return fed.load(agency, "register", path)

    reports = concurrently([lambda agency=agency: invented(agency.id) for agency in AGENCIES])
    return [
        f"{agency.id}  {agency.country} {agency.name:<20} {_counts(report)}"
        for agency, report in zip(AGENCIES, reports, strict=True)
    ]


def _load_lists(fed: Federation, data: Path) -> list[str]:
    missing = [one.path for one in LISTS if not (data / one.path).exists()]
    if missing:
        sentence = f"{data} lacks {', '.join(missing)}."
        raise StartError(sentence, exit_code=ExitCode.DATA)
    reports = concurrently(
        [lambda one=one: fed.load(one.agency, one.format, data / one.path) for one in LISTS]
    )
    return [
        f"{one.agency}  {one.format:<20} {_counts(report)}"
        for one, report in zip(LISTS, reports, strict=True)
    ]


def _counts(report: dict[str, object]) -> str:
    return f"{report['added']:>7,} records, {report['quarantined']} quarantined"


def perform(fed: Federation, stage: Stage, data: Path | None) -> None:
    """Asks every question and shows every answer."""
    told = scenes() if data is None else real_scenes(data)
    offline = data is None
    stage.say()
    stage.note(FLOOR, style="dim", indent="")
    if offline:
        fed.servers.pop(OFFLINE).stop()
    for number, scene in enumerate(told, 1):
        if offline and OFFLINE in {scene.asker, *scene.targets}:
            stage.say()
            with stage.step("ZZ's node comes back"):
                fed.start(OFFLINE)
                fed.wait_for_log(OFFLINE, "is up", times=2)
            offline = False
        stage.say()
        ask(fed, stage, number, scene)


def ask(fed: Federation, stage: Stage, number: int, scene: Scene) -> None:
    """One question, its answer or its refusal, and what to look at."""
    heading = stage.heading(number, scene)
    profile = Profile.load(fed.profile(scene.asker, OFFICER))
    with Comity.open(profile) as node:
        try:
            reply = node.lookup(scene.selector, scene.why, targets=scene.targets, stage=scene.stage)
        except ComityCallError as error:
            print_heading(stage.console, heading)
            stage.note(f"refused: {error}")
        else:
            render_reply(stage.console, reply, heading, names=NAMES)
    stage.note(f"↳ {scene.shows}", style="italic dim")


def verify(fed: Federation, stage: Stage) -> None:
    """Stops everything and verifies every ledger against the directory's keys."""
    with stage.step("all processes stopped"):
        fed.stop()
    stage.say()
    stage.say("Ledgers, each verified leaf by leaf against its signed head:", style="bold")
    names = (*fed.gateway_names, *(agency.id for agency in AGENCIES))
    found = concurrently(
        [
            lambda name=name: call("comity", "ledger", "verify", str(fed.home(name)), "--json")
            for name in names
        ]
    )
    for name, text in zip(names, found, strict=True):
        verdict = json.loads(text)
        stage.say(f"  {NAMES.get(name, name):<24} {verdict['size']:>4} entries, sound")


def clean(root: Path) -> None:
    """Ends what still runs for ``root``, and removes everything below it."""
    end(root)
    shutil.rmtree(root, ignore_errors=True)
