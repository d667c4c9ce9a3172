"""A revision: a signed statement about files of law, and the rules by which one is believed.

Rules:

* The statement is signed by the node's own policy key; the signature is over the stored bytes.
* The files must have the digest that the statement names.
* At least two people approved, none of them the author, each once.
* Its number is the one asked for: an older one is not accepted in its place.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from nacl.exceptions import CryptoError

from comity.envelope import SigningPublicKey, SigningSecret, verify_signature
from comity.errors import ComityError
from comity.policytools.archive import Archive, ArchiveRefused, decoded

if TYPE_CHECKING:
    from pathlib import Path

APPROVERS_MIN: Final = 2
CONTEXT: Final = b"comity/policy-revision/1\0"
# A statement beyond this is something else.
STATEMENT_BYTES_MAX: Final = 64 * 1024


class RevisionRefused(ComityError):
    """A revision that is not believed; the law in force stays."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What is signed."""

    sequence: int
    draft_id: str
    digest: str
    packs: tuple[str, ...]
    author: str
    approvers: tuple[str, ...]
    reason: str
    publisher: str
    published_ms: int
    effective_ms: int
    previous: str

    @property
    def encoded(self) -> bytes:
        """Canonical JSON."""
        return json.dumps(
            asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()


@dataclass(frozen=True, slots=True)
class StoredRevision:
    """A revision as it was read from somewhere: not believed yet."""

    sequence: int
    statement: bytes
    signature: bytes
    archive: bytes
    ledger_index: int


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision that was verified."""

    statement: Statement
    archive: Archive
    ledger_index: int


def sign(statement: Statement, archive: Archive, key: SigningSecret) -> StoredRevision:
    """The statement signed, with its files; the ledger's index is not known yet."""
    told = statement.encoded
    signature = key.sign(CONTEXT + told)
    return StoredRevision(statement.sequence, told, signature, archive.encoded, -1)


def believe(stored: StoredRevision, key: SigningPublicKey) -> Revision:
    """A stored revision, verified.

    Raises:
        RevisionRefused: with what is wrong.
    """
    if len(stored.statement) > STATEMENT_BYTES_MAX:
        raise RevisionRefused("its statement is too large")
    try:
        verify_signature(CONTEXT + stored.statement, stored.signature, key)
    except CryptoError as error:
        raise RevisionRefused("its signature is not this node's") from error
    try:
        told = json.loads(stored.statement)
        told["packs"], told["approvers"] = tuple(told["packs"]), tuple(told["approvers"])
        statement = Statement(**told)
        archive = decoded(stored.archive)
    except (ValueError, TypeError, KeyError, ArchiveRefused) as error:
        raise RevisionRefused("it cannot be read") from error
    if archive.digest != statement.digest:
        raise RevisionRefused("its files are not those that were signed")
    if statement.sequence != stored.sequence:
        raise RevisionRefused("it stands under another number")
    check_approvers(statement.author, statement.approvers)
    return Revision(statement, archive, stored.ledger_index)


def check_approvers(author: str, approvers: tuple[str, ...]) -> None:
    """Two pairs of eyes, none of them the author's.

    Raises:
        RevisionRefused: fewer, or one twice, or the author among them.
    """
    if author in approvers:
        raise RevisionRefused("its author is among those who approved it")
    if len(set(approvers)) < APPROVERS_MIN:
        raise RevisionRefused(f"fewer than {APPROVERS_MIN} people approved it")


class Floor:
    """The highest number ever published here, outside the database: a restored one cannot go back."""

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> int:
        """The number; 0 before anything was published."""
        try:
            return int(self._path.read_text("ascii"))
        except FileNotFoundError:
            return 0
        except ValueError as error:
            raise RevisionRefused(f"{self._path} holds no number") from error

    def rise(self, sequence: int) -> None:
        """Never falls."""
        if sequence > self.read():
            beside = self._path.with_suffix(".new")
            beside.write_text(f"{sequence}\n", "ascii")
            beside.replace(self._path)
