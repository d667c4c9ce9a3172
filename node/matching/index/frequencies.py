"""How much a word of a name says: the rarer, the more.

Half of a word's weight comes from how rare its spelling is, half from how rare its sound is over all its
spellings, so that every spelling of Mohammed is cheap, rare ones too. Counts of the register are added to
a shipped reference of a hundred thousand names, so that a register of fifty people scores rightly too. A
register counts in classes (``segment.in_classes``), so that no single record shows in a weight.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray  # noqa: TC002  # a named tuple tells its types

if TYPE_CHECKING:
    from collections.abc import Sequence

# The commonest word still says a little.
WEIGHT_MIN: Final = 0.2
CODES_COUNTED: Final = 2
REFERENCE_FILE: Final = "name_frequencies.npz"


class Counting(Protocol):
    """Where names were counted."""

    @property
    def names(self) -> int:
        """How many names were counted."""
        ...

    def spellings(self, hashes: NDArray[np.uint64]) -> NDArray[Any]:
        """Names that hold each word, by ``tokens.word_hash``."""
        ...

    def sounds(self, hashes: NDArray[np.uint32]) -> NDArray[Any]:
        """Names that hold a word with each code, by ``tokens.code_hash``."""
        ...


class Counted(NamedTuple):
    """Counts by hash; ``hashes`` ascend."""

    hashes: NDArray[Any]
    counts: NDArray[np.uint16]

    def of(self, wanted: NDArray[Any]) -> NDArray[np.int64]:
        """The count of each hash; none for one that is not counted."""
        if not len(self.hashes):
            return np.zeros(len(wanted), np.int64)
        at = np.minimum(self.hashes.searchsorted(wanted), len(self.hashes) - 1)
        found: NDArray[np.int64] = np.where(self.hashes[at] == wanted, self.counts[at], 0)
        return found


class Reference(NamedTuple):
    """The shipped counts."""

    names: int
    words: Counted
    codes: Counted

    def spellings(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Names that hold each word."""
        return self.words.of(hashes)

    def sounds(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Names that hold a word with each code."""
        return self.codes.of(hashes)


@cache
def reference() -> Reference:
    """The shipped reference; read once."""
    packed = resources.files("node.matching.index").joinpath(REFERENCE_FILE)
    with packed.open("rb") as file, np.load(file) as arrays:
        return Reference(
            int(arrays["names"]),
            Counted(arrays["words"], arrays["word_counts"]),
            Counted(arrays["codes"], arrays["code_counts"]),
        )


class Frequencies:
    """Weights of words from the sum of several counts."""

    __slots__ = ("_sources", "names")

    def __init__(self, sources: Sequence[Counting]) -> None:
        self._sources = tuple(sources)
        self.names = sum(source.names for source in self._sources)

    def weights(
        self, spellings: NDArray[np.uint64], codes: NDArray[np.uint32]
    ) -> NDArray[np.float32]:
        """A weight for each word.

        Args:
            spellings: hashes of the words.
            codes: hashes of the two first codes of each word, one row a word; repeated where it has one.
        """
        spelled = sum(source.spellings(spellings) for source in self._sources)
        flat = codes.reshape(-1)
        sounded = sum(source.sounds(flat) for source in self._sources)
        loudest = np.asarray(sounded).reshape(codes.shape).max(axis=1)
        total = self.names + 1
        both = np.log(total / (np.asarray(spelled) + 0.5)) + np.log(total / (loudest + 0.5))
        weights: NDArray[np.float32] = np.maximum(both / 2, WEIGHT_MIN).astype(np.float32)
        return weights
