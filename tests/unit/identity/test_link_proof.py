"""What a gateway proves to a node: the directory's TLS key, for this node, this link and this name."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from comity.authority.ca import new_key, spki_sha256
from comity.identity.link_proof import (
    GatewayProofError,
    LinkEnds,
    check_gateway,
    gateway_prover,
    hello_message,
    welcome_message,
)

NONCE, NODE, NAME = b"n" * 32, b"t" * 32, "gw1"
KEY = new_key()


def proven(
    key: ec.EllipticCurvePrivateKey = KEY,
    message: bytes = welcome_message(NONCE, LinkEnds(NODE, NAME)),
    **changes: Any,
) -> None:
    """What the node does with a proof by ``key`` over ``message``; the directory names ``KEY``."""
    public, sign = gateway_prover(key)
    given = {"public_key": public, "signature": sign(message)} | changes
    check_gateway(
        welcome_message(NONCE, LinkEnds(NODE, NAME)),
        public_key_sha256=spki_sha256(KEY.public_key()),
        **given,
    )


def test_the_directorys_key_is_believed() -> None:
    proven()


def test_a_certified_key_that_is_not_the_directorys_is_not() -> None:
    with pytest.raises(GatewayProofError, match="not the directory's"):
        proven(new_key())


@pytest.mark.parametrize(
    "message",
    [
        welcome_message(b"m" * 32, LinkEnds(NODE, NAME)),  # an earlier link's
        # What the true gateway signs for a go-between: it sees the go-between's TLS key.
        welcome_message(NONCE, LinkEnds(b"g" * 32, NAME)),
        welcome_message(NONCE, LinkEnds(NODE, "gw2")),
        hello_message(NONCE, LinkEnds(NODE, NAME)),
        b"",
    ],
)
def test_a_signature_for_anything_else_proves_nothing(message: bytes) -> None:
    with pytest.raises(GatewayProofError, match="did not prove"):
        proven(message=message)


def test_what_is_no_key_or_no_signature_is_refused_and_nothing_else() -> None:
    stranger = ed25519.Ed25519PrivateKey.generate().public_key()
    other_kind = stranger.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for changes in (
        {"public_key": b""},
        {"public_key": other_kind},
        {"signature": b""},
        {"signature": b"\x30\x00"},
    ):
        with pytest.raises(GatewayProofError):
            proven(**changes)
    for junk in (b"junk", other_kind):  # even if the directory named it
        with pytest.raises(GatewayProofError):
            check_gateway(
                b"message",
                public_key=junk,
                signature=b"",
                public_key_sha256=hashlib.sha256(junk).digest(),
            )
