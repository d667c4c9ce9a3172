"""Receipts: a C2SP ``.tlog-proof`` says that a log holds a leaf.

    c2sp.org/tlog-proof@v1
    extra <base64>
    index 1234
    <hash, base64>
    …

    <checkpoint, a signed note>

``Receipt`` is what a file claims; ``VerifiedReceipt`` is what its log's key signed for a certain leaf.

``extra`` is what somebody needs to recompute the leaf, and is believed only because the leaf it leads to
is in the tree. Between nodes it is the entry's time, the one part that the other side cannot know; in a
file made for a third person it is the *opening*: salt and statement, so that the file speaks for itself.

Source: C2SP ``tlog-proof.md``.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from comity.envelope.merkle import leaf_hash, verify_path
from comity.ledger.checkpoint import ROOT_BYTES, SIZE_MAX, verified_checkpoint
from comity.ledger.entry import (
    DETAILS_BYTES_MAX,
    SALT_BYTES,
    TIME_BYTES,
    Statement,
    decode_statement,
    encode_statement,
    entry_leaf,
)
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
# The same with an opening of the longest details, in base64.
OPENED_BYTES_MAX: Final = RECEIPT_BYTES_MAX + (DETAILS_BYTES_MAX + 256) * 4 // 3
_OPENING: Final = b"\x01"
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


class OpenedReceipt(NamedTuple):
    """A leaf's place in a log together with what it says; made by ``verify_opened`` only."""

    position: int
    head: VerifiedCheckpoint
    said: Statement


def format_receipt(
    index: int, path: Sequence[bytes], checkpoint: str | bytes, *, extra: bytes = b""
) -> bytes:
    """The text form."""
    line = b"extra %b\n" % base64.b64encode(extra) if extra else b""
    hashes = b"".join([base64.b64encode(one) + b"\n" for one in path])
    note = checkpoint.encode() if isinstance(checkpoint, str) else checkpoint
    return b"%b\n%bindex %d\n%b\n%b" % (HEADER.encode(), line, index, hashes, note)


def time_extra(at_ms: int) -> bytes:
    """``extra`` of a receipt for the other party of an exchange."""
    return at_ms.to_bytes(TIME_BYTES, "big")


def time_of(extra: bytes) -> int:
    """The time in such an ``extra``; unverified until the leaf is found."""
    if len(extra) != TIME_BYTES:
        raise LedgerError("a receipt without the entry's time")
    return int.from_bytes(extra, "big")


def open_receipt(data: bytes | Receipt, said: Statement, *, salt: bytes) -> bytes:
    """The receipt with the opening of its leaf, for a third person; it discloses what the entry says."""
    receipt = data if isinstance(data, Receipt) else parse_receipt(data)
    opening = _OPENING + salt + encode_statement(said)
    return format_receipt(receipt.position, receipt.path, receipt.checkpoint, extra=opening)


def parse_receipt(data: bytes, *, bytes_max: int = RECEIPT_BYTES_MAX) -> Receipt:
    """A receipt; raises ``LedgerError`` for anything that is not exactly one."""
    if len(data) > bytes_max:
        raise LedgerError(f"a receipt of more than {bytes_max // 1024} KiB")
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


def verify_receipt(data: bytes | Receipt, *, leaf: bytes, key: str) -> VerifiedReceipt:
    """Verifies that the log of verifier key ``key`` holds ``leaf``; ``data`` may be parsed already.

    Raises:
        LedgerError: malformed, of another log, or a proof of something else.
    """
    return _verify(data if isinstance(data, Receipt) else parse_receipt(data), leaf, key)


def verify_opened(data: bytes, *, key: str) -> OpenedReceipt:
    """Verifies a receipt that carries its opening, and says what its leaf says.

    Raises:
        LedgerError: malformed, without an opening, of another log, or a proof of something else.
    """
    receipt = parse_receipt(data, bytes_max=OPENED_BYTES_MAX)
    salt, encoded = receipt.extra[1 : 1 + SALT_BYTES], receipt.extra[1 + SALT_BYTES :]
    if receipt.extra[:1] != _OPENING or len(receipt.extra) == TIME_BYTES:
        raise LedgerError("a receipt without an opening says nothing of what its entry says")
    said = decode_statement(encoded)
    found = _verify(receipt, entry_leaf(said, salt=salt), key)
    return OpenedReceipt(found.position, found.head, said)


def _verify(receipt: Receipt, leaf: bytes, key: str) -> VerifiedReceipt:
    """The place is checked against the tree's size before anything is hashed."""
    head = verified_checkpoint(key, receipt.checkpoint)
    if not verify_path(receipt.position, head.size, leaf_hash(leaf), receipt.path, head.root):
        raise LedgerError("the proof does not lead to the checkpoint's root")
    return VerifiedReceipt(receipt.position, head)
