"""Writing systems, as far as names need to tell them apart."""

from __future__ import annotations

from bisect import bisect_right
from enum import IntEnum
from typing import Final


class Script(IntEnum):
    """The script of a word's first letter."""

    LATIN = 0
    ARABIC = 1
    HEBREW = 2
    CYRILLIC = 3
    GREEK = 4
    HANGUL = 5
    KANA = 6
    HAN = 7
    OTHER = 8


# First code point of each block, with its script until the next one.
_BLOCKS: Final = (
    (0x0000, Script.LATIN),
    (0x0250, Script.OTHER),
    (0x0370, Script.GREEK),
    (0x0400, Script.CYRILLIC),
    (0x0530, Script.OTHER),
    (0x0590, Script.HEBREW),
    (0x0600, Script.ARABIC),
    (0x0780, Script.OTHER),
    (0x1D00, Script.LATIN),
    (0x1D80, Script.OTHER),
    (0x1E00, Script.LATIN),
    (0x1F00, Script.GREEK),
    (0x2000, Script.OTHER),
    (0x2C60, Script.LATIN),
    (0x2C80, Script.OTHER),
    (0x3005, Script.HAN),
    (0x3008, Script.OTHER),
    (0x3040, Script.KANA),
    (0x3100, Script.OTHER),
    (0x3400, Script.HAN),
    (0xA000, Script.OTHER),
    (0xA720, Script.LATIN),
    (0xA800, Script.OTHER),
    (0xAC00, Script.HANGUL),
    (0xD7A4, Script.OTHER),
    (0xF900, Script.HAN),
    (0xFB00, Script.OTHER),
    (0xFB50, Script.ARABIC),
    (0xFE00, Script.OTHER),
    (0xFE70, Script.ARABIC),
    (0xFF00, Script.OTHER),
    (0x20000, Script.HAN),
    (0x32000, Script.OTHER),
)
_STARTS: Final = [start for start, _ in _BLOCKS]


def script_of(character: str) -> Script:
    """The script of one character; digits and signs count as Latin."""
    return _BLOCKS[bisect_right(_STARTS, ord(character)) - 1][1]
