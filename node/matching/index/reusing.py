"""What a segment holds, as chunks again: a new segment is built from it without reading a name twice."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from node.matching.index.segment import spans
from node.matching.index.tokenising import Chunk

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from node.matching.index.segment import Segment

ROWS_A_CHUNK: Final = 1 << 17


def chunks_of_segment(
    segment: Segment, there: Callable[[NDArray[np.int64]], NDArray[np.bool_]]
) -> list[Callable[[], Chunk]]:
    """The rows of a segment whose names are still there, as chunks that are read one at a time.

    Args:
        segment: as it was built.
        there: which of some names, by their numbers, the register still holds.
    """
    wholes = np.zeros(segment.rows, np.uint64)
    wholes[segment.arrays.whole_row] = segment.arrays.whole_hash
    return [
        partial(_chunk, segment, wholes, there, first)
        for first in range(0, segment.rows, ROWS_A_CHUNK)
    ]


def _chunk(
    segment: Segment,
    wholes: NDArray[np.uint64],
    there: Callable[[NDArray[np.int64]], NDArray[np.bool_]],
    first: int,
) -> Chunk:
    arrays = segment.arrays
    rows = np.arange(first, min(first + ROWS_A_CHUNK, segment.rows))
    rows = rows[there(arrays.row_name[rows].astype(np.int64))]
    positions, counts = spans(arrays.row_start, rows)
    known, words = np.unique(arrays.row_word[positions], return_inverse=True)
    return Chunk(
        [segment.word(word) for word in known.tolist()],
        np.append(0, np.cumsum(counts)),
        words.astype(np.int32),
        arrays.row_name[rows].astype(np.int64),
        arrays.row_record[rows].astype(np.int64),
        wholes[rows],
    )
