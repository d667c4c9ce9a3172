"""A gateway plays a valid query to its owner again and again: nothing is answered twice, or written again."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from comity.client import Outcome, Vehicle
from node.exchange import repeats
from node.records.record import Labels, Record
from tests.simulators.car_question import VIN
from tests.simulators.exchange_scenes import why
from tests.simulators.federation import Federation, entries_of, until

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

CAR = Record("car", "test", "vehicle", {"vehicle.vin": VIN}, Labels("object"))
ASKER, OWNER = "FR-PJ", "DE-LP"
TIMES = 50
BOTH = ["query.received", "query.answered"]


class Hostile:
    """A gateway at the owner's link: keeps what it delivers, delivers it again, counts what that costs."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._delivered: Any = None
        self.commits = 0
        self.sent = 0
        self.done = 0
        receive, commit = app.answering.receive, app.journal._committer.commit
        send = app.links.send

        def kept(delivered: Any, *rest: Any) -> None:
            self._delivered = delivered
            receive(delivered, *rest)

        def counted(batch: Any) -> Any:
            self.commits += 1
            return commit(batch)

        def answered(*args: Any, **more: Any) -> Any:
            self.sent += 1
            return send(*args, **more)

        app.answering.receive = kept
        app.journal._committer.commit = counted
        app.links.send = answered
        self._receive = receive

    async def play_again(self, times: int) -> None:
        """Delivers the query so many times, one after the other."""
        for _ in range(times):
            before = self.done
            self._receive(self._delivered, 5_000, "gw1", self._count)
            await until(partial(self._is_done, before))

    def _is_done(self, before: int) -> bool:
        return self.done > before

    def _count(self) -> None:
        self.done += 1


def run(scene: Any, folder: Path) -> None:
    async def play() -> None:
        async with asyncio.timeout(60), Federation.of(folder, (ASKER, OWNER)) as fed:
            fed.hold(OWNER, CAR)
            await scene(fed)

    asyncio.run(play())


async def asked(fed: Federation, name: str = "officer") -> bytes:
    async with fed.caller(ASKER, name) as caller:
        reply = await caller.lookup(Vehicle(vin=VIN), why(), wait_s=20)
    assert reply.answers[0].outcome is Outcome.HIT
    return bytes.fromhex(reply.query_id)


def test_a_query_played_again_is_resent_and_costs_its_owner_no_commit(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        app = fed.nodes[OWNER].app
        gateway = Hostile(app)
        query_id = await asked(fed)
        before, sent = gateway.commits, gateway.sent
        await gateway.play_again(TIMES)
        assert (gateway.commits - before, gateway.sent - sent) == (0, TIMES)
        assert entries_of(app.engine, query_id) == BOTH

    run(scene, tmp_path)


def test_without_the_memory_each_repeat_costs_a_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attack, with the mitigation taken away."""
    monkeypatch.setattr(repeats.Repeats, "answer", lambda *_: None)
    monkeypatch.setattr(repeats, "ANSWERS_KEPT_MAX", 0)

    async def scene(fed: Federation) -> None:
        gateway = Hostile(fed.nodes[OWNER].app)
        await asked(fed)
        before = gateway.commits
        await gateway.play_again(TIMES)
        assert gateway.commits - before == TIMES

    run(scene, tmp_path)


def test_a_repeat_whose_answer_is_not_kept_costs_no_commit_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "ANSWERS_KEPT_MAX", 0)

    async def scene(fed: Federation) -> None:
        app = fed.nodes[OWNER].app
        gateway = Hostile(app)
        query_id = await asked(fed)
        before, sent = gateway.commits, gateway.sent
        await gateway.play_again(TIMES)
        assert (gateway.commits - before, gateway.sent - sent) == (0, 0)
        assert entries_of(app.engine, query_id) == BOTH

    run(scene, tmp_path)


def test_after_a_restart_only_the_first_repeat_is_looked_up(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        first = Hostile(fed.nodes[OWNER].app)
        query_id = await asked(fed)
        await fed.nodes[OWNER].end()
        await fed.start_node(OWNER)
        app = fed.nodes[OWNER].app
        again = Hostile(app)
        again._delivered = first._delivered
        await again.play_again(TIMES)
        assert (again.commits, again.sent) == (1, 0)
        assert entries_of(app.engine, query_id) == BOTH

    run(scene, tmp_path)


def test_what_is_remembered_of_repeats_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "ANSWERS_KEPT_MAX", 0)
    monkeypatch.setattr(repeats, "ENDED_REMEMBERED_MAX", 2)

    async def scene(fed: Federation) -> None:
        for number in range(4):
            await asked(fed, f"c{number}")
        assert len(fed.nodes[OWNER].app.answering._repeats) == 2

    run(scene, tmp_path)
