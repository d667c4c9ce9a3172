"""A segment of the name index: its arrays, and how they lie on disk.

Two levels. Words: sorted key hashes lead to words, most frequent first; words lead to the rows that hold
them. Rows: one reading of one published name, with its words and the numbers of name and record.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from node.matching.words.tokens import key_hash

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

# Words counted under one code; beyond it a sound is common whatever the sum.
SOUNDS_COUNTED_MAX: Final = 4_000
TEXT_FILES: Final = ("words", "forms")


@dataclass(slots=True)
class Arrays:
    """The arrays of a segment; in memory, or mapped from files of the same names.

    Attributes:
        key_hash: distinct keys, ascending.
        key_start: where each key's words begin in ``key_word``; one longer than ``key_hash``.
        key_word: words of a key, the most frequent first.
        word_start: where each word begins in the text ``words``; one longer than there are words.
        form_start: where each spelling begins in the text ``forms``; one longer than there are.
        word_form: the first spelling of each word; one longer than there are words.
        word_letter: code of the first letter of each word's first spelling.
        word_short: whether that spelling is one letter: an initial.
        word_weight: how much the word says.
        word_count: rows that hold it.
        posting_start: where each word's rows begin in ``posting``.
        posting: rows of a word, ascending.
        row_start: where each row's words begin in ``row_word``.
        row_word: words of a row, in the name's order.
        row_weight: sum of the words' weights.
        row_name: number of the published name.
        row_record: number of the record.
        whole_hash: hash of each row's words whatever their order, ascending.
        whole_row: the row of that hash.
    """

    key_hash: NDArray[np.uint64]
    key_start: NDArray[np.uint32]
    key_word: NDArray[np.int32]
    word_start: NDArray[np.uint32]
    form_start: NDArray[np.uint32]
    word_form: NDArray[np.uint32]
    word_letter: NDArray[np.uint8]
    word_short: NDArray[np.bool_]
    word_weight: NDArray[np.float32]
    word_count: NDArray[np.int32]
    posting_start: NDArray[np.int64]
    posting: NDArray[np.int32]
    row_start: NDArray[np.uint32]
    row_word: NDArray[np.int32]
    row_weight: NDArray[np.float32]
    row_name: NDArray[Any]
    row_record: NDArray[Any]
    whole_hash: NDArray[np.uint64]
    whole_row: NDArray[np.int32]


class Segment:
    """One set of arrays with its two texts, ready to be searched by one thread."""

    __slots__ = ("arrays", "forms", "touched", "words")

    def __init__(self, arrays: Arrays, words: str, forms: str) -> None:
        self.arrays = arrays
        self.words = words
        self.forms = forms
        # What each row has gathered for the query at hand; all zero between queries.
        self.touched = np.zeros(self.rows, np.float32)

    @property
    def rows(self) -> int:
        """Rows: readings of published names."""
        return int(self.arrays.row_name.shape[0])

    @property
    def names(self) -> int:
        """As counted for weights: rows."""
        return self.rows

    @property
    def lexicon(self) -> int:
        """Distinct words."""
        return len(self.arrays.word_weight)

    @property
    def stored_bytes(self) -> int:
        """Size of everything."""
        arrays: int = sum(getattr(self.arrays, one.name).nbytes for one in fields(Arrays))
        return arrays + len(self.words.encode()) + len(self.forms)

    def word(self, number: int) -> str:
        """The text of a word."""
        starts = self.arrays.word_start
        return self.words[int(starts[number]) : int(starts[number + 1])]

    def row_words(self, row: int) -> list[int]:
        """The words of a row, in their order."""
        starts = self.arrays.row_start
        found: list[int] = self.arrays.row_word[int(starts[row]) : int(starts[row + 1])].tolist()
        return found

    def find(self, keys: Sequence[str]) -> NDArray[np.int64]:
        """Positions of keys in ``key_hash``; -1 for those it lacks."""
        hashes = np.fromiter((key_hash(key) for key in keys), np.uint64, len(keys))
        return self.find_hashes(hashes)

    def find_hashes(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Positions of key hashes; -1 for those it lacks."""
        known = self.arrays.key_hash
        if not len(known):
            return np.full(len(hashes), -1, np.int64)
        at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
        found: NDArray[np.int64] = np.where(known[at] == hashes, at, -1)
        return found

    def words_of(self, position: int, limit: int) -> NDArray[np.int32]:
        """Words of the key at a position, at most ``limit``, the most frequent first."""
        starts = self.arrays.key_start
        first, end = int(starts[position]), int(starts[position + 1])
        return self.arrays.key_word[first : min(end, first + limit)]

    def spellings(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Rows that hold each word, by the hash of ``t`` and the word."""
        return self._counted(hashes, 1)

    def sounds(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Rows that hold a word with each code, by the hash of ``c`` and the code."""
        return self._counted(hashes, SOUNDS_COUNTED_MAX)

    def _counted(self, hashes: NDArray[np.uint64], limit: int) -> NDArray[np.int64]:
        counts = self.arrays.word_count
        return np.array(
            [
                int(counts[self.words_of(at, limit)].sum()) if at >= 0 else 0
                for at in self.find_hashes(hashes).tolist()
            ],
            np.int64,
        )

    def namesakes(self, whole: int) -> NDArray[np.int32]:
        """Rows whose words are exactly these, by ``tokens.name_hash``."""
        wanted = np.uint64(whole)
        known = self.arrays.whole_hash
        first = int(np.searchsorted(known, wanted, "left"))
        end = int(np.searchsorted(known, wanted, "right"))
        return self.arrays.whole_row[first:end]


def save(segment: Segment, folder: Path) -> None:
    """Writes a segment that lies in memory; the folder exists."""
    for one in fields(Arrays):
        np.save(folder / f"{one.name}.npy", getattr(segment.arrays, one.name))
    (folder / "words.txt").write_text(segment.words, "utf-8")
    (folder / "forms.txt").write_text(segment.forms, "ascii")


def load(folder: Path) -> Segment:
    """Maps a segment; nothing but the lexicon's texts is read until it is needed."""
    arrays = {
        # A plain array over the mapping: subclasses cost at each of many small look-ups.
        one.name: np.load(folder / f"{one.name}.npy", mmap_mode="r").view(np.ndarray)
        for one in fields(Arrays)
    }
    words = (folder / "words.txt").read_text("utf-8")
    return Segment(Arrays(**arrays), words, (folder / "forms.txt").read_text("ascii"))


def spans(starts: NDArray[Any], which: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of everything that ``which`` own, one after another, and how many each owns."""
    first = starts[which].astype(np.int64)
    counts = starts[which + 1].astype(np.int64) - first
    total = int(counts.sum())
    ends = np.cumsum(counts)
    offsets = np.repeat(first - (ends - counts), counts)
    return offsets + np.arange(total), counts


def distinct(lists: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    """Every number of all lists once, ascending; for a few thousand much faster than ``np.unique``."""
    numbers = np.concatenate(lists)
    numbers.sort()
    first = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=first[1:])
    found: NDArray[np.int32] = numbers[first]
    return found
