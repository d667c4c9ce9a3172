"""Envelopes built by hand from ``docs/spec/envelope.md``: what ``comity.envelope`` never writes.

A second writer, sharing no code with the first, so that both can be wrong only in the same way twice. Its
sender is a member who signs whatever it likes; every field and part can be replaced.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from nacl import bindings

from comity.envelope import EncryptionSecret, MessageType, SigningSecret

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NOW_MS = 1_790_000_000_000
LATER_MS = NOW_MS + 300_000
ROUTING = b"gb-crime-agency asks de-police, fr-police"
BODY = b"who is this?"
_NONCE = bytes(24)


class Chance:
    """Bytes that look random and are the same each time; it remembers what it gave."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.given: list[bytes] = []

    def __call__(self, size: int) -> bytes:
        label = f"{self.seed}/{len(self.given)}".encode()
        self.given.append(hashlib.shake_256(label).digest(size))
        return self.given[-1]


def signer(name: str) -> SigningSecret:
    return SigningSecret.from_seed(hashlib.sha256(b"signer " + name.encode()).digest())


def reader(name: str) -> EncryptionSecret:
    return EncryptionSecret.from_seed(hashlib.sha256(b"reader " + name.encode()).digest())


SENDER, STRANGER = signer("sender"), signer("stranger")
READERS = tuple(reader(str(number)) for number in range(64))


def tagged(data: bytes, person: bytes, key: bytes = b"") -> bytes:
    return hashlib.blake2b(data, digest_size=32, key=key, person=person).digest()


def padded(body: bytes, bucket_bytes: int = 1024) -> bytes:
    return struct.pack(">I", len(body)) + body + bytes(bucket_bytes - 4 - len(body))


def encrypt(text: bytes, bound: bytes, key: bytes) -> bytes:
    return bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(text, bound, _NONCE, key)


def _hashed(hashes: Sequence[bytes]) -> bytes:
    if len(hashes) <= 1:
        return hashes[0] if hashes else hashlib.sha256(b"").digest()
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    pair = _hashed(hashes[:half]) + _hashed(hashes[half:])
    return hashlib.sha256(b"\x01" + pair).digest()


def _path(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    if len(hashes) <= 1:
        return []
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    if index < half:
        return [*_path(index, hashes[:half]), _hashed(hashes[half:])]
    return [*_path(index - half, hashes[half:]), _hashed(hashes[:half])]


class Parts(NamedTuple):
    """An envelope in pieces, to be altered on the way."""

    header: bytes
    signature: bytes
    routing: bytes
    slots: tuple[bytes, ...]
    body: bytes

    @property
    def sent(self) -> bytes:
        return b"".join((*self[:3], *self.slots, self.body))

    def delivered(
        self, place: int = 0, *, index: int | None = None, slot: bytes | None = None
    ) -> bytes:
        """The form for the slot at ``place``, perhaps with another index or slot written in."""
        hashes = [hashlib.sha256(b"\x00" + one).digest() for one in self.slots]
        number = struct.pack(">I", place if index is None else index)
        part = self.slots[place] if slot is None else slot
        return b"".join((*self[:3], number, part, *_path(place, hashes), self.body))

    def with_header(self, at: int, value: bytes) -> Parts:
        return self._replace(header=self.header[:at] + value + self.header[at + len(value) :])

    def signed_by(self, sender: SigningSecret) -> Parts:
        return self._replace(signature=sender.sign(b"CMT1/envelope/v1\0" + self.header))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a sender wants to send. ``None`` means: as the specification has it."""

    sender: SigningSecret = SENDER
    recipients: tuple[bytes, ...] = (READERS[0].public,)
    routing: bytes = ROUTING
    plaintext: bytes = padded(BODY)
    content_key: bytes = b"c" * 32
    scalar: bytes = b"e" * 32
    msg_id: bytes = b"m" * 16
    magic: bytes = b"CMT1"
    message_type: int = MessageType.QUERY
    suite: int = 1
    flags: int = 0
    created_ms: int = NOW_MS
    expires_ms: int = LATER_MS
    sender_kid: bytes | None = None
    in_reply_to: bytes = bytes(32)
    ephemeral: bytes | None = None
    count: int | None = None
    commitment: bytes | None = None
    slot_key: bytes | None = None
    shared: Callable[[bytes], bytes] | None = None
    sealed: Callable[[bytes, bytes, bytes], bytes] | None = None
    root: bytes | None = None

    def but(self, **changes: object) -> Plan:
        return replace(self, **changes)  # type: ignore[arg-type]  # names are checked when built


def wrapped(content_key: bytes, shared: bytes, ephemeral: bytes, key: bytes, head: bytes) -> bytes:
    """A slot: ``head`` is h0 with the key commitment behind it."""
    kid = hashlib.blake2b(key, digest_size=16, person=b"CMT1-kid-enc").digest()
    wrapping = tagged(shared + ephemeral + key + head[:32], b"CMT1-kek-x25519")
    return kid + encrypt(content_key, head + kid, wrapping)


def build(plan: Plan) -> Parts:
    """The plan carried out, recipients in the order given."""
    ephemeral = plan.ephemeral or bindings.crypto_scalarmult_base(plan.scalar)
    count = len(plan.recipients) if plan.count is None else plan.count
    first = b"".join(
        (
            plan.magic,
            struct.pack(">BBH", plan.message_type, plan.suite, plan.flags),
            plan.msg_id,
            struct.pack(">QQ", plan.created_ms, plan.expires_ms),
            plan.sender.kid if plan.sender_kid is None else plan.sender_kid,
            plan.in_reply_to,
            ephemeral,
            tagged(plan.routing, b"CMT1-routing"),
            struct.pack(">I", count),
        )
    )
    h0 = tagged(first, b"CMT1-hdr")
    commitment = plan.commitment or tagged(h0, b"CMT1-kcommit", plan.content_key)
    head = h0 + commitment
    body_key = tagged(h0, b"CMT1-body", plan.content_key)
    body = (plan.sealed or encrypt)(plan.plaintext, head, body_key)
    slots = tuple(
        wrapped(
            plan.slot_key or plan.content_key,
            plan.shared(key) if plan.shared else bindings.crypto_scalarmult(plan.scalar, key),
            ephemeral,
            key,
            head,
        )
        for key in plan.recipients
    )
    root = plan.root or _hashed([hashlib.sha256(b"\x00" + slot).digest() for slot in slots])
    header = b"".join(
        (first, struct.pack(">I", len(body)), commitment, tagged(body, b"CMT1-bodyhash"), root)
    )
    return Parts(header, b"", plan.routing, slots, body).signed_by(plan.sender)
