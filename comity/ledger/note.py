"""C2SP signed notes: text, an empty line, signature lines.

Rules:

* Parsing is strict and raises ``LedgerError`` only. What it returns is a ``SignedNote``: unverified.
* Every signature that bears a key's name and id must verify under it; one is needed.
* Signatures of unknown keys are left alone, so that witnesses and successors can sign beside.

Source: C2SP ``signed-note.md``.
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
KEY_BYTES: Final = 32
KEY_ID_BYTES: Final = 4
SIGNATURE_BYTES: Final = 64
# A note is a few lines and, at most, the signatures of a large federation's witnesses.
NOTE_BYTES_MAX: Final = 16 * 1024
SIGNATURES_MAX: Final = 64
NAME_CHARACTERS_MAX: Final = 256
VKEY_CHARACTERS_MAX: Final = 512
# Key ids remembered, of one's own log and of every log and witness known.
KEY_IDS_REMEMBERED: Final = 4096
_NAME: Final = re.compile(rf"[^\s+]{{1,{NAME_CHARACTERS_MAX}}}")
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


class SignedNote(NamedTuple):
    """A parsed note. Unverified: nobody is known to have signed its text."""

    text: str
    signatures: tuple[Signature, ...]


class VerifierKey(NamedTuple):
    """A public key as C2SP writes it: whose, for what kind of signature."""

    name: str
    algorithm: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return key_id(self.name, self.algorithm, self.public)

    def signed(self, note: SignedNote) -> list[bytes]:
        """Blobs of the note's signatures that claim to be this key's."""
        mine = self.id
        return [one.blob for one in note.signatures if (one.name, one.key_id) == (self.name, mine)]


@lru_cache(maxsize=KEY_IDS_REMEMBERED)
def key_id(name: str, algorithm: int, public: bytes) -> bytes:
    """The id that signature lines carry."""
    return sha256(name.encode() + b"\n" + bytes([algorithm]) + public).digest()[:KEY_ID_BYTES]


def vkey_of(name: str, public: bytes, *, algorithm: int = ALGORITHM_ED25519) -> str:
    """The verifier key in its text form: ``name+id+key``."""
    encoded = base64.b64encode(bytes([algorithm]) + public).decode()
    return f"{name}+{key_id(name, algorithm, public).hex()}+{encoded}"


def parse_vkey(vkey: str) -> VerifierKey:
    """A verifier key from its text form.

    Raises:
        LedgerError: malformed, of another kind, or with the id of another key.
    """
    name, _, rest = vkey.partition("+")
    identity, _, encoded = rest.partition("+")
    if len(vkey) > VKEY_CHARACTERS_MAX or not _NAME.fullmatch(name):
        raise LedgerError("a verifier key is name+id+key")
    raw = decode_base64(encoded)
    if len(raw) != KEY_BYTES + 1 or raw[0] not in {ALGORITHM_ED25519, ALGORITHM_COSIGNATURE}:
        raise LedgerError("a verifier key is of a kind that is not known here")
    key = VerifierKey(name, raw[0], raw[1:])
    if key.id.hex() != identity:
        raise LedgerError("a verifier key whose id is another key's")
    return key


def is_name(text: str) -> bool:
    """Whether a key can bear this name."""
    return bool(_NAME.fullmatch(text))


def signature_line(name: str, blob: bytes) -> str:
    """A signature line with its newline; the blob begins with the key id."""
    return f"{_DASH}{name} {base64.b64encode(blob).decode()}\n"


def sign_note(text: str, name: str, signer: Signer) -> str:
    """The note with its author's signature line."""
    identity = key_id(name, ALGORITHM_ED25519, signer.public)
    return f"{text}\n{signature_line(name, identity + signer.sign(text.encode()))}"


def verify_note(note: SignedNote, key: VerifierKey) -> str:
    """The note's text, signed by ``key``.

    Raises:
        LedgerError: not signed by it, or with a signature in its name that does not verify.
    """
    blobs = key.signed(note) if key.algorithm == ALGORITHM_ED25519 else []
    if not blobs:
        raise LedgerError("a note without this key's signature")
    message = note.text.encode()
    for blob in blobs:
        check_signature(blob, message, key.public)
    return note.text


def check_signature(signature: bytes, message: bytes, public: bytes) -> None:
    """Raises ``LedgerError`` unless the Ed25519 signature verifies."""
    if len(signature) != SIGNATURE_BYTES:
        raise LedgerError("a note's signature has another length")
    try:
        bindings.crypto_sign_open(signature + message, public)
    except (CryptoError, ValueError) as error:
        raise LedgerError("a note's signature does not verify") from error


def parse_note(data: bytes) -> SignedNote:
    """A signed note; raises ``LedgerError`` for anything that is not exactly one."""
    if len(data) > NOTE_BYTES_MAX:
        raise LedgerError("a note of more than 16 KiB")
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise LedgerError("a note is UTF-8") from error
    if any(character < "\x20" and character != "\n" for character in whole):
        raise LedgerError("control characters in a note")
    text, separator, lines = whole.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise LedgerError("a note has a text, an empty line and signatures")
    signatures = lines[:-1].split("\n")
    if len(signatures) > SIGNATURES_MAX:
        raise LedgerError("too many signatures")
    return SignedNote(text + "\n", tuple(_signature(line) for line in signatures))


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
        data = binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise LedgerError("not base64") from error
    if binascii.b2a_base64(data, newline=False).decode() != text:
        raise LedgerError("base64 with another spelling")
    return data
