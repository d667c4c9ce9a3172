"""The verified directory in force, in a running node or gateway: one reference, swapped whole.

What is believed is in force and told of, whether or not the disk takes it: a revocation waits for no disk.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from comity.identity.documents import DirectoryRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from comity.clock import Clock
    from comity.identity.directory import Directory
    from comity.identity.store import DirectoryStore
    from comity.identity.trust import DirectoryTrust

log = logging.getLogger(__name__)


class DirectoryHolder:
    """The verified directory in force; updates that are refused leave it as it is."""

    def __init__(self, store: DirectoryStore, trust: DirectoryTrust, clock: Clock) -> None:
        found = trust.directory
        if found is None:
            raise ValueError("a directory that was never verified")
        self._store = store
        self._trust = trust
        self._clock = clock
        self.current: Directory = found
        self._kept = True
        self._on_change: list[Callable[[Directory], None]] = []

    def on_change(self, call: Callable[[Directory], None]) -> None:
        """Calls ``call`` with every new directory."""
        self._on_change.append(call)

    def apply(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Takes metadata from wherever it came; only its signatures count."""
        try:
            directory = self._trust.apply(files, self._clock.now_ms())
        except DirectoryRefused as error:
            log.warning("directory update refused: %s", error)
            return
        if directory == self.current:
            if not self._kept:
                self._keep()
            return
        self.current = directory
        self._keep()
        log.info("directory version %d is in force", directory.version)
        for call in self._on_change:
            call(directory)

    def _keep(self) -> None:
        """Puts it on disk; where that fails, with the next update, which comes within the hour."""
        try:
            self._store.save(self._trust)
        except OSError as error:
            log.error("directory version %d is not on disk: %s", self.current.version, error)
            self._kept = False
        else:
            self._kept = True

    def files(self) -> list[tuple[str, bytes]]:
        """Everything believed, in the order to apply: what a mirror passes on."""
        return self._trust.files()

    def held(self) -> dict[str, int]:
        """Version held of each role."""
        return self._trust.held()
