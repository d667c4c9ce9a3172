"""Sealing: one body, encrypted once, for up to 64 recipients, signed by its sender.

Rules:

* The content key, the ephemeral key and the message id are drawn here, once, and are not arguments: a
  caller cannot reuse one. A retry resends the stored bytes.
* The content key is committed to in the header, so no slot can open the body to another text.
* Slots are shuffled and bound by a Merkle root, so a recipient cannot tell who the others are, nor add
  or move one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from nacl import bindings

from comity.envelope import limits, merkle
from comity.envelope.keys import encryption_kid
from comity.envelope.layout import (
    BOUND_BYTES,
    HEADER,
    MAGIC,
    NO_REPLY,
    SIGNATURE_CONTEXT,
    SUITE,
    EnvelopeId,
    MessageType,
    b2,
)
from comity.envelope.refusals import EnvelopeRefused, Why

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.envelope.keys import EncryptionPublicKey, SigningSecret

Entropy = Callable[[int], bytes]

ZERO_NONCE: Final = bytes(24)
LENGTH_BYTES: Final = 4


class SealedEnvelope:
    """What was sealed: the bytes for the gateway, and their id."""

    __slots__ = ("encoded", "id")

    def __init__(self, encoded: bytes, envelope_id: EnvelopeId) -> None:
        self.encoded = encoded
        self.id = envelope_id


def pad(body: bytes, bucket_bytes: int | None) -> bytes:
    """Length, body, zeros up to the bucket; the smallest that fits when none is fixed.

    Raises:
        EnvelopeRefused: the body does not fit.
    """
    needed = len(body) + LENGTH_BYTES
    if bucket_bytes is None:
        bucket_bytes = next((size for size in limits.BUCKETS_BYTES if size >= needed), 0)
    if needed > bucket_bytes or bucket_bytes not in limits.BUCKETS_BYTES:
        raise EnvelopeRefused(Why.BUCKET)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body + bytes(bucket_bytes - needed)


def unpad(plaintext: bytes, bucket_bytes: int | None) -> bytes:
    """The body inside a padded plaintext; raises unless it is exactly what ``pad`` makes."""
    size = len(plaintext)
    if bucket_bytes is not None and size != bucket_bytes:
        raise EnvelopeRefused(Why.BUCKET)
    if size not in limits.BUCKETS_BYTES:
        raise EnvelopeRefused(Why.PADDING)
    end = LENGTH_BYTES + int.from_bytes(plaintext[:LENGTH_BYTES], "big")
    if end > size or plaintext[end:] != bytes(size - end):
        raise EnvelopeRefused(Why.PADDING)
    return plaintext[LENGTH_BYTES:end]


def seal(
    *,
    message_type: MessageType,
    sender: SigningSecret,
    recipients: Sequence[EncryptionPublicKey],
    routing: bytes,
    body: bytes,
    created_ms: int,
    expires_ms: int,
    in_reply_to: EnvelopeId | None,
    bucket_bytes: int | None,
) -> SealedEnvelope:
    """Seals ``body`` for ``recipients``.

    Args:
        message_type: what it is.
        sender: signs.
        recipients: checked encryption keys, each once.
        routing: what the gateway may read; authenticated, not encrypted.
        body: what only recipients read.
        created_ms: now, milliseconds since the Unix epoch.
        expires_ms: when it ends.
        in_reply_to: the query's id, for an answer.
        bucket_bytes: exact size of the padded plaintext; ``None``: the smallest that fits.

    Raises:
        EnvelopeRefused: a bound is broken; nothing was sealed.
    """
    return _seal(
        os.urandom,
        message_type=message_type,
        sender=sender,
        recipients=recipients,
        routing=routing,
        body=body,
        created_ms=created_ms,
        expires_ms=expires_ms,
        in_reply_to=in_reply_to,
        bucket_bytes=bucket_bytes,
    )


def _seal(
    entropy: Entropy,
    *,
    message_type: MessageType,
    sender: SigningSecret,
    recipients: Sequence[EncryptionPublicKey],
    routing: bytes,
    body: bytes,
    created_ms: int,
    expires_ms: int,
    in_reply_to: EnvelopeId | None,
    bucket_bytes: int | None,
) -> SealedEnvelope:
    """``seal`` with its randomness as an argument, for the frozen vectors only."""
    _check(recipients, routing, created_ms, expires_ms)
    plaintext = pad(body, bucket_bytes)
    content_key, scalar, msg_id = entropy(32), entropy(32), entropy(16)
    ephemeral = bindings.crypto_scalarmult_base(scalar)
    body_bytes = len(plaintext) + limits.TAG_BYTES
    first = HEADER.pack(
        MAGIC,
        message_type,
        SUITE,
        0,
        msg_id,
        created_ms,
        expires_ms,
        sender.kid,
        in_reply_to or NO_REPLY,
        ephemeral,
        b2(routing, b"CMT1-routing"),
        len(recipients),
        body_bytes,
        b"",
        b"",
        b"",
    )[: BOUND_BYTES + 4]
    h0 = b2(first[:BOUND_BYTES], b"CMT1-hdr")
    bound = h0 + b2(h0, b"CMT1-kcommit", content_key)
    encrypt = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt
    sealed_body = encrypt(plaintext, bound, ZERO_NONCE, b2(h0, b"CMT1-body", content_key))
    slots = []
    for key in _shuffled(entropy, recipients):
        kid = encryption_kid(key)
        secret = bindings.crypto_scalarmult(scalar, key)
        wrapping = b2(secret + ephemeral + key + h0, b"CMT1-kek-x25519")
        slots.append(kid + encrypt(content_key, bound + kid, ZERO_NONCE, wrapping))
    root = merkle.root([merkle.leaf_hash(slot) for slot in slots])
    header = b"".join((first, bound[32:], b2(sealed_body, b"CMT1-bodyhash"), root))
    signature = sender.sign(SIGNATURE_CONTEXT + header)
    encoded = b"".join((header, signature, routing, *slots, sealed_body))
    return SealedEnvelope(encoded, EnvelopeId(sha256(header).digest()))


def _check(
    recipients: Sequence[EncryptionPublicKey], routing: bytes, created_ms: int, expires_ms: int
) -> None:
    if not recipients:
        raise EnvelopeRefused(Why.NO_RECIPIENTS)
    if len(recipients) > limits.RECIPIENTS_MAX:
        raise EnvelopeRefused(Why.TOO_MANY_RECIPIENTS)
    if len(set(recipients)) != len(recipients):
        raise EnvelopeRefused(Why.DUPLICATE_RECIPIENT)
    if len(routing) > limits.ROUTING_BYTES_MAX:
        raise EnvelopeRefused(Why.TOO_LARGE)
    if not 0 < expires_ms - created_ms <= limits.LIFETIME_MS_MAX:
        raise EnvelopeRefused(Why.LIFETIME)


def _shuffled(
    entropy: Entropy, recipients: Sequence[EncryptionPublicKey]
) -> Sequence[EncryptionPublicKey]:
    """A uniformly random order: each key gets 128 random bits to be sorted by."""
    if len(recipients) == 1:
        return recipients
    tickets = entropy(16 * len(recipients))
    order = sorted(range(len(recipients)), key=lambda i: tickets[16 * i : 16 * i + 16])
    return [recipients[i] for i in order]
