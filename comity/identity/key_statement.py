"""Key statements ``CMK1``: what a node says its encryption key is, numbered and chained.

The layout is in ``docs/spec/key-statement.md``; one statement is 112 bytes, names, versions, signature.
Whoever seals to a member uses the newest statement its ``KeyRing`` accepted.

Rules of the format:

* Signed by the node's signing key over every byte before the signature, under its own domain tag.
* At most 24 hours from ``not_before`` to ``not_after``.
* Exactly one encoding: flags zero, versions ascending, nothing after the signature.
"""

from __future__ import annotations

import hashlib
import itertools
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nacl import bindings
from nacl.exceptions import CryptoError

from comity.envelope.keys import (
    EncryptionPublicKey,
    Kid,
    SigningPublicKey,
    encryption_public_key,
    signing_kid,
)
from comity.envelope.refusals import EnvelopeRefused
from comity.errors import ComityError
from comity.identity.names import AgencyId, InstanceName, NameRefused, agency_id, machine_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.envelope.keys import SigningSecret

MAGIC: Final = b"CMK1"
DOMAIN: Final = b"CMT1/key-statement/v1\0"
SIGNATURE_BYTES: Final = 64
STATEMENT_BYTES_MAX: Final = 4_096
# A statement serves senders for a day; the next one overlaps it.
LIFE_MS_MAX: Final = 24 * 3600 * 1000
# A day of use, three days a durable query may wait, one hour of grace: then the private half is destroyed.
SECRET_LIFE_MS: Final = 97 * 3600 * 1000
WIRE_VERSIONS_MAX: Final = 8
FIRST_PREVIOUS: Final = bytes(32)

_HEAD: Final = struct.Struct(">4sBBBBQ32s32sQQ16s")


class KeyStatementRefused(ComityError):
    """A key statement that is malformed, not signed by whom it names, or breaks a rule."""


@dataclass(frozen=True, slots=True)
class KeyStatement:
    """A statement whose signature was verified against the key given to ``read``.

    Attributes:
        agency: whose node.
        instance: which node.
        number: 1 for the first, then one more each.
        previous: SHA-256 of the statement before; zeros for the first.
        encryption_key: seal to this.
        not_before_ms: first use, milliseconds since the Unix epoch.
        not_after_ms: last moment at which a sender may seal to it.
        signer: key id of the signing key.
        wire_versions: versions of sealed messages the node reads, ascending.
        content: the bytes as they came.
    """

    agency: AgencyId
    instance: InstanceName
    number: int
    previous: bytes
    encryption_key: EncryptionPublicKey
    not_before_ms: int
    not_after_ms: int
    signer: Kid
    wire_versions: tuple[int, ...]
    content: bytes

    @property
    def hash(self) -> bytes:
        """SHA-256 of the statement, signature included; the next one carries it."""
        return hashlib.sha256(self.content).digest()

    @property
    def destroyed_after_ms(self) -> int:
        """When its private half is destroyed: nothing sealed to it may expire later."""
        return self.not_before_ms + SECRET_LIFE_MS


def write(
    secret: SigningSecret,
    *,
    agency: AgencyId,
    instance: InstanceName,
    number: int,
    previous: bytes,
    encryption_key: EncryptionPublicKey,
    not_before_ms: int,
    not_after_ms: int,
    wire_versions: Sequence[int],
) -> KeyStatement:
    """Signs a statement.

    Args:
        secret: the node's signing key.
        agency: whose node.
        instance: which node.
        number: one more than the statement before.
        previous: hash of the statement before, 32 bytes.
        encryption_key: the new public key.
        not_before_ms: first use.
        not_after_ms: at most a day later.
        wire_versions: what the node reads.

    Raises:
        KeyStatementRefused: the values break a rule of the format.
    """
    names = agency.encode(), instance.encode()
    versions = sorted(set(wire_versions))
    body = _HEAD.pack(
        MAGIC,
        len(names[0]),
        len(names[1]),
        len(versions),
        0,
        number,
        previous,
        encryption_key,
        not_before_ms,
        not_after_ms,
        secret.kid,
    )
    body += names[0] + names[1] + b"".join(struct.pack(">H", version) for version in versions)
    return read(body + secret.sign(DOMAIN + body), secret.public)


def signed_by(key: SigningPublicKey, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is the key's Ed25519 signature of ``message``."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    try:
        bindings.crypto_sign_open(signature + message, key)
    except CryptoError:
        return False
    return True


def signer_of(content: bytes) -> Kid:
    """Key id a statement claims, for looking up the key to verify it with. Nothing is verified.

    Raises:
        KeyStatementRefused: too short to be a statement.
    """
    if len(content) < _HEAD.size + SIGNATURE_BYTES or content[:4] != MAGIC:
        raise KeyStatementRefused("not a key statement")
    return Kid(_HEAD.unpack_from(content)[-1])


def read(content: bytes, signing_key: SigningPublicKey) -> KeyStatement:
    """Verifies and reads a statement.

    Args:
        content: bytes as they came.
        signing_key: the key that the directory names for the node.

    Raises:
        KeyStatementRefused: another signer, a bad signature, another layout, a broken rule.
    """
    if len(content) > STATEMENT_BYTES_MAX or signer_of(content) != signing_kid(signing_key):
        raise KeyStatementRefused("not signed by the node's signing key")
    body, signature = content[:-SIGNATURE_BYTES], content[-SIGNATURE_BYTES:]
    if not signed_by(signing_key, DOMAIN + body, signature):
        raise KeyStatementRefused("the signature is wrong")
    _, agency_size, instance_size, count, flags, number, previous, key, since, until, kid = (
        _HEAD.unpack_from(body)
    )
    if flags or len(body) != _HEAD.size + agency_size + instance_size + 2 * count:
        raise KeyStatementRefused("another layout")
    names = body[_HEAD.size : _HEAD.size + agency_size + instance_size]
    versions = struct.unpack(f">{count}H", body[len(body) - 2 * count :])
    try:
        agency = agency_id(names[:agency_size].decode("ascii"))
        instance = machine_name(names[agency_size:].decode("ascii"))
        sealing_key = encryption_public_key(key)
    except (NameRefused, UnicodeDecodeError) as error:
        raise KeyStatementRefused("a name is none") from error
    except EnvelopeRefused as error:
        raise KeyStatementRefused("the encryption key is of low order") from error
    _check(number=number, previous=previous, since=since, until=until, versions=versions)
    return KeyStatement(
        agency,
        instance,
        number,
        previous,
        sealing_key,
        since,
        until,
        Kid(kid),
        versions,
        content,
    )


def _check(
    *, number: int, previous: bytes, since: int, until: int, versions: tuple[int, ...]
) -> None:
    if number < 1 or (number == 1) != (previous == FIRST_PREVIOUS):
        raise KeyStatementRefused("the first statement, and only it, has nothing before it")
    if not since < until <= since + LIFE_MS_MAX:
        raise KeyStatementRefused("valid for no time, or for more than a day")
    ascending = all(a < b for a, b in itertools.pairwise(versions))
    if not (1 <= len(versions) <= WIRE_VERSIONS_MAX and ascending):
        raise KeyStatementRefused("wire versions are 1 to 8 numbers, ascending")
