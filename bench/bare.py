"""The same hops in bare gRPC, for comparison: a chain of unary byte relays over mutual TLS."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import grpc
import uvloop

METHOD = "/bare.Relay/Call"


def _read(folder: Path, name: str) -> bytes:
    return (folder / name).read_bytes()


async def serve(folder: Path, target: str, answer_bytes: int) -> None:
    """Answers, or passes on to ``target`` and returns what came back."""
    call = None
    if target:
        credentials = grpc.ssl_channel_credentials(
            _read(folder, "ca.pem"), _read(folder, "key.pem"), _read(folder, "certificate.pem")
        )
        channel = grpc.aio.secure_channel(target, credentials)
        call = channel.unary_unary(METHOD)
    answer = bytes(answer_bytes)

    async def handle(request: bytes, _: object) -> bytes:
        return answer if call is None else await call(request)

    server = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(handle)
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("bare.Relay", {"Call": handler}),)
    )
    credentials = grpc.ssl_server_credentials(
        [(_read(folder, "key.pem"), _read(folder, "certificate.pem"))],
        _read(folder, "ca.pem"),
        require_client_auth=True,
    )
    port = server.add_secure_port("127.0.0.1:0", credentials)
    await server.start()
    print(port, flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--target", default="")
    parser.add_argument("--answer-bytes", type=int, default=1024)
    options = parser.parse_args()
    sys.exit(uvloop.run(serve(options.folder, options.target, options.answer_bytes)))
