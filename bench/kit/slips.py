"""How a clerk or a questioner writes a name otherwise: typing slips, another order, initials."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def typo(name: str, chance: random.Random) -> str:
    """One letter missing, doubled, changed or swapped with the next."""
    at = [m.start() for m in re.finditer(r"\w", name)]
    place = chance.choice(at[1:] or at)
    kind = chance.randrange(4)
    if kind == 0:
        return name[:place] + name[place + 1 :]
    if kind == 1:
        return name[:place] + name[place] + name[place:]
    if kind == 2:
        other = chance.choice(LETTERS) if name.isascii() else name[at[0]]
        return name[:place] + other + name[place + 1 :]
    return name[:place] + name[place + 1 : place + 2] + name[place] + name[place + 2 :]


def reordered(name: str, chance: random.Random) -> str:
    """Family name first."""
    del chance
    first, _, rest = name.rpartition(" ")
    return f"{rest} {first}".strip()


def with_initial(name: str, chance: random.Random) -> str:
    """A given name as its initial."""
    words = name.split()
    at = chance.randrange(max(1, len(words) - 1))
    return " ".join([*words[:at], words[at][0], *words[at + 1 :]])


def shortened(name: str, chance: random.Random) -> str:
    """A word left out, of three or more."""
    words = name.split()
    if len(words) < 3:
        return typo(name, chance)
    at = chance.randrange(len(words) - 1)
    return " ".join([*words[:at], *words[at + 1 :]])


def glued(name: str, chance: random.Random) -> str:
    """Two words written together."""
    words = name.split()
    if len(words) < 2:
        return typo(name, chance)
    at = chance.randrange(len(words) - 1)
    return " ".join([*words[:at], words[at] + words[at + 1].lower(), *words[at + 2 :]])


WAYS = (typo, reordered, with_initial, shortened, glued)
