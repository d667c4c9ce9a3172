"""A name asked for, as it is searched: its readings, each with tokens and weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from node.matching.words.readings import NameOf, readings
from node.matching.words.tokens import code_hash, name_hash, token, word_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from node.matching.index.frequencies import Frequencies
    from node.matching.words.readings import Reading
    from node.matching.words.tokens import Token

READINGS_MAX: Final = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """One reading of the name asked for. Its tokens are sorted, so that order never changes a score.

    Attributes:
        reading: the words in the order they were asked.
        tokens: the same, sorted by text.
        weights: how much each token says.
        whole: the hash of the whole name, whatever its order.
        native: whether any word is in another script than Latin.
    """

    reading: Reading
    tokens: tuple[Token, ...]
    weights: NDArray[np.float32]
    whole: int
    native: bool

    @property
    def spelled(self) -> str:
        """The first spellings, sorted."""
        return " ".join(sorted(one.forms[0] for one in self.tokens))


def asked_for(text: str, frequencies: Frequencies, whose: NameOf = NameOf.PERSON) -> list[Asked]:
    """The readings of a name asked for; none when it has no readable word."""
    found = readings(text, whose)[:READINGS_MAX]
    return [asked(reading, frequencies) for reading in found]


def asked(reading: Reading, frequencies: Frequencies) -> Asked:
    """One reading, weighed."""
    tokens = tuple(token(word) for word in sorted(reading))
    return Asked(
        reading,
        tokens,
        weigh(tokens, frequencies),
        name_hash(reading),
        native=any(one.native for one in tokens),
    )


def weigh(tokens: Sequence[Token], frequencies: Frequencies) -> NDArray[np.float32]:
    """How much each token says."""
    spellings = np.array([word_hash(one.text) for one in tokens], np.uint64)
    codes = np.array(
        [[code_hash(code) for code in (one.codes * 2)[:2]] for one in tokens], np.uint32
    )
    return frequencies.weights(spellings, codes)
