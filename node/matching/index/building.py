"""The second step of building: chunks into one segment.

Memory holds the lexicon and one chunk at a time; what grows with the number of names is written to mapped
files when a folder is given. Small segments are built in memory by the same steps.
"""

from __future__ import annotations

from array import array
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from node.matching.index.frequencies import CODES_COUNTED, Frequencies
from node.matching.index.segment import Arrays, Segment, write_texts
from node.matching.words.tokens import code_hash, keys, short_hash, token, word_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from node.matching.index.frequencies import Counting
    from node.matching.index.tokenising import Chunk

FORMS_STORED_MAX: Final = 4
NATIVE_FORMS_STORED_MAX: Final = 8
# Numbers up to here take four bytes.
_SMALL_NUMBERS: Final = 1 << 32
_LETTER_MAX: Final = 255


def build(
    chunks: Sequence[Callable[[], Chunk]],
    counted: Sequence[Counting],
    folder: Path | None = None,
    *,
    count_own: bool = True,
) -> Segment:
    """One segment of all chunks.

    Args:
        chunks: read one at a time, more than once.
        counted: names counted elsewhere, added to the weights.
        folder: where arrays are mapped to; in memory without it.
        count_own: whether the segment's own names count for its weights. A small one beside a large one
            leaves them to the large one, so that adding a record does not shift any score.
    """
    building = _Building(chunks, folder)
    building.number_words()
    building.write_rows()
    building.write_postings()
    building.write_words()
    return building.weigh(counted, count_own=count_own)


