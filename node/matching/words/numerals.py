"""Numbers in a name, as ships, funds and companies have them: "Neptun II" is not "Neptun III"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

# A single letter may be an initial.
_ROMAN: Final = {
    one: str(number)
    for number, one in enumerate(("ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"), 2)
    if len(one) > 1
}


def numbers(words: Iterable[str]) -> list[str]:
    """The words that are numbers, or mostly figures, in ascending order; Roman ones in figures."""
    told = (_ROMAN.get(word, word) for word in words)
    return sorted(word for word in told if sum(map(str.isdecimal, word)) * 2 > len(word))
