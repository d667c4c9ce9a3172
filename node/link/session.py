"""One `Attach` stream to one gateway process, from dialling to its end.

Rules:

* The gateway proves its name by TLS under the federation's gateway CA, and that it holds the TLS key which
  the directory names for it by signing the node's nonce; nothing is taken from it before. The node proves its
  key by signing the gateway's challenge together with its own TLS key, so neither half can be borrowed.
* Nothing is sent beyond the gateway's credit; a node out of credit tells its callers OVERLOADED.
* The gateway's credit comes back when a query's work is done, not when it arrives: so a gateway knows
  that this node is full, and says so at once to whoever asks.
* A link that is silent for three heartbeats is dead.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import grpc

from comity import envelope
from comity.api.relay.v1 import relay_service_pb2 as relay
from comity.api.relay.v1 import relay_service_pb2_grpc as relay_grpc
from comity.errors import Reason, Refusal
from comity.identity.link_proof import (
    NONCE_BYTES,
    GatewayProofError,
    LinkEnds,
    check_gateway,
    hello_message,
    welcome_message,
)
from comity.rpc import options
from comity.rpc.outbox import Outbox, OutboxFullError
from comity.version import __version__
from node.link.directory_parts import DirectoryParts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from comity.clock import Clock
    from comity.envelope import SigningSecret
    from comity.identity.directory import GatewayEntry

HEARTBEAT_S: Final = 10.0
# Heartbeats missed before a link counts as dead.
HEARTBEATS_MISSED_MAX: Final = 3
# The handshake (TLS, challenge, hello, welcome) must end within this long.
HANDSHAKE_S: Final = 10.0
# A link that this node ends says what is left to say for so long at most.
LAST_WORDS_S: Final = 0.5
# What the gateway may have outstanding towards this node.
CREDIT_ENVELOPES: Final = 1_024
CREDIT_BYTES: Final = 64 * 1024 * 1024
# Credit goes back in lots of so many envelopes; small beside what is granted.
CREDIT_BATCH: Final = 32
# A clock further off than this makes expiry meaningless (design: two minutes).
CLOCK_SKEW_MS_MAX: Final = 120_000
WIRE_VERSIONS: Final = (1,)

log = logging.getLogger(__name__)

# Generated modules carry no types.
_stub: Any = relay_grpc.RelayServiceStub


class LinkError(Exception):
    """The link cannot go on; it is dialled again."""


class Events(Protocol):
    """What a session tells the node."""

    def on_query(
        self,
        delivered: envelope.DeliveredEnvelope,
        remaining_ms: int,
        gateway: str,
        done: Callable[[], None],
    ) -> None:
        """A query for this node, and the gateway that holds its open slot.

        ``done`` is called once, when nothing of it is left to do here; it gives its credit back.
        """
        ...

    def on_answer(self, delivered: envelope.DeliveredEnvelope, receipt: bytes) -> None:
        """An answer to a query of this node."""
        ...

    def on_status(self, status: relay.Status) -> None:
        """What became of a query so far."""
        ...

    def on_cancel(self, query_id: bytes) -> None:
        """The requester no longer waits."""
        ...

    def on_directory(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Signed metadata, unverified."""
        ...

    def on_key_statement(self, statement: bytes) -> None:
        """Another node's key statement, unverified."""
        ...

    def on_clock_skew(self, gateway: str, skew_ms: int) -> None:
        """This machine's clock and the gateway's differ too much."""
        ...


class _Sending(NamedTuple):
    """An envelope on its way; its bytes are copied once, into the message that leaves."""

    envelope: bytes
    remaining_ms: int
    receipt: bytes


