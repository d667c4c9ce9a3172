"""Verifying and opening: the checks, in their order.

The gateway calls ``verify_sent`` before it relays a query. The recipient calls ``open_delivered`` and
trusts nothing the gateway checked. Every refusal has its own internal reason (``Why``).
"""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING, NamedTuple

from nacl import bindings
from nacl.exceptions import BadSignatureError, CryptoError

from comity.envelope import merkle
from comity.envelope.keys import SIGNATURE_BYTES, is_low_order, signing_kid
from comity.envelope.layout import (
    BOUND_BYTES,
    SIGNATURE_CONTEXT,
    DeliveredEnvelope,
    EnvelopeId,
    Header,
    MessageId,
    MessageType,
    SentEnvelope,
    b2,
    check_times,
)
from comity.envelope.refusals import EnvelopeRefused, Why
from comity.envelope.sealing import ZERO_NONCE, unpad

if TYPE_CHECKING:
    from comity.envelope.keys import EncryptionSecret, Kid, SigningPublicKey


def verify_signature(message: bytes, signature: bytes, key: SigningPublicKey) -> None:
    """Raises ``CryptoError`` unless ``key`` signed ``message`` (RFC 8032).

    The library takes signature and message as one string: were the length left open, a signature of
    ``x‖message`` with ``x`` behind it would pass for one of ``message``.
    """
    if len(signature) != SIGNATURE_BYTES:
        raise BadSignatureError("a signature has 64 bytes")
    bindings.crypto_sign_open(signature + message, key)


def _check_signature(
    header: Header, header_bytes: bytes, signature: bytes, sender_key: SigningPublicKey
) -> None:
    if header.sender_kid != signing_kid(sender_key):
        raise EnvelopeRefused(Why.WRONG_SENDER)
    try:
        verify_signature(SIGNATURE_CONTEXT + header_bytes, signature, sender_key)
    except CryptoError as error:
        raise EnvelopeRefused(Why.SIGNATURE) from error


class VerifiedEnvelope:
    """A sent envelope whose sender, routing, slots and body are the ones that were signed."""

    __slots__ = ("sent",)

    def __init__(self, sent: SentEnvelope) -> None:
        self.sent = sent

    @property
    def id(self) -> EnvelopeId:
        """SHA-256 of the header."""
        return self.sent.id

    def deliveries(self) -> list[tuple[Kid, bytes]]:
        """Each recipient's form, beside the id of the key it is for."""
        return self.sent.delivered_forms()


def verify_sent(
    sent: SentEnvelope, sender_key: SigningPublicKey, *, now_ms: int
) -> VerifiedEnvelope:
    """The gateway's check of a query: times, sender, routing, slots, body.

    Raises:
        EnvelopeRefused: with the internal reason.
    """
    header = sent.header
    check_times(header, now_ms)
    _check_signature(header, sent.header_bytes, sent.signature, sender_key)
    if b2(sent.routing, b"CMT1-routing") != header.routing_hash:
        raise EnvelopeRefused(Why.ROUTING)
    if merkle.root([merkle.leaf_hash(slot) for slot in sent.slots]) != header.recipient_root:
        raise EnvelopeRefused(Why.RECIPIENT_ROOT)
    if b2(sent.body, b"CMT1-bodyhash") != header.body_hash:
        raise EnvelopeRefused(Why.BODY_HASH)
    return VerifiedEnvelope(sent)


def deliveries_unverified(sent: SentEnvelope) -> list[tuple[Kid, bytes]]:
    """Recipients' forms of an envelope nobody verified.

    For answers only: they ride on their node's authenticated link into an open slot, and the requester
    verifies them.
    """
    return sent.delivered_forms()


class OpenedEnvelope(NamedTuple):
    """A message whose every property was verified."""

    id: EnvelopeId
    msg_id: MessageId
    sender_kid: Kid
    created_ms: int
    expires_ms: int
    in_reply_to: EnvelopeId
    routing: bytes
    body: bytes


def open_delivered(
    delivered: DeliveredEnvelope,
    *,
    expect: MessageType,
    sender_key: SigningPublicKey,
    recipient: EncryptionSecret,
    now_ms: int,
    in_reply_to: EnvelopeId | None,
    bucket_bytes: int | None = None,
) -> OpenedEnvelope:
    """Verifies and decrypts.

    Args:
        delivered: the recipient's form.
        expect: the only type that is accepted.
        sender_key: the key the directory gives for the header's sender.
        recipient: the key the slot must be for.
        now_ms: this recipient's clock.
        in_reply_to: the query an answer must name; ``None`` for messages that answer nothing.
        bucket_bytes: the padded size that the exchange fixed, if it did.

    Raises:
        EnvelopeRefused: with the internal reason.
    """
    header = delivered.header
    if delivered.message_type is not expect:
        raise EnvelopeRefused(Why.WRONG_TYPE)
    check_times(header, now_ms)
    _check_signature(header, delivered.header_bytes, delivered.signature, sender_key)
    if header.in_reply_to != (in_reply_to or bytes(32)):
        raise EnvelopeRefused(Why.IN_REPLY_TO)
    if b2(delivered.routing, b"CMT1-routing") != header.routing_hash:
        raise EnvelopeRefused(Why.ROUTING)
    if b2(delivered.body, b"CMT1-bodyhash") != header.body_hash:
        raise EnvelopeRefused(Why.BODY_HASH)
    if delivered.recipient_kid != recipient.kid:
        raise EnvelopeRefused(Why.NOT_A_RECIPIENT)
    leaf = merkle.leaf_hash(delivered.slot)
    if not merkle.verify_path(
        delivered.index, header.recipients, leaf, delivered.proof, header.recipient_root
    ):
        raise EnvelopeRefused(Why.SLOT_BY_RELAY)
    plaintext = _decrypt(delivered, recipient)
    return OpenedEnvelope(
        delivered.id,
        MessageId(header.msg_id),
        delivered.sender_kid,
        header.created_ms,
        header.expires_ms,
        EnvelopeId(header.in_reply_to),
        delivered.routing,
        unpad(plaintext, bucket_bytes),
    )


def _decrypt(delivered: DeliveredEnvelope, recipient: EncryptionSecret) -> bytes:
    header = delivered.header
    h0 = b2(delivered.header_bytes[:BOUND_BYTES], b"CMT1-hdr")
    bound = h0 + header.key_commitment
    decrypt = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt
    try:
        secret = recipient.shared(header.ephemeral)
    except Exception as error:
        if is_low_order(header.ephemeral):
            raise EnvelopeRefused(Why.LOW_ORDER_KEY) from error
        raise
    wrapping = b2(secret + header.ephemeral + recipient.public + h0, b"CMT1-kek-x25519")
    slot = delivered.slot
    try:
        content_key = decrypt(slot[16:], bound + slot[:16], ZERO_NONCE, wrapping)
    except CryptoError as error:
        raise EnvelopeRefused(Why.SLOT_BY_SENDER) from error
    if not compare_digest(b2(h0, b"CMT1-kcommit", content_key), header.key_commitment):
        raise EnvelopeRefused(Why.KEY_COMMITMENT)
    try:
        return decrypt(delivered.body, bound, ZERO_NONCE, b2(h0, b"CMT1-body", content_key))
    except CryptoError as error:
        raise EnvelopeRefused(Why.BODY) from error
