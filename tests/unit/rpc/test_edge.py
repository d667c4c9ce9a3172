"""The edge: what callers learn of errors, who a peer is, which certificate a listener shows."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import tempfile
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc

from comity.errors import Reason, Refusal
from comity.rpc.errors import DETAILS_KEY, Guard, refusal_of
from comity.rpc.options import API_CHANNEL, API_SERVER
from comity.rpc.serving import listen
from comity.rpc.tls import Shown, channel_credentials, peer_of, renewable_server_credentials
from tests.simulators.certificates import TestAuthority

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PLANTED = "Quetzalkanarie lives at Am Wehr 1"
CA = TestAuthority.create()
LISTENER = CA.issue("spiffe://t/listener", server=True)
CALLER = CA.issue("spiffe://t/caller")


class Servicer(health_pb2_grpc.HealthServicer):
    """Does with each call whatever the test says."""

    def __init__(self, behaviour: Callable[[Any], Any]) -> None:
        self._behaviour = behaviour

    async def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._behaviour(context)
        return health_pb2.HealthCheckResponse()

    async def Watch(self, request: Any, context: Any) -> Any:  # noqa: N802
        yield health_pb2.HealthCheckResponse()
        self._behaviour(context)


async def served(
    behaviour: Callable[[Any], Any],
    scene: Callable[[int], Awaitable[None]],
    shown: Callable[[], Shown] = lambda: Shown(LISTENER, CA.pem),
) -> None:
    async with asyncio.timeout(20):
        server = grpc.aio.server(options=API_SERVER, interceptors=(Guard(),))
        health_pb2_grpc.add_HealthServicer_to_server(Servicer(behaviour), server)
        port = server.add_secure_port("127.0.0.1:0", renewable_server_credentials(shown))
        await server.start()
        try:
            await scene(port)
        finally:
            await server.stop(None)


def channel(port: int, identity: Any = CALLER, ca: bytes = CA.pem) -> grpc.aio.Channel:
    credentials = channel_credentials(identity, server_ca_pem=ca)
    return grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials, options=API_CHANNEL)


async def failure(port: int, *, stream: bool = False) -> grpc.aio.AioRpcError:
    async with channel(port) as found:
        stub: Any = health_pb2_grpc.HealthStub(found)
        request = health_pb2.HealthCheckRequest()
        try:
            if stream:
                async for _ in stub.Watch(request):
                    pass
            else:
                await stub.Check(request)
        except grpc.aio.AioRpcError as error:
            return error
    raise AssertionError("it did not fail")


def said(error: grpc.aio.AioRpcError) -> str:
    return repr((error.details(), error.debug_error_string(), error.trailing_metadata()))


@pytest.mark.parametrize("stream", [False, True])
def test_the_text_of_an_exception_never_reaches_a_caller(
    caplog: pytest.LogCaptureFixture, *, stream: bool
) -> None:
    def broken(_: Any) -> None:
        raise ValueError(PLANTED)

    async def scene(port: int) -> None:
        error = await failure(port, stream=stream)
        assert error.code() is grpc.StatusCode.INTERNAL
        found = refusal_of(error)
        assert found is not None
        assert found.reason is Reason.INTERNAL
        reference = found.detail
        assert reference
        assert any(reference in record.getMessage() for record in caplog.records)
        assert PLANTED not in said(error)
        assert PLANTED not in caplog.text

    with caplog.at_level(logging.DEBUG):
        asyncio.run(served(broken, scene))


def test_a_refusal_tells_its_reason_and_field_and_keeps_its_detail() -> None:
    def refuse(_: Any) -> None:
        raise Refusal(Reason.INVALID_REQUEST, PLANTED, field="question.targets")

    async def scene(port: int) -> None:
        error = await failure(port)
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert PLANTED not in said(error)
        (raw,) = [value for key, value in error.trailing_metadata() or () if key == DETAILS_KEY]
        status = status_pb2.Status.FromString(raw)
        violations = error_details_pb2.BadRequest()
        assert status.details[0].Unpack(violations)
        assert [one.field for one in violations.field_violations] == ["question.targets"]

    asyncio.run(served(refuse, scene))


def test_a_status_that_no_server_of_ours_wrote_is_no_refusal() -> None:
    for raw in (b"\xff\xff", b"", status_pb2.Status(code=3).SerializeToString()):
        error = grpc.aio.AioRpcError(
            grpc.StatusCode.INTERNAL,
            grpc.aio.Metadata(),
            grpc.aio.Metadata((DETAILS_KEY, raw)),
        )
        assert refusal_of(error) is None


class Facts:
    def __init__(self, **facts: list[bytes]) -> None:
        self._facts = facts

    def auth_context(self) -> dict[str, list[bytes]]:
        return self._facts


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"ssl_tls_version": [b"TLSv1.2"], "x509_pem_cert": [CALLER.certificate_pem]},
        {"x509_pem_cert": [CALLER.certificate_pem]},
        {"ssl_tls_version": [b"TLSv1.3"]},
        {"ssl_tls_version": [b"TLSv1.3"], "x509_pem_cert": [b"rubbish"]},
        {
            "ssl_tls_version": [b"TLSv1.3"],
            "x509_pem_cert": [CA.issue("spiffe://t/one", "spiffe://t/two").certificate_pem],
        },
        {"ssl_tls_version": [b"TLSv1.3"], "x509_pem_cert": [CA.issue().certificate_pem]},
    ],
    ids=["nothing", "tls 1.2", "no version", "no certificate", "rubbish", "two names", "no name"],
)
def test_nobody_is_who_shows_less_than_one_name_over_tls_1_3(facts: dict[str, list[bytes]]) -> None:
    with pytest.raises(Refusal) as refused:
        peer_of(Facts(**facts))
    assert refused.value.reason is Reason.UNAUTHENTICATED


def test_a_call_over_tls_1_2_is_refused_although_grpc_accepts_it() -> None:
    seen: list[Refusal] = []

    def look(context: Any) -> None:
        try:
            peer_of(context)
        except Refusal as refusal:
            seen.append(refusal)
            raise

    def old(port: int) -> str | None:
        with tempfile.NamedTemporaryFile() as pem:
            pem.write(CALLER.key_pem + CALLER.certificate_pem)
            pem.flush()
            client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            client.maximum_version = ssl.TLSVersion.TLSv1_2
            client.load_cert_chain(pem.name)
            client.load_verify_locations(cadata=CA.pem.decode())
            client.check_hostname = False
            client.set_alpn_protocols(["h2"])
            with (
                socket.create_connection(("127.0.0.1", port), timeout=5) as raw,
                client.wrap_socket(raw) as tls,
            ):
                tls.sendall(h2_call("/grpc.health.v1.Health/Check"))
                answer = b""
                while b"grpc-status" not in answer and len(answer) < 4_096:
                    part = tls.recv(4_096)
                    if not part:
                        break
                    answer += part
                return tls.version()

    async def scene(port: int) -> None:
        version = await asyncio.to_thread(old, port)
        assert version == "TLSv1.2"
        assert [one.detail for one in seen] == ["not TLS 1.3"]

    asyncio.run(served(look, scene))


def h2_call(path: str) -> bytes:
    """One unary call with an empty message, in HTTP/2 frames by hand."""

    def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
        return (
            len(payload).to_bytes(3, "big")
            + bytes([kind, flags])
            + stream.to_bytes(4, "big")
            + payload
        )

    def literal(name: str, value: str) -> bytes:
        return b"\x00" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()

    headers = b"".join(
        literal(*pair)
        for pair in (
            (":method", "POST"),
            (":scheme", "https"),
            (":path", path),
            (":authority", "localhost"),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
        )
    )
    return (
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        + frame(4, 0, 0, b"")
        + frame(1, 4, 1, headers)
        + frame(0, 1, 1, bytes(5))
    )


def test_a_renewed_certificate_is_shown_from_the_next_handshake_on() -> None:
    other = TestAuthority.create("the next one")
    shown = [Shown(LISTENER, CA.pem)]

    async def works(port: int, ca: bytes) -> bool:
        async with channel(port, ca=ca) as found:
            stub: Any = health_pb2_grpc.HealthStub(found)
            try:
                await stub.Check(health_pb2.HealthCheckRequest(), timeout=10)
            except grpc.aio.AioRpcError:
                return False
            return True

    async def scene(port: int) -> None:
        async with channel(port) as held:
            stub: Any = health_pb2_grpc.HealthStub(held)
            await stub.Check(health_pb2.HealthCheckRequest(), timeout=10)
            shown[0] = Shown(other.issue("spiffe://t/listener", server=True), CA.pem)
            assert await works(port, other.pem)
            assert not await works(port, CA.pem)
            await stub.Check(health_pb2.HealthCheckRequest(), timeout=10)  # held links go on

    asyncio.run(served(lambda _: None, scene, lambda: shown[0]))


def test_a_certificate_that_cannot_be_read_leaves_the_last_one_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fine = [True]

    def current() -> Shown:
        if not fine[0]:
            raise OSError(PLANTED)
        return Shown(LISTENER, CA.pem)

    async def scene(port: int) -> None:
        fine[0] = False
        async with channel(port) as found:
            stub: Any = health_pb2_grpc.HealthStub(found)
            await stub.Check(health_pb2.HealthCheckRequest(), timeout=10)
        assert "could not be read: OSError" in caplog.text
        assert PLANTED not in caplog.text

    asyncio.run(served(lambda _: None, scene, current))


LEAVING = 8


@pytest.mark.parametrize("grouped", [False, True])
def test_a_peer_that_leaves_while_it_is_written_to_is_no_fault(
    caplog: pytest.LogCaptureFixture, *, grouped: bool
) -> None:
    """A write of theirs fails, and their call is cancelled a moment later."""
    caplog.set_level(logging.INFO)
    ended: list[BaseException] = []

    async def talk(request: bytes, context: Any) -> None:
        try:
            while True:
                await context.write(request * 300_000)
        except BaseException as error:
            ended.append(error)
            raise

    async def talk_in_tasks(request: bytes, context: Any) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(talk(request, context))

    handler = grpc.unary_stream_rpc_method_handler(talk_in_tasks if grouped else talk)
    talker = grpc.method_handlers_generic_handler("t.Talker", {"Talk": handler})

    async def scene() -> None:
        listener = await listen(
            address="127.0.0.1:0",
            credentials=renewable_server_credentials(lambda: Shown(LISTENER, CA.pem)),
            options=API_SERVER,
            services=[("t.Talker", lambda server: server.add_generic_rpc_handlers((talker,)))],
        )
        async with asyncio.timeout(20):
            for _ in range(LEAVING):
                async with channel(listener.port) as found:
                    call = found.unary_stream("/t.Talker/Talk")(b"x")
                    await call.read()
                    await asyncio.sleep(0.05)  # and reads nothing more: a write waits
            while len(ended) < LEAVING:  # noqa: ASYNC110  # calls have no event here
                await asyncio.sleep(0.01)
        await listener.stop(0)

    asyncio.run(scene())
    assert any(isinstance(one, grpc.aio.InternalError) for one in ended)
    assert "a call was over" in caplog.text
    assert "fault" not in caplog.text
