"""Bare gRPC for comparison: a chain of byte relays over mutual TLS, and one call through it."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import grpc

from bench.kit.bare import MESSAGE_BYTES_MAX, METHOD, channel_credentials
from comity.authority.ca import key_pem, new_key, self_signed
from comity.demo.processes import Server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
    from pathlib import Path


def certificates(folder: Path) -> Path:
    """One certificate for every end of a bare chain, signed by itself."""
    folder.mkdir()
    key = new_key()
    pem = self_signed(key, "bare", time.time_ns() // 1_000_000, hosts=("localhost", "127.0.0.1"))
    for name, content in (("ca.pem", pem), ("certificate.pem", pem), ("key.pem", key_pem(key))):
        (folder / name).write_bytes(content)
    return folder


@contextlib.contextmanager
def chain(folder: Path, answer_bytes: Sequence[int]) -> Iterator[list[tuple[str, int]]]:
    """Runs relays one behind the other, the last of which answers.

    Args:
        folder: of ``certificates``.
        answer_bytes: what each passes back, the answering one first.

    Yields:
        Address and process id of each, the answering one first.
    """
    servers: list[Server] = []
    found: list[tuple[str, int]] = []
    try:
        for place, size in enumerate(answer_bytes):
            target = ["--target", found[-1][0]] if found else []
            arguments = ["-m", "bench.kit.bare", str(folder), "--answer-bytes", str(size), *target]
            servers.append(Server("python", *arguments, log=folder / f"bare-{place}.log"))
            found.append((f"localhost:{servers[-1].line().strip()}", servers[-1].pid))
        yield found
    finally:
        for server in servers:
            server.kill()


@contextlib.asynccontextmanager
async def caller(
    folder: Path, address: str, request_bytes: int
) -> AsyncIterator[Callable[[int], Awaitable[object]]]:
    """A call through the chain at ``address``, each with ``request_bytes``."""
    request = bytes(request_bytes)
    credentials = channel_credentials(folder)
    async with grpc.aio.secure_channel(
        address, credentials, options=(MESSAGE_BYTES_MAX,)
    ) as channel:
        call = channel.unary_unary(METHOD)
        await call(request, wait_for_ready=True, timeout=10)
        yield lambda _: call(request)
