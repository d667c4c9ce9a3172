"""Other nodes' encryption keys, as their verified statements tell them."""

from __future__ import annotations

import json
import logging
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Final

from comity.identity.directory import Freshness
from comity.identity.files import write_private
from comity.identity.key_ring import KeyRing, KeyStatementForked
from comity.identity.key_statement import KeyStatementRefused

if TYPE_CHECKING:
    from pathlib import Path

    from comity.authority.holder import DirectoryHolder
    from comity.clock import Clock
    from comity.envelope import EncryptionPublicKey

STATEMENTS_FILE: Final = "peer-statements.json"

log = logging.getLogger(__name__)


class PeerKeyHolder:
    """Other nodes' encryption keys; what was seen stays seen over a restart."""

    def __init__(self, folder: Path, directories: DirectoryHolder, clock: Clock) -> None:
        self._path = folder / STATEMENTS_FILE
        self._directories = directories
        self._clock = clock
        self._ring = KeyRing()
        if self._path.exists():
            kept = [b64decode(one) for one in json.loads(self._path.read_text("ascii"))]
            self._ring.restore(kept, directories.current)

    def encryption_key(self, agency: str, now_ms: int) -> EncryptionPublicKey | None:
        """The key to seal to, or ``None``."""
        directory = self._directories.current
        member = directory.member(agency)
        if member is None:
            return None
        statement = self._ring.current(member.agency, now_ms, directory=directory)
        return None if statement is None else statement.encryption_key

    def accept(self, statement: bytes) -> None:
        """Takes a statement from a link; refused ones change nothing."""
        directory = self._directories.current
        now_ms = self._clock.now_ms()
        if directory.freshness(now_ms) is not Freshness.FRESH:
            log.warning("key statement not taken: the directory is too old to admit keys")
            return
        before = self._ring.statements()
        try:
            self._ring.accept(statement, directory, now_ms, exclusive=True)
        except KeyStatementForked:
            log.error("two key statements with one number: proof of a fork, waiting for a person")
            return
        except KeyStatementRefused as error:
            log.warning("key statement refused: %s", error)
            return
        after = self._ring.statements()
        if after != before:
            text = json.dumps([b64encode(one).decode() for one in after])
            write_private(self._path, text.encode())
