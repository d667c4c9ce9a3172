"""The first step of building: published names into chunks of words and rows.

The slow step, and the one that a kill must not lose: each chunk is a file of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from node.matching.words.readings import NameOf, readings
from node.matching.words.tokens import name_hash

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from node.matching.words.readings import Reading


class PublishedName(NamedTuple):
    """One name as it is indexed: its own number, its record's, its text."""

    name_id: int
    record_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows with a small lexicon of their own; ``words`` number the lexicon."""

    lexicon: list[str]
    starts: NDArray[np.int64]
    words: NDArray[np.int32]
    names: NDArray[np.int64]
    records: NDArray[np.int64]
    wholes: NDArray[np.uint64]


def tokenise(names: Iterable[PublishedName], whose: NameOf = NameOf.PERSON) -> Chunk:
    """One row for each reading of each name; a name without a readable word has none."""
    return chunk_of(
        (name.name_id, name.record_id, reading)
        for name in names
        for reading in readings(name.text, whose)
    )


def chunk_of(rows: Iterable[tuple[int, int, Reading]]) -> Chunk:
    """A chunk of name numbers, record numbers and their readings."""
    lexicon: dict[str, int] = {}
    starts: list[int] = [0]
    words: list[int] = []
    names: list[int] = []
    records: list[int] = []
    wholes: list[int] = []
    for name_id, record_id, reading in rows:
        words.extend(lexicon.setdefault(word, len(lexicon)) for word in reading)
        starts.append(len(words))
        names.append(name_id)
        records.append(record_id)
        wholes.append(name_hash(reading))
    return Chunk(
        list(lexicon),
        np.array(starts, np.int64),
        np.array(words, np.int32),
        np.array(names, np.int64),
        np.array(records, np.int64),
        np.array(wholes, np.uint64),
    )


def write_chunk(chunk: Chunk, path: Path) -> None:
    """Writes a chunk so that it is either there whole or not at all."""
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        np.savez(
            file,
            lexicon=np.frombuffer("\n".join(chunk.lexicon).encode(), np.uint8),
            starts=chunk.starts,
            words=chunk.words,
            names=chunk.names,
            records=chunk.records,
            wholes=chunk.wholes,
        )
    partial.rename(path)


def read_chunk(path: Path) -> Chunk:
    """The chunk behind ``write_chunk``."""
    with np.load(path) as arrays:
        text = arrays["lexicon"].tobytes().decode()
        return Chunk(
            text.split("\n") if text else [],
            arrays["starts"],
            arrays["words"],
            arrays["names"],
            arrays["records"],
            arrays["wholes"],
        )
