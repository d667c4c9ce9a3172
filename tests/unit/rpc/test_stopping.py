"""A server that stops lets the calls that it cuts come to their end, and says nothing of them."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
from typing import TYPE_CHECKING, Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from comity.rpc.options import API_CHANNEL, API_SERVER
from comity.rpc.serving import Listener, listen
from comity.rpc.tls import channel_credentials, server_credentials
from tests.simulators.certificates import TestAuthority

if TYPE_CHECKING:
    import pytest

CA = TestAuthority.create()
LISTENER = CA.issue("spiffe://t/listener", server=True)
CALLER = CA.issue("spiffe://t/caller")
CALLS = 8
SERVICE = "t.Talker"
METHOD = f"/{SERVICE}/Talk"


class Talker:
    """Talks until it is cut; its last steps may take a moment."""

    def __init__(self, last_steps_s: float) -> None:
        self.talking = asyncio.Event()
        self._last_steps_s = last_steps_s
        self.begun = self.ended = 0

    async def talk(self, request: bytes, context: Any) -> None:
        self.begun += 1
        if self.begun == CALLS:
            self.talking.set()
        try:
            while True:
                await context.write(request)
                await asyncio.sleep(0.001)
        finally:
            if self._last_steps_s:
                await asyncio.sleep(self._last_steps_s)
            self.ended += 1

    def add_to(self, server: grpc.aio.Server) -> None:
        handler = grpc.unary_stream_rpc_method_handler(self.talk)
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(SERVICE, {"Talk": handler}),)
        )


def hear(port: int) -> None:
    credentials = channel_credentials(CALLER, server_ca_pem=CA.pem)
    with grpc.secure_channel(f"localhost:{port}", credentials, options=API_CHANNEL) as channel:
        words = channel.unary_stream(METHOD)(b"word")
        with contextlib.suppress(grpc.RpcError):
            for _ in words:
                pass


async def cut(hearers: concurrent.futures.Executor, last_steps_s: float = 0) -> int:
    """Stops a server that talks to eight; how many of its calls had come to their end by then."""
    talker = Talker(last_steps_s)
    listener = await listen(
        address="localhost:0",
        credentials=server_credentials(LISTENER, client_ca_pem=CA.pem),
        options=API_SERVER,
        services=[(SERVICE, talker.add_to)],
    )
    for _ in range(CALLS):
        hearers.submit(hear, listener.port)
    async with asyncio.timeout(20):
        await talker.talking.wait()
        await listener.stop(0.01)
    return talker.ended


def test_calls_that_a_stop_cuts_come_to_their_end_without_a_word(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with concurrent.futures.ThreadPoolExecutor(CALLS) as hearers:
        assert asyncio.run(cut(hearers, 0.05)) == CALLS
        assert asyncio.run(cut(hearers)) == CALLS
        assert "Traceback" not in capfd.readouterr().err

        async def at_once(_: Listener) -> None:
            pass

        # Without the wait grpc leaves them running; where the loop ends over them it may print tracebacks.
        monkeypatch.setattr(Listener, "_cut_calls_end", at_once)
        assert asyncio.run(cut(hearers, 0.05)) < CALLS


def test_a_stop_waits_for_work_and_not_for_whoever_watches_its_health() -> None:
    """Watching lasts as long as the watcher likes: it would hold up every stop for the whole grace."""

    async def scene() -> list[str]:
        happened: list[str] = []
        begun = asyncio.Event()

        async def work(request: bytes, _: Any) -> bytes:
            begun.set()
            await asyncio.sleep(0.3)
            happened.append("worked")
            return request

        def add(server: grpc.aio.Server) -> None:
            handler = grpc.unary_unary_rpc_method_handler(work)
            handlers = grpc.method_handlers_generic_handler(SERVICE, {"Talk": handler})
            server.add_generic_rpc_handlers((handlers,))

        listener = await listen(
            address="localhost:0",
            credentials=server_credentials(LISTENER, client_ca_pem=CA.pem),
            options=API_SERVER,
            services=[(SERVICE, add)],
        )
        credentials = channel_credentials(CALLER, server_ca_pem=CA.pem)
        where = f"localhost:{listener.port}"
        async with grpc.aio.secure_channel(where, credentials, options=API_CHANNEL) as channel:
            watched = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
            assert (await watched.read()).status == health_pb2.HealthCheckResponse.SERVING
            answer = channel.unary_unary(METHOD)(b"word")
            await begun.wait()
            async with asyncio.timeout(30):
                await listener.stop(grace_s=600)
            happened.append("stopped")
            assert (await watched.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
            assert await answer == b"word"
        return happened

    assert asyncio.run(scene()) == ["worked", "stopped"]
