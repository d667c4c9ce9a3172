"""Numbers of the Wikidata names that a word is a spelling of, from the shipped table.

The table names words by a 32-bit hash; a word it does not know meets somebody else's entry once in ten
thousand times, and then only gains a key that finds nothing alike.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SYMBOLS_MAX: Final = 6
FILE: Final = "name_symbols.npz"
_HASH_BYTES: Final = 4


def hash_of(text: str) -> int:
    """What a word is known by in the table."""
    return int.from_bytes(blake2b(text.encode(), digest_size=_HASH_BYTES).digest(), "little")


def symbols(text: str) -> tuple[int, ...]:
    """At most six numbers, ascending; none for an unknown word."""
    hashes, starts, numbers = _table()
    wanted = np.uint32(hash_of(text))
    at = int(np.searchsorted(hashes, wanted))
    if at == len(hashes) or hashes[at] != wanted:
        return ()
    return tuple(numbers[int(starts[at]) : int(starts[at + 1])].tolist())


@cache
def _table() -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    packed = resources.files("node.matching.words").joinpath(FILE)
    if not packed.is_file():  # only while the table itself is built
        return np.zeros(0, np.uint32), np.zeros(1, np.uint32), np.zeros(0, np.int32)
    with packed.open("rb") as file, np.load(file) as arrays:
        return arrays["hashes"], arrays["starts"], arrays["symbols"]
