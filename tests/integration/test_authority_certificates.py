"""No certificate serves in another's place: real TLS on loopback, one listener, many callers."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from comity.authority.ca import (
    CertificateAuthority,
    Profile,
    key_pem,
    new_key,
    request,
    spki_sha256,
)
from comity.clock import SystemClock
from comity.identity.names import AgencyId, FederationId, InstanceName, SpiffeId
from comity.rpc.options import LINK_CHANNEL, LINK_SERVER
from comity.rpc.tls import TlsIdentity, channel_credentials, peer_of, server_credentials

FED = FederationId("test.comity")
NODE = SpiffeId.node(FED, AgencyId("FR"), InstanceName("1"))
GATEWAY = SpiffeId.gateway(FED, InstanceName("gw1"))
SYSTEM = SpiffeId.system(FED, AgencyId("FR"), InstanceName("cms"))
NOW = SystemClock().now_ms()
DAY = 24 * 3_600_000
SOON_S = 5.0


def issue(ca: CertificateAuthority, profile: Profile, now_ms: int = NOW) -> tuple[TlsIdentity, Any]:
    key = new_key()
    certificate = ca.sign(request(key), profile, now_ms)
    return TlsIdentity(certificate, key_pem(key)), spki_sha256(key.public_key())


@dataclass(frozen=True)
class Authorities:
    gateways: CertificateAuthority
    nodes: CertificateAuthority
    systems: CertificateAuthority


@pytest.fixture(scope="module")
def authorities() -> Authorities:
    names = ("gateways", "nodes", "systems")
    return Authorities(*(CertificateAuthority.create(name, NOW) for name in names))


class WhoAmI(health_pb2_grpc.HealthServicer):
    """Remembers who called."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    async def Check(self, _request: Any, context: Any) -> Any:  # noqa: N802
        self.seen.append(peer_of(context))
        return health_pb2.HealthCheckResponse(status=1)


async def call(
    listener: TlsIdentity, *, client_ca: bytes, caller: TlsIdentity | None, server_ca: bytes
) -> list[Any]:
    """One call; returns whom the listener saw, or nobody when TLS itself refused."""
    server, servicer = grpc.aio.server(options=LINK_SERVER), WhoAmI()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    credentials = server_credentials(listener, client_ca_pem=client_ca)
    port = server.add_secure_port("127.0.0.1:0", credentials)
    await server.start()
    try:
        async with grpc.aio.secure_channel(
            f"127.0.0.1:{port}",
            channel_credentials(caller, server_ca_pem=server_ca),
            options=LINK_CHANNEL,
        ) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            with contextlib.suppress(grpc.aio.AioRpcError):
                await stub.Check(health_pb2.HealthCheckRequest(), timeout=SOON_S)
        return servicer.seen
    finally:
        await server.stop(None)


def test_a_node_is_admitted_by_name_and_key(authorities: Authorities) -> None:
    listener, _ = issue(authorities.gateways, Profile(GATEWAY, server=True, hosts=("127.0.0.1",)))
    caller, key = issue(authorities.nodes, Profile(NODE))
    seen = asyncio.run(
        call(
            listener,
            client_ca=authorities.nodes.certificate_pem,
            caller=caller,
            server_ca=authorities.gateways.certificate_pem,
        )
    )
    assert [(peer.spiffe_id, peer.public_key_sha256) for peer in seen] == [(str(NODE), key)]


def wrong_callers(authorities: Authorities) -> dict[str, TlsIdentity | None]:
    forger = CertificateAuthority.create("nodes", NOW)
    return {
        "no certificate": None,
        "a gateway's": issue(authorities.gateways, Profile(GATEWAY, server=True))[0],
        "an agency system's": issue(authorities.systems, Profile(SYSTEM))[0],
        "another authority of the same name": issue(forger, Profile(NODE))[0],
        "expired": issue(authorities.nodes, Profile(NODE), NOW - 2 * DAY)[0],
        "a listener's, from the right authority": issue(
            authorities.nodes, Profile(NODE, server=True)
        )[0],
    }


@pytest.mark.parametrize(
    "which",
    [
        "no certificate",
        "a gateway's",
        "an agency system's",
        "another authority of the same name",
        "expired",
        "a listener's, from the right authority",
    ],
)
def test_a_listener_for_nodes_admits_nobody_else(authorities: Authorities, which: str) -> None:
    listener, _ = issue(authorities.gateways, Profile(GATEWAY, server=True, hosts=("127.0.0.1",)))
    seen = asyncio.run(
        call(
            listener,
            client_ca=authorities.nodes.certificate_pem,
            caller=wrong_callers(authorities)[which],
            server_ca=authorities.gateways.certificate_pem,
        )
    )
    assert seen == []


@pytest.mark.parametrize("which", ["a node's", "another host's", "expired"])
def test_a_node_talks_to_no_false_gateway(authorities: Authorities, which: str) -> None:
    hosts = ("127.0.0.1",)
    false = {
        "a node's": issue(authorities.nodes, Profile(NODE)),
        "another host's": issue(
            authorities.gateways, Profile(GATEWAY, server=True, hosts=("gw.example",))
        ),
        "expired": issue(
            authorities.gateways, Profile(GATEWAY, server=True, hosts=hosts), NOW - 2 * DAY
        ),
    }
    caller, _ = issue(authorities.nodes, Profile(NODE))
    seen = asyncio.run(
        call(
            false[which][0],
            client_ca=authorities.nodes.certificate_pem,
            caller=caller,
            server_ca=authorities.gateways.certificate_pem,
        )
    )
    assert seen == []
