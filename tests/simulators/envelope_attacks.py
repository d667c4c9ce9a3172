"""Every way an envelope is refused, as bytes and what their reader expects.

The unit tests run them; the frozen vectors are written from them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.envelope import (
    EncryptionSecret,
    EnvelopeId,
    MessageType,
    OpenedEnvelope,
    SigningSecret,
    VerifiedEnvelope,
    Why,
    limits,
    open_delivered,
    parse_delivered,
    parse_sent,
    verify_sent,
)
from tests.simulators.envelopes import (
    BODY,
    LATER_MS,
    NOW_MS,
    READERS,
    ROUTING,
    SENDER,
    STRANGER,
    Parts,
    Plan,
    build,
    encrypt,
    padded,
    tagged,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

THREE = Plan(recipients=tuple(one.public for one in READERS[:3]))
ANSWER = Plan(message_type=MessageType.ANSWER, in_reply_to=b"q" * 32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader expects. ``sent``: the gateway's check instead of the recipient's."""

    sent: bool = False
    expect: MessageType = MessageType.QUERY
    sender: SigningSecret = SENDER
    recipient: EncryptionSecret = READERS[0]
    now_ms: int = NOW_MS
    in_reply_to: EnvelopeId | None = None
    bucket_bytes: int | None = None

    def read(self, data: bytes) -> OpenedEnvelope | VerifiedEnvelope:
        if self.sent:
            return verify_sent(parse_sent(data), self.sender.public, now_ms=self.now_ms)
        return open_delivered(
            parse_delivered(data),
            expect=self.expect,
            sender_key=self.sender.public,
            recipient=self.recipient,
            now_ms=self.now_ms,
            in_reply_to=self.in_reply_to,
            bucket_bytes=self.bucket_bytes,
        )


GATEWAY, OWNER = Reading(sent=True), Reading()
REQUESTER = Reading(expect=MessageType.ANSWER, in_reply_to=EnvelopeId(b"q" * 32))


@dataclass(frozen=True, slots=True)
class Attack:
    """Bytes that must be refused, and for which reason."""

    name: str
    why: Why
    data: bytes
    reading: Reading = OWNER


def attacks() -> Iterator[Attack]:
    """All of them; every member of ``Why`` at least once."""
    yield from _malformed()
    yield from _out_of_time()
    yield from _addressed_wrongly()
    yield from _on_the_way()
    yield from _by_the_sender()


def _malformed() -> Iterator[Attack]:
    one, three = build(Plan()), build(THREE)
    yield Attack("nothing at all", Why.TRUNCATED, b"")
    yield Attack("header cut short", Why.TRUNCATED, one.header[:-1])
    yield Attack("header and nothing behind it", Why.TRUNCATED, one.header)
    yield Attack("sent form without its end", Why.TRUNCATED, one.sent[:600], GATEWAY)
    yield Attack("path missing", Why.TRUNCATED, b"".join((*three[:2], bytes(68), three.body)))
    tagless = build(Plan(sealed=lambda *_: b"fifteen bytes !"))
    yield Attack("body shorter than a tag", Why.TRUNCATED, tagless.delivered())
    long = Plan(routing=bytes(limits.ROUTING_BYTES_MAX + 1))
    yield Attack("routing beyond its bound", Why.TRAILING, build(long).sent, GATEWAY)
    yield Attack("routing beyond its bound, delivered", Why.TRAILING, build(long).delivered())
    for_three = build(THREE.but(routing=long.routing)).delivered()
    yield Attack("routing beyond its bound, with a path", Why.TRAILING, for_three)
    yield Attack("a byte behind the end, sent", Why.ROUTING, one.sent + b"\0", GATEWAY)
    yield Attack("a byte behind the end, delivered", Why.INDEX, one.delivered() + b"\0")
    over = one.with_header(156, struct.pack(">I", limits.BODY_BYTES_MAX + 1))
    yield Attack("body larger than any", Why.TOO_LARGE, over.sent, GATEWAY)
    yield Attack("another format", Why.MAGIC, build(Plan(magic=b"CMT2")).delivered())
    yield Attack("type zero", Why.TYPE, build(Plan(message_type=0)).delivered())
    yield Attack("type unknown", Why.TYPE, build(Plan(message_type=200)).delivered())
    yield Attack("suite 2, reserved", Why.SUITE, build(Plan(suite=2)).delivered())
    yield Attack("flag set", Why.FLAGS, build(Plan(flags=1)).delivered())
    nobody = build(Plan(recipients=()))
    yield Attack("sent to nobody", Why.NO_RECIPIENTS, nobody.sent, GATEWAY)
    many = build(Plan(recipients=tuple(bytes([9, i]) + bytes(30) for i in range(65))))
    yield Attack("sent to 65", Why.TOO_MANY_RECIPIENTS, many.sent, GATEWAY)
    twice = build(Plan(recipients=(READERS[0].public, READERS[0].public)))
    yield Attack("sent to one twice", Why.DUPLICATE_RECIPIENT, twice.sent, GATEWAY)


