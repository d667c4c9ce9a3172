"""C2SP checkpoints, signed heads of logs, and the cosignatures that witnesses add.

Rules:

* ``Checkpoint`` is what a text claims; ``VerifiedCheckpoint`` is what its log's key signed. Only the second
  leads anywhere: proofs are checked against it, and only it is cosigned.
* A log's key bears the log's origin as its name, so that no key can speak for another log.
* A cosignature says that its witness saw no larger, and no other, tree of that log by then.

Sources: C2SP ``tlog-checkpoint.md`` and ``tlog-cosignature.md`` (Ed25519, version 1).
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from typing import Final, NamedTuple

from comity.ledger.errors import LedgerError
from comity.ledger.note import (
    ALGORITHM_COSIGNATURE,
    ALGORITHM_ED25519,
    SignedNote,
    Signer,
    check_signature,
    decode_base64,
    key_id,
    parse_note,
    parse_vkey,
    sign_note,
    signature_line,
    verify_note,
)

ROOT_BYTES: Final = 32
# Sizes and seconds are counted in 63 bits, as every database does.
SIZE_MAX: Final = (1 << 63) - 1
TIME_S_MAX: Final = (1 << 63) - 1
# Lines after the root that this system never writes and tolerates in others' logs.
EXTENSIONS_MAX: Final = 16
# Verifiers and checkpoints remembered: the receipts of one commit share their checkpoint.
REMEMBERED: Final = 1024
_TIME_BYTES: Final = 8
_HEAD_LINES: Final = 3
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


class Checkpoint(NamedTuple):
    """The head of a log as somebody states it: origin, number of leaves, root. Unverified."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The text that is signed."""
        head = f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"
        return head + "".join(f"{line}\n" for line in self.extensions)


class VerifiedCheckpoint(NamedTuple):
    """The head of a log, signed by the log's key; made by ``Verifier`` only."""

    origin: str
    size: int
    root: bytes
    note: bytes


def parse_checkpoint(text: str) -> Checkpoint:
    """The head that a note's text states; raises ``LedgerError``."""
    *lines, end = text.split("\n")
    if end or len(lines) < _HEAD_LINES or not all(lines):
        raise LedgerError("a checkpoint has an origin, a size and a root")
    origin, size, encoded, *extensions = lines
    if not _SIZE.fullmatch(size) or int(size) > SIZE_MAX:
        raise LedgerError("a checkpoint's size is a decimal number")
    found = decode_base64(encoded)
    if len(found) != ROOT_BYTES:
        raise LedgerError("a checkpoint's root has 32 bytes")
    if len(extensions) > EXTENSIONS_MAX:
        raise LedgerError("a checkpoint with too many lines")
    return Checkpoint(origin, int(size), found, tuple(extensions))


class Verifier:
    """Verifies one log's checkpoints, by its public key."""

    __slots__ = ("key", "vkey")

    def __init__(self, vkey: str) -> None:
        self.key = parse_vkey(vkey)
        self.vkey = vkey
        if self.key.algorithm != ALGORITHM_ED25519:
            raise LedgerError("a log's key makes plain Ed25519 signatures")

    def checkpoint(self, data: bytes) -> VerifiedCheckpoint:
        """The verified head of this key's log.

        Raises:
            LedgerError: malformed, unsigned, or another log's.
        """
        head = parse_checkpoint(verify_note(parse_note(data), self.key))
        if head.origin != self.key.name:
            raise LedgerError("a checkpoint of another log")
        return VerifiedCheckpoint(head.origin, head.size, head.root, data)


@lru_cache(maxsize=REMEMBERED)
def verifier(vkey: str) -> Verifier:
    """The verifier of a key in text form."""
    return Verifier(vkey)


@lru_cache(maxsize=REMEMBERED)
def verified_checkpoint(vkey: str, note: bytes) -> VerifiedCheckpoint:
    """The verified head in ``note``; the same note is verified once."""
    return verifier(vkey).checkpoint(note)


def sign_checkpoint(head: Checkpoint, signer: Signer) -> str:
    """The head of one's own log, signed."""
    return sign_note(head.text(), head.origin, signer)


def cosign(head: VerifiedCheckpoint, name: str, signer: Signer, *, at_s: int) -> str:
    """A witness's signature line over a head it found consistent with all it saw before.

    Args:
        head: the head; its text is signed as it came.
        name: the witness's name; a key serves one name only, as the name is not signed.
        signer: the witness's key.
        at_s: seconds since the epoch.
    """
    message = _cosigned(parse_note(head.note).text, at_s)
    identity = key_id(name, ALGORITHM_COSIGNATURE, signer.public)
    return signature_line(name, identity + at_s.to_bytes(_TIME_BYTES, "big") + signer.sign(message))


def _cosigned(text: str, at_s: int) -> bytes:
    return f"cosignature/v1\ntime {at_s}\n{text}".encode()


class Witness:
    """Verifies one witness's cosignatures, by its public key."""

    __slots__ = ("key",)

    def __init__(self, vkey: str) -> None:
        self.key = parse_vkey(vkey)
        if self.key.algorithm != ALGORITHM_COSIGNATURE:
            raise LedgerError("a witness's key makes cosignatures")

    def seen_at_s(self, note: SignedNote) -> int:
        """When the witness saw this head: seconds since the epoch, the latest if it signed twice.

        Raises:
            LedgerError: it did not cosign, or a cosignature in its name does not verify.
        """
        times = [self._time(note.text, blob) for blob in self.key.signed(note)]
        if not times:
            raise LedgerError("a note without this witness's cosignature")
        return max(times)

    def _time(self, text: str, blob: bytes) -> int:
        at_s = int.from_bytes(blob[:_TIME_BYTES], "big")
        if at_s > TIME_S_MAX:
            raise LedgerError("a cosignature's time is out of range")
        check_signature(blob[_TIME_BYTES:], _cosigned(text, at_s), self.key.public)
        return at_s
