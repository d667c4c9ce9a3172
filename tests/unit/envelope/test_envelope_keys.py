"""Keys keep to themselves, and bad points are refused before anything is done with them."""

from __future__ import annotations

import copy
import hashlib
import io
import logging
import pickle
from typing import TYPE_CHECKING

import pytest
from nacl import bindings
from nacl.exceptions import CryptoError

from comity.envelope import (
    EncryptionSecret,
    EnvelopeRefused,
    SigningPublicKey,
    SigningSecret,
    Why,
    encryption_kid,
    encryption_public_key,
    is_low_order,
    signing_kid,
    signing_public_key,
    verify_signature,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = hashlib.sha256(b"seed").digest()
SIGNING, READING = SigningSecret.from_seed(SEED), EncryptionSecret.from_seed(SEED)
SECRETS: tuple[SigningSecret | EncryptionSecret, ...] = (SIGNING, READING)
# Every encoding of the points of small order of Curve25519 and its twist, below 2^255 and with the unused
# top bit set (cr.yp.to/ecdh.html, "contributory behaviour").
_P = 2**255 - 19
_ORDER_8 = (
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
)
LOW = [0, 1, _P - 1, _P, _P + 1, *_ORDER_8]
LOW_ORDER = [(value | top).to_bytes(32, "little") for value in LOW for top in (0, 1 << 255)]

Secret = SigningSecret | EncryptionSecret


@pytest.mark.parametrize("secret", SECRETS, ids=lambda secret: type(secret).__name__)
@pytest.mark.parametrize(
    "carry_away",
    [
        str,
        "{}".format,
        copy.copy,
        copy.deepcopy,
        pickle.dumps,
        lambda secret: secret == secret,  # noqa: PLR0124  # the comparison itself is what is refused
        lambda secret: secret != SEED,
    ],
    ids=["str", "format", "copy", "deepcopy", "pickle", "==", "!="],
)
def test_a_secret_is_never_printed_copied_pickled_or_compared(
    secret: Secret, carry_away: Callable[[Secret], object]
) -> None:
    with pytest.raises(TypeError, match="never printed"):
        carry_away(secret)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_no_pickle_protocol_takes_a_secret(protocol: int) -> None:
    for secret in SECRETS:
        with pytest.raises(TypeError):
            pickle.dumps(secret, protocol)


@pytest.mark.parametrize("secret", SECRETS, ids=lambda secret: type(secret).__name__)
def test_repr_names_the_type_and_nothing_of_the_key(secret: Secret) -> None:
    assert repr(secret) == f"<{type(secret).__name__}>"
    assert not hasattr(secret, "__dict__")


def test_a_log_line_with_a_secret_in_it_shows_none() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.handle(logging.makeLogRecord({"msg": "%r", "args": (SECRETS,)}))
    assert stream.getvalue() == "(<SigningSecret>, <EncryptionSecret>)\n"


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_seed_or_point_of_another_length_is_refused(size: int) -> None:
    attempts: list[Callable[[bytes], object]] = [
        SigningSecret,
        SigningSecret.from_seed,
        EncryptionSecret,
        EncryptionSecret.from_seed,
        READING.shared,
        signing_public_key,
        is_low_order,
    ]
    for attempt in attempts:
        with pytest.raises(ValueError, match="32 bytes"):
            attempt(bytes(size))
    with pytest.raises(EnvelopeRefused) as refused:
        encryption_public_key(bytes(size))
    assert refused.value.why is Why.LOW_ORDER_KEY


@pytest.mark.parametrize("point", LOW_ORDER, ids=bytes.hex)
def test_a_point_of_low_order_is_no_key(point: bytes) -> None:
    assert is_low_order(point)
    with pytest.raises(EnvelopeRefused) as refused:
        encryption_public_key(point)
    assert refused.value.why is Why.LOW_ORDER_KEY


def test_the_table_of_low_order_points_says_what_libsodium_says() -> None:
    def refused_by_libsodium(point: bytes) -> bool:
        try:
            bindings.crypto_scalarmult(b"\1" * 32, point)
        except RuntimeError:
            return True
        return False

    known = [int.from_bytes(point, "little") for point in LOW_ORDER]
    near = {abs(one + step) % 2**256 for one in known for step in range(-3, 4)}
    near |= {one ^ 1 << 255 for one in near}
    for number in near:
        point = number.to_bytes(32, "little")
        assert is_low_order(point) == refused_by_libsodium(point), point.hex()


def test_a_signing_key_that_is_no_point_of_prime_order_is_refused() -> None:
    neutral, order_two, no_point = (
        b"\1" + bytes(31),
        bytes.fromhex("ec" + "ff" * 30 + "7f"),
        b"\2" * 32,
    )
    for data in (neutral, order_two, bytes(32), no_point):
        with pytest.raises(ValueError, match="prime order"):
            signing_public_key(data)


def test_new_keys_differ_and_their_seeds_bring_them_back() -> None:
    for kind in (SigningSecret, EncryptionSecret):
        one, other = kind.generate(), kind.generate()
        assert one.public != other.public
        assert kind.from_seed(one.export_seed()).public == one.public


def test_one_key_in_two_roles_has_two_ids() -> None:
    assert signing_kid(SIGNING.public) == SIGNING.kid
    assert encryption_kid(READING.public) == READING.kid
    assert signing_kid(SigningPublicKey(READING.public)) != READING.kid


# --- signatures -------------------------------------------------------------------------------------


def test_a_signature_is_that_of_rfc_8032() -> None:
    """Section 7.1, test 1: the empty message."""
    signer = SigningSecret.from_seed(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert signer.public.hex() == public
    assert signer.sign(b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
        "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


def test_a_signature_has_64_bytes() -> None:
    signer = SigningSecret.from_seed(SEED)
    message = b"what is signed"
    verify_signature(message, signer.sign(message), signer.public)
    for signature in (b"", signer.sign(message)[:63], signer.sign(message) + b"\0"):
        with pytest.raises(CryptoError):
            verify_signature(message, signature, signer.public)


def test_bytes_do_not_move_between_signature_and_message() -> None:
    signer = SigningSecret.from_seed(SEED)
    signature = signer.sign(b"another context: hello")
    with pytest.raises(CryptoError):
        verify_signature(b"hello", signature + b"another context: ", signer.public)
    with pytest.raises(CryptoError):
        verify_signature(signature[60:] + b"another context: hello", signature[:60], signer.public)
