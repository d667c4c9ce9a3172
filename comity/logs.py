"""The log of a process that serves: lines on standard error, however often something happens.

Rules:

* Of one kind of line so many are written in a minute, and then how many were left out. So nobody fills a disk
  with what this process says about them.
* A kind is a line's format, and whom it is about (``extra=about(…)``): what somebody makes this process say
  hides nothing that it says about others.
* gRPC's own lines, one for each handshake that fails, are not written: anybody who reaches a port makes them.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FORMAT: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
# Lines of one kind, and how long until they are counted anew.
LINES_MAX: Final = 30
WINDOW_S: Final = 60.0
# Kinds counted apart; those that come beyond them are one kind together.
KINDS_MAX: Final = 2_048
# What these say is not for a log, or of no use there. Casbin's lines hold requests; ours hold case numbers.
_QUIET: Final = {"casbin": logging.ERROR, "tuf": logging.WARNING, "alembic": logging.WARNING}
_ABOUT: Final = "about"
_LEFT_OUT: Final = "left out: %d more lines like %r %s"


class _Kind(NamedTuple):
    logger: str
    format: str
    about: str


_OTHERS: Final = _Kind(__name__, "kinds beyond those that are counted apart", "")


class _Window:
    """The lines of one kind since some moment."""

    __slots__ = ("left_out", "level", "until_s", "written")

    def __init__(self, until_s: float) -> None:
        self.until_s = until_s
        self.written = 0
        self.left_out = 0
        self.level = logging.NOTSET


class BoundedLines(logging.StreamHandler[TextIO]):
    """Writes lines, of each kind so many in a minute; the number of the others follows.

    It follows with the first line of any kind after that minute, at the latest with the end of the process.
    """

    def __init__(self, stream: TextIO, now_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__(stream)
        self._now_s = now_s
        # In the order in which they end.
        self._windows: dict[_Kind, _Window] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Writes a line, or counts it."""
        now_s = self._now_s()
        for told in self._ended(now_s):
            super().emit(told)
        if self._admitted(record, now_s):
            super().emit(record)

    def close(self) -> None:
        """Tells what is left to tell."""
        self.acquire()
        try:
            for told in self._ended(float("inf")):
                super().emit(told)
        finally:
            self.release()
        super().close()

    def _admitted(self, record: logging.LogRecord, now_s: float) -> bool:
        kind = _Kind(record.name, str(record.msg), str(getattr(record, _ABOUT, "")))
        if kind not in self._windows and len(self._windows) >= KINDS_MAX:
            kind = _OTHERS
        window = self._windows.get(kind)
        if window is None:
            window = self._windows[kind] = _Window(now_s + WINDOW_S)
        if window.written < LINES_MAX:
            window.written += 1
            return True
        window.left_out += 1
        window.level = max(window.level, record.levelno)
        return False

    def _ended(self, now_s: float) -> Iterator[logging.LogRecord]:
        while self._windows:
            kind, window = next(iter(self._windows.items()))
            if window.until_s > now_s:
                return
            del self._windows[kind]
            if window.left_out:
                yield logging.LogRecord(
                    kind.logger, window.level, "", 0, _LEFT_OUT, (window.left_out, *kind[1:]), None
                )


def about(whom: object) -> dict[str, Any]:
    """For ``extra`` of a line: whom it is about. The number of those must be bounded by itself."""
    return {_ABOUT: whom}


def start_logging(level: str) -> None:
    """Sends the log of this process to standard error."""
    handler = BoundedLines(sys.stderr)
    handler.setFormatter(logging.Formatter(FORMAT))
    logging.basicConfig(level=level, handlers=[handler])
    for name, quiet in _QUIET.items():
        logging.getLogger(name).setLevel(quiet)


def quiet_transport() -> None:
    """Keeps gRPC from writing lines of its own, unless the operator wants them; before it is imported."""
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
