"""Where a verified directory rests between runs: one file beside the pinned fingerprint.

    FOLDER/pinned         fingerprint of the first root, as it was given at the join
    FOLDER/directory.json every file of the last view believed, as it came

What is loaded is verified again from the pinned root: a disk is no more trusted than a wire, only older.
The file is replaced whole, so a crash leaves the view before or the view after.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Final

from comity.errors import ExitCode, StartError
from comity.identity.documents import DirectoryRefused
from comity.identity.files import private_folder, write_private
from comity.identity.trust import DirectoryTrust

if TYPE_CHECKING:
    from pathlib import Path

_PIN: Final = "pinned"
_FILES: Final = "directory.json"
_ROOT: Final = "1.root.json"


class DirectoryStore:
    """A folder that holds one federation's directory."""

    __slots__ = ("_folder",)

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def exists(self) -> bool:
        """Whether a directory was ever saved here."""
        return (self._folder / _FILES).exists()

    def save(self, trust: DirectoryTrust) -> None:
        """Keeps what ``trust`` believes.

        Raises:
            OSError: the disk is full; what was kept before is untouched.
        """
        private_folder(self._folder)
        pin = self._folder / _PIN
        if not pin.exists():
            write_private(pin, trust.fingerprint.encode())
        files = {name: base64.b64encode(content).decode() for name, content in trust.files()}
        write_private(self._folder / _FILES, json.dumps(files).encode())

    def load(self) -> DirectoryTrust:
        """What was believed last, verified again; its view tells by itself when it is too old.

        Raises:
            StartError: no directory was saved, or the folder was tampered with.
        """
        try:
            fingerprint = (self._folder / _PIN).read_text()
            kept = json.loads((self._folder / _FILES).read_text())
            files = [(name, base64.b64decode(content)) for name, content in kept.items()]
            trust = DirectoryTrust.start(dict(files).get(_ROOT, b""), fingerprint)
            trust.restore(files)
        except (OSError, ValueError, TypeError, AttributeError, DirectoryRefused) as error:
            sentence = f"The directory kept in {self._folder} cannot be used ({error}). Join again."
            raise StartError(sentence, exit_code=ExitCode.CONFIG) from error
        return trust
