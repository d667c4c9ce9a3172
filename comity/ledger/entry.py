"""What a leaf commits to.

A leaf is a version byte and a keyed hash of the entry's details, nothing else. The details live in an
ordinary table with their salt: erasing both honours retention law and leaves the tree as it was. Without
the salt nobody can guess what a leaf says.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from comity.ledger.errors import LedgerError

VERSION: Final = b"\x01"
SALT_BYTES: Final = 32
LEAF_BYTES: Final = 33
# Details are a few hundred bytes of JSON; 64 KiB is somebody storing documents in a log.
DETAILS_BYTES_MAX: Final = 64 * 1024


def entry_leaf(details: bytes, *, salt: bytes) -> bytes:
    """The 33 bytes of a leaf.

    Raises:
        LedgerError: salt or details out of bounds.
    """
    if len(salt) != SALT_BYTES or len(details) > DETAILS_BYTES_MAX:
        raise LedgerError("an entry has a salt of 32 bytes and bounded details")
    return VERSION + blake2b(details, key=salt, digest_size=32).digest()
