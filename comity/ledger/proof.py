"""Receipts: a C2SP ``.tlog-proof`` says that a log holds a leaf.

c2sp.org/tlog-proof@v1
index 1234
<hash, base64>
…

<checkpoint, a signed note>
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from comity.envelope.merkle import leaf_hash, verify_path
from comity.ledger.errors import LedgerError
from comity.ledger.note import ROOT_BYTES, decode_base64, verified_checkpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER: Final = "c2sp.org/tlog-proof@v1"
# A tree of 2^63 leaves has paths of 63 hashes.
PATH_MAX: Final = 63
RECEIPT_BYTES_MAX: Final = 8 * 1024


class Receipt(NamedTuple):
    """A parsed proof. Unverified."""

    position: int
    path: tuple[bytes, ...]
    checkpoint: bytes


def format_receipt(index: int, path: Sequence[bytes], checkpoint: str) -> bytes:
    """The text form."""
    hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in path)
    return f"{HEADER}\nindex {index}\n{hashes}\n{checkpoint}".encode()


def parse_receipt(data: bytes) -> Receipt:
    """A receipt; raises ``LedgerError`` for anything that is not exactly one."""
    if len(data) > RECEIPT_BYTES_MAX:
        raise LedgerError("a receipt of more than 8 KiB")
    head, separator, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise LedgerError("a receipt's proof is ASCII") from error
    if not separator or lines[0] != HEADER or len(lines) < 2:  # noqa: PLR2004
        raise LedgerError("not a tlog-proof")
    index = re.fullmatch(r"index (0|[1-9][0-9]{0,18})", lines[1])
    if index is None or len(lines) - 2 > PATH_MAX:
        raise LedgerError("a malformed tlog-proof")
    path = tuple(decode_base64(line) for line in lines[2:])
    if any(len(one) != ROOT_BYTES for one in path):
        raise LedgerError("a path of hashes has 32 bytes each")
    return Receipt(int(index[1]), path, checkpoint)


def verify_receipt(data: bytes, *, leaf: bytes, key: str) -> Receipt:
    """Verifies that the log of verifier key ``key`` holds ``leaf``.

    Raises:
        LedgerError: malformed, of another log, or a proof of something else.
    """
    receipt = parse_receipt(data)
    head = verified_checkpoint(key, receipt.checkpoint)
    if not verify_path(receipt.position, head.size, leaf_hash(leaf), receipt.path, head.root):
        raise LedgerError("the proof does not lead to the checkpoint's root")
    return receipt
