"""The authority's records: published files, invitations, joins. One SQLite file, mode 0600.

It holds no private key. Every change is one transaction; other processes (``serve`` beside ``approve``)
see it whole or not at all.
"""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comity.errors import ExitCode, StartError
from comity.identity.files import PRIVATE_FILE_MODE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# How long one process waits for another's transaction.
BUSY_MS: Final = 5_000

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS file (
    role TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL,
    PRIMARY KEY (role, version)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS invitation (
    id BLOB PRIMARY KEY, secret_hash BLOB NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL,
    instance TEXT NOT NULL, details TEXT NOT NULL, expires_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, request BLOB, join_id TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS enrolment (
    join_id TEXT PRIMARY KEY, kind INTEGER NOT NULL, name TEXT NOT NULL, instance TEXT NOT NULL,
    details TEXT NOT NULL, request BLOB NOT NULL, asked_ms INTEGER NOT NULL, state TEXT NOT NULL,
    draft BLOB, draft_version INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A row: who was invited, and whether it was taken up.

    Attributes:
        id: random, indexed.
        secret_hash: of the secret that only the token holds.
        kind: ``InvitationKind`` as a number.
        name: agency or gateway.
        instance: of a node.
        details: JSON: name, country, groups, or address.
        expires_ms: void afterwards.
        attempts: wrong secrets so far.
        request: hash of the join that used it up.
        join_id: of that join.
    """

    id: bytes
    secret_hash: bytes
    kind: int
    name: str
    instance: str
    details: str
    expires_ms: int
    attempts: int = 0
    request: bytes | None = None
    join_id: str | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A row: a join on its way.

    Attributes:
        join_id: what officers type.
        kind: ``InvitationKind`` as a number.
        name: agency or gateway.
        instance: of a node.
        details: JSON, from the invitation.
        request: the request as it came, serialised by the edge.
        asked_ms: when.
        state: PENDING, APPROVED or REFUSED.
        draft: the federation role it would make, with the signatures so far.
        draft_version: that role's version.
    """

    join_id: str
    kind: int
    name: str
    instance: str
    details: str
    request: bytes
    asked_ms: int
    state: str = "PENDING"
    draft: bytes | None = None
    draft_version: int = 0


class AuthorityState:
    """The SQLite file."""

    __slots__ = ("_db",)

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Opens the file.

        Raises:
            StartError: there is none, or it cannot be read.
        """
        if not create and not path.exists():
            sentence = (
                f"There is no authority in {path.parent}; make one with `comity authority init`."
            )
            raise StartError(sentence, exit_code=ExitCode.CONFIG)
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MS / 1000)
            path.chmod(PRIVATE_FILE_MODE)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA)
        except (sqlite3.Error, OSError) as error:
            sentence = f"The authority's records in {path} cannot be opened: {error}."
            raise StartError(sentence, exit_code=ExitCode.DISK) from error

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """One change, whole or not at all; others wait."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # a full disk may have undone it already
                self._db.execute("ROLLBACK")
            raise

    def change_count(self) -> int:
        """Differs whenever another connection committed; cheap enough to ask often."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def put_file(self, role: str, version: int, name: str, content: bytes) -> None:
        """Publishes a file. The timestamp replaces the one before; every other version is kept."""
        if role == "timestamp":
            self._db.execute("DELETE FROM file WHERE role = ?", (role,))
        self._db.execute("INSERT INTO file VALUES (?, ?, ?, ?)", (role, version, name, content))

    def file(self, role: str, version: int) -> bytes | None:
        """One published file."""
        row = self._db.execute(
            "SELECT content FROM file WHERE role = ? AND version = ?", (role, version)
        ).fetchone()
        return bytes(row[0]) if row else None

    def current_files(self) -> list[tuple[str, int, str, bytes]]:
        """Every root, and the newest file of every other role: role, version, name, content."""
        rows = self._db.execute(
            "SELECT role, version, name, content FROM file AS f WHERE role = 'root' OR version ="
            " (SELECT max(version) FROM file WHERE role = f.role) ORDER BY role, version"
        )
        return [(role, version, name, bytes(content)) for role, version, name, content in rows]

    def forget_files(self, keep: int) -> None:
        """Drops old snapshots and revocations, which come by the hour."""
        for role in ("snapshot", "revocation"):
            self._db.execute(
                "DELETE FROM file WHERE role = ? AND version <="
                " (SELECT max(version) FROM file WHERE role = ?) - ?",
                (role, role, keep),
            )

    def put_invitation(self, invitation: Invitation) -> None:
        """Remembers an invitation."""
        self._db.execute(
            "INSERT INTO invitation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                invitation.id,
                invitation.secret_hash,
                invitation.kind,
                invitation.name,
                invitation.instance,
                invitation.details,
                invitation.expires_ms,
                invitation.attempts,
                invitation.request,
                invitation.join_id,
            ),
        )

    def invitation(self, invitation_id: bytes) -> Invitation | None:
        """One lookup by primary key."""
        row = self._db.execute("SELECT * FROM invitation WHERE id = ?", (invitation_id,)).fetchone()
        return Invitation(*row) if row else None

    def count_attempt(self, invitation_id: bytes) -> None:
        """One more wrong secret."""
        self._db.execute(
            "UPDATE invitation SET attempts = attempts + 1 WHERE id = ?", (invitation_id,)
        )

    def use_invitation(self, invitation_id: bytes, *, request: bytes, join_id: str) -> None:
        """Marks it as used up by this request."""
        self._db.execute(
            "UPDATE invitation SET request = ?, join_id = ? WHERE id = ?",
            (request, join_id, invitation_id),
        )

    def put_enrolment(self, enrolment: Enrolment) -> None:
        """Remembers a join, or its new state."""
        self._db.execute(
            "INSERT OR REPLACE INTO enrolment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                enrolment.join_id,
                enrolment.kind,
                enrolment.name,
                enrolment.instance,
                enrolment.details,
                enrolment.request,
                enrolment.asked_ms,
                enrolment.state,
                enrolment.draft,
                enrolment.draft_version,
            ),
        )

    def enrolment(self, join_id: str) -> Enrolment | None:
        """One join."""
        row = self._db.execute("SELECT * FROM enrolment WHERE join_id = ?", (join_id,)).fetchone()
        return Enrolment(*row) if row else None

    def enrolments(self, state: str) -> list[Enrolment]:
        """Joins in one state, oldest first."""
        rows = self._db.execute(
            "SELECT * FROM enrolment WHERE state = ? ORDER BY asked_ms", (state,)
        )
        return [Enrolment(*row) for row in rows]
