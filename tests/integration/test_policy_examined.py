"""A whole law looked at by a node: the one in force, a draft, a folder that is handed in; within limits."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from comity.api.admin.v1 import policy_service_pb2 as api
from comity.cli.policy import remote
from comity.client.errors import ComityCallError
from comity.errors import ExitCode, Reason
from tests.integration.test_examiner import laborious
from tests.integration.test_exchange import car
from tests.integration.test_policy_publication import COLOUR, Officers, colour, scene
from tests.simulators.federation import Federation
from tests.simulators.law import POLICIES
from tests.simulators.policy_trees import cells, changed, copied

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.timeout(
    300
)  # laws are tested and proved, which takes a busy machine its time


async def told(officers: Officers, *words: str, who: str = "bert") -> dict[str, Any]:
    """What a command tells as JSON; seconds are no part of it."""
    said = await officers.says(who, *words, "--json")
    assert said.exit_code in (ExitCode.OK, ExitCode.DATA), said.output + said.stderr
    return dict(json.loads(re.sub(r'"elapsed_s": [\d.]+', '"elapsed_s": 0', said.stdout)))


@scene
async def test_a_law_is_tested_and_proved_where_it_is_in_force(
    fed: Federation, officers: Officers
) -> None:
    """The node says of the law in force what it says of the same files when they are handed in."""
    del fed
    folder = str(POLICIES / "eu-member")
    in_force = await told(officers, "test", "--node")
    assert in_force == await told(officers, "test", folder, "--node")
    assert {tuple(law["packs"]) for law in in_force["laws"]} >= {("core", "eu-member")}
    assert in_force["failed"] == 0
    here, there = [await told(officers, "prove", where) for where in (folder, "--node")]
    lines = [
        [(one["id"], one["holds"]) for one in law["laws"][0]["proofs"]] for law in (here, there)
    ]
    assert lines[0] == lines[1]
    assert len(lines[0]) > 10


@scene
async def test_a_draft_and_a_folder_are_compared_with_the_law_in_force(
    fed: Federation, officers: Officers
) -> None:
    del fed
    edited = officers.edited()
    draft = await officers.proposed(edited)
    handed_in = await told(officers, "diff", edited, "--node")
    assert handed_in == await told(officers, "diff", "--draft", draft)
    (sentences,) = handed_in["laws"].values()
    assert sentences[0].startswith("new row: EU-COLOUR refuses vehicle.colour")
    assert any(f"that {COLOUR} leaves in full" in one for one in sentences)
    nothing = await officers.says("bert", "diff", str(POLICIES / "eu-member"), "--node")
    assert "Nothing differs." in nothing.output


@scene
async def test_a_check_names_files_as_they_were_handed_in(
    fed: Federation, officers: Officers
) -> None:
    del fed
    root = copied(officers.folder)
    file = root / "eu-member" / "release.csv"
    changed(file, ("any-offence,accused", "any-ofence,accused"))
    wrong = await officers.says("anna", "check", str(file.parent), "--node")
    assert wrong.exit_code == ExitCode.DATA
    assert re.search(
        r'^eu-member/release.csv:\d+: unknown offence "any-ofence"', wrong.stderr, re.MULTILINE
    )
    changed(file, ("any-ofence,accused", "any-offence,accused"))
    cells(file, "EU-3RD-CONTACT", until="2099-01-31")
    looked = await told(officers, "check", str(file.parent), "--node", "--today", "2099-01-01")
    assert looked["laws"] == [["core", "eu-member"]]
    (ends,) = [one for one in looked["findings"] if one["row"] == "EU-3RD-CONTACT"]
    assert (ends["weight"], ends["file"]) == ("note", "eu-member/release.csv")
    assert ends["sentence"] == "ends on 2099-01-31, in 30 days"


MALFORMED = {
    "examination": api.ExamineLawRequest(),
    "packs": api.ExamineLawRequest(examination=api.EXAMINATION_TEST, archive=b"x"),
    "archive": api.ExamineLawRequest(examination=api.EXAMINATION_TEST, packs=["gb"]),
    "draft_id": api.ExamineLawRequest(
        examination=api.EXAMINATION_TEST, packs=["gb"], archive=b"x", draft_id="0" * 12
    ),
    "day": api.ExamineLawRequest(examination=api.EXAMINATION_CHECK, day="2026-02-30"),
}


@scene
async def test_whoever_may_not_read_the_law_and_whatever_is_malformed_is_refused(
    fed: Federation, officers: Officers
) -> None:
    del fed
    for command in ("check", "test", "prove"):
        refused = await officers.says("dora", command, "--node")
        assert refused.exit_code == ExitCode.REFUSED, refused.output
    unknown = await officers.says("bert", "prove", "--draft", "0" * 12)
    assert "There is no such thing" in unknown.stderr
    both = await officers.says("bert", "test", str(POLICIES / "gb"), "--draft", "0" * 12)
    assert (both.exit_code, "not both" in both.stderr) == (ExitCode.USAGE, True)

    for command in (["propose", str(POLICIES / "gb")], ["rollback", "1"]):
        short = await officers.says("anna", *command, "--reason", "so")
        assert short.exit_code == ExitCode.USAGE
        assert "Say why in 10 to 500 characters" in short.stderr

    def call(request: api.ExamineLawRequest) -> None:
        with remote.service(str(officers.profiles["anna"])) as node:
            list(node.told("ExamineLaw", request))

    for field, request in MALFORMED.items():
        with pytest.raises(ComityCallError) as told:
            await asyncio.to_thread(call, request)
        assert (told.value.reason, told.value.field) == (Reason.INVALID_REQUEST, field)


def test_a_law_made_to_exhaust_a_node_is_declined_while_the_node_answers(tmp_path: Path) -> None:
    folder = tmp_path / "laborious"
    laborious(folder)

    async def run() -> None:
        settings = {"DE-LP": "law_cpu_s = 2\n"}
        async with (
            asyncio.timeout(280),
            Federation.of(tmp_path / "fed", settings=settings) as fed,
        ):
            fed.hold("DE-LP", car())
            officers = Officers(fed, "DE-LP", tmp_path)
            path = str(folder / "policies" / "eu-member")
            answered = 0
            async with asyncio.TaskGroup() as tasks:
                proposing = tasks.create_task(
                    officers.says("anna", "propose", path, "--reason", "it is large and slow")
                )
                while not proposing.done():
                    answered += await colour(fed, f"officer-{answered}")
            assert answered
            declined = proposing.result()
            assert declined.exit_code == ExitCode.REFUSED
            assert "more than the 2 seconds of processor time" in declined.stderr
            assert "draft" not in (await officers.says("bert", "log")).output

    asyncio.run(run())
