"""Snapshots: the name index of a register as files beside it, built step by step.

A folder holds numbered snapshots, ``current`` naming the one in use, and ``building`` while one is built:
one folder for each batch of names, there whole or not at all, so that a kill loses one batch. Memory holds
one batch and the lexicon. A snapshot made by another version of the normaliser is not used.

An update takes the rows of the snapshot in use over, without those of names that are gone, and reads only the
names that came since. One process builds at a time: the others find ``lock`` taken.
"""

from __future__ import annotations

import fcntl
import json
import shutil
from collections import defaultdict
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from comity.errors import ExitCode, StartError
from node.matching.index import segment as segments
from node.matching.index.building import build as build_segment
from node.matching.index.frequencies import reference
from node.matching.index.reusing import chunks_of_segment
from node.matching.index.tokenising import PublishedName, read_chunk, tokenise, write_chunk
from node.matching.words.readings import NORMALISER_VERSION, NameOf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from node.matching.index.segment import Segment
    from node.matching.index.tokenising import Chunk
    from node.records.name_index import PublishedNames, StoredName


Progress = Callable[[str, int, int], None]

BATCH_NAMES: Final = 20_000
CURRENT: Final = "current"
BUILDING: Final = "building"
LOCK: Final = "lock"
MANIFEST: Final = "manifest.json"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a register's names were up to a number.

    Attributes:
        last: the highest number of a name that is in it.
        names: how many names are in it.
        segments: by entity type.
    """

    last: int
    names: int
    segments: Mapping[str, Segment]


class State(NamedTuple):
    """What is known of the files without mapping them.

    Attributes:
        last: the highest number in the snapshot; 0 without one.
        names: names in it.
        normaliser: the version that made it.
        stored_bytes: size of the files.
    """

    last: int
    names: int
    normaliser: int
    stored_bytes: int


def entity_of(path: str) -> str:
    """The entity type a field belongs to."""
    return path.partition(".")[0]


def chunks_of(names: Iterable[StoredName]) -> dict[str, Chunk]:
    """Names of one batch, tokenised, by entity type."""
    sorted_out: dict[str, list[PublishedName]] = defaultdict(list)
    for one in names:
        sorted_out[entity_of(one.path)].append(PublishedName(one.name_id, one.record_id, one.text))
    return {entity: tokenise(those, NameOf.entity(entity)) for entity, those in sorted_out.items()}


def state(folder: Path) -> State:
    """What the current snapshot is; all zero when there is none."""
    current = _current(folder)
    if current is None:
        return State(0, 0, 0, 0)
    told = json.loads((current / MANIFEST).read_text("utf-8"))
    size = sum(file.stat().st_size for file in current.rglob("*") if file.is_file())
    return State(told["last"], told["names"], told["normaliser"], size)


def load(folder: Path) -> Snapshot | None:
    """The current snapshot, mapped; ``None`` when there is none that this version can use."""
    current = _current(folder)
    if current is None:
        return None
    told = json.loads((current / MANIFEST).read_text("utf-8"))
    if told["normaliser"] != NORMALISER_VERSION:
        return None
    found = {entity: segments.load(current / entity) for entity in told["entities"]}
    return Snapshot(told["last"], told["names"], found)


def build(names: PublishedNames, folder: Path, progress: Progress | None = None) -> None:
    """Builds a snapshot of every name there is, or goes on where a killed build stopped.

    Args:
        names: the register's names, read in order of their numbers.
        folder: of the index; made when it is not there.
        progress: told what is done, how much of it, and how much there is.

    Raises:
        IndexBusyError: another process builds in this folder.
    """
    with _alone(folder):
        _build(names, folder, None, progress or _silent)


def update(names: PublishedNames, folder: Path, progress: Progress | None = None) -> None:
    """Builds a snapshot from the one in use and what came since; like ``build`` where there is none."""
    with _alone(folder):
        _build(names, folder, load(folder), progress or _silent)


def due(names: PublishedNames, folder: Path, *, least: int, share: float) -> bool:
    """Whether so many names are in no snapshot that one should be built before anybody waits for them."""
    base = load_state(folder)
    return names.count() - base.names > max(least, int(base.names * share))


def load_state(folder: Path) -> State:
    """What the snapshot is that this version can use; all zero when there is none."""
    found = state(folder)
    return found if found.normaliser == NORMALISER_VERSION else State(0, 0, 0, 0)


class IndexBusyError(StartError):
    """Another process builds this index; what it does not take in yet, the next one will."""

    def __init__(self) -> None:
        super().__init__(
            "Another process builds the name index; try again when it is done.",
            exit_code=ExitCode.TEMPORARY,
        )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The lock of the folder; the system lets it go when the process ends, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise IndexBusyError from error
        yield


def _build(names: PublishedNames, folder: Path, base: Snapshot | None, told: Progress) -> None:
    building = _prepared(folder, base)
    total = names.count() - (base.names if base else 0)
    begun = base.last if base else 0
    last, done = _tokenised(building, begun)
    while batch := names.after(last, BATCH_NAMES):
        _write_batch(building, batch, done)
        last, done = batch[-1].name_id, done + len(batch)
        told("reading names", done, max(total, done))
    told("writing the index", 0, 1)
    _put_together(folder, building, _Parts(base, names if base else None, last, done))
    told("writing the index", 1, 1)


def _silent(what: str, done: int, total: int) -> None:
    del what, done, total


def _current(folder: Path) -> Path | None:
    pointer = folder / CURRENT
    if not pointer.is_file():
        return None
    found = folder / pointer.read_text("ascii").strip()
    return found if (found / MANIFEST).is_file() else None


def _prepared(folder: Path, base: Snapshot | None) -> Path:
    """The folder of the build, emptied when another version or from another snapshot it was begun."""
    building = folder / BUILDING
    mark = building / "normaliser"
    begun = f"{NORMALISER_VERSION} {base.last if base else 0}"
    if building.exists() and (not mark.is_file() or mark.read_text("ascii") != begun):
        shutil.rmtree(building)
    building.mkdir(parents=True, exist_ok=True)
    mark.write_text(begun, "ascii")
    for part in building.glob("*.part"):
        shutil.rmtree(part)
    return building


def _batches(building: Path) -> list[Path]:
    return sorted(one for one in building.iterdir() if one.is_dir())


def _tokenised(building: Path, begun: int) -> tuple[int, int]:
    """The last name that is already in a batch, and how many are; ``begun`` comes before all of them."""
    done = _batches(building)
    if not done:
        return begun, 0
    _, last, names = done[-1].name.split("-")
    return int(last), int(names)


def _write_batch(building: Path, batch: list[StoredName], before: int) -> None:
    number = len(_batches(building))
    whole = building / f"{number:08d}-{batch[-1].name_id}-{before + len(batch)}"
    part = whole.with_name(f"{number:08d}.part")
    part.mkdir()
    for entity, chunk in chunks_of(batch).items():
        write_chunk(chunk, part / f"{entity}.npz")
    part.rename(whole)


class _Parts(NamedTuple):
    """What a snapshot is put together from.

    Attributes:
        base: the snapshot that is taken over.
        names: which of its names are still there; with ``base``.
        last: the highest number of all names.
        since: how many names came since ``base``.
    """

    base: Snapshot | None
    names: PublishedNames | None
    last: int
    since: int


def _put_together(folder: Path, building: Path, parts: _Parts) -> None:
    chunks: dict[str, list[Callable[[], Chunk]]] = defaultdict(list)
    names = parts.since
    if parts.base is not None and parts.names is not None:
        held = _held(parts.names, parts.base.last)
        names += len(held)
        for entity, segment in parts.base.segments.items():
            chunks[entity] += chunks_of_segment(segment, partial(_among, held))
    for batch in _batches(building):
        for file in sorted(batch.glob("*.npz")):
            chunks[file.stem].append(partial(read_chunk, file))
    taken = [int(one.name) for one in folder.iterdir() if one.name.isdecimal()]
    target = folder / str(max(taken, default=0) + 1)
    target.mkdir()
    for entity, those in chunks.items():
        (target / entity).mkdir()
        build_segment(those, [reference()], target / entity)
    manifest = {
        "last": parts.last,
        "names": names,
        "normaliser": NORMALISER_VERSION,
        "entities": sorted(chunks),
    }
    (target / MANIFEST).write_text(json.dumps(manifest), "utf-8")
    pointer = folder / f"{CURRENT}.part"
    pointer.write_text(target.name, "ascii")
    pointer.rename(folder / CURRENT)
    shutil.rmtree(building)
    for old in folder.iterdir():
        # Files of an older snapshot that somebody has mapped stay readable until they are let go.
        if old.name.isdecimal() and old != target:
            shutil.rmtree(old, ignore_errors=True)


def _held(names: PublishedNames, last: int) -> NDArray[np.int64]:
    """Numbers of the names that are there, up to one; ascending."""
    found = [np.zeros(0, np.int64)]
    after = 0
    while batch := names.numbers(after, BATCH_NAMES):
        found.append(np.array(batch, np.int64))
        after = batch[-1]
        if after >= last:
            break
    held = np.concatenate(found)
    return held[held <= last]


def _among(held: NDArray[np.int64], names: NDArray[np.int64]) -> NDArray[np.bool_]:
    if not len(held):
        return np.zeros(len(names), np.bool_)
    found: NDArray[np.bool_] = held[np.minimum(held.searchsorted(names), len(held) - 1)] == names
    return found
