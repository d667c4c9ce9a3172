"""One examination of law, as a program of its own: ``python -m node.lawmaking.examination``.

A law may be large, or made to keep whoever reads it busy: what loads, tests and proves it gets limits on
time, memory and files from the operating system, before it has read a byte of it, and shares nothing with the
node that answers meanwhile. It is started by ``node.lawmaking.examiner`` only.

    standard input    one line of JSON (``Task``), then the bytes of one or two archives; it stays open, and
                      where it closes, the node is gone and this program ends
    standard output   lines of JSON: ``{"progress": …}`` and last ``{"result": …}``, ``{"refused": …}``,
                      ``{"memory": …}`` or ``{"broke": …}``
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import traceback
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from comity.errors import StartError
from comity.identity.directory import Instrument, Reservation
from comity.policytools import examining
from comity.policytools.archive import ArchiveRefused, decoded
from comity.policytools.gates import opened, problems
from comity.policytools.reverse import Access, who_can
from comity.policytools.situations import given
from comity.policytools.standing import beside
from comity.policytools.tree import MODEL
from comity.rulings import PolicyError
from comity.rulings.shipped import Federated
from node.policy.loading import load_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from comity.policytools.examining import Progress
    from comity.policytools.tree import Packs, Tree
    from comity.rulings import Bundle

# Files that may be written, together with what Python itself keeps.
FILE_BYTES_MAX: Final = 64 << 20
FILES_OPEN_MAX: Final = 64
# It gives way to whatever answers questions on this machine.
NICE: Final = 10


class What(StrEnum):
    """What may be asked of a law: four examinations, what keeps it from publication, who learns what."""

    CHECK = "check"
    TEST = "test"
    PROVE = "prove"
    COMPARE = "compare"
    GATES = "gates"
    WHO_CAN = "who-can"


class NoLaw(ValueError):
    """Files that are no law, or have not what was asked for; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Law:
    """Files of law, and which packs of them are in force together."""

    packs: Packs
    archive: bytes


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked of a law.

    Attributes:
        what: what is asked.
        law: the law it is asked of.
        directory: members, groups and instruments as the node knows them.
        today: the day as on which it is looked at.
        before: the law it is compared with.
        path: the field of the reverse question.
    """

    what: What
    law: Law
    directory: Federated
    today: date
    before: Law | None = None
    path: str = ""

    @property
    def encoded(self) -> bytes:
        """For standard input."""
        laws = [self.law, *filter(None, [self.before])]
        told = {
            "what": self.what,
            "laws": [[*one.packs] for one in laws],
            "sizes": [len(one.archive) for one in laws],
            "directory": _told(self.directory),
            "today": self.today.isoformat(),
            "path": self.path,
        }
        return b"".join((json.dumps(told).encode(), b"\n", *(one.archive for one in laws)))

    @classmethod
    def read(cls, source: BinaryIO) -> Task:
        """From standard input."""
        told = json.loads(source.readline())
        laws = [
            Law(tuple(packs), source.read(size))
            for packs, size in zip(told["laws"], told["sizes"], strict=True)
        ]
        return cls(
            what=What(told["what"]),
            law=laws[0],
            directory=_directory(told["directory"]),
            today=date.fromisoformat(told["today"]),
            before=laws[1] if len(laws) > 1 else None,
            path=told["path"],
        )


def _told(directory: Federated) -> dict[str, Any]:
    """A directory as JSON; sets are lists, days are text."""
    return json.loads(json.dumps(asdict(directory), default=_plain))  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else sorted(value)


def _directory(told: Mapping[str, Any]) -> Federated:
    instruments = [
        Instrument(
            id=one["id"],
            title=one["title"],
            parties=frozenset(one["parties"]),
            from_date=date.fromisoformat(one["from_date"]),
            until_date=one["until_date"] and date.fromisoformat(one["until_date"]),
            purposes=frozenset(one["purposes"]),
            reservations=tuple(
                Reservation(**{**each, "purposes": frozenset(each["purposes"])})
                for each in one["reservations"]
            ),
        )
        for one in told["instruments"]
    ]
    groups = {name: frozenset(countries) for name, countries in told["groups"].items()}
    return Federated(told["members"], groups, tuple(instruments))


def examine(task: Task, folder: Path, progress: Progress) -> dict[str, Any]:
    """What a task asks for, as JSON holds it; files are named as in their archive.

    Args:
        task: what is asked.
        folder: an empty one, to unpack laws in.
        progress: is told what is being looked at.

    Raises:
        PolicyError, StartError: the law cannot be loaded.
        NoLaw: these are no files of law.
    """
    looking = _Looking(task, folder, progress)
    asked: Mapping[What, Callable[[], dict[str, Any]]] = {
        What.CHECK: looking.check,
        What.TEST: looking.test,
        What.PROVE: looking.prove,
        What.COMPARE: looking.compare,
        What.GATES: looking.gates,
        What.WHO_CAN: looking.who_can,
    }
    return dict(_named(asked[task.what](), f"{looking.root}/"))


class _Looking:
    """One law, unpacked, and what may be asked of it."""

    def __init__(self, task: Task, folder: Path, progress: Progress) -> None:
        self._task = task
        self._packs = task.law.packs
        self._folder = folder
        self._progress = progress
        self.root = self._unpacked(task.law, "law")

    def _unpacked(self, law: Law, name: str) -> Path:
        try:
            archive = decoded(law.archive)
        except ArchiveRefused as refused:
            raise NoLaw(f"These are no files of law: {refused}.") from refused
        missing = sorted(set(law.packs) - archive.packs)
        if missing:
            raise NoLaw(f"There is no pack {missing[0]} among the files.")
        archive.unpack(self._folder / name)
        return self._folder / name

    def _tree(self) -> Tree:
        return opened(self.root, self._packs, self._task.directory)

    def _bundle(self, root: Path, packs: Packs) -> Bundle:
        """A law as the node would have it in force."""
        return load_folders([str(root / one) for one in (MODEL, *packs)], self._task.directory)

    def check(self) -> dict[str, Any]:
        found = examining.checked(
            self._tree(), [self._packs], today=self._task.today, progress=self._progress
        )
        return asdict(found) | {"laws": [{"names": one} for one in found.laws]}

    def test(self) -> dict[str, Any]:
        return _laws(examining.tested(self._tree(), progress=self._progress))

    def prove(self) -> dict[str, Any]:
        return _laws(examining.proved(self._tree(), [self._packs], progress=self._progress))

    def compare(self) -> dict[str, Any]:
        before = self._task.before
        if before is None:
            return {"laws": []}
        root = self._unpacked(before, "before")
        was = self._bundle(root, before.packs)
        return _laws(
            examining.compared(
                lambda _: was,
                lambda packs: self._bundle(self.root, packs),
                [self._packs],
                given(self._tree()),
                around=lambda packs: beside(
                    _folders(root, before.packs), _folders(self.root, packs)
                ),
                progress=self._progress,
            )
        )

    def gates(self) -> dict[str, Any]:
        task = self._task
        found = problems(
            self.root,
            self._packs,
            today=task.today,
            directory=task.directory,
            in_force=self._in_force(),
        )
        return {"problems": found}

    def _in_force(self) -> list[Path]:
        """The folders of the packs in force; none where nobody says which they are."""
        before = self._task.before
        return _folders(self._unpacked(before, "before"), before.packs) if before else []

    def who_can(self) -> dict[str, Any]:
        bundle, path = self._bundle(self.root, self._packs), self._task.path
        if path not in bundle.law.vocabulary.paths:
            raise NoLaw(f"There is no field {path}.")
        ways = [_way(one) for one in who_can(bundle, path, given(self._tree()))]
        return {"version": bundle.version, "ways": ways}


def _folders(root: Path, packs: Packs) -> list[Path]:
    return [root / one for one in packs]


def _laws(found: Iterable[Any]) -> dict[str, Any]:
    return {"laws": [asdict(one) for one in found]}


def _way(one: Access) -> dict[str, Any]:
    """As the contract has it."""
    return {
        "row": asdict(one.row),
        "form": one.form.name.lower(),
        "unless": [asdict(row) for row in one.unless],
        "count": one.count,
        "looked_at": one.looked_at,
        "situations": one.there_are,
        "example": one.example,
        "unless_not_looked_at": not one.looked_before,
    }


def _named(told: Any, prefix: str) -> Any:
    """The same with files named as in the archive, wherever they were unpacked."""
    if isinstance(told, dict):
        return {name: _named(one, prefix) for name, one in told.items()}
    if isinstance(told, list | tuple):
        return [_named(one, prefix) for one in told]
    return told.replace(prefix, "") if isinstance(told, str) else told


# --- the program -----------------------------------------------------------------------------------------


def limit(cpu_s: int, memory_bytes: int) -> None:
    """Limits of this process, which nothing lifts again."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES_MAX, FILE_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES_OPEN_MAX, FILES_OPEN_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICE)


