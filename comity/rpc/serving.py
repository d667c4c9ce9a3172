"""Starting and stopping a gRPC server: listener, health, reflection, and an orderly end.

Stopping is always: health NOT_SERVING, no new calls, finish the work that runs within the grace, close.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING, Any, Final

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1._async import HealthServicer
from grpc_reflection.v1alpha import reflection

from comity.errors import ExitCode, StartError
from comity.rpc.errors import Guard

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from comity.rpc.options import Options

# What a stopping server gives the calls that run.
GRACE_S: Final = 10.0
# What watchers of its health get to hear of it.
WATCHERS_TOLD_S: Final = 0.2
# How long calls that were cut may take over their last steps; they have nothing left to wait for.
CUT_S: Final = 1.0
# Turns of the event loop in which grpc itself takes leave of a call that has ended.
TURNS_AFTER: Final = 4


async def listen(
    *,
    address: str,
    credentials: grpc.ServerCredentials,
    options: Options,
    services: Sequence[tuple[str, Callable[[grpc.aio.Server], None]]],
    interceptors: Sequence[grpc.aio.ServerInterceptor] = (),
) -> Listener:
    """Starts a server with health and reflection on.

    Args:
        address: ``host:port``; port 0 takes a free one.
        credentials: from ``comity.rpc.tls.server_credentials``.
        options: from ``comity.rpc.options``.
        services: full service name with the function that adds its servicer.
        interceptors: inside the guard, in order.

    Raises:
        StartError: the address cannot be bound (port in use, no such address).
    """
    guard = Guard()
    server = grpc.aio.server(options=options, interceptors=(guard, *interceptors))
    health = HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    names = [name for name, _ in services]
    for _, add in services:
        add(server)
    reflection.enable_server_reflection(
        (
            *names,
            health_pb2.DESCRIPTOR.services_by_name["Health"].full_name,
            reflection.SERVICE_NAME,
        ),
        server,
    )
    try:
        port = server.add_secure_port(address, credentials)
        await server.start()
    except RuntimeError as error:
        sentence = f"Cannot listen on {address}: the port is in use or the address is not ours."
        raise StartError(sentence, exit_code=ExitCode.UNAVAILABLE) from error
    for name in ("", *names):
        await health.set(name, health_pb2.HealthCheckResponse.SERVING)
    return Listener(server, guard, health, port)


class Listener:
    """A running server; keeps the strong reference that grpc.aio does not keep itself."""

    __slots__ = ("_guard", "_health", "_server", "port")

    def __init__(self, server: grpc.aio.Server, guard: Guard, health: Any, port: int) -> None:
        self._server = server
        self._guard = guard
        self._health = health
        self.port = port

    async def retire(self) -> None:
        """Tells health checks that no new work is wanted."""
        await self._health.enter_graceful_shutdown()

    async def stop(self, grace_s: float = GRACE_S) -> None:
        """Retires, lets running calls finish for ``grace_s`` seconds, closes.

        Whoever watches this server's health is told, and not waited for.
        """
        with contextlib.suppress(asyncio.CancelledError):
            await self.retire()
        async with asyncio.TaskGroup() as tasks:
            stopping = tasks.create_task(self._server.stop(grace_s))
            while self._guard.work and not stopping.done():
                await asyncio.wait(
                    {*self._guard.work, stopping}, return_when=asyncio.FIRST_COMPLETED
                )
            await self._server.stop(WATCHERS_TOLD_S)
        await self._cut_calls_end()

    async def close(self) -> None:
        """Ends every call at once; nothing happens to a server that was stopped before."""
        await self._server.stop(None)
        await self._cut_calls_end()

    async def _cut_calls_end(self) -> None:
        """Waits for the last steps of calls that a stop has cut.

        ``stop`` of grpc.aio returns when the calls are over for their peers, while their coroutines still
        run (grpc/grpc#37239): their last steps would meet stores that are closed, and an event loop that
        ends meanwhile makes grpc print a traceback for each.
        """
        if self._guard.calls:
            await asyncio.wait(set(self._guard.calls), timeout=CUT_S)
        for _ in range(TURNS_AFTER):
            await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def stop_signals() -> AsyncIterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set; the second SIGINT kills as usual."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal(number: int) -> None:
        stop.set()
        loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number)
    try:
        yield stop
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
