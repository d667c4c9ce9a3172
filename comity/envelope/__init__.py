"""The end-to-end envelope `CMT1`: pure functions over bytes.

The gateway relays it and cannot read it. Specified in ``docs/spec/envelope.md`` with vectors. Knows no
network, no storage, no clock and no message inside: instants and keys are arguments.
"""

from comity.envelope.keys import (
    EncryptionPublicKey,
    EncryptionSecret,
    Kid,
    SigningPublicKey,
    SigningSecret,
    encryption_kid,
    encryption_public_key,
    is_low_order,
    signing_kid,
    signing_public_key,
)
from comity.envelope.layout import (
    DeliveredEnvelope,
    EnvelopeId,
    MessageId,
    MessageType,
    SentEnvelope,
    parse_delivered,
    parse_sent,
)
from comity.envelope.opening import (
    OpenedEnvelope,
    VerifiedEnvelope,
    deliveries_unverified,
    open_delivered,
    verify_sent,
    verify_signature,
)
from comity.envelope.refusals import EnvelopeRefused, Why
from comity.envelope.sealing import Entropy, SealedEnvelope, seal

__all__ = [
    "DeliveredEnvelope",
    "EncryptionPublicKey",
    "EncryptionSecret",
    "Entropy",
    "EnvelopeId",
    "EnvelopeRefused",
    "Kid",
    "MessageId",
    "MessageType",
    "OpenedEnvelope",
    "SealedEnvelope",
    "SentEnvelope",
    "SigningPublicKey",
    "SigningSecret",
    "VerifiedEnvelope",
    "Why",
    "deliveries_unverified",
    "encryption_kid",
    "encryption_public_key",
    "is_low_order",
    "open_delivered",
    "parse_delivered",
    "parse_sent",
    "seal",
    "signing_kid",
    "signing_public_key",
    "verify_sent",
    "verify_signature",
]
