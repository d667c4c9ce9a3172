"""Bytes of an envelope: header, the sender's form, the recipient's form. No trust is decided here.

Offsets are those of ``docs/spec/envelope.md``. Parsing checks every length and every fixed byte, and
nothing else: what it returns is unverified.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from hashlib import blake2b, sha256
from typing import TYPE_CHECKING, Final, NamedTuple, NewType

from comity.envelope import limits, merkle
from comity.envelope.keys import SIGNATURE_BYTES, Kid
from comity.envelope.refusals import EnvelopeRefused, Why

if TYPE_CHECKING:
    from collections.abc import Sequence

EnvelopeId = NewType("EnvelopeId", bytes)
MessageId = NewType("MessageId", bytes)

MAGIC: Final = b"CMT1"
SUITE: Final = 1
HEADER: Final = struct.Struct(">4sBBH16sQQ16s32s32s32sII32s32s32s")
HEADER_BYTES: Final = 256
# The part of the header that h0 covers: all that is fixed before the content key is used.
BOUND_BYTES: Final = 156
SLOT_BYTES: Final = 64
INDEX: Final = struct.Struct(">I")
NO_REPLY: Final = bytes(32)
SIGNATURE_CONTEXT: Final = b"CMT1/envelope/v1\0"
_FIXED_BYTES: Final = HEADER_BYTES + SIGNATURE_BYTES


class MessageType(IntEnum):
    """What a message is; it is signed, and no frame's word replaces it."""

    QUERY = 1
    ANSWER = 2
    RECEIPT = 3


_TYPES: Final = {kind.value: kind for kind in MessageType}


def b2(data: bytes, person: bytes, key: bytes = b"") -> bytes:
    """BLAKE2b-256 under a domain tag, keyed or not."""
    return blake2b(data, digest_size=32, key=key, person=person).digest()


class Header(NamedTuple):
    """The 256 bytes that are signed."""

    magic: bytes
    type_number: int
    suite: int
    flags: int
    msg_id: bytes
    created_ms: int
    expires_ms: int
    sender_kid: bytes
    in_reply_to: bytes
    ephemeral: bytes
    routing_hash: bytes
    recipients: int
    body_bytes: int
    key_commitment: bytes
    body_hash: bytes
    recipient_root: bytes


def parse_header(data: bytes) -> Header:
    """The header's fields, its fixed bytes and bounds checked."""
    if len(data) != HEADER_BYTES:
        raise EnvelopeRefused(Why.TRUNCATED)
    header = Header._make(HEADER.unpack(data))
    if header.magic != MAGIC:
        raise EnvelopeRefused(Why.MAGIC)
    if header.suite != SUITE:
        raise EnvelopeRefused(Why.SUITE)
    if header.flags:
        raise EnvelopeRefused(Why.FLAGS)
    if header.type_number not in _TYPES:
        raise EnvelopeRefused(Why.TYPE)
    if not header.recipients:
        raise EnvelopeRefused(Why.NO_RECIPIENTS)
    if header.recipients > limits.RECIPIENTS_MAX:
        raise EnvelopeRefused(Why.TOO_MANY_RECIPIENTS)
    if header.body_bytes > limits.BODY_BYTES_MAX:
        raise EnvelopeRefused(Why.TOO_LARGE)
    if header.body_bytes < limits.TAG_BYTES:
        raise EnvelopeRefused(Why.TRUNCATED)
    return header


def check_times(header: Header, now_ms: int) -> None:
    """Refuses what is expired, from the future, or lives longer than anything may."""
    if header.created_ms > now_ms + limits.SKEW_MS_MAX:
        raise EnvelopeRefused(Why.FROM_THE_FUTURE)
    if header.expires_ms <= now_ms:
        raise EnvelopeRefused(Why.EXPIRED)
    if not 0 < header.expires_ms - header.created_ms <= limits.LIFETIME_MS_MAX:
        raise EnvelopeRefused(Why.LIFETIME)


