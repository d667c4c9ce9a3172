"""All links of a node: which one an envelope takes, and how one that broke is dialled again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import grpc
import pytest

import node.link.links
from comity.clock import ManualClock
from comity.errors import Reason, Refusal
from comity.identity.directory import GatewayEntry
from comity.identity.names import InstanceName
from node.link.links import BACKOFF_MAX_S, HEALTHY_S, GatewayLinks
from node.link.session import LinkError, Session

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_sleep = asyncio.sleep


class FakeSession:
    """A link without a network: it is up until the test ends it."""

    def __init__(self, entry: GatewayEntry) -> None:
        self.gateway, self.entry = entry.name, entry
        self.up, self._ended = asyncio.Event(), asyncio.Event()
        self.draining, self.load, self.full = False, 0, False
        self.sent: list[bytes] = []
        self.fault: Exception = LinkError("broken")

    @property
    def usable(self) -> bool:
        return self.up.is_set() and not self.draining and not self._ended.is_set()

    def send(self, sealed: bytes, **_: object) -> None:
        if self.full:
            raise Refusal(Reason.OVERLOADED, "full")
        self.sent.append(sealed)

    def control(self, frame: object) -> None:
        self.sent.append(b"control")

    def end(self) -> None:
        self._ended.set()

    async def ended(self) -> None:
        await self._ended.wait()

    async def run(self) -> None:
        self.up.set()
        await self._ended.wait()
        raise self.fault


def entry_of(name: str) -> GatewayEntry:
    return GatewayEntry(InstanceName(name), f"{name}:1", b"key", "vkey")


class Bench:
    """Links of fake sessions; durations of backoff are kept, not waited for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *gateways: str) -> None:
        self.gateways = {InstanceName(name): entry_of(name) for name in gateways}
        self.dialled: list[FakeSession] = []
        self.down: list[str] = []
        self.refused: list[str] = []
        self.waits: list[float] = []
        self.clock = ManualClock()
        self.stop = asyncio.Event()

        async def wait(seconds: float, *_: object) -> None:
            if seconds:
                self.waits.append(seconds)
            await _sleep(0)

        monkeypatch.setattr(asyncio, "sleep", wait)
        self.links = GatewayLinks(
            gateways=lambda: dict(self.gateways),
            dial=self._dial,  # type: ignore[arg-type]
            on_up=lambda _: None,
            on_down=self.down.append,
            on_refused=self.refused.append,
            clock=self.clock,
            jitter=lambda: 1.0,
        )

    def _dial(self, entry: GatewayEntry) -> FakeSession:
        self.dialled.append(FakeSession(entry))
        return self.dialled[-1]

    def up(self) -> dict[str, FakeSession]:
        return {one.gateway: one for one in self.dialled if one.usable}

    async def until(self, check: Callable[[], Any]) -> None:
        async with asyncio.timeout(5):
            while not check():
                await _sleep(0)


def play(
    monkeypatch: pytest.MonkeyPatch, scene: Callable[[Bench], Awaitable[None]], *names: str
) -> Bench:
    async def run() -> Bench:
        bench = Bench(monkeypatch, *names)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(bench.links.run(bench.stop))
            await bench.until(lambda: len(bench.up()) == len(names))
            await scene(bench)
            bench.stop.set()
        return bench

    return asyncio.run(run())


def test_whatever_a_gateway_makes_go_wrong_ends_its_link_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene(bench: Bench) -> None:
        bad, good = bench.up()["gw1"], bench.up()["gw2"]
        bad.fault = AttributeError("of what was no message")
        bad.end()
        await bench.until(lambda: len(bench.dialled) == 3 and len(bench.up()) == 2)
        assert (good.usable, bench.dialled[2].gateway, bench.down) == (True, "gw1", ["gw1"])

    play(monkeypatch, scene, "gw1", "gw2")