class Session:
    """A link while it is up."""

    def __init__(
        self,
        *,
        gateway: GatewayEntry,
        credentials: grpc.ChannelCredentials,
        agency: str,
        signing: SigningSecret,
        tls_public_key_sha256: bytes,
        events: Events,
        clock: Clock,
    ) -> None:
        self.gateway: str = gateway.name
        self.up = asyncio.Event()
        self.draining = False
        self._channel = grpc.aio.secure_channel(
            gateway.address, credentials, options=options.LINK_CHANNEL
        )
        self._gateway_key = gateway.tls_public_key_sha256
        self._agency = agency
        self._signing = signing
        self._tls_key = tls_public_key_sha256
        self._events = events
        self._clock = clock
        self._outbox: Outbox[relay.NodeFrame | _Sending] = Outbox()
        self._credit_envelopes = 0
        self._credit_bytes = 0
        # Credit that came free and was not given back yet.
        self._freed_envelopes = 0
        self._freed_bytes = 0
        self._heard_s = 0.0
        self._ended = asyncio.Event()
        self._directory_parts = DirectoryParts()

    @property
    def usable(self) -> bool:
        """Whether new envelopes may go this way."""
        return self.up.is_set() and not self.draining and not self._ended.is_set()

    @property
    def load(self) -> int:
        """Frames waiting to leave."""
        return len(self._outbox)

    def send(self, sealed: bytes, *, remaining_ms: int, receipt: bytes = b"") -> None:
        """Queues an envelope.

        Raises:
            Refusal: OVERLOADED without credit or room.
        """
        size = len(sealed) + len(receipt)
        if self._credit_envelopes < 1 or self._credit_bytes < size:
            raise Refusal(Reason.OVERLOADED, f"no credit at {self.gateway}")
        try:
            self._outbox.put(_Sending(sealed, remaining_ms, receipt), size)
        except OutboxFullError as error:
            raise Refusal(Reason.OVERLOADED, f"queue to {self.gateway} is full") from error
        self._credit_envelopes -= 1
        self._credit_bytes -= size

    def control(self, frame: relay.NodeFrame, *, pressing: bool = True) -> None:
        """Queues a control frame, as ``Outbox`` does; a gateway that reads none loses the link."""
        try:
            self._outbox.put_control(frame, pressing=pressing)
        except OutboxFullError:
            self.end()

    def end(self) -> None:
        """Ends the link."""
        self._ended.set()

    async def ended(self) -> None:
        """Returns when the link has ended."""
        await self._ended.wait()

    async def run(self) -> None:
        """Holds the link until it ends; raises ``LinkError`` or ``grpc.RpcError`` when it broke."""
        try:
            call = _stub(self._channel).Attach()
            try:
                async with asyncio.timeout(HANDSHAKE_S):
                    await self._handshake(call)
                async with asyncio.TaskGroup() as tasks:
                    writing = tasks.create_task(
                        self._outbox.run(lambda batch: self._write(call, batch))
                    )
                    beating = tasks.create_task(self._beat())
                    reading = tasks.create_task(self._read(call))
                    self.up.set()
                    await self._ended.wait()
                    beating.cancel()
                    await self._last_words(call, writing, reading)
                    writing.cancel()
                    reading.cancel()
            finally:
                self._ended.set()
                call.cancel()
        finally:
            await self._channel.close()

    async def _last_words(
        self, call: Any, writing: asyncio.Task[None], reading: asyncio.Task[None]
    ) -> None:
        """Says what waits for a next message, which will not come: the verdict on an answer above all.

        Without it the gateway holds the query open, and enters that nothing came of it. A gateway that reads
        nothing holds nobody up.
        """
        self._outbox.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                await asyncio.wait([writing])
                await call.done_writing()
                await asyncio.wait([reading])  # the gateway has read it all and ends the stream

    async def _handshake(self, call: Any) -> None:
        first = await self._next(call)
        if len(first.frames) != 1 or not first.frames[0].HasField("challenge"):
            raise LinkError("no challenge")
        challenge = first.frames[0].challenge
        if challenge.gateway != self.gateway:
            raise LinkError("another gateway answered")
        nonce = os.urandom(NONCE_BYTES)
        ends = LinkEnds(self._tls_key, self.gateway)
        hello = relay.Hello(
            agency=self._agency,
            signature=self._signing.sign(hello_message(challenge.nonce, ends)),
            wire_versions=WIRE_VERSIONS,
            release=__version__,
            nonce=nonce,
        )
        await call.write(relay.AttachRequest(frames=[relay.NodeFrame(hello=hello)]))
        answer = await self._next(call)
        if not answer.frames or not answer.frames[0].HasField("welcome"):
            raise LinkError("no welcome")
        welcome = answer.frames[0].welcome
        try:
            check_gateway(
                welcome_message(nonce, ends),
                public_key=welcome.public_key,
                signature=welcome.proof,
                public_key_sha256=self._gateway_key,
            )
        except GatewayProofError as error:
            raise LinkError(f"{self.gateway} is not believed: {error}") from error
        self._credit_envelopes = welcome.credit_envelopes
        self._credit_bytes = welcome.credit_bytes
        skew_ms = self._clock.now_ms() - welcome.now_ms
        if abs(skew_ms) > CLOCK_SKEW_MS_MAX:
            self._events.on_clock_skew(self.gateway, skew_ms)
            raise LinkError("clocks differ by more than two minutes")
        self._heard_s = self._clock.monotonic_s()
        self.control(
            relay.NodeFrame(credit=relay.Credit(envelopes=CREDIT_ENVELOPES, bytes=CREDIT_BYTES))
        )
        for frame in answer.frames[1:]:
            self._take(frame)

    async def _next(self, call: Any) -> relay.AttachResponse:
        """The next message; what cannot be parsed comes from grpc.aio as ``None``."""
        message = await call.read()
        if not isinstance(message, relay.AttachResponse):
            raise LinkError("the gateway ended the link, or sent what is no message")
        return message

    async def _write(self, call: Any, batch: list[relay.NodeFrame | _Sending]) -> None:
        request = relay.AttachRequest()
        frames = request.frames
        for frame in batch:
            if isinstance(frame, _Sending):
                send = frames.add().send
                send.envelope, send.remaining_ms, send.receipt = frame
            else:
                frames.append(frame)
        try:
            await call.write(request)
        except asyncio.InvalidStateError as error:
            # What grpc.aio says of a call that ended between two writes.
            raise LinkError("the gateway ended the link") from error

    async def _read(self, call: Any) -> None:
        while True:
            try:
                message = await self._next(call)
            except (LinkError, grpc.RpcError):
                if self._ended.is_set():
                    return  # as was asked for
                raise
            self._heard_s = self._clock.monotonic_s()
            for frame in message.frames:
                self._take(frame)

    def _take(self, frame: relay.GatewayFrame) -> None:
        kind = frame.WhichOneof("frame")
        if kind == "deliver":
            self._deliver(frame.deliver)
        elif kind == "status":
            self._events.on_status(frame.status)
        elif kind == "credit":
            self._credit_envelopes += frame.credit.envelopes
            self._credit_bytes += frame.credit.bytes
        elif kind == "directory":
            self._directory(frame.directory)
        elif kind == "key_statement":
            self._events.on_key_statement(frame.key_statement)
        elif kind == "cancel":
            self._events.on_cancel(frame.cancel.query_id)
        elif kind == "drain":
            self.draining = True

    def _directory(self, update: relay.DirectoryUpdate) -> None:
        parts = [(one.name, one.content) for one in update.files]
        try:
            whole = self._directory_parts.take(parts, more=update.more)
        except Refusal as refusal:
            raise LinkError(f"{self.gateway} sends {refusal.detail}") from refusal
        if whole is not None:
            self._events.on_directory(whole)

    def _deliver(self, deliver: relay.Deliver) -> None:
        data, receipt = deliver.envelope, deliver.receipt
        size = len(data) + len(receipt)
        try:
            delivered = envelope.parse_delivered(data)
        except Refusal as refusal:
            # One bad envelope is its sender's doing, or the gateway's; the link carries others.
            log.warning("envelope from %s refused: %s", self.gateway, refusal.detail)
            self._free(size)
            return
        if delivered.message_type is envelope.MessageType.QUERY:
            self._events.on_query(
                delivered, deliver.remaining_ms, self.gateway, lambda: self._free(size)
            )
        else:
            self._events.on_answer(delivered, receipt)

    def _free(self, size_bytes: int) -> None:
        """Gives credit back, many at a time."""
        self._freed_envelopes += 1
        self._freed_bytes += size_bytes
        if self._freed_envelopes >= CREDIT_BATCH or self._freed_bytes >= CREDIT_BYTES // 4:
            credit = relay.Credit(envelopes=self._freed_envelopes, bytes=self._freed_bytes)
            self._freed_envelopes = self._freed_bytes = 0
            self.control(relay.NodeFrame(credit=credit))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            self.control(relay.NodeFrame(heartbeat=relay.Heartbeat(now_ms=self._clock.now_ms())))
            silent_s = self._clock.monotonic_s() - self._heard_s
            if silent_s > HEARTBEAT_S * HEARTBEATS_MISSED_MAX:
                raise LinkError("no heartbeat")
