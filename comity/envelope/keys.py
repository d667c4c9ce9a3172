"""Keys, their ids, and the types that keep secrets out of logs.

Rules:

* A secret refuses ``str``, ``repr`` of its content, pickling, copying and ``==``: none of these is ever
  wanted, and each has leaked keys somewhere. Erasing memory is not claimed; Python gives no means to.
* A key id is 16 bytes of BLAKE2b under its own domain; the directory refuses duplicates.
* X25519 points of low order are refused before anything is done with them (RFC 7748 section 6.1): they
  would make the shared secret a constant.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final, NewType, NoReturn

from nacl import bindings

from comity.envelope.refusals import EnvelopeRefused, Why

SigningPublicKey = NewType("SigningPublicKey", bytes)
EncryptionPublicKey = NewType("EncryptionPublicKey", bytes)
Kid = NewType("Kid", bytes)

KEY_BYTES: Final = 32
KID_BYTES: Final = 16
SIGNATURE_BYTES: Final = 64
# Key ids remembered: a federation has some hundred members with one key of each kind.
KIDS_REMEMBERED: Final = 4096

# The u-coordinates of order 1, 2, 4 and 8 on Curve25519 and its twist, with those spelled beyond the
# prime; X25519 ignores the highest bit (RFC 7748 section 5). A table costs nothing where multiplying cost
# as much as the key agreement itself; a test holds it against libsodium.
_PRIME: Final = 2**255 - 19
_U_BITS: Final = 2**255 - 1
_ORDER_8: Final = (
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
)
_LOW_ORDER: Final = frozenset({0, 1, *_ORDER_8, _PRIME - 1, _PRIME, _PRIME + 1})

_SIGN: Final = b"CMT1-kid-sign"
_ENC: Final = b"CMT1-kid-enc"


@lru_cache(maxsize=KIDS_REMEMBERED)
def signing_kid(key: SigningPublicKey) -> Kid:
    """Id of an Ed25519 public key."""
    return Kid(hashlib.blake2b(key, digest_size=KID_BYTES, person=_SIGN).digest())


@lru_cache(maxsize=KIDS_REMEMBERED)
def encryption_kid(key: EncryptionPublicKey) -> Kid:
    """Id of an X25519 public key."""
    return Kid(hashlib.blake2b(key, digest_size=KID_BYTES, person=_ENC).digest())


def signing_public_key(data: bytes) -> SigningPublicKey:
    """Ed25519 public key from 32 bytes; raises ``ValueError`` for anything else."""
    if len(data) != KEY_BYTES or not bindings.crypto_core_ed25519_is_valid_point(data):
        raise ValueError("an Ed25519 public key is a point of prime order, 32 bytes")
    return SigningPublicKey(bytes(data))


def is_low_order(point: bytes) -> bool:
    """Whether an X25519 point gives every secret the same, all-zero, shared secret.

    Raises:
        ValueError: not 32 bytes.
    """
    return int.from_bytes(_exactly(point), "little") & _U_BITS in _LOW_ORDER


@lru_cache(maxsize=KIDS_REMEMBERED)
def _checked(data: bytes) -> EncryptionPublicKey:
    if len(data) != KEY_BYTES or is_low_order(data):
        raise EnvelopeRefused(Why.LOW_ORDER_KEY)
    return EncryptionPublicKey(data)


def encryption_public_key(data: bytes) -> EncryptionPublicKey:
    """X25519 public key from 32 bytes.

    Raises:
        EnvelopeRefused: wrong length or low order.
    """
    return _checked(bytes(data))


def _exactly(data: bytes) -> bytes:
    """``data``, which must have 32 bytes: the library reads as many, wherever they end."""
    if len(data) != KEY_BYTES:
        raise ValueError("a key, point or seed has 32 bytes")
    return bytes(data)


class _Secret:
    """A secret that refuses whatever could carry it away by accident."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def _never(self, *_: object) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is never printed, copied, pickled or compared")

    __str__ = _never
    __eq__ = _never
    __reduce__ = _never
    __reduce_ex__ = _never
    __copy__ = _never
    __deepcopy__ = _never
    __getstate__ = _never
    __hash__ = object.__hash__


class SigningSecret(_Secret):
    """An Ed25519 key pair; the secret half stays inside."""

    __slots__ = ("_expanded", "_seed", "kid", "public")

    def __init__(self, seed: bytes) -> None:
        self._seed = _exactly(seed)
        public, self._expanded = bindings.crypto_sign_seed_keypair(self._seed)
        self.public = SigningPublicKey(public)
        self.kid = signing_kid(self.public)

    @classmethod
    def generate(cls) -> SigningSecret:
        """A new key."""
        return cls(bindings.randombytes(KEY_BYTES))

    @classmethod
    def from_seed(cls, seed: bytes) -> SigningSecret:
        """The key of a 32-byte seed (RFC 8032)."""
        return cls(seed)

    def sign(self, message: bytes) -> bytes:
        """64-byte signature (RFC 8032)."""
        return bytes(bindings.crypto_sign(message, self._expanded)[:SIGNATURE_BYTES])

    def export_seed(self) -> bytes:
        """The secret itself, for writing it to its one file."""
        return self._seed


class EncryptionSecret(_Secret):
    """An X25519 key pair; the secret half stays inside."""

    __slots__ = ("_scalar", "kid", "public")

    def __init__(self, scalar: bytes) -> None:
        self._scalar = _exactly(scalar)
        self.public = EncryptionPublicKey(bindings.crypto_scalarmult_base(self._scalar))
        self.kid = encryption_kid(self.public)

    @classmethod
    def generate(cls) -> EncryptionSecret:
        """A new key."""
        return cls(bindings.randombytes(KEY_BYTES))

    @classmethod
    def from_seed(cls, seed: bytes) -> EncryptionSecret:
        """The key of a 32-byte scalar (RFC 7748)."""
        return cls(seed)

    def shared(self, peer: bytes) -> bytes:
        """X25519 with a peer's point; raises for low order, see ``is_low_order``."""
        return bindings.crypto_scalarmult(self._scalar, _exactly(peer))

    def export_seed(self) -> bytes:
        """The secret itself, for writing it to its one file."""
        return self._scalar