class _Building:
    """The arrays as far as they are written."""

    def __init__(self, chunks: Sequence[Callable[[], Chunk]], folder: Path | None) -> None:
        self._chunks = chunks
        self._folder = folder
        self._lexicon: dict[str, int] = {}
        self._mappings: list[NDArray[np.int32]] = []
        self._done: dict[str, NDArray[Any]] = {}
        self._rows = self._postings = self._name_max = self._record_max = 0
        self._count: NDArray[np.int64] = np.zeros(0, np.int64)
        self._forms: list[str] = []
        self._folds: list[str] = []
        self._spelling_hash: NDArray[np.uint64] = np.zeros(0, np.uint64)
        self._code_hash: NDArray[np.uint32] = np.zeros((0, CODES_COUNTED), np.uint32)

    def _new(self, name: str, length: int, kind: Any) -> NDArray[Any]:
        if self._folder is None or length == 0:
            self._done[name] = np.zeros(length, kind)
        else:
            path = self._folder / f"{name}.npy"
            mapped = np.lib.format.open_memmap(path, mode="w+", dtype=kind, shape=(length,))
            self._done[name] = mapped.view(np.ndarray)
        return self._done[name]

    def _put(self, name: str, values: NDArray[Any]) -> NDArray[Any]:
        target = self._new(name, len(values), values.dtype)
        target[:] = values
        return target

    def number_words(self) -> None:
        """One number for each distinct word of all chunks."""
        lexicon = self._lexicon
        for read in self._chunks:
            chunk = read()
            numbers = [lexicon.setdefault(word, len(lexicon)) for word in chunk.lexicon]
            self._mappings.append(np.array(numbers, np.int32))
            self._rows += len(chunk.names)
            self._postings += len(chunk.words)
            self._name_max = max(self._name_max, int(chunk.names.max(initial=0)))
            self._record_max = max(self._record_max, int(chunk.records.max(initial=0)))

    def write_rows(self) -> None:
        """Rows with their words; whole names by their hash; how many rows hold each word."""
        start = self._new("row_start", self._rows + 1, np.uint32)
        words = self._new("row_word", self._postings, np.int32)
        name = self._new("row_name", self._rows, _number(self._name_max))
        record = self._new("row_record", self._rows, _number(self._record_max))
        wholes = np.zeros(self._rows, np.uint64)
        count = np.zeros(len(self._lexicon), np.int64)
        row = at = 0
        for read, mapping in zip(self._chunks, self._mappings, strict=True):
            chunk = read()
            n, m = len(chunk.names), len(chunk.words)
            start[row + 1 : row + n + 1] = chunk.starts[1:] + at
            words[at : at + m] = mapping[chunk.words]
            name[row : row + n] = chunk.names
            record[row : row + n] = chunk.records
            wholes[row : row + n] = chunk.wholes
            count += np.bincount(words[at : at + m], minlength=len(count))
            row, at = row + n, at + m
        self._count = count
        order = np.argsort(wholes, kind="stable")
        self._put("whole_hash", wholes[order])
        self._put("whole_row", order.astype(np.int32))

    def write_postings(self) -> None:
        """The rows of each word, ascending, by counting; a row that holds a word twice is there twice."""
        start = np.append(0, np.cumsum(self._count)).astype(np.int64)
        posting = self._new("posting", self._postings, np.int32)
        row_start, row_word = self._done["row_start"], self._done["row_word"]
        free = start[:-1].copy()
        step = 1 << 16
        for first in range(0, self._rows, step):
            bounds = row_start[first : first + step + 1].astype(np.int64)
            words = row_word[bounds[0] : bounds[-1]]
            rows = np.repeat(np.arange(first, first + len(bounds) - 1), np.diff(bounds))
            order = np.argsort(words, kind="stable")
            words, rows = words[order], rows[order]
            distinct, begins, counts = np.unique(words, return_index=True, return_counts=True)
            within = np.arange(len(words)) - np.repeat(begins, counts)
            posting[free[words] + within] = rows
            free[distinct] += counts
        self._put("posting_start", start.astype(_number(self._postings)))

    def write_words(self) -> None:
        """Spellings and keys of each word. The most frequent words come first under each key."""
        count = len(self._lexicon)
        self._spelling_hash = np.fromiter(map(word_hash, self._lexicon), np.uint64, count)
        self._code_hash = np.zeros((count, CODES_COUNTED), np.uint32)
        letter, short = np.zeros(count, np.uint8), np.zeros(count, np.bool_)
        native = np.zeros(count, np.bool_)
        hashes, words, counts = array("I"), array("i"), array("H")
        forms: list[str] = []
        folds: list[str] = []
        for number, text in enumerate(self._lexicon):
            one = token(text)
            kept = one.forms[: NATIVE_FORMS_STORED_MAX if one.native else FORMS_STORED_MAX]
            forms += kept
            folds += one.folds[: len(kept)]
            counts.append(len(kept))
            letter[number] = min(ord(kept[0][0]), _LETTER_MAX)
            short[number] = len(kept[0]) == 1
            native[number] = one.native
            codes = tuple(map(code_hash, one.codes[:CODES_COUNTED]))
            self._code_hash[number] = (codes * CODES_COUNTED)[:CODES_COUNTED]
            found = [*map(short_hash, keys(one))]
            hashes.extend(found)
            words.extend([number] * len(found))
        order = np.argsort(self._spelling_hash, kind="stable")
        self._put("spelling_hash", self._spelling_hash[order])
        self._put("spelling_word", order.astype(np.int32))
        self._write_keys(_array(hashes, np.uint32), _array(words, np.int32))
        self._put("word_start", _starts(map(len, self._lexicon)))
        self._put("word_form", _starts(counts))
        self._forms, self._folds = forms, folds
        self._put("word_letter", letter)
        self._put("word_short", short)
        self._put("word_native", native)

    def _write_keys(self, hashes: NDArray[np.uint32], words: NDArray[np.int32]) -> None:
        order = np.lexsort((-self._count[words], hashes))
        distinct, begins = np.unique(hashes[order], return_index=True)
        self._put("key_hash", distinct)
        self._put("key_start", np.append(begins, len(order)).astype(np.uint32))
        self._put("key_word", words[order])

    def weigh(self, counted: Sequence[Counting], *, count_own: bool) -> Segment:
        """Weights of words and rows; with them the segment is whole."""
        self._put("word_weight", np.zeros(len(self._lexicon), np.float32))
        self._put("row_weight", np.zeros(self._rows, np.float32))
        arrays = Arrays(**{one.name: self._done[one.name] for one in fields(Arrays)})
        segment = Segment(arrays, "".join(self._lexicon), self._forms, self._folds)
        if self._folder is not None:
            write_texts(segment, self._folder)
        frequencies = Frequencies((*counted, segment) if count_own else counted)
        arrays.word_weight[:] = frequencies.weights(self._spelling_hash, self._code_hash)
        if self._rows:
            # Every row has a word, so no part of the sum is empty.
            begins = arrays.row_start[:-1].astype(np.int64)
            arrays.row_weight[:] = np.add.reduceat(arrays.word_weight[arrays.row_word], begins)
        return segment


def _number(largest: int) -> Any:
    return np.uint32 if largest < _SMALL_NUMBERS else np.int64


def _array(values: array[int], kind: Any) -> NDArray[Any]:
    return np.frombuffer(values, kind) if values else np.zeros(0, kind)


def _starts(lengths: Iterable[int]) -> NDArray[np.uint32]:
    return np.append(0, np.cumsum(np.fromiter(lengths, np.int64))).astype(np.uint32)
