"""Snapshots: the name index of a register as files beside it, built step by step.

A folder holds numbered snapshots, ``current`` naming the one in use, and ``building`` while one is built:
one folder for each batch of names, there whole or not at all, so that a kill loses one batch. Memory holds
one batch and the lexicon. A snapshot made by another version of the normaliser is not used.
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from node.matching.index import segment as segments
from node.matching.index.building import build as build_segment
from node.matching.index.frequencies import reference
from node.matching.index.tokenising import PublishedName, read_chunk, tokenise, write_chunk
from node.matching.words.readings import NORMALISER_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from node.matching.index.segment import Segment
    from node.matching.index.tokenising import Chunk
    from node.records.name_index import PublishedNames, StoredName


Progress = Callable[[str, int, int], None]

BATCH_NAMES: Final = 20_000
CURRENT: Final = "current"
BUILDING: Final = "building"
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
    return {
        entity: tokenise(those, organisation=entity == "organisation")
        for entity, those in sorted_out.items()
    }


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
    """
    told = progress or _silent
    building = _prepared(folder)
    total = names.count()
    last, done = _tokenised(building)
    while batch := names.after(last, BATCH_NAMES):
        _write_batch(building, batch, done)
        last, done = batch[-1].name_id, done + len(batch)
        told("reading names", done, max(total, done))
    told("writing the index", 0, 1)
    _put_together(folder, building, last, done)
    told("writing the index", 1, 1)


def _silent(what: str, done: int, total: int) -> None:
    del what, done, total


def _current(folder: Path) -> Path | None:
    pointer = folder / CURRENT
    if not pointer.is_file():
        return None
    found = folder / pointer.read_text("ascii").strip()
    return found if (found / MANIFEST).is_file() else None


def _prepared(folder: Path) -> Path:
    """The folder of the build, emptied when another version began it."""
    building = folder / BUILDING
    mark = building / "normaliser"
    if building.exists() and (
        not mark.is_file() or mark.read_text("ascii") != str(NORMALISER_VERSION)
    ):
        shutil.rmtree(building)
    building.mkdir(parents=True, exist_ok=True)
    mark.write_text(str(NORMALISER_VERSION), "ascii")
    for part in building.glob("*.part"):
        shutil.rmtree(part)
    return building


def _batches(building: Path) -> list[Path]:
    return sorted(one for one in building.iterdir() if one.is_dir())


def _tokenised(building: Path) -> tuple[int, int]:
    """The last name that is already in a batch, and how many are."""
    done = _batches(building)
    if not done:
        return 0, 0
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


def _put_together(folder: Path, building: Path, last: int, names: int) -> None:
    files: dict[str, list[Path]] = defaultdict(list)
    for batch in _batches(building):
        for file in sorted(batch.glob("*.npz")):
            files[file.stem].append(file)
    taken = [int(one.name) for one in folder.iterdir() if one.name.isdecimal()]
    target = folder / str(max(taken, default=0) + 1)
    target.mkdir()
    for entity, chunks in files.items():
        (target / entity).mkdir()
        build_segment(
            [partial(read_chunk, file) for file in chunks], [reference()], target / entity
        )
    manifest = {
        "last": last,
        "names": names,
        "normaliser": NORMALISER_VERSION,
        "entities": sorted(files),
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