def _end_with_the_node() -> None:
    """Standard input closes where the node has ended, however it did."""
    os.read(0, 1)
    os._exit(1)


def main(arguments: list[str]) -> None:
    """``examination CPU_S MEMORY_BYTES FOLDER``."""
    cpu_s, memory_bytes, folder = int(arguments[0]), int(arguments[1]), Path(arguments[2])
    limit(cpu_s, memory_bytes)
    out, sys.stdout = sys.stdout, sys.stderr  # nothing but our lines goes there

    def say(kind: str, told: Any) -> None:
        print(json.dumps({kind: told}), file=out, flush=True)

    with open(0, "rb", closefd=False) as source:  # a descriptor, not a path
        task = Task.read(source)
    threading.Thread(target=_end_with_the_node, daemon=True).start()
    try:
        say("result", examine(task, folder, lambda now: say("progress", now)))
    except (PolicyError, StartError, NoLaw) as error:
        say("refused", str(error).replace(f"{folder}/law/", ""))
    except MemoryError:
        say("memory", "")
    except Exception as error:  # noqa: BLE001  # told by kind and place; a law's text is not for the log
        last = traceback.extract_tb(error.__traceback__)[-1]
        kind = (
            "memory" if "out of memory" in str(error) else "broke"
        )  # the solver's way of saying it
        say(kind, f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}")
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
