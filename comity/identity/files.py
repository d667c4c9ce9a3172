"""Private files written whole or not at all: temporary file, fsync, rename, fsync of the folder."""

from __future__ import annotations

import contextlib
import os
import tempfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE_FILE_MODE: Final = 0o600
PRIVATE_FOLDER_MODE: Final = 0o700


def private_folder(path: Path) -> Path:
    """Creates the folder, readable by its owner only, and returns it."""
    path.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    path.chmod(PRIVATE_FOLDER_MODE)
    return path


def write_private(path: Path, content: bytes) -> None:
    """Writes ``content``, mode 0600; after a crash the file is the old one or the new one.

    Raises:
        OSError: the disk is full or the folder not writable; the old file is untouched.
    """
    handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)  # noqa: PTH105  # scratch is a str from mkstemp
    except BaseException:
        os.unlink(scratch)  # noqa: PTH108
        raise
    sync_folder(path.parent)


def create_private(path: Path, content: bytes) -> None:
    """The same for a file that must never change: whoever comes second leaves it as it is.

    Raises:
        OSError: the disk is full or the folder not writable.
    """
    handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(scratch, path)
    finally:
        os.unlink(scratch)  # noqa: PTH108  # scratch is a str from mkstemp
    sync_folder(path.parent)


def destroy(path: Path) -> None:
    """Removes a file durably. No claim is made about what the medium still holds."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Makes renames and removals in ``path`` durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
