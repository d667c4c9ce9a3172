"""Names in Han characters as they are read in Japan.

A family name of one to three characters and a given name of one to three are written together or apart, and
nothing of how they sound can be told from the characters alone: ``japanese_readings.txt`` has the words.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Final

from node.matching.words.tables import read

# Where a name of so many characters is cut, the likeliest place first.
_CUTS: Final = {2: (1,), 3: (2, 1), 4: (2, 1, 3), 5: (2, 3), 6: (3,)}
_READINGS_MAX: Final = 2


def read_in_japanese(group: list[str]) -> list[tuple[str, str]]:
    """The readings of a name in kana, family name first; none where a part is no name in Japan.

    Args:
        group: one word, or family and given name.
    """
    whole = "".join(group)
    if len(group) > 2:  # noqa: PLR2004  # family and given name
        return []
    for cut in [len(group[0])] if len(group) > 1 else _CUTS.get(len(whole), ()):
        family, given = _table().get(whole[:cut], ()), _table().get(whole[cut:], ())
        if family and given:
            return [*product(family, given)][:_READINGS_MAX]
    return []


@cache
def _table() -> dict[str, tuple[str, ...]]:
    return {word: tuple(rest) for word, *rest in read("japanese_readings.txt")}
