"""Writes ``node/matching/words/japanese_readings.txt``: how names in Han characters are read in Japan.

usage: python -m scripts.build_japanese_readings persons.txt
The file is that of ``scripts/build_name_symbols.py``. A word's readings are its items' labels in kana, or in
Latin letters, that sound neither like its Chinese nor like its Korean reading, under which it is found
already; of items with most labels first, and of a single character those that most other words have, too.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from anyascii import anyascii

from node.matching.words import chinese
from node.matching.words.scripts import Script, script_of
from node.matching.words.tokens import token
from scripts.build_name_symbols import FOLDER, items

if TYPE_CHECKING:
    from collections.abc import Iterator

READINGS_MAX = 2
HEADER = """\
# How names in Han characters are read in Japan, the likeliest first, in hiragana.
# From Wikidata's items for names (CC0) as collected in rigour 1.8.2 (MIT, OpenSanctions). Written by
# scripts/build_japanese_readings.py.
"""
_HIRAGANA: Final = range(0x3041, 0x3097)
_FROM_KATAKANA: Final = {one + 0x60: one for one in _HIRAGANA}
_SMALL: Final = "ゃゅょ"
_ENDING_IN_I: Final = "きぎしじちにひびぴみり"


def _syllables() -> dict[str, str]:
    """Hepburn's spellings of kana, longest first."""
    whole = [chr(one) for one in _HIRAGANA if chr(one) not in "ぁぃぅぇぉゃゅょゎゐゑゔゕゖづぢっ"]
    found = {anyascii(one): one for one in whole}
    for first in _ENDING_IN_I:
        start = anyascii(first)[:-1]
        for small in _SMALL:
            vowel = anyascii(small)[-1]
            found[start + ("" if first in "しじち" else "y") + vowel] = first + small
    found |= {"si": "し", "ti": "ち", "tu": "つ", "hu": "ふ", "zi": "じ", "n": "ん", "wo": "を"}
    return dict(sorted(found.items(), key=lambda item: (-len(item[0]), item[0])))


SYLLABLES: Final = _syllables()


def hiragana(label: str) -> str:
    """A label in hiragana; empty where it is neither kana nor spelled like Japanese."""
    if script_of(label[0]) is Script.KANA:
        found = label.translate(_FROM_KATAKANA)
        return found if all(ord(one) in _HIRAGANA or one == "ー" for one in found) else ""
    written, rest = "", label
    while rest:
        if rest[0] == rest[1:2] and rest[0] not in "aeioun":
            written, rest = written + "っ", rest[1:]
        start = next((one for one in SYLLABLES if rest.startswith(one)), None)
        if start is None:
            return ""
        written, rest = written + SYLLABLES[start], rest[len(start) :]
    return written


def read_so(words: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Words in Han characters of one item, each with a reading."""
    kana = sorted(word for word in words if script_of(word[0]) is Script.KANA)
    western = sorted(word for word in words if script_of(word[0]) is Script.LATIN)
    for word in sorted(words):
        if script_of(word[0]) is not Script.HAN:
            continue
        korean = "".join(map(chinese.korean_reading, word))
        heard = {*token(word).codes, *(token(korean).codes if korean else ())}
        own = [one for one in kana or western if heard.isdisjoint(token(one).codes)]
        # A long vowel that is written out says more.
        best = max((found for one in own if (found := hiragana(one))), key=len, default="")
        if best:
            yield word, best


def main() -> int:
    """Writes the table."""
    if len(sys.argv) != 2:  # noqa: PLR2004
        print(__doc__, file=sys.stderr)
        return 64
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for item in items(Path(sys.argv[1])):
        for word, reading in read_so(item.words):
            found[word][reading] = None
    shared = Counter(reading for readings in found.values() for reading in readings)
    lines = []
    for word, readings in sorted(found.items()):
        order = [*readings] if len(word) > 1 else sorted(readings, key=lambda one: -shared[one])
        lines.append(f"{word} {' '.join(order[:READINGS_MAX])}\n")
    target = FOLDER / "japanese_readings.txt"
    target.write_text(HEADER + "".join(lines), "utf-8")
    print(f"{len(found)} words, {target.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
