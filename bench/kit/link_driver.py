"""Both ends of a gateway's links, as lean as they can be made, so that the gateway is what is measured.

The gateway cannot tell them from nodes: certificates, hello, key statements, credit, heartbeats and
sealed envelopes are real, and the questions were sealed before the clock runs. Only what happens inside
a node is left out: the answering end returns one prepared answer with the question's id written into
it (its signature is the requester's to check, and the gateway does not), the asking end accepts it unread.

``python -m bench.kit.link_driver HOME ADDRESS GATEWAY REQUESTER BYTES`` is the answering end as a program.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import grpc
import uvloop

from comity import envelope
from comity.api.relay.v1 import relay_service_pb2 as relay
from comity.authority.ca import load_key, spki_sha256
from comity.authority.home import Home
from comity.clock import SystemClock
from comity.identity.link_proof import LinkEnds, hello_message
from comity.rpc import options
from comity.rpc.outbox import BATCH_FRAMES_MAX
from comity.rpc.tls import channel_credentials
from comity.wire.v1 import routing_pb2

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from comity.authority.home import NodeIdentity

ATTACH: Final = "/comity.api.relay.v1.RelayService/Attach"
HEADER_BYTES: Final = 256
IN_REPLY_TO: Final = slice(56, 88)
LIFETIME_MS: Final = 300_000
ANSWER_BUCKET_BYTES: Final = 16 * 1024
RECEIPT_BYTES: Final = 700
# What a link takes in one message, and what an answer is beside its padded body and receipt, at most.
BATCH_BYTES: Final = 256 * 1024
BESIDE_BYTES: Final = 600
ATTACHED_S: Final = 20.0
ATTACHED_STEP_S: Final = 0.2
BEAT_S: Final = 5.0
CREDIT_ENVELOPES: Final = 2_048
CREDIT_BYTES: Final = 64 * 1024 * 1024


@contextlib.asynccontextmanager
async def attached(identity: NodeIdentity, gateway: str, address: str) -> AsyncIterator[Any]:
    """A welcomed link of raw messages: the handshake is done, key and credit are announced."""
    credentials = channel_credentials(identity.tls, server_ca_pem=identity.gateway_ca_pem)
    async with grpc.aio.secure_channel(
        address, credentials, options=options.LINK_CHANNEL
    ) as channel:
        call = await _welcomed(channel, identity, gateway)
        own = identity.own_keys()
        own.maintain(SystemClock().now_ms())
        await call.write(
            _frames(
                relay.NodeFrame(
                    credit=relay.Credit(envelopes=CREDIT_ENVELOPES, bytes=CREDIT_BYTES)
                ),
                relay.NodeFrame(key_statement=own.statements()[-1]),
            )
        )
        yield call
        await call.done_writing()


async def _welcomed(channel: grpc.aio.Channel, identity: NodeIdentity, gateway: str) -> Any:
    """Attaches; a gateway that has not heard of this node yet is asked again."""
    ends = time.perf_counter() + ATTACHED_S
    while True:
        call: Any = channel.stream_stream(ATTACH)()
        try:
            challenge = relay.AttachResponse.FromString(await call.read()).frames[0].challenge
            tls_key = spki_sha256(load_key(identity.tls.key_pem).public_key())
            signed = hello_message(challenge.nonce, LinkEnds(tls_key, gateway))
            hello = relay.Hello(
                agency=identity.agency, signature=identity.signing.sign(signed), wire_versions=[1]
            )
            await call.write(_frames(relay.NodeFrame(hello=hello)))
            relay.AttachResponse.FromString(await call.read())
        except (grpc.RpcError, TypeError):
            if time.perf_counter() > ends:
                raise
            await asyncio.sleep(ATTACHED_STEP_S)
        else:
            return call


def _frames(*frames: relay.NodeFrame) -> bytes:
    return relay.AttachRequest(frames=frames).SerializeToString()


def _heartbeat() -> bytes:
    beat = relay.Heartbeat(now_ms=SystemClock().now_ms())
    return _frames(relay.NodeFrame(heartbeat=beat))


def sealed_questions(asker: NodeIdentity, answerer: NodeIdentity, count: int) -> list[bytes]:
    """Questions as messages of one frame each, sealed now."""
    own = answerer.own_keys()
    statement = own.current()
    if statement is None:
        raise RuntimeError("the answering end has announced no key yet")
    now_ms = SystemClock().now_ms()
    routing = routing_pb2.Routing(
        wire_version=1,
        sender=asker.agency,
        recipients=[answerer.agency],
        instrument="EU-2023-977",
        purpose=3,  # type: ignore[arg-type]  # numbers of the contract
        entity_type=2,  # type: ignore[arg-type]
        stage=2,  # type: ignore[arg-type]
        urgency=1,  # type: ignore[arg-type]
        delivery_class=routing_pb2.DELIVERY_CLASS_INTERACTIVE,
        answer_bucket_bytes=ANSWER_BUCKET_BYTES,
    ).SerializeToString(deterministic=True)
    messages = []
    for _ in range(count):
        sealed = envelope.seal(
            message_type=envelope.MessageType.QUERY,
            sender=asker.signing,
            recipients=[statement.encryption_key],
            routing=routing,
            body=os.urandom(200),
            created_ms=now_ms,
            expires_ms=now_ms + LIFETIME_MS,
            in_reply_to=None,
            bucket_bytes=None,
        )
        send = relay.Send(envelope=sealed.encoded, remaining_ms=10_000)
        messages.append(_frames(relay.NodeFrame(send=send)))
    return messages


class _Asking:
    """Questions in flight at the asking end."""

    def __init__(self, questions: Sequence[bytes]) -> None:
        self.times: list[float] = []
        self.began_at: dict[bytes, float] = {}
        self._left = iter(questions)
        self._waiting: list[bytes] = []

    def next_question(self) -> None:
        message = next(self._left, None)
        if message is not None:
            sent = relay.AttachRequest.FromString(message).frames[0].send.envelope
            self.began_at[sha256(sent[:HEADER_BYTES]).digest()] = time.perf_counter()
            self._waiting.append(message)

    def take(self, data: bytes) -> None:
        """Accepts the answers of a message and puts the next questions into their places."""
        for frame in relay.AttachResponse.FromString(data).frames:
            if frame.HasField("deliver"):
                header = frame.deliver.envelope[:HEADER_BYTES]
                self.times.append(time.perf_counter() - self.began_at.pop(header[IN_REPLY_TO]))
                answer_id = sha256(header).digest()
                ack = relay.Ack(envelope_id=answer_id, verdict=relay.VERDICT_ACCEPTED)
                self._waiting.append(_frames(relay.NodeFrame(ack=ack)))
                self.next_question()
            elif frame.HasField("status"):
                raise RuntimeError(f"the gateway did not relay: {frame.status}")

    async def flush(self, call: Any) -> None:
        # Repeated fields concatenate: messages of one frame each are one message of many frames.
        for at in range(0, len(self._waiting), BATCH_FRAMES_MAX):
            await call.write(b"".join(self._waiting[at : at + BATCH_FRAMES_MAX]))
        self._waiting.clear()


async def ask(call: Any, questions: Sequence[bytes], *, in_flight: int) -> list[float]:
    """Sends questions, ``in_flight`` at a time, and accepts their answers; the seconds each took."""
    asking = _Asking(questions)
    for _ in range(in_flight):
        asking.next_question()
    await asking.flush(call)
    while asking.began_at:
        asking.take(await call.read())
        await asking.flush(call)
    return asking.times


async def answer(
    identity: NodeIdentity, *, gateway: str, address: str, requester: str, bucket_bytes: int
) -> None:
    """Answers every question with the same answer, padded to ``bucket_bytes``, until the link ends."""
    before, after = _answer_frame(identity, requester, bucket_bytes)
    step = 3 * min(BATCH_FRAMES_MAX, BATCH_BYTES // (bucket_bytes + RECEIPT_BYTES + BESIDE_BYTES))
    async with attached(identity, gateway, address) as call:
        print("answering", flush=True)
        beating = asyncio.get_running_loop().time() + BEAT_S
        while True:
            data = await call.read()
            if data is grpc.aio.EOF:
                return
            found, size = [], 0
            for frame in relay.AttachResponse.FromString(data).frames:
                if frame.HasField("deliver"):
                    sent = frame.deliver.envelope
                    size += len(sent)
                    found += (before, sha256(sent[:HEADER_BYTES]).digest(), after)
            for at in range(0, len(found), step):
                await call.write(b"".join(found[at : at + step]))
            if found:
                credit = relay.Credit(envelopes=len(found) // 3, bytes=size)
                await call.write(_frames(relay.NodeFrame(credit=credit)))
            if asyncio.get_running_loop().time() > beating:
                beating = asyncio.get_running_loop().time() + BEAT_S
                await call.write(_heartbeat())


def _answer_frame(identity: NodeIdentity, requester: str, bucket_bytes: int) -> tuple[bytes, bytes]:
    """An answer's message, cut where the question's id belongs."""
    now_ms = SystemClock().now_ms()
    routing = routing_pb2.Routing(
        wire_version=1,
        sender=identity.agency,
        recipients=[requester],
        delivery_class=routing_pb2.DELIVERY_CLASS_INTERACTIVE,
    ).SerializeToString(deterministic=True)
    mark = bytes(range(32))
    sealed = envelope.seal(
        message_type=envelope.MessageType.ANSWER,
        sender=identity.signing,
        recipients=[envelope.EncryptionSecret.generate().public],
        routing=routing,
        body=b"answer",
        created_ms=now_ms,
        expires_ms=now_ms + LIFETIME_MS,
        in_reply_to=envelope.EnvelopeId(mark),
        bucket_bytes=bucket_bytes,
    )
    send = relay.Send(
        envelope=sealed.encoded, remaining_ms=10_000, receipt=os.urandom(RECEIPT_BYTES)
    )
    before, _, after = _frames(relay.NodeFrame(send=send)).partition(mark)
    return before, after


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    for name in ("address", "gateway", "requester"):
        parser.add_argument(name)
    parser.add_argument("bytes", type=int)
    told = parser.parse_args()
    sys.exit(
        uvloop.run(
            answer(
                Home.load(told.home),
                gateway=told.gateway,
                address=told.address,
                requester=told.requester,
                bucket_bytes=told.bytes,
            )
        )
    )
