"""Writes ``node/matching/words/name_symbols.npz``: which words are spellings of one name.

usage: python -m scripts.build_name_symbols persons.txt
The file is ``rigour/data/names/persons.txt`` of rigour 1.8.2 (MIT, OpenSanctions), a list of Wikidata's
items for given and family names (CC0) with their labels in every script. Kept are names that the coarse
code alone does not bring together, the pet forms of ``nicknames.txt`` in every script that the names of the
list are written in, and families that spell one name in several ways (``chinese_surnames.txt``,
``korean_surnames.txt``). Of a word's many items the best known are kept: those with the most labels.
"""

from __future__ import annotations

import sys
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from node.matching.words import chinese
from node.matching.words.cleaning import latin, words
from node.matching.words.scripts import Script, script_of
from node.matching.words.symbols import FILE, SYMBOLS_MAX, hash_of
from node.matching.words.tables import read
from node.matching.words.tokens import token

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent.parent / "node" / "matching" / "words"
# Pet forms are numbered beyond every number of Wikidata's.
NICKNAMES_FROM = 1 << 30


def spelled(text: str) -> str | None:
    """A label as one word of the index; ``None`` for labels of several words."""
    found = words(unicodedata.normalize("NFKC", text))
    if len(found) != 1:
        return None
    word = found[0]
    if len(word) < 2 and script_of(word[0]) is not Script.HAN:  # noqa: PLR2004
        return None
    return latin(word) or None if script_of(word[0]) is Script.LATIN else word


def alike(word: str, other: str) -> bool:
    """Whether a word in another script is this one as it sounds."""
    return script_of(other[0]) is not Script.LATIN and not set(token(word).codes).isdisjoint(
        token(other).codes
    )


def apart(group: frozenset[str]) -> bool:
    """Whether some spelling shares no coarse code with the others."""
    coded = [set(token(word).codes) for word in group]
    return any(not (one & other) for one in coded for other in coded)


def numbered(item: str) -> int:
    """The number of an item: Wikidata's begin with Q, rigour's own with X."""
    return int(item[1:]) + (0 if item.startswith("Q") else NICKNAMES_FROM // 2)


class Item(NamedTuple):
    """One name of the list: its number, and its labels that are one word."""

    number: int
    words: frozenset[str]


def items(path: Path) -> list[Item]:
    """The names of the list that have several spellings, those with most of them first."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        labels, arrow, item = line.partition("=>")
        words_of = frozenset(word for label in labels.split(",") if (word := spelled(label)))
        if arrow and len(words_of) > 1:
            found.append(Item(numbered(item.strip()), words_of))
    return sorted(found, key=lambda one: (-len(one.words), one.number))


def classes() -> Iterator[list[str]]:
    """Words that are one name without being in Wikidata as one: pet forms, and spellings of families."""
    yield from read("nicknames.txt")
    for characters, *spellings in read("chinese_surnames.txt"):
        yield [*dict.fromkeys(map(chinese.pinyin_of, characters)), *spellings]
    for _, *spellings in read("korean_surnames.txt"):
        yield spellings
    syllables = {chinese.pinyin_of(character) for character in chinese.readable()}
    older = {one: chinese.wade_giles(one) for one in sorted(syllables)}
    # An older spelling that is a syllable of pinyin too is mostly that one.
    yield from ([one, other] for one, other in older.items() if other not in syllables)


def main() -> int:
    """Writes the table."""
    if len(sys.argv) != 2:  # noqa: PLR2004
        print(__doc__, file=sys.stderr)
        return 64
    every = items(Path(sys.argv[1]))
    found: dict[str, list[int]] = defaultdict(list)
    written: dict[str, set[str]] = defaultdict(set)
    for item in every:
        if apart(item.words):
            for word in item.words:
                found[word].append(item.number)
        for word in item.words:
            if script_of(word[0]) is Script.LATIN:
                written[word].update(other for other in item.words if alike(word, other))
    for number, line in enumerate(classes()):
        for word in {other for one in line for other in (latin(one), *written[one])}:
            found[word].insert(0, NICKNAMES_FROM + number)
    kept = {word: set(numbers[:SYMBOLS_MAX]) for word, numbers in found.items()}
    table = sorted((hash_of(word), sorted(numbers)) for word, numbers in kept.items())
    np.savez_compressed(
        FOLDER / FILE,
        hashes=np.array([one for one, _ in table], np.uint32),
        starts=np.append(0, np.cumsum([len(numbers) for _, numbers in table])).astype(np.uint32),
        symbols=np.array([number for _, numbers in table for number in numbers], np.int32),
    )
    print(f"{len(table)} words, {(FOLDER / FILE).stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
