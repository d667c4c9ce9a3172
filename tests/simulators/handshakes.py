"""Whoever reaches a port and has no certificate, or does not even speak TLS."""

from __future__ import annotations

import asyncio
import socket

from comity.rpc.options import LINK_SERVER
from comity.rpc.serving import listen
from comity.rpc.tls import server_credentials
from tests.simulators.certificates import TestAuthority

NAME = "spiffe://test.comity/agency/FR-PJ/system/listener"


def knock(port: int, times: int) -> None:
    """Says something that is no handshake, and waits until that was refused."""
    for _ in range(times):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as knocking:
            knocking.sendall(b"GET / HTTP/1.0\r\n\r\n")
            while knocking.recv(1024):
                pass


def fail(times: int) -> None:
    """A listener of this process, and so many who knock."""

    async def serve() -> None:
        own = TestAuthority.create()
        listener = await listen(
            address="127.0.0.1:0",
            credentials=server_credentials(own.issue(NAME, server=True), client_ca_pem=own.pem),
            options=LINK_SERVER,
            services=[],
        )
        await asyncio.to_thread(knock, listener.port, times)
        await listener.stop(0)

    asyncio.run(serve())
