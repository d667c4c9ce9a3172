"""How one name comes to be written differently in different registers: schemes, folding, slips.

A person's name exists once (``comity.demo.registers.people``); each agency writes it its own way: a
French register romanises Cyrillic and Arabic the French way, a British one drops diacritics, somebody
mistypes. Simplified on purpose: enough to be a fair test, no transliteration standard.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from comity.demo.registers.draw import Draw

# Words seen again are not spelled again; a lexicon's words and endings stay far below this many.
_CACHE_WORDS_MAX: Final = 65_536

# Latin letters (English scheme) to how another register writes the same sound, in this order.
_SCHEMES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "english": (),
    "french": (
        ("ch", "tch"),
        ("sh", "ch"),
        ("zh", "j"),
        ("u", "ou"),
        ("iy", "i"),
        ("al-", "El "),
        ("w", "ou"),
        ("ee", "i"),
        ("ev", "ev"),
    ),
    "german": (
        ("shch", "schtsch"),
        ("ch", "tsch"),
        ("sh", "sch"),
        ("zh", "sch"),
        ("kh", "ch"),
        ("v", "w"),
        ("iy", "ij"),
        ("ya", "ja"),
        ("yu", "ju"),
        ("ss", "s"),
        ("ee", "i"),
    ),
    "loose": (
        ("muhammad", "mohamed"),
        ("al-", "Al "),
        ("uss", "us"),
        ("ss", "s"),
        ("sl", "sl"),
        ("iy", "y"),
        ("zh", "ch"),
        ("x", "hs"),
        ("q", "k"),
        ("eo", "u"),
        ("yeo", "yu"),
        ("oo", "u"),
        ("ph", "f"),
        ("ks", "x"),
    ),
}
SCHEMES: Final = tuple(_SCHEMES)
# Shorter words stay as they are: a slip would leave nothing to recognise.
_SLIP_LETTERS_MIN: Final = 4
# Letters that do not decompose.
_FOLDED: Final = str.maketrans(
    {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ß": "ss", "ø": "o", "æ": "ae", "œ": "oe"}
)


@lru_cache(maxsize=_CACHE_WORDS_MAX)
def romanised(word: str, scheme: str) -> str:
    """A Latin word as a register of that scheme writes it, capitalised as before."""
    written = word.lower()
    for sound, letters in _SCHEMES[scheme]:
        written = written.replace(sound, letters)
    return written[:1].upper() + written[1:] if word[:1].isupper() else _particle(written)


def _particle(written: str) -> str:
    """``al-hassan`` as ``al-Hassan``: the article stays small, the name does not."""
    article, hyphen, name = written.partition("-")
    return f"{article}{hyphen}{name[:1].upper()}{name[1:]}" if hyphen else written.title()


@lru_cache(maxsize=_CACHE_WORDS_MAX)
def folded(text: str) -> str:
    """Without diacritics, as registers write that know only ASCII."""
    plain = unicodedata.normalize("NFKD", text.translate(_FOLDED))
    return "".join([letter for letter in plain if not unicodedata.combining(letter)])


def mistyped(text: str, draw: Draw) -> str:
    """With one slip of a clerk: two letters swapped, one doubled or one left out."""
    if len(text) < _SLIP_LETTERS_MIN:
        return text
    at = 1 + draw.below(len(text) - 3)
    slip = draw.below(3)
    if slip == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if slip == 1:
        return text[:at] + text[at] + text[at:]
    return text[:at] + text[at + 1 :]
