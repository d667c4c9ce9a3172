"""C2SP signed notes, checkpoints and cosignatures.

Sources: C2SP ``signed-note.md``, ``tlog-checkpoint.md``, ``tlog-cosignature.md``. Parsing is strict and
raises ``LedgerError`` only; what it returns is unverified until a ``Verifier`` accepted it.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple, Protocol

from nacl import bindings
from nacl.exceptions import CryptoError

from comity.ledger.errors import LedgerError

ALGORITHM_ED25519: Final = 1
ALGORITHM_COSIGNATURE: Final = 4
KEY_ID_BYTES: Final = 4
NOTE_BYTES_MAX: Final = 16 * 1024
SIGNATURES_MAX: Final = 64
SIZE_DIGITS_MAX: Final = 20
ROOT_BYTES: Final = 32
_NAME: Final = re.compile(r"[^\s+]{1,256}")
_DASH: Final = "— "


class Signer(Protocol):
    """An Ed25519 key that signs."""

    @property
    def public(self) -> bytes:
        """32 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        ...


class Signature(NamedTuple):
    """One signature line: who is said to have signed, under which key id, with what."""

    name: str
    key_id: bytes
    blob: bytes


class Checkpoint(NamedTuple):
    """The head of a log: origin, number of leaves, root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


class SignedNote(NamedTuple):
    """A parsed note. Unverified."""

    text: str
    signatures: tuple[Signature, ...]


def key_id(name: str, algorithm: int, public: bytes) -> bytes:
    """Four bytes that tell keys of one name apart."""
    return sha256(name.encode() + b"\n" + bytes([algorithm]) + public).digest()[:KEY_ID_BYTES]


def vkey_of(name: str, public: bytes, *, algorithm: int = ALGORITHM_ED25519) -> str:
    """The verifier key in its text form: ``name+id+key``."""
    encoded = base64.b64encode(bytes([algorithm]) + public).decode()
    return f"{name}+{key_id(name, algorithm, public).hex()}+{encoded}"


def sign_note(text: str, name: str, signer: Signer) -> str:
    """The note with its author's signature line."""
    blob = key_id(name, ALGORITHM_ED25519, signer.public) + signer.sign(text.encode())
    return f"{text}\n{_DASH}{name} {base64.b64encode(blob).decode()}\n"


def cosign(text: str, name: str, signer: Signer, *, at_s: int) -> str:
    """A witness's signature line: it saw this text, consistent with all before, at ``at_s``."""
    message = f"cosignature/v1\ntime {at_s}\n{text}".encode()
    identity = key_id(name, ALGORITHM_COSIGNATURE, signer.public)
    blob = identity + at_s.to_bytes(8, "big") + signer.sign(message)
    return f"{_DASH}{name} {base64.b64encode(blob).decode()}\n"


def parse_note(data: bytes) -> SignedNote:
    """A signed note; raises ``LedgerError`` for anything that is not exactly one."""
    if len(data) > NOTE_BYTES_MAX:
        raise LedgerError("a note of more than 16 KiB")
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise LedgerError("a note is UTF-8") from error
    if any(ord(character) < 0x20 and character != "\n" for character in whole):  # noqa: PLR2004
        raise LedgerError("control characters in a note")
    text, separator, lines = whole.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise LedgerError("a note has a text, an empty line and signatures")
    signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > SIGNATURES_MAX:
        raise LedgerError("too many signatures")
    return SignedNote(text + "\n", signatures)


def _signature(line: str) -> Signature:
    name, separator, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not separator or not _NAME.fullmatch(name):
        raise LedgerError("a malformed signature line")
    blob = decode_base64(encoded)
    if len(blob) <= KEY_ID_BYTES:
        raise LedgerError("a signature too short")
    return Signature(name, blob[:KEY_ID_BYTES], blob[KEY_ID_BYTES:])


def decode_base64(text: str) -> bytes:
    """Standard base64 in its one canonical spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise LedgerError("not base64") from error
    if base64.b64encode(data).decode() != text:
        raise LedgerError("base64 with another spelling")
    return data


def parse_checkpoint(text: str) -> Checkpoint:
    """The head that a note's text states."""
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0]:  # noqa: PLR2004  # origin, size, root, end
        raise LedgerError("a checkpoint has an origin, a size and a root")
    origin, size, encoded = lines[:3]
    if not re.fullmatch(r"0|[1-9][0-9]*", size) or len(size) > SIZE_DIGITS_MAX:
        raise LedgerError("a checkpoint's size is a decimal number")
    found = decode_base64(encoded)
    if len(found) != ROOT_BYTES:
        raise LedgerError("a checkpoint's root has 32 bytes")
    return Checkpoint(origin, int(size), found)


class Verifier:
    """A log's or a witness's public key, by name."""

    __slots__ = ("algorithm", "id", "name", "public")

    def __init__(self, vkey: str) -> None:
        name, _, rest = vkey.partition("+")
        identity, _, encoded = rest.partition("+")
        raw = decode_base64(encoded)
        if len(raw) != ROOT_BYTES + 1 or not _NAME.fullmatch(name):
            raise LedgerError("a verifier key is name+id+key")
        self.name = name
        self.algorithm, self.public = raw[0], raw[1:]
        self.id = key_id(name, self.algorithm, self.public)
        if self.id.hex() != identity:
            raise LedgerError("a verifier key whose id is another key's")

    def verify_text(self, note: SignedNote) -> None:
        """Raises ``LedgerError`` unless this key signed the note's text."""
        for signature in note.signatures:
            if signature.name == self.name and signature.key_id == self.id:
                try:
                    bindings.crypto_sign_open(signature.blob + note.text.encode(), self.public)
                except (CryptoError, ValueError) as error:
                    raise LedgerError("a note's signature does not verify") from error
                return
        raise LedgerError("a note without this key's signature")

    def checkpoint(self, data: bytes) -> Checkpoint:
        """The verified head of this key's log.

        Raises:
            LedgerError: malformed, unsigned, or another log's.
        """
        note = parse_note(data)
        self.verify_text(note)
        found = parse_checkpoint(note.text)
        if found.origin != self.name:
            raise LedgerError("a checkpoint of another log")
        return found


# Verifier keys and checkpoints remembered: a receipt's checkpoint is shared by its whole commit.
REMEMBERED: Final = 1024


@lru_cache(maxsize=REMEMBERED)
def verifier(vkey: str) -> Verifier:
    """The verifier of a key in text form."""
    return Verifier(vkey)


@lru_cache(maxsize=REMEMBERED)
def verified_checkpoint(vkey: str, note: bytes) -> Checkpoint:
    """The verified head in ``note``; the same note is verified once."""
    return verifier(vkey).checkpoint(note)
