"""Single-use invitations to join, as one string that a person can paste.

The string says where the authority is and which TLS certificate it will show, whom the invitation is for,
and holds a secret. The authority keeps a hash of the secret under the invitation's random id, so checking
one is a single indexed lookup. The root's fingerprint is deliberately absent: it travels another way, so
whoever alters an invitation on its way cannot also alter that.

    "cmt-" ‖ base32( 01 ‖ kind ‖ id[8] ‖ secret[16] ‖ pin[16] ‖ name ‖ instance ‖ address ‖ check[4] )

Strings are one length byte and UTF-8. ``pin`` is the start of the SHA-256 of the authority's certificate,
``check`` the start of the SHA-256 of all before it: it catches a slip of the hand, not an attacker.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from comity.errors import ComityError

TOKEN_ID_BYTES: Final = 8
TOKEN_SECRET_BYTES: Final = 16
TOKEN_PIN_BYTES: Final = 16
TOKEN_CHECK_BYTES: Final = 4
# Beyond this nothing is even decoded.
TOKEN_CHARS_MAX: Final = 512
# An invitation not taken up within a day is void.
TOKEN_LIFE_MS: Final = 24 * 3600 * 1000

_PREFIX: Final = "cmt-"
_VERSION: Final = 1


class TokenDamaged(ComityError):
    """Text that is no invitation: cut short, mistyped, or something else altogether."""


class InvitationKind(IntEnum):
    """What an invitation admits."""

    NODE = 1
    GATEWAY = 2


@dataclass(frozen=True, slots=True)
class Token:
    """An invitation's contents.

    Attributes:
        kind: what may join with it.
        id: random, indexed at the authority.
        secret: proves that the holder was given the invitation.
        pin: start of the SHA-256 of the authority's TLS certificate (DER).
        name: agency id, or gateway name.
        instance: instance of the node; empty for a gateway.
        address: ``host:port`` of the authority.
    """

    kind: InvitationKind
    id: bytes
    secret: bytes = field(repr=False)
    pin: bytes
    name: str
    instance: str
    address: str

    def encode(self) -> str:
        """The string to hand over."""
        body = bytes((_VERSION, self.kind)) + self.id + self.secret + self.pin
        for text in (self.name, self.instance, self.address):
            raw = text.encode()
            body += bytes((len(raw),)) + raw
        body += hashlib.sha256(body).digest()[:TOKEN_CHECK_BYTES]
        return _PREFIX + base64.b32encode(body).decode().rstrip("=").lower()

    @classmethod
    def decode(cls, text: str) -> Token:
        """Reads the string; spaces and line breaks that a mail put into it are dropped.

        Raises:
            TokenDamaged: it is not whole.
        """
        text = "".join(text.split()).lower()
        if not text.startswith(_PREFIX) or len(text) > TOKEN_CHARS_MAX:
            raise TokenDamaged("an invitation starts with cmt-")
        encoded = text.removeprefix(_PREFIX).upper()
        try:
            raw = base64.b32decode(encoded + "=" * (-len(encoded) % 8))
        except (binascii.Error, ValueError) as error:
            raise TokenDamaged("the invitation holds a character it cannot hold") from error
        body, check = raw[:-TOKEN_CHECK_BYTES], raw[-TOKEN_CHECK_BYTES:]
        if hashlib.sha256(body).digest()[:TOKEN_CHECK_BYTES] != check:
            raise TokenDamaged("the invitation is cut short or mistyped")
        return cls._read(body)

    @classmethod
    def _read(cls, body: bytes) -> Token:
        cursor = 2
        fixed: list[bytes] = []
        for size in (TOKEN_ID_BYTES, TOKEN_SECRET_BYTES, TOKEN_PIN_BYTES):
            fixed.append(body[cursor : cursor + size])
            cursor += size
        texts: list[str] = []
        try:
            version, kind = body[0], InvitationKind(body[1])
            for _ in range(3):
                end = cursor + 1 + body[cursor]
                texts.append(body[cursor + 1 : end].decode())
                cursor = end
        except (IndexError, ValueError) as error:
            raise TokenDamaged("the invitation is of a kind this release does not know") from error
        if version != _VERSION or cursor != len(body):
            raise TokenDamaged("the invitation is of a kind this release does not know")
        token_id, secret, pin = fixed
        name, instance, address = texts
        return cls(kind, token_id, secret, pin, name, instance, address)


def secret_hash(secret: bytes) -> bytes:
    """What the authority stores. The secret is 128 random bits, so no slow hash is needed."""
    return hashlib.blake2b(secret, digest_size=32, person=b"CMT1-token").digest()


def secret_matches(secret: bytes, stored: bytes) -> bool:
    """Compares in constant time."""
    return hmac.compare_digest(secret_hash(secret), stored)


def certificate_pin(certificate_der: bytes) -> bytes:
    """What an invitation says of the authority's certificate."""
    return hashlib.sha256(certificate_der).digest()[:TOKEN_PIN_BYTES]
