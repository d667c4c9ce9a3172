"""Decides which directory to believe. Takes bytes and the time, returns a value, does no IO.

The shape and the update rules are those of The Update Framework 1.0 (sections 5.3 to 5.6), over
python-tuf's metadata classes; why not its client is in ``docs/adr/0002-directory-trust.md``.

Rules:

* The first root is believed only because its fingerprint travelled another way. Each later root is signed
  by a threshold of the officers of the one before and of its own, versions without a gap.
* Bytes are verified before they are parsed, and kept as they came.
* Versions never go back: not of the timestamp, not of the snapshot, not of any role the snapshot lists.
  Two different files of one version are refused.
* Every role is exactly the version, length and hash that the snapshot names, the snapshot exactly what
  the timestamp names: files of different moments do not mix.
* A timestamp, snapshot, federation or revocation that ran out is refused; an agency's own role that ran
  out costs that agency its nodes and nobody else anything.
* An agency's key speaks in its agency's role and about its agency only.
* A revocation can only remove, and what it removed stays removed until officers raise the reset.
* No two keys of a role, no two nodes, no two gateways share a public key.
* All or nothing: when anything is refused, the view held before stays.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

from comity.identity.believed import Held, State, first_root, vouched_ms
from comity.identity.documents import DirectoryRefused
from comity.identity.update import Update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.identity.directory import Directory

# A large federation's role stays far below; beyond these nothing is parsed.
FILE_BYTES_MAX: Final = 8 * 1024 * 1024
FILES_MAX: Final = 4_096

_NAME: Final = re.compile(r"(?:(?P<version>[1-9][0-9]{0,8})\.)?(?P<role>[A-Za-z0-9-]{1,48})\.json")
_FINGERPRINT_GROUP: Final = 4


def root_fingerprint(root_bytes: bytes) -> str:
    """SHA-256 of the first root's file in groups an officer can read aloud (`sha256sum` gives the same)."""
    text = hashlib.sha256(root_bytes).hexdigest()
    groups = (text[at : at + _FINGERPRINT_GROUP] for at in range(0, 64, _FINGERPRINT_GROUP))
    return "-".join(groups)


def same_fingerprint(first: str, second: str) -> bool:
    """Whether two spellings (case, blanks, hyphens) are the same complete fingerprint."""
    left, right = (re.sub(r"[\s:-]", "", text).lower() for text in (first, second))
    return len(left) == 64 and left == right  # noqa: PLR2004  # SHA-256 in hexadecimal


class DirectoryTrust:
    """A view of the directory that only ever moves forward."""

    __slots__ = ("_directory", "_state")

    def __init__(self, state: State) -> None:
        self._state = state
        self._directory: Directory | None = None

    @classmethod
    def start(cls, root_bytes: bytes, fingerprint: str) -> DirectoryTrust:
        """Begins from the first root.

        Args:
            root_bytes: ``1.root.json`` from anywhere.
            fingerprint: as it travelled, another way than the root.

        Raises:
            DirectoryRefused: another root than the fingerprint's, or no valid root.
        """
        if not same_fingerprint(root_fingerprint(root_bytes), fingerprint):
            raise DirectoryRefused("foreign root: its fingerprint is not the one given")
        return cls(first_root(root_bytes))

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the first root."""
        return root_fingerprint(self._state.roots[0].content)

    @property
    def directory(self) -> Directory | None:
        """The last view believed; ``None`` before the first."""
        return self._directory

    def apply(self, files: Sequence[tuple[str, bytes]], now_ms: int) -> Directory:
        """Believes an update or refuses all of it.

        Args:
            files: names and bytes in any order; what is held already need not be among them.
            now_ms: milliseconds since the Unix epoch.

        Raises:
            DirectoryRefused: with the reason; the view held before stays.
        """
        state, directory = Update(self._state, _by_name(files), now_ms).run()
        self._state, self._directory = state, directory
        return directory

    def restore(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Takes back what ``files`` gave, at the time it was vouched for, however long ago that is.

        Raises:
            DirectoryRefused: as ``apply``.
        """
        kept = _by_name(files).get(("timestamp", 0))
        if kept is not None:
            self.apply(files, vouched_ms(kept.content))

    def files(self) -> list[tuple[str, bytes]]:
        """Everything believed, in the order to apply: what a mirror passes on."""
        return self._state.files()

    def held(self) -> dict[str, int]:
        """Version held of each role, for asking only for what is new."""
        return self._state.versions()

    def content(self, role: str) -> bytes:
        """The file of a role as it came.

        Raises:
            KeyError: nothing is held of it.
        """
        return self._state.roles[role].content

    def signed(self, role: str) -> Any:
        """What a role says, as python-tuf reads it; not to be changed.

        Raises:
            KeyError: nothing is held of it.
        """
        return self._state.roles[role].signed

    def since(self, held: dict[str, int]) -> list[tuple[str, bytes]]:
        """The files that someone who holds ``held`` lacks, in the order to apply."""
        return [
            (name, content)
            for name, content in self.files()
            for role, version in (_role_and_version(name),)
            if (version or self._state.versions().get(role, 0)) > held.get(role, 0)
        ]


def _role_and_version(name: str) -> tuple[str, int]:
    match = _NAME.fullmatch(name)
    if match is None:
        raise DirectoryRefused("a file of an unknown name")
    return match["role"], int(match["version"] or 0)


def _by_name(files: Sequence[tuple[str, bytes]]) -> dict[tuple[str, int], Held]:
    if len(files) > FILES_MAX:
        raise DirectoryRefused("too many files")
    found: dict[tuple[str, int], Held] = {}
    for name, content in files:
        if len(content) > FILE_BYTES_MAX:
            raise DirectoryRefused("a file is too large")
        role, version = _role_and_version(name)
        if (role, version) in found and found[role, version].content != content:
            raise DirectoryRefused("two files of one name")
        found[role, version] = Held(name, content)
    return found