def _out_of_time() -> Iterator[Attack]:
    one, skew = build(Plan()), limits.SKEW_MS_MAX
    late, early = Reading(now_ms=LATER_MS), Reading(now_ms=NOW_MS - skew - 1)
    yield Attack("opened at its end", Why.EXPIRED, one.delivered(), late)
    yield Attack("relayed at its end", Why.EXPIRED, one.sent, Reading(sent=True, now_ms=LATER_MS))
    yield Attack("created too far ahead", Why.FROM_THE_FUTURE, one.delivered(), early)
    too_long = Plan(expires_ms=NOW_MS + limits.LIFETIME_MS_MAX + 1)
    yield Attack("lives longer than 72 h", Why.LIFETIME, build(too_long).delivered())
    backwards = Plan(created_ms=NOW_MS + 2, expires_ms=NOW_MS + 1)
    yield Attack("ends before it begins", Why.LIFETIME, build(backwards).delivered())


def _addressed_wrongly() -> Iterator[Attack]:
    one, answer = build(Plan()), build(ANSWER)
    from_stranger = Reading(sender=STRANGER)
    yield Attack("query reflected as an answer", Why.WRONG_TYPE, one.delivered(), REQUESTER)
    yield Attack("receipt for a query", Why.WRONG_TYPE, build(Plan(message_type=3)).delivered())
    yield Attack("another agency's envelope", Why.WRONG_SENDER, one.delivered(), from_stranger)
    other = build(ANSWER.but(sender=STRANGER)).delivered()
    yield Attack("answer of another agency", Why.WRONG_SENDER, other, REQUESTER)
    yield Attack(
        "answer to another query",
        Why.IN_REPLY_TO,
        answer.delivered(),
        Reading(expect=MessageType.ANSWER, in_reply_to=EnvelopeId(b"r" * 32)),
    )
    unnamed = build(ANSWER.but(in_reply_to=bytes(32))).delivered()
    yield Attack("answer that names no query", Why.IN_REPLY_TO, unnamed, REQUESTER)
    naming = build(Plan(in_reply_to=b"q" * 32)).delivered()
    yield Attack("query that answers a query", Why.IN_REPLY_TO, naming)
    forwarded = Reading(recipient=READERS[1])
    yield Attack("forwarded", Why.NOT_A_RECIPIENT, one.delivered(), forwarded)


