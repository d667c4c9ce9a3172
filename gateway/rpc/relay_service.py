"""`RelayService.Attach`: one held stream for each node, from its challenge to its end.

Rules:

* Who attaches is decided by certificate (name and public key, as in the directory in force) and by the
  node's signature over a fresh challenge together with that TLS key and this gateway's name.
* The gateway proves its own TLS key in turn, over the node's nonce, before anything else is said.
* A link ends at its certificate's notAfter, when the directory drops its keys, when it is silent for
  three heartbeats, and when it breaks a bound (frames, bytes, credit, the contract's own).
* One function handles an inbound batch; there is no task for a frame.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import grpc
from nacl.exceptions import CryptoError

from comity.api.relay.v1 import relay_service_pb2 as relay
from comity.api.relay.v1 import relay_service_pb2_grpc as relay_grpc
from comity.envelope import verify_signature
from comity.errors import Reason, Refusal
from comity.identity.directory import Freshness
from comity.identity.link_proof import (
    NONCE_BYTES,
    LinkEnds,
    gateway_prover,
    hello_message,
    welcome_message,
)
from comity.logs import about
from comity.rpc.outbox import BATCH_BYTES_MAX, BATCH_FRAMES_MAX, Outbox, OutboxFullError
from comity.rpc.shapes import check
from comity.rpc.tls import peer_of
from gateway.relay.link import CREDIT_BYTES, CREDIT_ENVELOPES, Link
from gateway.rpc.directory_frames import directory_frames
from gateway.rpc.frames import Frame, message_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

    from comity.clock import Clock
    from comity.identity.directory import Directory, Member, NodeEntry
    from comity.rpc.tls import Peer
    from gateway.directory.mirror import Mirror
    from gateway.relay.relay import Relay

HELLO_S: Final = 10.0
HEARTBEAT_S: Final = 10.0
HEARTBEATS_MISSED_MAX: Final = 3
LINKS_PER_AGENCY_MAX: Final = 16
LINKS_MAX: Final = 4_096
# Credit goes back in lots of so many envelopes; small beside what is granted.
CREDIT_LOT: Final = 256
# What a node may have granted at any time, however often it grants.
GRANTED_ENVELOPES_MAX: Final = 65_536
GRANTED_BYTES_MAX: Final = 256 * 1024 * 1024
# A link lasts a day at most, and a node makes a key every twenty hours; each is passed on to everybody.
STATEMENTS_PER_LINK_MAX: Final = 32
# A batch, and the receipt of its one large envelope.
BATCH_TAKEN_MAX: Final = BATCH_BYTES_MAX + BATCH_BYTES_MAX // 4
# The longest a requester waits, as in the contract; whoever says more has another contract.
REMAINING_MS_MAX: Final = 72 * 3600 * 1000

log = logging.getLogger(__name__)


class RelayServicer(relay_grpc.RelayServiceServicer):
    """Attaches links."""

    def __init__(
        self,
        *,
        name: str,
        key: EllipticCurvePrivateKey,
        relay_: Relay,
        mirror: Mirror,
        clock: Clock,
        entropy: Callable[[int], bytes],
        stopping: asyncio.Event,
    ) -> None:
        self._name = name
        self._public_key, self._sign = gateway_prover(key)
        self._relay = relay_
        self._mirror = mirror
        self._clock = clock
        self._entropy = entropy
        self._stopping = stopping
        # Streams that did not say hello yet, by agency: they count as links.
        self._arriving: Counter[str] = Counter()

    async def Attach(  # noqa: N802  # the contract's name
        self, request_iterator: Any, context: grpc.aio.ServicerContext[Any, Any]
    ) -> None:
        """Holds a link until it ends."""
        del request_iterator  # read through the context: one batch at a time
        peer = peer_of(context)
        member, entry = self._who(peer)
        ended = asyncio.Event()
        outbox: Outbox[Frame] = Outbox()
        link = Link(
            agency=member.agency,
            tls_key=peer.public_key_sha256,
            signing_kid=entry.kid,
            outbox=outbox,
            ended=ended,
        )
        self._arriving[member.agency] += 1
        try:
            async with asyncio.timeout(HELLO_S):
                welcome = await self._hello(context, peer, member, entry)
        except TimeoutError as error:
            raise Refusal(Reason.EXPIRED, "no hello in time") from error
        finally:
            self._arriving[member.agency] -= 1
        await _Attached(self, context, link, peer, ended).run(welcome)

    def _who(self, peer: Peer) -> tuple[Member, NodeEntry]:
        """The directory's node behind a certificate: by its key, and its name must be that node's."""
        directory = self._mirror.current
        if directory.freshness(self._clock.now_ms()) is Freshness.STOPPED:
            raise Refusal(Reason.DIRECTORY_STALE, "directory too old to admit anybody")
        found = directory.node_by_tls_key(peer.public_key_sha256)
        if found is None or peer.spiffe_id != _spiffe(directory, *found):
            raise Refusal(Reason.UNAUTHENTICATED, "certificate is no active node's")
        if self._clock.now_ms() >= peer.not_after_ms:
            raise Refusal(Reason.UNAUTHENTICATED, "certificate has expired")
        agency = found[0].agency
        held = Counter(link.agency for link in self._relay.links) + self._arriving
        if (
            self._stopping.is_set()
            or held.total() >= LINKS_MAX
            or held[agency] >= LINKS_PER_AGENCY_MAX
        ):
            raise Refusal(Reason.OVERLOADED, "too many links")
        return found

    async def _hello(
        self, context: Any, peer: Peer, member: Member, entry: NodeEntry
    ) -> relay.Welcome:
        """Challenge and answer; what proves this gateway in turn."""
        nonce = self._entropy(NONCE_BYTES)
        challenge = relay.Challenge(nonce=nonce, gateway=self._name)
        await context.write(relay.AttachResponse(frames=[relay.GatewayFrame(challenge=challenge)]))
        request = await context.read()
        if request is grpc.aio.EOF or len(request.frames) != 1:
            raise Refusal(Reason.INVALID_REQUEST, "no hello")
        check(request)
        hello = request.frames[0].hello
        ends = LinkEnds(peer.public_key_sha256, self._name)
        signed = hello_message(nonce, ends)
        try:
            verify_signature(signed, hello.signature, entry.signing_key)
        except (CryptoError, ValueError) as error:
            raise Refusal(Reason.UNAUTHENTICATED, "hello not signed by the node's key") from error
        if hello.agency != member.agency:
            raise Refusal(Reason.UNAUTHENTICATED, "hello names another agency")
        if member.wire_version_min not in hello.wire_versions:
            read = list(hello.wire_versions)
            log.info("%s reads wire versions %s", member.agency, read, extra=about(member.agency))
        if len(hello.nonce) != NONCE_BYTES:
            return relay.Welcome()
        proof = self._sign(welcome_message(hello.nonce, ends))
        return relay.Welcome(public_key=self._public_key, proof=proof)


def _spiffe(directory: Directory, member: Member, entry: NodeEntry) -> str:
    return f"spiffe://{directory.federation}/node/{member.agency}/{entry.instance}"


class _Attached:
    """A welcomed link while it lasts."""

    def __init__(
        self,
        servicer: RelayServicer,
        context: grpc.aio.ServicerContext[Any, Any],
        link: Link,
        peer: Peer,
        ended: asyncio.Event,
    ) -> None:
        self._relay = servicer._relay  # noqa: SLF001  # the servicer's other half
        self._mirror = servicer._mirror  # noqa: SLF001
        self._clock = servicer._clock  # noqa: SLF001
        self._context = context
        self._link = link
        self._peer = peer
        self._ended = ended
        self._heard_s = self._clock.monotonic_s()
        self._statements = 0
        self._freed_envelopes = 0
        self._freed_bytes = 0

    async def run(self, welcome: relay.Welcome) -> None:
        link = self._link
        link.outbox.put_control(self._welcome(welcome))
        for frame in self._mirror_frames():
            link.outbox.put_control(frame, frame.ByteSize())
        self._relay.attach(link)
        log.info("%s attached", link.agency, extra=about(link.agency))
        remaining_s = (self._peer.not_after_ms - self._clock.now_ms()) / 1000
        expiry = asyncio.get_running_loop().call_later(
            remaining_s, link.end, Reason.UNAUTHENTICATED
        )
        try:
            async with asyncio.TaskGroup() as tasks:
                work = [
                    tasks.create_task(link.outbox.run(self._write)),
                    tasks.create_task(self._read()),
                    tasks.create_task(self._beat()),
                ]
                await self._ended.wait()
                for task in work:
                    task.cancel()
        finally:
            expiry.cancel()
            link.end(Reason.SHUTTING_DOWN)
            self._relay.detach(link)
            log.info("%s detached: %s", link.agency, link.why_ended, extra=about(link.agency))
        if link.why_ended is not None and link.why_ended is not Reason.SHUTTING_DOWN:
            raise Refusal(link.why_ended, "link ended")

    def _welcome(self, welcome: relay.Welcome) -> relay.GatewayFrame:
        welcome.now_ms = self._clock.now_ms()
        welcome.credit_envelopes = CREDIT_ENVELOPES
        welcome.credit_bytes = CREDIT_BYTES
        welcome.ends_ms = self._peer.not_after_ms
        return relay.GatewayFrame(welcome=welcome)

    def _mirror_frames(self) -> list[relay.GatewayFrame]:
        frames = directory_frames(self._mirror.files())
        frames += [relay.GatewayFrame(key_statement=one) for one in self._mirror.statements()]
        return frames

    async def _write(self, batch: list[Frame]) -> None:
        await self._context.write(message_of(batch))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            silent_s = self._clock.monotonic_s() - self._heard_s
            if silent_s > HEARTBEAT_S * HEARTBEATS_MISSED_MAX:
                self._link.end(Reason.EXPIRED)
                return
            beat = relay.Heartbeat(now_ms=self._clock.now_ms())
            try:
                self._link.outbox.put_control(relay.GatewayFrame(heartbeat=beat))
            except OutboxFullError:
                self._link.end(Reason.OVERLOADED)

    async def _read(self) -> None:
        read = self._context.read
        while True:
            request = await read()
            if request is grpc.aio.EOF:
                self._link.end(Reason.SHUTTING_DOWN)
                return
            self._heard_s = self._clock.monotonic_s()
            try:
                self._take(request)
            except Refusal as refusal:
                agency = self._link.agency
                log.warning("link of %s ends: %s", agency, refusal, extra=about(agency))
                self._link.end(refusal.reason)
                return

    def _take(self, request: relay.AttachRequest) -> None:
        frames = request.frames
        if len(frames) > BATCH_FRAMES_MAX:
            raise Refusal(Reason.TOO_LARGE, "too many frames in a batch")
        envelopes = size = 0
        link, relaying = self._link, self._relay
        for frame in frames:
            if not frame.HasField("send"):
                self._control(frame)
                continue
            send = frame.send
            sent, receipt, remaining_ms = send.envelope, send.receipt, send.remaining_ms
            taken = len(sent) + len(receipt)
            envelopes += 1
            size += taken
            if size > BATCH_TAKEN_MAX or remaining_ms > REMAINING_MS_MAX:
                raise Refusal(Reason.TOO_LARGE, "too much in a batch")
            link.spend(taken)
            relaying.send(link, sent, remaining_ms=remaining_ms, receipt=receipt)
        if envelopes:
            self._free(envelopes, size)

    def _free(self, envelopes: int, size_bytes: int) -> None:
        """Gives credit back, many at a time: a message for each would be half of all messages."""
        self._freed_envelopes += envelopes
        self._freed_bytes += size_bytes
        if self._freed_envelopes >= CREDIT_LOT or self._freed_bytes >= CREDIT_BYTES // 4:
            freed, size = self._freed_envelopes, self._freed_bytes
            self._freed_envelopes = self._freed_bytes = 0
            self._link.grant(envelopes=freed, size_bytes=size)
            credit = relay.Credit(envelopes=freed, bytes=size)
            self._link.outbox.put_control(relay.GatewayFrame(credit=credit))

    def _control(self, frame: relay.NodeFrame) -> None:
        kind = frame.WhichOneof("frame")
        if kind == "ack":
            accepted = frame.ack.verdict == relay.VERDICT_ACCEPTED
            self._relay.acknowledge(self._link, frame.ack.envelope_id, accepted=accepted)
        elif kind == "credit":
            self._credit(frame.credit)
        elif kind == "cancel":
            self._relay.cancel(self._link, frame.cancel.query_id)
        elif kind == "draining":
            self._link.draining = True
        elif kind == "key_statement":
            check(frame)
            self._statements += 1
            if self._statements > STATEMENTS_PER_LINK_MAX:
                raise Refusal(Reason.OVERLOADED, "key statements without end")
            self._mirror.accept_statement(frame.key_statement)
        elif kind in {"hello", None}:
            raise Refusal(Reason.INVALID_REQUEST, "a frame out of order")

    def _credit(self, credit: relay.Credit) -> None:
        link = self._link
        if credit.envelopes > GRANTED_ENVELOPES_MAX or credit.bytes > GRANTED_BYTES_MAX:
            raise Refusal(Reason.INVALID_REQUEST, "credit beyond any room")
        link.credit_envelopes = min(link.credit_envelopes + credit.envelopes, GRANTED_ENVELOPES_MAX)
        link.credit_bytes = min(link.credit_bytes + credit.bytes, GRANTED_BYTES_MAX)
