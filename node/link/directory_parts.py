"""Joining the frames in which a gateway passes the directory on.

A gateway could send parts for ever: what is held back is bounded, and beyond it the link ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.errors import Reason, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

# A directory of several thousand members; files beyond what a trust store would ever name.
UPDATE_BYTES_MAX: Final = 16 * 1024 * 1024
UPDATE_FILES_MAX: Final = 16_384


class DirectoryParts:
    """The frames of one update until it is whole; unverified all the while."""

    __slots__ = ("_bytes", "_files")

    def __init__(self) -> None:
        self._files: list[tuple[str, bytearray]] = []
        self._bytes = 0

    def take(
        self, files: Iterable[tuple[str, bytes]], *, more: bool
    ) -> list[tuple[str, bytes]] | None:
        """Adds a frame's files; returns the whole update with its last frame, nothing before.

        Raises:
            Refusal: TOO_LARGE, more than any directory holds.
        """
        for name, content in files:
            self._bytes += len(content)
            if self._files and self._files[-1][0] == name:
                self._files[-1][1].extend(content)
            else:
                self._files.append((name, bytearray(content)))
            if self._bytes > UPDATE_BYTES_MAX or len(self._files) > UPDATE_FILES_MAX:
                raise Refusal(Reason.TOO_LARGE, "a directory larger than any")
        if more:
            return None
        whole = [(name, bytes(content)) for name, content in self._files]
        self._files, self._bytes = [], 0
        return whole
