"""A segment of the name index: its arrays, and how they lie on disk.

Two levels. Words: sorted key hashes lead to words, most frequent first; words lead to the rows that hold
them. Rows: one reading of one published name, with its words and the numbers of name and record.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from node.matching.words.tokens import short_hash

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

# Words counted under one code; beyond it a sound is common whatever the sum.
SOUNDS_COUNTED_MAX: Final = 4_000
SOUNDS_REMEMBERED: Final = 1 << 14
# Rows from which a word or sound counts as one that the register holds.
COUNTED_MIN: Final = 8
WORDS: Final = "words.txt"
FORMS: Final = "forms.txt"
FOLDS: Final = "folds.txt"


@dataclass(slots=True)
class Arrays:
    """The arrays of a segment; in memory, or mapped from files of the same names.

    Attributes:
        key_hash: keys, ascending.
        key_start: where each key's words begin in ``key_word``; one longer than there are keys.
        key_word: the words of the keys, the most frequent first.
        spelling_hash: hash of each word's text, ascending.
        spelling_word: the word of that hash.
        word_start: where each word begins in the text ``words``; one longer than there are words.
        word_form: the first spelling of each word; one longer than there are words.
        word_native: whether the word is in another script than Latin.
        word_letter: code of the first letter of each word's first spelling.
        word_short: whether that spelling is one letter: an initial.
        word_weight: how much the word says.
        posting_start: where each word's rows begin in ``posting``; one longer than there are words.
        posting: rows of a word, ascending.
        row_start: where each row's words begin in ``row_word``.
        row_word: words of a row, in the name's order.
        row_weight: sum of the words' weights.
        row_name: number of the published name.
        row_record: number of the record.
        whole_hash: hash of each row's words whatever their order, ascending.
        whole_row: the row of that hash.
    """

    key_hash: NDArray[np.uint32]
    key_start: NDArray[np.uint32]
    key_word: NDArray[np.int32]
    spelling_hash: NDArray[np.uint64]
    spelling_word: NDArray[np.int32]
    word_start: NDArray[np.uint32]
    word_form: NDArray[np.uint32]
    word_native: NDArray[np.bool_]
    word_letter: NDArray[np.uint8]
    word_short: NDArray[np.bool_]
    word_weight: NDArray[np.float32]
    posting_start: NDArray[Any]
    posting: NDArray[np.int32]
    row_start: NDArray[np.uint32]
    row_word: NDArray[np.int32]
    row_weight: NDArray[np.float32]
    row_name: NDArray[Any]
    row_record: NDArray[Any]
    whole_hash: NDArray[np.uint64]
    whole_row: NDArray[np.int32]


class Segment:
    """One set of arrays with its texts, ready to be searched by one thread.

    Attributes:
        arrays: numbers.
        words: the text of all words, one after another.
        forms: spellings, as Python's own strings: they are compared hundreds at a time.
        folds: the same folded, one for each spelling.
    """

    __slots__ = ("arrays", "folds", "forms", "heard", "near", "remembered", "touched", "words")

    def __init__(
        self, arrays: Arrays, words: str, forms: Sequence[str], folds: Sequence[str]
    ) -> None:
        self.arrays = arrays
        self.words = words
        self.forms = np.array(forms, object)
        known: dict[str, str] = {}
        self.folds = np.array([known.setdefault(fold, fold) for fold in folds], object)
        # What each row has gathered for the query at hand; all zero between queries.
        self.touched = np.zeros(self.rows, np.float32)
        # What was found near words asked for lately; ``nearness`` keeps it.
        self.remembered: dict[str, Any] = {}
        # Rows that were counted for codes; ``sounds`` keeps it.
        self.heard: dict[int, int] = {}
        # How near each word is to the one at hand, and at the end nothing; all zero between looks.
        self.near = np.zeros(self.lexicon + 1, np.float32)

    @property
    def rows(self) -> int:
        """Rows: readings of published names."""
        return int(self.arrays.row_name.shape[0])

    @property
    def names(self) -> int:
        """As counted for weights: rows, in two significant figures."""
        return int(float(f"{self.rows:.1e}"))

    @property
    def lexicon(self) -> int:
        """Distinct words."""
        return len(self.arrays.word_weight)

    @property
    def stored_bytes(self) -> int:
        """Size of everything."""
        arrays: int = sum(getattr(self.arrays, one.name).nbytes for one in fields(Arrays))
        texts = sum(map(len, self.forms)) + sum(map(len, self.folds))
        return arrays + len(self.words.encode()) + texts

    def word(self, number: int) -> str:
        """The text of a word."""
        starts = self.arrays.word_start
        return self.words[int(starts[number]) : int(starts[number + 1])]

    def row_words(self, row: int) -> list[int]:
        """The words of a row, in their order."""
        starts = self.arrays.row_start
        found: list[int] = self.arrays.row_word[int(starts[row]) : int(starts[row + 1])].tolist()
        return found

    def find(self, keys: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the words of each key begin and end in ``key_word``; nowhere for a key it lacks."""
        return self._found(np.fromiter(map(short_hash, keys), np.uint32, len(keys)))

    def _found(self, hashes: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        known, starts = self.arrays.key_hash, self.arrays.key_start
        if not len(known):
            return np.zeros(len(hashes), np.int64), np.zeros(len(hashes), np.int64)
        at = np.minimum(known.searchsorted(hashes), len(known) - 1)
        begins = starts[at].astype(np.int64)
        ends = np.where(known[at] == hashes, starts[at + 1], begins).astype(np.int64)
        return begins, ends

    def counts(self, words: NDArray[Any]) -> NDArray[np.int64]:
        """Rows that hold each word."""
        starts = self.arrays.posting_start
        found: NDArray[np.int64] = starts[words + 1].astype(np.int64) - starts[words]
        return found

    def known_words(self, hashes: NDArray[np.uint64]) -> NDArray[np.int32]:
        """The words whose texts have these hashes; -1 for those it lacks."""
        known = self.arrays.spelling_hash
        if not len(known):
            return np.full(len(hashes), -1, np.int32)
        at = np.minimum(known.searchsorted(hashes), len(known) - 1)
        found: NDArray[np.int32] = np.where(
            known[at] == hashes, self.arrays.spelling_word[at], np.int32(-1)
        )
        return found

    def spellings(self, hashes: NDArray[np.uint64]) -> NDArray[np.float64]:
        """About how many rows hold each word, by ``tokens.word_hash``."""
        if not self.lexicon:
            return np.zeros(len(hashes))
        words = self.known_words(hashes)
        counts = self.counts(np.maximum(words, 0))
        return in_classes(np.where(words >= 0, counts, 0))

    def sounds(self, hashes: NDArray[np.uint32]) -> NDArray[np.float64]:
        """About how many rows hold a word with each code, by ``tokens.code_hash``."""
        return in_classes(np.array([self._heard(code) for code in hashes.tolist()], np.int64))

    def _heard(self, code: int) -> int:
        """Rows that hold a word with a code; names share few codes, and a segment does not change."""
        known = self.heard.get(code)
        if known is None:
            begins, ends = self._found(np.array([code], np.uint32))
            end = min(int(ends[0]), int(begins[0]) + SOUNDS_COUNTED_MAX)
            words = self.arrays.key_word[int(begins[0]) : end]
            known = int(self.counts(words).sum())
            if len(self.heard) < SOUNDS_REMEMBERED:
                self.heard[code] = known
        return known

    def namesakes(self, whole: int) -> NDArray[np.int32]:
        """Rows whose words are exactly these, by ``tokens.name_hash``."""
        wanted = np.uint64(whole)
        known = self.arrays.whole_hash
        first = int(np.searchsorted(known, wanted, "left"))
        end = int(np.searchsorted(known, wanted, "right"))
        return self.arrays.whole_row[first:end]


def in_classes(counts: NDArray[Any]) -> NDArray[np.float64]:
    """Counts in classes that double, and none below the first.

    What a word weighs shows in every score that it has a part in. Were each row counted, whoever knows the
    rest of a register could read from a score that one more, hidden from it, has a rare name.
    """
    known = np.maximum(counts, COUNTED_MIN)
    middle = np.exp2(np.floor(np.log2(known)) + 0.5)
    found: NDArray[np.float64] = np.where(counts < COUNTED_MIN, 0.0, middle)
    return found


def save(segment: Segment, folder: Path) -> None:
    """Writes a segment that lies in memory; the folder exists."""
    for one in fields(Arrays):
        np.save(folder / f"{one.name}.npy", getattr(segment.arrays, one.name))
    write_texts(segment, folder)


def write_texts(segment: Segment, folder: Path) -> None:
    """Writes the texts of a segment beside its arrays."""
    (folder / WORDS).write_text(segment.words, "utf-8")
    (folder / FORMS).write_text("\n".join(segment.forms), "ascii")
    (folder / FOLDS).write_text("\n".join(segment.folds), "ascii")


def load(folder: Path) -> Segment:
    """Maps a segment; nothing but the lexicon's texts is read until it is needed."""
    arrays = {
        # A plain array over the mapping: subclasses cost at each of many small look-ups.
        one.name: np.load(folder / f"{one.name}.npy", mmap_mode="r").view(np.ndarray)
        for one in fields(Arrays)
    }
    return Segment(
        Arrays(**arrays),
        (folder / WORDS).read_text("utf-8"),
        (folder / FORMS).read_text("ascii").split("\n"),
        (folder / FOLDS).read_text("ascii").split("\n"),
    )


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
