"""A minimal byte relay in bare gRPC: answers, or passes each call on and returns what came back.

A program of its own (``python -m bench.kit.bare FOLDER``), so that its processor time can be told apart.
Unary calls, mutual TLS, uvloop, no protobuf, nothing checked and nothing kept.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import grpc
import uvloop

METHOD = "/bare.Relay/Call"
MESSAGE_BYTES_MAX = ("grpc.max_receive_message_length", 320 * 1024)


def channel_credentials(folder: Path) -> grpc.ChannelCredentials:
    """Credentials towards a server of the same folder."""
    names = ("ca.pem", "key.pem", "certificate.pem")
    return grpc.ssl_channel_credentials(*((folder / name).read_bytes() for name in names))


async def serve(folder: Path, target: str, answer_bytes: int) -> None:
    """Answers with ``answer_bytes``, or asks ``target`` and passes at most so many bytes back."""
    call = None
    if target:
        channel = grpc.aio.secure_channel(
            target, channel_credentials(folder), options=(MESSAGE_BYTES_MAX,)
        )
        call = channel.unary_unary(METHOD)
    answer = bytes(answer_bytes)

    async def handle(request: bytes, _: object) -> bytes:
        return answer if call is None else (await call(request))[:answer_bytes]

    server = grpc.aio.server(options=(MESSAGE_BYTES_MAX,))
    handler = grpc.unary_unary_rpc_method_handler(handle)
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("bare.Relay", {"Call": handler}),)
    )
    credentials = grpc.ssl_server_credentials(
        [((folder / "key.pem").read_bytes(), (folder / "certificate.pem").read_bytes())],
        (folder / "ca.pem").read_bytes(),
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
    parser.add_argument("--answer-bytes", type=int, required=True)
    options = parser.parse_args()
    sys.exit(uvloop.run(serve(options.folder, options.target, options.answer_bytes)))
