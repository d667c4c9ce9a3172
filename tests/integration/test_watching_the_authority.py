"""News of the directory reaches everybody: past hostile watchers, slow ones, and a disk that is full."""

from __future__ import annotations

import asyncio
import contextlib
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from comity.api.directory.v1 import directory_service_pb2 as api
from comity.authority import service
from comity.authority.client import connect
from comity.authority.publishing import Authority
from comity.authority.serving import running
from comity.clock import SystemClock
from comity.demo.processes import free_port
from comity.errors import Reason, Refusal
from comity.identity.directory import Revocations
from comity.identity.names import AgencyId
from tests.simulators.authority import Founded
from tests.simulators.federation import Federation, until
from tests.simulators.link_scenes import OWNER, attached, run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

SOON_S = 10.0
ELSEWHERE = "127.0.0.2"


@contextlib.asynccontextmanager
async def from_elsewhere(address: str) -> AsyncIterator[str]:
    """An address whose connections come to the authority from another host."""
    host, _, port = address.rpartition(":")

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while some := await source.read(65_536):
                sink.write(some)
                await sink.drain()
        sink.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(host, int(port), local_addr=(ELSEWHERE, 0))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(pump(reader, there[1]))
            tasks.create_task(pump(there[0], writer))

    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def watching(client: Any, count: int) -> tuple[list[Any], list[Reason]]:
    """So many watches of one host: those that are held, and how the others were refused."""
    held, refused = [], []
    for _ in range(count):
        told = client.watch({})
        try:
            await anext(told)
            held.append(told)
        except Refusal as refusal:
            refused.append(refusal.reason)
    return held, refused


def test_a_host_that_takes_every_place_to_watch_leaves_the_others_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "WATCHERS_MAX", 4)
    monkeypatch.setattr(service, "WATCHERS_PER_HOST_MAX", 3)
    address = f"127.0.0.1:{free_port()}"
    fed = Founded.found(tmp_path / "authority", address=address, clock=SystemClock())
    pem = fed.authority.tls().certificate_pem

    async def play() -> None:
        async with (
            asyncio.timeout(SOON_S),
            running(fed.folder, address),
            from_elsewhere(address) as there,
            connect(address, pem) as honest,
        ):
            async with connect(there, pem) as hostile, connect(there, pem) as again:
                held, refused = await watching(hostile, 4)
                more, beyond = await watching(again, 2)  # another connection is no other host
                assert (len(held) + len(more), refused + beyond) == (3, [Reason.OVERLOADED] * 3)
                told = honest.watch(fed.authority.trust.held())
                fed.authority.revoke(Revocations(agencies=frozenset({AgencyId("DE")})))
                assert "timestamp.json" in dict(await anext(told))
            async with connect(there, pem) as later:  # who goes gives its place back
                while not (await watching(later, 1))[0]:  # noqa: ASYNC110  # it has no event here
                    await asyncio.sleep(0.01)

    asyncio.run(play())


@pytest.mark.parametrize(
    ("peer", "host"),
    [
        ("ipv4:192.0.2.1:4711", "192.0.2.1"),
        ("ipv6:%5B2001:db8:1:2:3::1%5D:4711", "2001:db8:1:2::/64"),
        ("ipv6:[2001:db8:1:2:4::1]:4712", "2001:db8:1:2::/64"),
        ("ipv6:%5B::ffff:192.0.2.1%5D:4711", "192.0.2.1"),
        ("ipv6:%5Bfe80::1%25eth0%5D:4711", "fe80::/64"),
        ("unix:/run/authority.sock", "unix:/run/authority.sock"),
    ],
)
def test_a_host_is_an_address_and_in_ipv6_a_network(peer: str, host: str) -> None:
    assert service._host(peer) == host


def test_a_gateway_that_gets_no_place_to_watch_fetches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "WATCHERS_MAX", 0)

    async def scene(fed: Federation) -> None:
        assert attached(fed, OWNER) == 1
        fed.suspend(OWNER)
        await until(lambda: not attached(fed, OWNER))

    run(scene, tmp_path)


def test_what_is_published_while_a_watcher_reads_is_told_next(tmp_path: Path) -> None:
    clock = SystemClock()
    fed = Founded.found(tmp_path / "authority", clock=clock)
    news = service.News()
    watcher: Any = SimpleNamespace(peer=lambda: "ipv4:192.0.2.1:4711")

    async def play() -> None:
        serving = service.DirectoryServicer(Authority(fed.folder, clock), news)
        told = serving.Watch(api.WatchRequest(), watcher)
        async with asyncio.timeout(SOON_S):
            first = await anext(told)  # and while this is on its way:
            fed.authority.revoke(Revocations(agencies=frozenset({AgencyId("DE")})))
            news.tell()
            names = {file.name for file in (await anext(told)).files}
        assert "2.revocation.json" in names - {file.name for file in first.files}
        await told.aclose()  # type: ignore[attr-defined]

    asyncio.run(play())
    assert not news.watchers


def test_a_suspension_is_in_force_at_a_gateway_and_a_node_whose_disks_are_full(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(fed: Federation) -> None:
        gateway, node = fed.gateways["gw1"], fed.nodes["FR-PJ"]
        for one in (gateway, node):
            folder = one.app.identity.directory_store._folder
            folder.rename(folder.with_suffix(".away"))
            folder.write_bytes(b"")  # nothing can be written below it
        fed.suspend(OWNER)
        await until(lambda: not attached(fed, OWNER))
        await until(lambda: not node.app.directories.current.member(OWNER).active)
        assert not gateway.task.done()
        assert not node.task.done()

    run(scene, tmp_path)
    assert "is not on disk" in caplog.text
