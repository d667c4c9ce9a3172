"""What a gateway says of a node is put before the authority: the time, and whether the node still belongs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import node.link.inbox
from comity.client import Outcome, Vehicle
from comity.clock import ManualClock
from comity.demo.processes import free_port
from comity.errors import ExitCode
from comity.identity.directory import Revocations
from node.app import NodeApp
from node.app.second_opinion import SecondOpinion
from node.records.record import Labels, Record
from tests.simulators.car_question import VIN
from tests.simulators.exchange_scenes import why
from tests.simulators.federation import Federation, Running, until

if TYPE_CHECKING:
    from pathlib import Path

CAR = Record("car", "test", "vehicle", {"vehicle.vin": VIN}, Labels("object"))
ASKER, OWNER = "FR-PJ", "DE-LP"
# What a session says of a gateway that tells a time ten minutes off.
LIE_MS = 600_000


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node.link.inbox, "CLOCK_PATIENCE_S", 0.0)


def run(scene: Any, folder: Path, **options: Any) -> None:
    async def play() -> None:
        async with asyncio.timeout(60), Federation.of(folder, (ASKER, OWNER), **options) as fed:
            fed.hold(OWNER, CAR)
            await scene(fed)

    asyncio.run(play())


async def answered(fed: Federation, name: str = "officer") -> bool:
    async with fed.caller(ASKER, name) as caller:
        reply = await caller.lookup(Vehicle(vin=VIN), why(), wait_s=20)
    return reply.answers[0].outcome is Outcome.HIT


def test_a_gateway_that_lies_about_the_time_stops_no_node_alone_or_the_last_one_left(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(fed: Federation) -> None:
        owner = fed.nodes[OWNER]
        owner.app.inbox.on_clock_skew("gw2", LIE_MS)
        assert await answered(fed)
        await fed.gateways["gw1"].end()
        await fed.gateways["gw2"].end()
        await until(lambda: not owner.app.links.connected)
        caplog.clear()
        owner.app.inbox.on_clock_skew("gw2", LIE_MS)
        await until(lambda: "the clock of gw2 is off by 600 s; not linked" in caplog.text)
        assert owner.error is None
        for name in ("gw1", "gw2"):
            await fed.start_gateway(name)
        await fed.linked()
        assert await answered(fed, "later")

    run(scene, tmp_path, gateways=2)


def test_while_the_authority_is_away_no_gateway_stops_a_node_either(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(fed: Federation) -> None:
        owner = fed.nodes[OWNER]
        app = owner.app
        nowhere = replace(app.identity.authorities, enrolment_address=f"127.0.0.1:{free_port()}")
        app.second_opinion = SecondOpinion(
            identity=replace(app.identity, authorities=nowhere),
            directories=app.directories,
            clock=app.clock,
            on_wrong_clock=app._wrong_clock,
        )
        await fed.gateways["gw1"].end()
        await until(lambda: not app.links.connected)
        app.inbox.on_clock_skew("gw1", LIE_MS)
        await until(lambda: "the authority cannot be asked which is right" in caplog.text)
        assert owner.error is None

    run(scene, tmp_path)


@pytest.mark.parametrize("seconds", [-300, 300])
def test_a_node_whose_clock_is_off_stops_and_says_so(tmp_path: Path, seconds: int) -> None:
    async def scene(fed: Federation) -> None:
        await fed.nodes[OWNER].end()
        off = ManualClock(fed.clock.now_ms() + seconds * 1000)
        wrong = Running(NodeApp(fed.home(OWNER), off))
        await wrong.start(fed._tasks)
        await until(lambda: wrong.error is not None)
        assert "authority's differ by 300 seconds" in str(wrong.error)
        assert wrong.error.exit_code == ExitCode.CONFIG

    run(scene, tmp_path)


def test_a_suspended_agencys_operator_reads_that_it_is_suspended_also_after_a_restart(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = f"{OWNER} is suspended (directory version"

    async def scene(fed: Federation) -> None:
        await fed.nodes[OWNER].end()  # it learns of it from nobody while it is away
        fed.suspend(OWNER)
        caplog.clear()
        again = await fed.start_node(OWNER)
        await until(lambda: "gw1 does not let this node in" in caplog.text)
        assert told in caplog.text
        assert "Ask the authority why." in caplog.text
        assert again.error is None

    run(scene, tmp_path)


def test_a_node_whose_key_was_revoked_reads_that(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(fed: Federation) -> None:
        node = fed.nodes[OWNER]
        kid = bytes(node.app.identity.signing.kid)
        await node.end()
        fed.founded.authority.revoke(Revocations(signing_kids=frozenset({kid})))
        await fed.start_node(OWNER)
        await until(lambda: "gw1 does not let this node in" in caplog.text)
        assert "this node's signing key is revoked" in caplog.text

    run(scene, tmp_path)
