"""Large XML read entry by entry, with every bound XML needs.

A document type declaration ends the import, and with it every entity bomb and external reference
(defusedxml refuses them); so do nesting and an entry beyond their bounds. An entry is let go once it was
used, so memory does not grow with the file.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from comity.errors import ExitCode, StartError
from node.sources.reading import opened

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from pathlib import Path
    from xml.etree.ElementTree import Element

# The published lists nest five deep.
DEPTH_MAX: Final = 32
# The largest entry of the UN list has 12 kB.
ENTRY_BYTES_MAX: Final = 1_048_576


class _Bounded:
    """A stream that ends the import when one entry grows beyond ``ENTRY_BYTES_MAX``."""

    def __init__(self, stream: IO[bytes], path: Path) -> None:
        self._stream = stream
        self._path = path
        self._since_entry = 0

    def read(self, size: int = -1) -> bytes:
        content = self._stream.read(size)
        self._since_entry += len(content)
        if self._since_entry > ENTRY_BYTES_MAX:
            raise StartError(
                f"{self._path} has an entry beyond {ENTRY_BYTES_MAX} bytes: refused.",
                exit_code=ExitCode.DATA,
            )
        return content

    def entry_done(self) -> None:
        self._since_entry = 0


def entries(path: Path, tags: Container[str]) -> Iterator[Element]:
    """Every element with one of these tags.

    Raises:
        StartError: not XML, a document type declaration, or nesting or an entry beyond its bound.
    """
    with opened(path) as stream:
        try:
            yield from _elements(_Bounded(stream, path), path, tags)
        except DefusedXmlException as error:
            raise StartError(
                f"{path} declares a document type or entities: refused.", exit_code=ExitCode.DATA
            ) from error
        except ParseError as error:
            raise StartError(
                f"{path} is not well-formed: {error}.", exit_code=ExitCode.DATA
            ) from error


def _elements(bounded: _Bounded, path: Path, tags: Container[str]) -> Iterator[Element]:
    """Matching elements, their parent emptied once each was used."""
    depth = 0
    above: list[Element] = []
    for event, element in iterparse(bounded, events=("start", "end"), forbid_dtd=True):
        if event == "start":
            depth += 1
            above.append(element)
            if depth > DEPTH_MAX:
                raise StartError(
                    f"{path} nests deeper than {DEPTH_MAX}: refused.", exit_code=ExitCode.DATA
                )
            continue
        depth -= 1
        above.pop()
        if element.tag in tags:
            bounded.entry_done()
            yield element
            if above:
                above[-1].clear()
