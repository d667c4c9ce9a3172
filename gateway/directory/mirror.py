"""What the gateway passes on to every link: the directory's files and the nodes' key statements.

Both are verified before they are passed on or used, by the same rules as at a node; a gateway that
passed on something else would only be refused there.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING, Final

from comity.envelope import encryption_kid
from comity.identity.key_ring import KeyRing
from comity.identity.key_statement import KeyStatementRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from comity.authority.holder import DirectoryHolder
    from comity.clock import Clock
    from comity.identity.directory import Directory

# Encryption keys remembered of one member: more than its nodes can have in use, since a key serves for
# four days at most; a member that makes them without end pushes out its own.
KIDS_PER_MEMBER_MAX: Final = 64

log = logging.getLogger(__name__)


class Mirror:
    """Directory and statements of one gateway process."""

    def __init__(self, holder: DirectoryHolder, clock: Clock) -> None:
        self._holder = holder
        self._clock = clock
        self._ring = KeyRing()
        self._agencies: dict[bytes, set[str]] = {}
        self._kids: dict[str, deque[bytes]] = {}
        self._on_statement: list[Callable[[bytes], None]] = []

    @property
    def current(self) -> Directory:
        """The directory in force."""
        return self._holder.current

    def files(self) -> list[tuple[str, bytes]]:
        """The directory's files, in the order to apply."""
        return self._holder.files()

    def statements(self) -> list[bytes]:
        """The newest statement of each node."""
        return self._ring.statements()

    def agencies_of(self, kid: bytes) -> Collection[str]:
        """Who stated this encryption key: its owner, and whoever said the same of another's."""
        return self._agencies.get(kid, ())

    def on_statement(self, call: Callable[[bytes], None]) -> None:
        """Calls ``call`` with each statement that was accepted."""
        self._on_statement.append(call)

    def accept_statement(self, content: bytes) -> None:
        """Takes a statement from a link; a refused one is dropped and nobody hears of it."""
        before = set(self._ring.statements())
        if content in before:
            return
        try:
            statement = self._ring.accept(content, self.current, self._clock.now_ms())
        except KeyStatementRefused as error:
            log.warning("key statement refused: %s", error)
            return
        self._remember(statement.agency, encryption_kid(statement.encryption_key))
        for call in self._on_statement:
            call(content)

    def _remember(self, agency: str, kid: bytes) -> None:
        kids = self._kids.setdefault(agency, deque())
        if kid in kids:
            return
        kids.append(kid)
        self._agencies.setdefault(kid, set()).add(agency)
        if len(kids) > KIDS_PER_MEMBER_MAX:
            gone = kids.popleft()
            self._agencies[gone].discard(agency)
            if not self._agencies[gone]:
                del self._agencies[gone]
