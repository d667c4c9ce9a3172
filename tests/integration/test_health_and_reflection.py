"""Every listener says what it offers and whether it serves, until it stops."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from comity.authority.ceremony import ENROLMENT_HOST
from comity.authority.home import Home
from comity.client.profile import Profile
from comity.rpc import options
from comity.rpc.tls import channel_credentials
from tests.simulators.federation import SOON_S, Federation, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

NODE = "FR-PJ"
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
ALWAYS = {"grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}
OFFERED = {
    "callers": {
        "comity.api.query.v1.QueryService",
        "comity.api.query.v1.MarkService",
        "comity.api.ledger.v1.LedgerService",
    },
    "admin": {"comity.api.admin.v1.PolicyService", "comity.api.admin.v1.TaskService"},
    "gateway": {"comity.api.relay.v1.RelayService"},
    "authority": {
        "comity.api.directory.v1.DirectoryService",
        "comity.api.directory.v1.EnrolmentService",
    },
}


def play(tmp_path: Path, scene: Callable[[Federation], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(60), Federation.of(tmp_path, (NODE, "DE-LP")) as fed:
            await scene(fed)

    asyncio.run(run())


@contextlib.asynccontextmanager
async def channel(fed: Federation, which: str) -> AsyncIterator[grpc.aio.Channel]:
    """To a listener, as whoever may call it."""
    identity = Home.load(fed.home(NODE))
    profile = Profile.load(fed.profile(NODE, f"auditor-{which}", "auditor"))
    to_node = channel_credentials(profile.identity, server_ca_pem=profile.ca_pem)
    address, credentials = {
        "callers": (profile.address, to_node),
        "admin": (f"127.0.0.1:{fed.nodes[NODE].app.admin_port}", to_node),
        "gateway": (
            f"127.0.0.1:{fed.gateways['gw1'].port}",
            channel_credentials(identity.tls, server_ca_pem=identity.gateway_ca_pem),
        ),
        "authority": (
            identity.authority_address,
            channel_credentials(None, server_ca_pem=identity.authority_ca_pem),
        ),
    }[which]
    name = (("grpc.ssl_target_name_override", ENROLMENT_HOST),) if which == "authority" else ()
    settings = (*options.API_CHANNEL, *name)
    async with grpc.aio.secure_channel(address, credentials, options=settings) as found:
        yield found


async def services(found: grpc.aio.Channel) -> set[str]:
    call = reflection_pb2_grpc.ServerReflectionStub(found).ServerReflectionInfo()
    await call.write(reflection_pb2.ServerReflectionRequest(list_services=""))
    reply = await call.read()
    call.cancel()
    return {one.name for one in reply.list_services_response.service}


async def health(found: grpc.aio.Channel, service: str) -> int:
    stub: Any = health_pb2_grpc.HealthStub(found)
    reply = await stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=SOON_S)
    return int(reply.status)


def test_every_listener_tells_its_services_and_that_they_serve(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        for which, offered in OFFERED.items():
            async with channel(fed, which) as found:
                told = await services(found)
                assert told == offered | ALWAYS, which
                for service in ("", *offered):
                    assert await health(found, service) == SERVING, (which, service)

    play(tmp_path, scene)


async def watch(call: Any, told: list[int]) -> None:
    """Notes each state until the call ends, as it does when the listener closes."""
    with contextlib.suppress(grpc.RpcError):
        while (reply := await call.read()) is not grpc.aio.EOF:
            told.append(reply.status)


def test_a_listener_that_stops_says_so_first(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        for which, running in (("callers", fed.nodes[NODE]), ("gateway", fed.gateways["gw1"])):
            told: list[int] = []
            async with channel(fed, which) as found:
                stub: Any = health_pb2_grpc.HealthStub(found)
                call = stub.Watch(health_pb2.HealthCheckRequest(service=""))
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(watch(call, told))
                    await until(lambda told=told: told == [SERVING])
                    await running.end()
            assert told == [SERVING, NOT_SERVING], which

    play(tmp_path, scene)
