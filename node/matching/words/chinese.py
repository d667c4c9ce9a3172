"""Han characters in Latin letters, as their bearers write them: Mandarin, Cantonese, and family habits.

Pinyin comes from anyascii; Wade-Giles (Taiwan, older sources) and the spelling of Hong Kong's registry are
made from pinyin and Jyutping by their rules, without tones and marks. Families of Fujian, Chaozhou and Hakka
descent spell their names by the sounds of home: ``chinese_surnames.txt``.
"""

from __future__ import annotations

from typing import Final

from node.matching.words.cleaning import latin
from node.matching.words.tables import read

_WADE_GILES: Final = (
    ("zh", "ch"),
    ("ch", "ch"),
    ("sh", "sh"),
    ("j", "ch"),
    ("q", "ch"),
    ("x", "hs"),
    ("z", "ts"),
    ("c", "ts"),
    ("r", "j"),
    ("b", "p"),
    ("d", "t"),
    ("g", "k"),
)
_WADE_GILES_WHOLE: Final = {
    **dict.fromkeys(("zhi", "chi"), "chih"),
    **dict.fromkeys(("zi", "ci"), "tzu"),
    "shi": "shih",
    "ri": "jih",
    "si": "szu",
    "ge": "ko",
    "ke": "ko",
    "he": "ho",
    "er": "erh",
    "yi": "i",
    "ye": "yeh",
    "yan": "yen",
    "you": "yu",
    "yong": "yung",
    "yue": "yueh",
}
# Endings, longest first.
_WADE_GILES_ENDS: Final = (
    ("iong", "iung"),
    ("ong", "ung"),
    ("ian", "ien"),
    ("ie", "ieh"),
    ("ue", "ueh"),
)
_KEEPS_UO: Final = ("g", "k", "h", "sh")
# Family names that are read otherwise than the character alone.
_SURNAME_PINYIN: Final = {
    "曾": "zeng",
    "单": "shan",
    "單": "shan",
    "解": "xie",
    "仇": "qiu",
    "区": "ou",
    "區": "ou",
    "查": "zha",
    "盖": "ge",
    "朴": "piao",
    "翟": "zhai",
    "覃": "qin",
    "尉": "yu",
    "乐": "yue",
    "樂": "yue",
    "缪": "miao",
    "繆": "miao",
    "冼": "xian",
    "召": "shao",
    "折": "she",
}
# Beginnings and endings of Jyutping in the spelling of Hong Kong, longest first.
_HONG_KONG_STARTS: Final = (
    ("gw", "kw"),
    ("jyu", "yu"),
    ("ji", "yi"),
    ("j", "y"),
    ("b", "p"),
    ("d", "t"),
    ("g", "k"),
    ("z", "ch"),
    ("c", "ch"),
)
_HONG_KONG_ENDS: Final = (
    ("eoi", "ui"),
    ("oeng", "eung"),
    ("oek", "euk"),
    ("eon", "un"),
    ("eot", "ut"),
    ("yun", "uen"),
    ("yut", "uet"),
    ("oe", "eu"),
    ("ou", "o"),
    ("aa", "a"),
)

_HAN: Final = {one: (korean, yue) for one, korean, yue in read("han_readings.txt")}
_FAMILIES: Final = {
    character: tuple(rest)
    for characters, *rest in read("chinese_surnames.txt")
    for character in characters
}


def readable() -> frozenset[str]:
    """Characters that names are written with."""
    return frozenset(_HAN)


def korean_reading(character: str) -> str:
    """The Hangul syllable a Han character is read as in Korean names; empty when it has none."""
    return _HAN.get(character, ("-", "-"))[0].rpartition(",")[2].strip("-")


def spellings(word: str) -> tuple[str, ...]:
    """Spellings of a character, or of characters written together, the likeliest first."""
    plain = latin(word)
    pinyin = [pinyin_of(one) for one in word]
    yue = [_HAN.get(one, ("-", "-"))[1].strip("-") for one in word]
    both = ["".join(pinyin), "".join(map(wade_giles, pinyin))]
    local = ["".join(map(hong_kong, yue))] if all(yue) else []
    if len(word) > 1:
        return (plain, *both, *local)
    # Ts is as good as ch for some ears.
    other = [f"ts{local[0][2:]}"] if local and local[0].startswith("ch") else []
    return (*both, *local, *_FAMILIES.get(word, ()), *other, plain)


def pinyin_of(character: str) -> str:
    """The Mandarin reading without tone."""
    return _SURNAME_PINYIN.get(character) or latin(character)


def wade_giles(pinyin: str) -> str:
    """A syllable of pinyin in the older spelling, without marks."""
    if pinyin in _WADE_GILES_WHOLE:
        return _WADE_GILES_WHOLE[pinyin]
    found = pinyin
    for end, other in _WADE_GILES_ENDS:
        if found.endswith(end):
            found = found[: -len(end)] + other
            break
    else:
        if found.endswith("uo") and not found.startswith(_KEEPS_UO):
            found = f"{found[:-2]}o"
    for start, other in _WADE_GILES:
        if found.startswith(start):
            return other + found[len(start) :]
    return found


def hong_kong(jyutping: str) -> str:
    """A syllable of Jyutping as Hong Kong's registry spells it."""
    found = jyutping
    for end, other in _HONG_KONG_ENDS:
        if end in found:
            found = found.replace(end, other)
            break
    for start, other in _HONG_KONG_STARTS:
        if found.startswith(start):
            return other + found[len(start) :]
    return found
