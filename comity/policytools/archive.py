"""A law's files as one value: what is proposed, approved, signed and put in force is these bytes.

Rules:

* Only files of law: the vocabulary and tables beside it, and one level of folders. Names are plain, so that
  unpacking can never leave its folder.
* One meaning, one text: names sorted, lengths before bytes. The digest is over exactly that.
* Bounded before anything is read into memory twice.
"""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comity.policytools.tree import MODEL
from comity.rulings.errors import PolicyError
from comity.rulings.reading import read_bytes
from comity.rulings.shipped import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

ARCHIVE_BYTES_MAX: Final = 8 << 20
FILES_MAX: Final = 512
NAME_BYTES_MAX: Final = 160
_HEAD: Final = b"comity/law/1\n"
_NAME: Final = re.compile(
    r"(?:[a-z0-9][a-z0-9_-]{0,63}/)?[A-Za-z0-9][A-Za-z0-9_-]{0,63}\.(?:toml|csv|conf|md)"
)
_LENGTHS: Final = struct.Struct(">HI")


class ArchiveRefused(ValueError):
    """Bytes that are no law's files; the text says why."""


@dataclass(frozen=True, slots=True)
class Archive:
    """Files by name, such as ``vocabulary.toml`` and ``core/release.csv``."""

    files: Mapping[str, bytes]

    @property
    def encoded(self) -> bytes:
        """The one way of writing it down."""
        told = [_HEAD]
        for name, content in sorted(self.files.items()):
            told += (_LENGTHS.pack(len(name), len(content)), name.encode(), content)
        return b"".join(told)

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal."""
        return hashlib.sha256(self.encoded).hexdigest()

    @property
    def packs(self) -> frozenset[str]:
        """Its folders, without the model's."""
        return frozenset(name.partition("/")[0] for name in self.files if "/" in name) - {MODEL}

    def unpack(self, folder: Path) -> None:
        """Writes every file below a folder of its own."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def decoded(encoded: bytes) -> Archive:
    """An archive from its bytes.

    Raises:
        ArchiveRefused: too large, cut short, a name that is not plain, not in order, or not law.
    """
    if len(encoded) > ARCHIVE_BYTES_MAX:
        raise ArchiveRefused(f"more than {ARCHIVE_BYTES_MAX} bytes")
    if not encoded.startswith(_HEAD):
        raise ArchiveRefused("no archive of law")
    files: dict[str, bytes] = {}
    place, last = len(_HEAD), ""
    while place < len(encoded):
        if len(files) >= FILES_MAX or len(encoded) - place < _LENGTHS.size:
            raise ArchiveRefused("too many files, or cut short")
        name_bytes, content_bytes = _LENGTHS.unpack_from(encoded, place)
        start = place + _LENGTHS.size + name_bytes
        place = start + content_bytes
        if place > len(encoded) or name_bytes > NAME_BYTES_MAX:
            raise ArchiveRefused("cut short")
        name = encoded[start - name_bytes : start].decode("ascii", "replace")
        if not _NAME.fullmatch(name) or name <= last:
            raise ArchiveRefused("a name that is not plain, or not in its place")
        files[name], last = encoded[start:place], name
    if VOCABULARY not in files:
        raise ArchiveRefused(f"{VOCABULARY} is missing")
    return Archive(files)


def gathered(root: Path, packs: Sequence[str]) -> Archive:
    """The files of a folder of law: what stands beside the vocabulary, the model, and these packs.

    Raises:
        PolicyError: a pack is missing, a file cannot be read, or all together are too large.
    """
    files: dict[str, bytes] = {}
    for folder in (None, MODEL, *packs):
        place = root if folder is None else root / folder
        if not place.is_dir():
            raise PolicyError(place, 0, "there is no such pack")
        for file in sorted(place.iterdir()):
            name = file.name if folder is None else f"{folder}/{file.name}"
            if file.is_file() and _NAME.fullmatch(name):
                files[name] = read_bytes(file)
    if len(files) > FILES_MAX or sum(map(len, files.values())) > ARCHIVE_BYTES_MAX // 2:
        raise PolicyError(root, 0, f"holds more than {FILES_MAX} files or too many bytes")
    return Archive(files)
