"""Counts the reference frequencies: how many of a hundred thousand names hold each word and sound."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from node.matching.index import frequencies
from node.matching.index.frequencies import REFERENCE_FILE
from node.matching.words.readings import readings
from node.matching.words.tokens import code_hash, token, word_hash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.kit.people import Person

# Words met once are as rare as those never met.
COUNT_MIN = 2
COUNT_MAX = 65_535


def count(people: Iterable[Person]) -> tuple[int, Counter[int], Counter[int]]:
    """Names, and names for the hash of each word and of each code."""
    words: Counter[int] = Counter()
    codes: Counter[int] = Counter()
    names = 0
    for person in people:
        for text, _ in person.names[:1]:
            found = readings(text)
            if not found:
                continue
            names += 1
            held = set(found[0])
            words.update(map(word_hash, held))
            codes.update({code_hash(code) for word in held for code in token(word).codes[:2]})
    return names, words, codes


def write(people: Iterable[Person]) -> None:
    """Writes the shipped table."""
    names, words, codes = count(people)
    target = Path(frequencies.__file__).parent / REFERENCE_FILE
    np.savez_compressed(
        target,
        names=np.int64(names),
        words=_hashes(words, np.uint64),
        word_counts=_counts(words),
        codes=_hashes(codes, np.uint32),
        code_counts=_counts(codes),
    )
    print(f"reference: {names} names, {target.stat().st_size} bytes")


def _kept(counts: Counter[int]) -> list[tuple[int, int]]:
    return sorted((one, number) for one, number in counts.items() if number >= COUNT_MIN)


def _hashes(counts: Counter[int], kind: type) -> np.ndarray:
    return np.array([one for one, _ in _kept(counts)], kind)


def _counts(counts: Counter[int]) -> np.ndarray:
    return np.array([min(number, COUNT_MAX) for _, number in _kept(counts)], np.uint16)