def test_the_log_says_what_ended_a_link_and_not_that_something_did(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(bench: Bench) -> None:
        (link,) = bench.dialled
        inner = ExceptionGroup("of a task", [LinkError("no heartbeat")])
        link.fault = ExceptionGroup("of the tasks", [inner])
        link.end()
        await bench.until(lambda: len(bench.dialled) == 2)

    play(monkeypatch, scene, "gw1")
    assert "link to gw1 ended: no heartbeat" in caplog.text
    assert "ExceptionGroup" not in caplog.text


def test_bytes_that_are_no_message_end_a_link_like_any_break() -> None:
    """A held stream of grpc.aio gives ``None`` for them, and an end of its own for the end."""

    class Call:
        def __init__(self, said: object) -> None:
            self.said = said

        async def read(self) -> object:
            return self.said

    for said in (None, grpc.aio.EOF):
        session: Any = object.__new__(Session)
        session._ended = asyncio.Event()
        with pytest.raises(LinkError):
            asyncio.run(session._read(Call(said)))


def test_a_broken_link_is_dialled_again_ever_later_and_no_later_than_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene(bench: Bench) -> None:
        for number in range(9):
            await bench.until(lambda number=number: len(bench.dialled) > number and bench.up())
            bench.dialled[-1].end()
        await bench.until(lambda: len(bench.waits) == 9)
        assert bench.waits == [1, 2, 4, 8, 16, 32, BACKOFF_MAX_S, BACKOFF_MAX_S, BACKOFF_MAX_S]

    play(monkeypatch, scene, "gw1")


def test_only_a_minute_of_health_starts_the_backoff_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(bench: Bench) -> None:
        for held_s in (0.0, HEALTHY_S - 1, HEALTHY_S + 1, 0.0):
            count = len(bench.waits)
            await bench.until(bench.up)
            bench.clock.advance(seconds=held_s)
            bench.dialled[-1].end()
            await bench.until(lambda count=count: len(bench.waits) > count)
        assert bench.waits == [1, 2, 1, 2]

    play(monkeypatch, scene, "gw1")


def test_an_envelope_takes_the_link_it_must_else_the_one_with_least_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene(bench: Bench) -> None:
        up, links = bench.up(), bench.links
        up["gw1"].load = 5
        assert links.send(b"a", remaining_ms=1) == "gw2"
        assert links.send(b"b", remaining_ms=1, via="gw1") == "gw1"
        up["gw2"].full = True
        assert links.send(b"c", remaining_ms=1) == "gw1"
        up["gw1"].full = True
        with pytest.raises(Refusal) as refused:
            links.send(b"d", remaining_ms=1)
        assert refused.value.reason is Reason.OVERLOADED
        for session in up.values():
            session.draining = True
        with pytest.raises(Refusal) as refused:
            links.send(b"e", remaining_ms=1)
        assert refused.value.reason is Reason.GATEWAY_UNREACHABLE
        assert links.states == {"gw1": False, "gw2": False}

    play(monkeypatch, scene, "gw1", "gw2")


def test_links_follow_the_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(bench: Bench) -> None:
        gw1, gw2 = (InstanceName(name) for name in ("gw1", "gw2"))
        bench.gateways[gw2] = entry_of("gw2")
        bench.links.review()
        await bench.until(lambda: set(bench.up()) == {"gw1", "gw2"})
        for change in ({"address": "elsewhere:1"}, {"tls_public_key_sha256": b"another key"}):
            before, moved = bench.up()["gw1"], replace(entry_of("gw1"), **change)
            bench.gateways[gw1] = moved
            bench.links.review()
            await bench.until(lambda moved=moved: bench.dialled[-1].entry == moved)
            await bench.until(lambda before=before: not before.usable)
        del bench.gateways[gw2]
        bench.links.review()
        await bench.until(lambda: "gw2" in bench.down)
        assert set(bench.links.states) == {"gw1"}

    play(monkeypatch, scene, "gw1")


def test_a_renewed_link_is_up_before_the_old_one_drains_and_both_end_with_the_node(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene(bench: Bench) -> None:
        (old,) = bench.dialled
        async with asyncio.TaskGroup() as tasks:
            await bench.links.renew(tasks)
            fresh = bench.dialled[-1]
            assert (old.draining, fresh.usable, bench.down) == (True, True, [])
            assert bench.links.send(b"a", remaining_ms=1) == "gw1"
            assert (old.sent, fresh.sent) == ([b"control"], [b"a"])  # "deliver nothing more here"
            bench.stop.set()  # and the task group ends: nothing of the renewed link is left behind

    bench = play(monkeypatch, scene, "gw1")
    assert not bench.up()


def test_a_renewed_link_that_does_not_come_up_leaves_the_old_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(node.link.links, "DRAIN_S", 0.01)

    async def scene(bench: Bench) -> None:
        (old,) = bench.dialled

        async def never(session: FakeSession) -> None:
            await session._ended.wait()

        monkeypatch.setattr(FakeSession, "run", never)
        async with asyncio.TaskGroup() as tasks:
            await bench.links.renew(tasks)
        assert (old.usable, old.draining) == (True, False)

    play(monkeypatch, scene, "gw1")