def _on_the_way() -> Iterator[Attack]:
    three = build(THREE)
    hello = three._replace(signature=bytes(64))
    yield Attack("signature of zeros", Why.SIGNATURE, hello.delivered())
    renumbered = three.with_header(8, b"n" * 16)
    yield Attack("replayed under another msg_id", Why.SIGNATURE, renumbered.delivered())
    prolonged = three.with_header(32, struct.pack(">Q", LATER_MS + 1))
    yield Attack("prolonged", Why.SIGNATURE, prolonged.sent, GATEWAY)
    resigned = three.signed_by(STRANGER)
    yield Attack("re-signed under the sender's name", Why.SIGNATURE, resigned.delivered())
    stripped = three.with_header(40, STRANGER.kid).signed_by(STRANGER)
    as_theirs = Reading(sender=STRANGER)
    yield Attack("stripped and re-signed", Why.SLOT_BY_SENDER, stripped.delivered(), as_theirs)
    cut = len(ROUTING) - 1
    moved = three._replace(routing=ROUTING[:cut] + b"!")
    yield Attack("routing altered, sent", Why.ROUTING, moved.sent, GATEWAY)
    yield Attack("routing altered, delivered", Why.ROUTING, moved.delivered())
    doubled = three._replace(routing=ROUTING + ROUTING)
    yield Attack("routing concatenated", Why.ROUTING, doubled.delivered())
    turned = three._replace(routing=ROUTING[9:] + ROUTING[:9])
    yield Attack("routing re-ordered", Why.ROUTING, turned.delivered())
    h0 = tagged(three.header[:156], b"CMT1-hdr")
    head, content_key = h0 + three.header[160:192], THREE.content_key
    forged = encrypt(padded(b"a forgery"), head, tagged(h0, b"CMT1-body", content_key))
    by_peer = three._replace(body=forged)
    yield Attack("body forged by a co-recipient", Why.BODY_HASH, by_peer.delivered())
    yield Attack("body forged by a co-recipient, sent", Why.BODY_HASH, by_peer.sent, GATEWAY)
    swapped = three._replace(slots=three.slots[1::-1] + three.slots[2:])
    yield Attack("slots re-ordered", Why.RECIPIENT_ROOT, swapped.sent, GATEWAY)
    foreign = build(THREE.but(msg_id=b"o" * 16)).slots[0]
    replaced = three._replace(slots=(foreign, *three.slots[1:]))
    yield Attack("slot of another envelope", Why.RECIPIENT_ROOT, replaced.sent, GATEWAY)
    broken = three.slots[0][:-1] + bytes([three.slots[0][-1] ^ 1])
    yield Attack("slot broken", Why.SLOT_BY_RELAY, three.delivered(slot=broken))
    ours = READERS[5]
    added = wrapped(content_key, ours.shared(three.header[88:120]), three.header[88:120],
                    ours.public, head)  # fmt: skip
    yield Attack(
        "slot added for a friend of a recipient",
        Why.SLOT_BY_RELAY,
        three.delivered(slot=added),
        Reading(recipient=ours),
    )
    yield Attack("index of a neighbour", Why.SLOT_BY_RELAY, three.delivered(index=1))
    yield Attack("index is n", Why.INDEX, three.delivered(index=3))
    yield Attack("index is n, alone", Why.INDEX, build(Plan()).delivered(index=1))
    yield Attack("index far out", Why.INDEX, three.delivered(index=0xFFFFFFFF))
    yield Attack("index with another path length", Why.INDEX, three.delivered(index=2))


def _by_the_sender() -> Iterator[Attack]:
    def sized(*, text: bytes) -> bytes:
        return build(Plan(plaintext=text)).delivered()

    other = build(Plan(slot_key=b"d" * 32)).delivered()
    yield Attack("slot with another key", Why.KEY_COMMITMENT, other)
    uncommitted = build(Plan(commitment=b"k" * 32)).delivered()
    yield Attack("committed to no key", Why.KEY_COMMITMENT, uncommitted)
    closed = build(Plan(shared=lambda _: b"s" * 32)).delivered()
    yield Attack("slot that never opened", Why.SLOT_BY_SENDER, closed)
    noise = build(Plan(sealed=lambda text, *_: text + bytes(16)))
    yield Attack("body that never opened", Why.BODY, noise.delivered())
    low = Plan(ephemeral=bytes(31) + b"\x80", shared=lambda _: bytes(32))
    yield Attack("ephemeral key of low order", Why.LOW_ORDER_KEY, build(low).delivered())
    yield Attack("body not padded", Why.PADDING, sized(text=padded(BODY)[:16]))
    yield Attack("padded to no bucket", Why.PADDING, sized(text=padded(BODY, 2048)))
    yield Attack("plaintext empty", Why.PADDING, sized(text=b""))
    yield Attack("padding not zeros", Why.PADDING, sized(text=padded(BODY)[:-1] + b"\1"))
    beyond = struct.pack(">I", 1021) + bytes(1020)
    yield Attack("length beyond the plaintext", Why.PADDING, sized(text=beyond))
    small = Reading(bucket_bytes=4096)
    yield Attack("smaller than agreed", Why.BUCKET, sized(text=padded(BODY)), small)
    large = Reading(bucket_bytes=1024)
    yield Attack("larger than agreed", Why.BUCKET, sized(text=padded(BODY, 4096)), large)


def honest() -> Parts:
    """An envelope to three that nothing is wrong with."""
    return build(THREE)
