"""Normal forms of names: tokens that two spellings have in common, and the keys they are found by.

After the measured recipe (docs/performance.md): fold to Latin, put compounds into one shape, drop
particles and titles, and give each distinct token keys of three kinds: its spelling, its coarse consonant
code, and its spelling with one letter missing. Pure and total; index and query use the same functions.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b
from importlib import resources
from typing import Final

from anyascii import anyascii

from node.records.normalise import plain

TOKENS_MAX: Final = 8
TOKEN_CHARACTERS_MAX: Final = 40
NAME_CHARACTERS_MAX: Final = 400
DELETIONS_FROM: Final = 4
DELETIONS_TO: Final = 14
TOKENS_REMEMBERED: Final = 1 << 16


def _list(name: str) -> frozenset[str]:
    text = resources.files("node.records").joinpath(name).read_text("utf-8")
    return frozenset(
        word for line in text.splitlines() if not line.startswith("#") for word in line.split()
    )


_PARTICLES: Final = _list("particles.txt")
_TITLES: Final = _list("titles.txt")
_MARKS_DROPPED: Final = re.compile("['’ʿʾ`´ʼ\u0640\u064b-\u065f\u0670\u0591-\u05c7\u200b-\u200f]")
_APOSTROPHES: Final = str.maketrans("", "", "'’ʿʾ`´ʼ")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_HANGUL: Final = re.compile(r"[\uac00-\ud7a3]")
_ARABIC: Final = re.compile(r"[\u0600-\u06ff]")
_ARABIC_ARTICLE: Final = "\u0627\u0644"
_ARABIC_WORD_MIN: Final = 4
_WORDS: Final = re.compile(r"[^\W_]+(?:[\u0300-\u036f\u0900-\u0d7f]*[^\W_]*)*", re.UNICODE)
_ABD: Final = re.compile(r"\babd(?:\s*(?:al|ul|el|ur|ar|as|ash|e|u|o)[\s-]*|[uae]l)(?=\w{3})")
_DIN: Final = re.compile(r"\b(\w{3,}?)[\s-]*(?:al|ul|ud|ed|ad|e|u|i)?[\s-]*(?:d|dd)(?:i|ee)n\b")
_DIGRAPHS: Final = (
    ("sch", "s"),
    ("tch", "s"),
    ("dzh", "s"),
    ("ph", "f"),
    ("th", "t"),
    ("dh", "t"),
    ("gh", "k"),
    ("kh", "k"),
    ("ch", "s"),
    ("sh", "s"),
    ("zh", "s"),
    ("ts", "s"),
    ("tz", "s"),
    ("dj", "s"),
    ("ck", "k"),
    ("qu", "k"),
    ("x", "ks"),
)
_VOWELS: Final = frozenset("aeiouyh")
_CODES: Final = {
    **dict.fromkeys("pb", "P"),
    **dict.fromkeys("fv", "F"),
    **dict.fromkeys("td", "T"),
    **dict.fromkeys("kgqc", "K"),
    **dict.fromkeys("szj", "S"),
    **dict.fromkeys("lr", "R"),
    "m": "M",
    "n": "N",
    "w": "F",
}


def latin(word: str) -> str:
    """A word in lower-case ASCII letters and digits."""
    if _ARABIC.search(word) and word.startswith(_ARABIC_ARTICLE) and len(word) > _ARABIC_WORD_MIN:
        word = word[2:]
    decomposed = unicodedata.normalize("NFKD", word)
    text = anyascii(unicodedata.normalize("NFC", decomposed)).lower().translate(_APOSTROPHES)
    return "".join(one for one in text if one.isalnum())


def _words(text: str) -> list[str]:
    cleaned = _MARKS_DROPPED.sub("", plain(text[:NAME_CHARACTERS_MAX]).casefold())
    words: list[str] = []
    for word in _WORDS.findall(cleaned.replace("-", " ").replace("·", " ")):
        if _HAN.search(word) or _HANGUL.search(word):
            # One syllable, one token: people write them together, apart and in either order.
            words.extend(latin(one) for one in word)
        else:
            words.append(latin(word))
    return [word[:TOKEN_CHARACTERS_MAX] for word in words if word]


def tokens(text: str) -> tuple[str, ...]:
    """The tokens that carry a name, at most eight, in their order.

    Particles and titles carry none, unless nothing else is left.
    """
    joined = " ".join(_words(text))
    joined = _ABD.sub("abd ", joined)
    joined = _DIN.sub(r"\1uddin", joined)
    words = joined.split()
    kept = [word for word in words if word not in _PARTICLES and word not in _TITLES]
    return tuple((kept or words)[:TOKENS_MAX])


def folded(text: str) -> str:
    """A name as one string for whole-string comparison: its tokens, joined."""
    return " ".join(tokens(text))


@lru_cache(maxsize=TOKENS_REMEMBERED)
def codes(token: str) -> frozenset[str]:
    """Coarse consonants: what survives most transliterations, with their ambiguous readings.

    ``kh`` is read as k and as h, ``w`` as a consonant and as a vowel; a leading vowel or h is ``A`` or
    nothing, since scripts differ on writing it.
    """
    found = set()
    for text in {token, token.replace("kh", "h")}:
        for spelling in {text, text.replace("w", "")}:
            found |= _codes_of(spelling)
    return frozenset(found)


def _codes_of(text: str) -> set[str]:
    for pair, single in _DIGRAPHS:
        text = text.replace(pair, single)
    letters = "".join(_CODES.get(one, "") for one in text)
    collapsed = re.sub(r"(.)\1+", r"\1", letters)
    if text[:1] not in _VOWELS:
        return {collapsed}
    return {f"A{collapsed}"} | ({collapsed} if len(collapsed) > 1 else set())


@lru_cache(maxsize=TOKENS_REMEMBERED)
def keys(token: str) -> tuple[int, ...]:
    """Signed 64-bit keys of a token: spelling, code, and each spelling with one letter missing."""
    found = {f"f{token}"}
    found.update(f"c{coarse}" for coarse in codes(token) if len(coarse) > 1)
    if DELETIONS_FROM <= len(token) <= DELETIONS_TO:
        found.update(f"f{token[:at]}{token[at + 1 :]}" for at in range(len(token)))
    return tuple(
        sorted(
            int.from_bytes(blake2b(one.encode(), digest_size=8).digest(), "big", signed=True)
            for one in found
        )
    )


def script_of(text: str) -> str:
    """ISO 15924 code of the first letter's script, as far as names need it."""
    for character in text:
        if character.isalpha():
            name = unicodedata.name(character, "").split(" ")[0]
            return _SCRIPTS.get(name, "Zyyy")
    return ""


_SCRIPTS: Final = {
    "LATIN": "Latn",
    "CYRILLIC": "Cyrl",
    "ARABIC": "Arab",
    "CJK": "Hani",
    "HANGUL": "Hang",
    "HEBREW": "Hebr",
    "GREEK": "Grek",
    "DEVANAGARI": "Deva",
    "HIRAGANA": "Jpan",
    "KATAKANA": "Jpan",
    "ARMENIAN": "Armn",
    "GEORGIAN": "Geor",
    "THAI": "Thai",
    "BENGALI": "Beng",
    "TAMIL": "Taml",
}
