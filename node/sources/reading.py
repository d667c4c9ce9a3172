"""Files as bounded lines: compressed or not, any encoding, hostile or broken.

Rules: gzip is known by its content, never by name. No line is held beyond ``LINE_BYTES_MAX``; the rest of
an overlong line is passed over without being kept. A stream that unpacks to ``UNPACK_RATIO_MAX`` times
its size is a bomb and ends the import with a ``StartError``. A trailing 0x1A (end-of-file mark of CP/M,
still in OFAC's files) is no row. A byte-order mark is no letter.
"""

from __future__ import annotations

import gzip
import io
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from comity.errors import ExitCode, StartError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from _typeshed import WriteableBuffer

GZIP_MAGIC: Final = b"\x1f\x8b"
# The longest line of the published lists has 6 kB; registers have summaries. One row is never larger.
LINE_BYTES_MAX: Final = 1_048_576
# A whole JSON document (pages of a notices API) is at most this large, unpacked.
DOCUMENT_BYTES_MAX: Final = 64 * 1_048_576
# Text compresses to a tenth; zeros compress a thousandfold.
UNPACK_RATIO_MAX: Final = 200
# Small files may unpack to this much whatever the ratio.
UNPACK_FREE_BYTES: Final = 16 * 1_048_576
_END_OF_FILE_MARK: Final = b"\x1a"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        number: counted from 1.
        text: without its line end; undecodable bytes are surrogates, so that they can be kept and seen.
        too_long: whether what follows ``LINE_BYTES_MAX`` was passed over.
    """

    number: int
    text: str
    too_long: bool = False

    @property
    def clean(self) -> bool:
        """Whether it holds only characters that text may hold: no NUL, nothing undecodable."""
        if "\0" in self.text:
            return False
        if self.text.isascii():
            return True
        try:
            self.text.encode("utf-8")
        except UnicodeEncodeError:
            return False
        return True


class _Guarded(io.RawIOBase):
    """An unpacked stream that stops at a bomb, and turns broken gzip into one sentence."""

    def __init__(self, packed: IO[bytes], unpacked: gzip.GzipFile, path: Path) -> None:
        super().__init__()
        self._packed = packed
        self._unpacked = unpacked
        self._path = path
        self._out = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        try:
            data = self._unpacked.read(len(view))
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise StartError(
                f"{self._path} is not a whole gzip file: fetch it again.", exit_code=ExitCode.DATA
            ) from error
        view[: len(data)] = data
        self._out += len(data)
        taken = max(1, self._packed.tell())
        if self._out > UNPACK_FREE_BYTES and self._out > taken * UNPACK_RATIO_MAX:
            raise StartError(
                f"{self._path} unpacks to more than {UNPACK_RATIO_MAX} times its size: refused.",
                exit_code=ExitCode.DATA,
            )
        return len(data)


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The file's content as a binary stream, unpacked when it is gzip.

    Raises:
        StartError: it cannot be read, is a broken gzip file or a bomb.
    """
    try:
        packed = path.open("rb")
    except OSError as error:
        raise StartError(
            f"{path} cannot be read: {error.strerror}.", exit_code=ExitCode.DATA
        ) from error
    with packed:
        magic = packed.read(len(GZIP_MAGIC))
        packed.seek(0)
        if magic != GZIP_MAGIC:
            yield packed
            return
        with gzip.open(packed, "rb") as unpacked:
            yield io.BufferedReader(_Guarded(packed, unpacked, path), 65_536)


def lines(path: Path, encoding: str = "utf-8") -> Iterator[Line]:
    """Every line of a text file, bounded; empty lines are left out but counted.

    Args:
        path: the file, gzip or not.
        encoding: how its bytes are text; undecodable bytes make a line that is not ``clean``.
    """
    with opened(path) as stream:
        number = 0
        while raw := stream.readline(LINE_BYTES_MAX):
            number += 1
            too_long = len(raw) == LINE_BYTES_MAX and not raw.endswith(b"\n")
            if too_long:
                _pass_over(stream)
            if number == 1:
                raw = raw.removeprefix(_BYTE_ORDER_MARK)
            raw = raw.rstrip(b"\r\n")
            if not raw.strip(_END_OF_FILE_MARK + b" \t"):
                continue
            yield Line(number, raw.decode(encoding, "surrogateescape"), too_long)


def _pass_over(stream: IO[bytes]) -> None:
    while (rest := stream.readline(LINE_BYTES_MAX)) and not rest.endswith(b"\n"):
        pass


def document(path: Path) -> bytes:
    """A whole small document.

    Raises:
        StartError: it is larger than ``DOCUMENT_BYTES_MAX``.
    """
    with opened(path) as stream:
        content = stream.read(DOCUMENT_BYTES_MAX + 1)
    if len(content) > DOCUMENT_BYTES_MAX:
        raise StartError(
            f"{path} is larger than {DOCUMENT_BYTES_MAX // 1_048_576} MiB: split it into lines.",
            exit_code=ExitCode.DATA,
        )
    return content.removeprefix(_BYTE_ORDER_MARK)
