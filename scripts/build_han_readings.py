"""Writes ``node/matching/words/han_readings.txt`` from the Unicode Character Database in XML.

usage: python scripts/build_han_readings.py ucd.all.grouped.xml
The file is ``ucdxml/ucd.all.grouped.xml`` of Unicode 14 or newer. Licence of the data and of what is
derived from it: Unicode License V3 (https://www.unicode.org/license.txt), which asks for its notice only.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "node" / "matching" / "words" / "han_readings.txt"
HEADER = """\
# Korean (kHangul) and Cantonese (kCantonese, Jyutping without tones) readings of Han characters.
# From the Unicode Han Database. Copyright (c) 1991-2021 Unicode, Inc., Unicode License V3,
# https://www.unicode.org/license.txt. Written by scripts/build_han_readings.py.
"""
LINE = re.compile(r'<char cp="([0-9A-F]{4})"')
HANGUL = re.compile(r'kHangul="([^"]*)"')
CANTONESE = re.compile(r'kCantonese="([^"]*)"')


def readings(line: str) -> str | None:
    """One line of the table, or ``None`` for a character that names do not use."""
    point = LINE.search(line)
    hangul, cantonese = HANGUL.search(line), CANTONESE.search(line)
    if point is None or (hangul is None and "kIICore=" not in line):
        return None
    # The letters after the colon say where a reading comes from; N is the list for personal names.
    korean = [one.partition(":")[0] for one in hangul[1].split()] if hangul else []
    yue = [one.rstrip("123456") for one in cantonese[1].split()] if cantonese else []
    if not korean and not yue:
        return None
    return f"{chr(int(point[1], 16))} {','.join(korean[:2]) or '-'} {','.join(yue[:1]) or '-'}"


def main() -> int:
    """Writes the table."""
    if len(sys.argv) != 2:  # noqa: PLR2004  # the program's name and the file
        print(__doc__, file=sys.stderr)
        return 64
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        found = sorted(one for one in map(readings, lines) if one)
    TARGET.write_text(HEADER + "".join(f"{one}\n" for one in found), "utf-8")
    print(f"{len(found)} characters")
    return 0


if __name__ == "__main__":
    sys.exit(main())
