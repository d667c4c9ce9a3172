"""Counts the reference frequencies: how many of a hundred thousand names hold each word and sound."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from node.matching.index import frequencies
from node.matching.index.frequencies import REFERENCE_FILE
from node.matching.words.readings import readings
from node.matching.words.tokens import key_hash, token

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.kit.people import Person

# Words met once are as rare as those never met.
COUNT_MIN = 2


def count(people: Iterable[Person]) -> tuple[int, Counter[str]]:
    """Names, and names for each key text."""
    counts: Counter[str] = Counter()
    names = 0
    for person in people:
        for text, _ in person.names[:1]:
            found = readings(text)
            if not found:
                continue
            names += 1
            words = set(found[0])
            counts.update(f"t{word}" for word in words)
            counts.update({f"c{code}" for word in words for code in token(word).codes[:2]})
    return names, counts


def write(people: Iterable[Person]) -> None:
    """Writes the shipped table."""
    names, counts = count(people)
    kept = sorted(
        (key_hash(text), number) for text, number in counts.items() if number >= COUNT_MIN
    )
    target = Path(frequencies.__file__).parent / REFERENCE_FILE
    np.savez_compressed(
        target,
        names=np.int64(names),
        hashes=np.array([one for one, _ in kept], np.uint64),
        counts=np.array([min(number, 65_535) for _, number in kept], np.uint16),
    )
    print(f"reference: {names} names, {len(kept)} words and sounds, {target.stat().st_size} bytes")
