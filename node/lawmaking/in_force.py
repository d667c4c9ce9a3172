"""Which revision is in force at this node, where its files are, and what happens when one is not believed.

Rules:

* The newest revision whose day has come is in force; before anything was published, the settings' folders.
* Each revision is kept twice, in the database and as a file of the home, and verified wherever it is read. A
  copy that is not believed is told to the operator and not used.
* A number that was published never disappears: where neither copy of it is believed, the node does not start,
  because an older law would come back to life.
"""

from __future__ import annotations

import logging
import shutil
import struct
from typing import TYPE_CHECKING, Final

from comity.errors import ExitCode, StartError
from comity.identity.files import private_folder, write_private
from comity.policytools.tree import MODEL
from node.lawmaking.revision import Floor, Revision, RevisionRefused, StoredRevision, believe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from comity.clock import Clock
    from comity.envelope import SigningPublicKey
    from node.storage.policies import PolicyBook

FOLDER: Final = "policy"
# The highest number ever published, in that folder.
SEQUENCE: Final = "sequence"
POLICY_KEY_FILE: Final = "policy.key"
_LENGTHS: Final = struct.Struct(">III")

log = logging.getLogger(__name__)


class LawInForce:
    """The law of this node, as published here."""

    def __init__(
        self, *, home: Path, book: PolicyBook, key: SigningPublicKey, clock: Clock
    ) -> None:
        self._folder = home / FOLDER
        private_folder(self._folder)
        self._book = book
        self._key = key
        self._clock = clock
        self.floor = Floor(self._folder / SEQUENCE)
        self.current: Revision | None = None
        self.scheduled: list[Revision] = []

    @property
    def last(self) -> int:
        """The highest number ever published."""
        return max(self._book.last(), self.floor.read())

    def start(self) -> None:
        """Finds the law in force.

        Raises:
            StartError: a published number of which no copy is believed.
        """
        revision, self.scheduled = self.published()
        if revision is not None:
            self.take(revision)

    def published(self) -> tuple[Revision | None, list[Revision]]:
        """The revision that is in force now, if any, and later ones, newest first; changes nothing.

        Raises:
            StartError: a published number of which no copy is believed.
        """
        scheduled: list[Revision] = []
        for sequence in range(self.last, 0, -1):
            revision = self.find(sequence)
            if revision is None:
                sentence = (
                    f"Revision {sequence} of the law cannot be believed: neither the database's copy "
                    f"nor {self._copy(sequence)}. Restore one of them; an older law is not put in force."
                )
                raise StartError(sentence, exit_code=ExitCode.CONFIG)
            if revision.statement.effective_ms <= self._clock.now_ms():
                return revision, scheduled
            scheduled.append(revision)
        return None, scheduled

    def find(self, sequence: int) -> Revision | None:
        """A revision from the first copy that is believed."""
        for where, stored in self._copies(sequence):
            try:
                return believe(stored, self._key)
            except RevisionRefused as refused:
                log.error("revision %d in %s is refused: %s", sequence, where, refused)
        return None

    def _copies(self, sequence: int) -> Iterator[tuple[str, StoredRevision]]:
        row = self._book.revision(sequence)
        if row is not None:
            yield "the database", StoredRevision(**row)
        path = self._copy(sequence)
        if path.is_file():
            found = path.read_bytes()
            if len(found) > _LENGTHS.size:
                told, signed, _ = _LENGTHS.unpack_from(found)
                rest = found[_LENGTHS.size :]
                yield (
                    f"{path}",
                    StoredRevision(
                        sequence,
                        rest[:told],
                        rest[told : told + signed],
                        rest[told + signed :],
                        -1,
                    ),
                )

    def _copy(self, sequence: int) -> Path:
        return self._folder / f"{sequence:06d}.revision"

    def keep(self, stored: StoredRevision) -> None:
        """The copy beside the database, and the number below which nothing is taken any more."""
        head = _LENGTHS.pack(len(stored.statement), len(stored.signature), len(stored.archive))
        content = head + stored.statement + stored.signature + stored.archive
        write_private(self._copy(stored.sequence), content)
        self.floor.rise(stored.sequence)

    def take(self, revision: Revision) -> None:
        """Makes a revision the one whose folders are loaded; never an older one than the present.

        Raises:
            RevisionRefused: it is older.
        """
        now = self.current
        if now is not None and revision.statement.sequence <= now.statement.sequence:
            raise RevisionRefused("a newer one is in force")
        self.unpack(revision)
        self.current = revision

    def unpack(self, revision: Revision) -> Path:
        """Its files, fresh from what was signed."""
        folder = self._folder / f"{revision.statement.sequence:06d}"
        shutil.rmtree(folder, ignore_errors=True)
        private_folder(folder)
        revision.archive.unpack(folder)
        return folder

    def folders(self, revision: Revision | None = None) -> tuple[str, ...]:
        """The folders to be loaded; none while nothing was published."""
        chosen = revision or self.current
        if chosen is None:
            return ()
        folder = self._folder / f"{chosen.statement.sequence:06d}"
        return tuple(str(folder / name) for name in (MODEL, *chosen.statement.packs))

    def due(self) -> Revision | None:
        """The newest scheduled revision whose day has come, looked at again."""
        now_ms = self._clock.now_ms()
        for waiting in self.scheduled:
            if waiting.statement.effective_ms <= now_ms:
                return self.find(waiting.statement.sequence)
        return None
