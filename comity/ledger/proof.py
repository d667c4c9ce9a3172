"""Receipts: a C2SP ``.tlog-proof`` says that a log holds a leaf.

    c2sp.org/tlog-proof@v1
    extra <base64>              (optional, unauthenticated; never written here)
    index 1234
    <hash, base64>
    …

    <checkpoint, a signed note>

``Receipt`` is what a file claims; ``VerifiedReceipt`` is what its log's key signed for a certain leaf.
Source: C2SP ``tlog-proof.md``.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from comity.envelope.merkle import leaf_hash, verify_path
from comity.ledger.checkpoint import ROOT_BYTES, SIZE_MAX, verified_checkpoint
from comity.ledger.errors import LedgerError
from comity.ledger.note import decode_base64

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.ledger.checkpoint import VerifiedCheckpoint

HEADER: Final = "c2sp.org/tlog-proof@v1"
# A tree of 2^63 leaves has paths of 63 hashes.
PATH_MAX: Final = 63
# A path of full length and a checkpoint with sixteen cosignatures fit.
RECEIPT_BYTES_MAX: Final = 8 * 1024
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})")
_EXTRA: Final = "extra "


class Receipt(NamedTuple):
    """A parsed proof. Unverified."""

    position: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""


class VerifiedReceipt(NamedTuple):
    """A leaf's place in a log, by the log's own word; made by ``verify_receipt`` only."""

    position: int
    head: VerifiedCheckpoint


def format_receipt(index: int, path: Sequence[bytes], checkpoint: str) -> bytes:
    """The text form."""
    hashes = "".join([f"{base64.b64encode(one).decode()}\n" for one in path])
    return f"{HEADER}\nindex {index}\n{hashes}\n{checkpoint}".encode()


def parse_receipt(data: bytes) -> Receipt:
    """A receipt; raises ``LedgerError`` for anything that is not exactly one."""
    if len(data) > RECEIPT_BYTES_MAX:
        raise LedgerError("a receipt of more than 8 KiB")
    head, separator, checkpoint = data.partition(b"\n\n")
    try:
        header, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise LedgerError("a receipt's proof is ASCII") from error
    if not separator or header != HEADER:
        raise LedgerError("not a tlog-proof")
    extra = b""
    if lines and lines[0].startswith(_EXTRA):
        extra = decode_base64(lines.pop(0).removeprefix(_EXTRA))
    index = _INDEX.fullmatch(lines[0]) if lines else None
    if index is None or int(index[1]) > SIZE_MAX or len(lines) - 1 > PATH_MAX:
        raise LedgerError("a malformed tlog-proof")
    path = tuple(decode_base64(line) for line in lines[1:])
    if any(len(one) != ROOT_BYTES for one in path):
        raise LedgerError("a path of hashes has 32 bytes each")
    return Receipt(int(index[1]), path, checkpoint, extra)


def verify_receipt(data: bytes, *, leaf: bytes, key: str) -> VerifiedReceipt:
    """Verifies that the log of verifier key ``key`` holds ``leaf``.

    The place is checked against the tree's size before anything is hashed.

    Raises:
        LedgerError: malformed, of another log, or a proof of something else.
    """
    receipt = parse_receipt(data)
    head = verified_checkpoint(key, receipt.checkpoint)
    if not verify_path(receipt.position, head.size, leaf_hash(leaf), receipt.path, head.root):
        raise LedgerError("the proof does not lead to the checkpoint's root")
    return VerifiedReceipt(receipt.position, head)