class _Envelope:
    """What both forms share: header, its id, signature, routing, body."""

    __slots__ = ("body", "header", "header_bytes", "id", "message_type", "routing", "signature")

    def __init__(self, data: bytes) -> None:
        if len(data) > limits.ENVELOPE_BYTES_MAX:
            raise EnvelopeRefused(Why.TOO_LARGE)
        self.header_bytes = data[:HEADER_BYTES]
        self.header = parse_header(self.header_bytes)
        self.message_type = _TYPES[self.header.type_number]
        self.id = EnvelopeId(sha256(self.header_bytes).digest())
        self.signature = data[HEADER_BYTES:_FIXED_BYTES]

    @property
    def sender_kid(self) -> Kid:
        """Id of the key that is said to have signed."""
        return Kid(self.header.sender_kid)

    @property
    def msg_id(self) -> MessageId:
        """The sender's random number for this message."""
        return MessageId(self.header.msg_id)

    @property
    def in_reply_to(self) -> EnvelopeId:
        """The query that this answers; zeros for a query."""
        return EnvelopeId(self.header.in_reply_to)

    @property
    def expires_ms(self) -> int:
        """When it ends, milliseconds since the Unix epoch."""
        return self.header.expires_ms

    def _split(self, data: bytes, between_bytes: int) -> bytes:
        """Cuts routing and body; returns what stands between them."""
        body_at = len(data) - self.header.body_bytes
        between_at = body_at - between_bytes
        if between_at < _FIXED_BYTES:
            raise EnvelopeRefused(Why.TRUNCATED)
        if between_at - _FIXED_BYTES > limits.ROUTING_BYTES_MAX:
            raise EnvelopeRefused(Why.TRAILING)
        self.routing = data[_FIXED_BYTES:between_at]
        self.body = data[body_at:]
        return data[between_at:body_at]


class SentEnvelope(_Envelope):
    """An envelope as its sender built it. Unverified."""

    __slots__ = ("slots",)

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        count = self.header.recipients
        between = self._split(data, count * SLOT_BYTES)
        if count == 1:
            self.slots: Sequence[bytes] = (between,)
        else:
            self.slots = [
                between[at : at + SLOT_BYTES] for at in range(0, len(between), SLOT_BYTES)
            ]
            if len({slot[:16] for slot in self.slots}) != count:
                raise EnvelopeRefused(Why.DUPLICATE_RECIPIENT)

    @property
    def recipient_kids(self) -> list[Kid]:
        """Ids of the keys it is sealed to, in the order of the slots."""
        return [Kid(slot[:16]) for slot in self.slots]

    def delivered_forms(self) -> list[tuple[Kid, bytes]]:
        """Each recipient's form, beside the id of the key it is for."""
        head = self.header_bytes + self.signature + self.routing
        if len(self.slots) == 1:
            slot = self.slots[0]
            return [(Kid(slot[:16]), b"".join((head, bytes(4), slot, self.body)))]
        hashes = [merkle.leaf_hash(slot) for slot in self.slots]
        return [
            (
                Kid(slot[:16]),
                b"".join((head, INDEX.pack(index), slot, *merkle.path(index, hashes), self.body)),
            )
            for index, slot in enumerate(self.slots)
        ]


class DeliveredEnvelope(_Envelope):
    """An envelope as one recipient gets it. Unverified."""

    __slots__ = ("index", "proof", "slot")

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        # The index decides how long the path is, and the path's length where the index stands: with
        # the routing's length free, only one place satisfies both, found from the body backwards.
        count = self.header.recipients
        if count == 1:
            between = self._split(data, INDEX.size + SLOT_BYTES)
            self._place(between, 0)
            return
        plausible = False
        longest = merkle.path_length(0, count)
        without_path = len(data) - self.header.body_bytes - INDEX.size - SLOT_BYTES
        if without_path - 32 < _FIXED_BYTES:
            raise EnvelopeRefused(Why.TRUNCATED)
        if without_path - longest * 32 > _FIXED_BYTES + limits.ROUTING_BYTES_MAX:
            raise EnvelopeRefused(Why.TRAILING)
        for length in range(longest, 0, -1):
            at = without_path - length * 32
            if at < _FIXED_BYTES:
                continue
            (index,) = INDEX.unpack_from(data, at)
            if index >= count or merkle.path_length(index, count) != length:
                continue
            plausible = True
            if b2(data[_FIXED_BYTES:at], b"CMT1-routing") == self.header.routing_hash:
                between = self._split(data, INDEX.size + SLOT_BYTES + length * 32)
                self._place(between, length)
                return
        raise EnvelopeRefused(Why.ROUTING if plausible else Why.INDEX)

    def _place(self, between: bytes, length: int) -> None:
        (self.index,) = INDEX.unpack_from(between)
        self.slot = between[INDEX.size : INDEX.size + SLOT_BYTES]
        proof_at = INDEX.size + SLOT_BYTES
        self.proof = [between[at : at + 32] for at in range(proof_at, proof_at + length * 32, 32)]
        if self.index >= self.header.recipients:
            raise EnvelopeRefused(Why.INDEX)

    @property
    def recipient_kid(self) -> Kid:
        """Id of the key it is sealed to."""
        return Kid(self.slot[:16])


def parse_sent(data: bytes) -> SentEnvelope:
    """The sender's form; raises ``EnvelopeRefused`` for anything malformed."""
    return SentEnvelope(bytes(data))


def parse_delivered(data: bytes) -> DeliveredEnvelope:
    """The recipient's form; raises ``EnvelopeRefused`` for anything malformed."""
    return DeliveredEnvelope(bytes(data))
