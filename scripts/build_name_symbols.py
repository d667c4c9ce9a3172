"""Writes ``node/matching/words/name_symbols.npz``: which words are spellings of one name.

usage: python -m scripts.build_name_symbols persons.txt
The file is ``rigour/data/names/persons.txt`` of rigour 1.8.2 (MIT, OpenSanctions), a list of Wikidata's
items for given and family names (CC0) with their labels in every script. Kept are names that the coarse
code alone does not bring together, and the pet forms of ``nicknames.txt``.
"""

from __future__ import annotations

import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

import numpy as np

from node.matching.words.cleaning import latin, words
from node.matching.words.scripts import Script, script_of
from node.matching.words.symbols import FILE, SYMBOLS_MAX, hash_of
from node.matching.words.tokens import token

FOLDER = Path(__file__).parent.parent / "node" / "matching" / "words"
# Pet forms are numbered beyond every number of Wikidata's.
NICKNAMES_FROM = 1 << 30


def spelled(text: str) -> str | None:
    """A label as one word of the index; ``None`` for labels of several words."""
    found = words(unicodedata.normalize("NFKC", text))
    if len(found) != 1 or len(found[0]) < 2:  # noqa: PLR2004
        return None
    word = found[0]
    return latin(word) or None if script_of(word[0]) is Script.LATIN else word


def apart(group: set[str]) -> bool:
    """Whether some spelling shares no coarse code with the others."""
    coded = [set(token(word).codes) for word in group]
    return any(not (one & other) for one in coded for other in coded)


def numbered(item: str) -> int:
    """The number of an item: Wikidata's begin with Q, rigour's own with X."""
    return int(item[1:]) + (0 if item.startswith("Q") else NICKNAMES_FROM // 2)


def main() -> int:
    """Writes the table."""
    if len(sys.argv) != 2:  # noqa: PLR2004
        print(__doc__, file=sys.stderr)
        return 64
    found: dict[str, list[int]] = defaultdict(list)
    for line in Path(sys.argv[1]).read_text("utf-8").splitlines():
        labels, arrow, item = line.partition("=>")
        if not arrow:
            continue
        group = {word for label in labels.split(",") if (word := spelled(label))}
        if len(group) > 1 and apart(group):
            for word in group:
                found[word].append(numbered(item.strip()))
    for number, line in enumerate((FOLDER / "nicknames.txt").read_text("utf-8").splitlines()):
        if not line.startswith("#"):
            for word in line.split():
                found[word].insert(0, NICKNAMES_FROM + number)
    table = sorted((hash_of(word), sorted(ids[:SYMBOLS_MAX])) for word, ids in found.items())
    np.savez_compressed(
        FOLDER / FILE,
        hashes=np.array([one for one, _ in table], np.uint32),
        starts=np.append(0, np.cumsum([len(ids) for _, ids in table])).astype(np.uint32),
        symbols=np.array([number for _, ids in table for number in ids], np.int32),
    )
    print(f"{len(table)} words, {(FOLDER / FILE).stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
