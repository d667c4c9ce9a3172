"""What a leaf commits to.

A leaf is a version byte and a keyed hash of the entry, nothing else:

    entry = time[8] ‖ envelope id[32] ‖ length of kind[1] ‖ kind ‖ details
    leaf  = 0x01 ‖ BLAKE2b-256(key = salt, entry)

so that neither time nor kind nor envelope can be changed without changing the leaf. Salt and details live
in an ordinary table: erasing both honours retention law and leaves the tree as it was. Without the salt
nobody can guess what a leaf says.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final, NamedTuple

from comity.ledger.errors import LedgerError

VERSION: Final = b"\x01"
SALT_BYTES: Final = 32
LEAF_BYTES: Final = 33
ENVELOPE_ID_BYTES: Final = 32
TIME_BYTES: Final = 8
KIND_BYTES_MAX: Final = 48
# Details are a few hundred bytes of JSON; 64 KiB is somebody storing documents in a log.
DETAILS_BYTES_MAX: Final = 64 * 1024
_KIND_LENGTH_AT: Final = TIME_BYTES + ENVELOPE_ID_BYTES
_HEAD_BYTES: Final = _KIND_LENGTH_AT + 1


class Statement(NamedTuple):
    """What an entry says: when, about which envelope, what happened, in which words."""

    at_ms: int
    envelope_id: bytes
    kind: str
    details: bytes


def encode_statement(said: Statement) -> bytes:
    """The bytes that a leaf commits to.

    Raises:
        LedgerError: a part is out of bounds.
    """
    kind = said.kind.encode()
    if not 0 < len(kind) <= KIND_BYTES_MAX or len(said.envelope_id) != ENVELOPE_ID_BYTES:
        raise LedgerError("an entry has a kind and an envelope's id of 32 bytes")
    if len(said.details) > DETAILS_BYTES_MAX or not 0 <= said.at_ms < 1 << 63:
        raise LedgerError("an entry has bounded details and a time")
    at = said.at_ms.to_bytes(TIME_BYTES, "big")
    return b"%b%b%c%b%b" % (at, said.envelope_id, len(kind), kind, said.details)


def decode_statement(data: bytes) -> Statement:
    """What the bytes say; raises ``LedgerError`` for anything that ``encode_statement`` does not give."""
    kind_bytes = data[_KIND_LENGTH_AT] if len(data) > _KIND_LENGTH_AT else 0
    end = _HEAD_BYTES + kind_bytes
    if len(data) < end:
        raise LedgerError("an entry too short")
    try:
        kind = data[_HEAD_BYTES:end].decode()
    except UnicodeDecodeError as error:
        raise LedgerError("an entry's kind is text") from error
    at_ms = int.from_bytes(data[:TIME_BYTES], "big")
    said = Statement(at_ms, data[TIME_BYTES:_KIND_LENGTH_AT], kind, data[end:])
    if encode_statement(said) != data:
        raise LedgerError("an entry with another spelling")
    return said


def entry_leaf(said: Statement, *, salt: bytes) -> bytes:
    """The 33 bytes of a leaf.

    Raises:
        LedgerError: salt or statement out of bounds.
    """
    if len(salt) != SALT_BYTES:
        raise LedgerError("an entry has a salt of 32 bytes")
    return VERSION + blake2b(encode_statement(said), key=salt, digest_size=32).digest()
