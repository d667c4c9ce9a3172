"""RFC 6962 Merkle trees over a handful of leaves: root, path, verification.

The ledger's trees are the same trees at another size; ``comity.ledger`` builds on these functions.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAF = b"\x00"
_NODE = b"\x01"
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """Hash of a leaf's content."""
    return sha256(_LEAF + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two subtrees."""
    return sha256(_NODE + left + right).digest()


def split(size: int) -> int:
    """The largest power of two smaller than ``size`` (at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def root(hashes: Sequence[bytes]) -> bytes:
    """Root over leaf hashes."""
    if not hashes:
        return EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    at = split(len(hashes))
    return node_hash(root(hashes[:at]), root(hashes[at:]))


def path(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    """Audit path of a leaf, from the leaf upward (RFC 6962 section 2.1.1)."""
    if len(hashes) == 1:
        return []
    at = split(len(hashes))
    if index < at:
        return [*path(index, hashes[:at]), root(hashes[at:])]
    return [*path(index - at, hashes[at:]), root(hashes[:at])]


def verify_path(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], expected_root: bytes
) -> bool:
    """Whether ``proof`` shows leaf hash ``leaf`` at ``index`` of a tree of ``size`` leaves.

    Out-of-range indices are refused before anything is hashed (RFC 9162 section 2.1.3.2).
    """
    if not 0 <= index < size:
        return False
    first, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            found = node_hash(sibling, found)
            while not first & 1 and first:
                first >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        first >>= 1
        last >>= 1
    return last == 0 and found == expected_root


def path_length(index: int, size: int) -> int:
    """Number of hashes in the audit path of ``index`` in a tree of ``size`` leaves."""
    length = 0
    last = size - 1
    while last:
        if index & 1 or index != last:
            length += 1
        index >>= 1
        last >>= 1
    return length
