"""What the two ends of a link sign for each other before anything else is said on it.

Rules:

* The node signs, with its signing key, the gateway's nonce, its own TLS key and the gateway's name.
* The gateway signs, with its TLS key, the node's nonce, the node's TLS key and its own name. A certificate
  of the gateways' CA under the right name is not enough: the key has to be the directory's now. Whoever
  holds such a certificate with another key (one that was replaced, a CA that was tricked) stands between the
  two in vain: the true gateway signs for the TLS key that it sees, which is the go-between's.
* Both nonces are fresh, and no signature serves at the other end, on another link or for another name.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

if TYPE_CHECKING:
    from collections.abc import Callable

HELLO_CONTEXT: Final = b"CMT1/hello/v1\0"
WELCOME_CONTEXT: Final = b"CMT1/welcome/v1\0"
NONCE_BYTES: Final = 32
_SCHEME: Final = ec.ECDSA(hashes.SHA256())


class GatewayProofError(Exception):
    """Whoever answered does not hold the gateway's key."""


class LinkEnds(NamedTuple):
    """Who speaks with whom: SHA-256 of the node's TLS public key, and the gateway's name."""

    node_tls_key: bytes
    gateway: str


def hello_message(nonce: bytes, ends: LinkEnds) -> bytes:
    """What a node signs."""
    return HELLO_CONTEXT + nonce + ends.node_tls_key + ends.gateway.encode()


def welcome_message(nonce: bytes, ends: LinkEnds) -> bytes:
    """What a gateway signs."""
    return WELCOME_CONTEXT + nonce + ends.node_tls_key + ends.gateway.encode()


def gateway_prover(
    key: ec.EllipticCurvePrivateKey,
) -> tuple[bytes, Callable[[bytes], bytes]]:
    """A gateway's public key (DER SubjectPublicKeyInfo), and what signs with its other half."""
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return public, lambda message: key.sign(message, _SCHEME)


def check_gateway(
    message: bytes, *, public_key: bytes, signature: bytes, public_key_sha256: bytes
) -> None:
    """Holds a gateway's proof against the directory.

    Args:
        message: from ``welcome_message``, built by the node itself.
        public_key: DER SubjectPublicKeyInfo as the gateway sent it.
        signature: of that key over the message.
        public_key_sha256: what the directory says of the key.

    Raises:
        GatewayProofError: another key, or not its signature.
    """
    if hashlib.sha256(public_key).digest() != public_key_sha256:
        raise GatewayProofError("its TLS key is not the directory's")
    try:
        key = serialization.load_der_public_key(public_key)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise GatewayProofError("its TLS key is of another kind")
        key.verify(signature, message, _SCHEME)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError) as error:
        raise GatewayProofError("it did not prove its TLS key") from error
