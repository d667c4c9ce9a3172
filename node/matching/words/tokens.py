"""Tokens: what the index keeps of a distinct word, and the keys it is found by.

Keys are hashes of a letter for their kind and a text: ``c`` a coarse code, ``f`` a spelling, ``v`` a folded
spelling or one with a letter missing, ``d`` a code or one with a class missing, ``q`` a name's number in
Wikidata. Short spellings are also found with a letter missing as they are, because folding leaves too little.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from string import ascii_lowercase
from typing import Final, NamedTuple
from zlib import crc32

from node.matching.words.coarse import codes
from node.matching.words.folding import folded
from node.matching.words.prefixes import bare
from node.matching.words.romanising import forms, sounds
from node.matching.words.scripts import Script, script_of
from node.matching.words.symbols import symbols

TOKENS_REMEMBERED: Final = 1 << 15
CODES_MAX: Final = 8
# Codes of each spelling where a word has several.
CODES_OF_SEVERAL: Final = 2
# Codes of a word that are also stored with one class missing, from this length on.
CODES_SHORTENED: Final = 2
# Spellings and folded spellings of these lengths are also found with a letter missing, added or changed.
SHORT_DELETIONS: Final = range(3, 6)
FOLDED_DELETIONS: Final = range(4, 15)
CODE_DELETIONS_FROM: Final = 4
# Spellings of these lengths are looked for with every slip of a hand where nothing else is near.
SLIPS: Final = range(5, 15)
_HASH_BYTES: Final = 8
_ARABIC_GOD: Final = "\u0627\u0644\u0644\u0647"
_ARABIC_DIN: Final = "\u0627\u0644\u062f\u064a\u0646"
_ARABIC_DIN_OTHER: Final = "\u0627\u0644\u062f\u06cc\u0646"
_ABDULLAH: Final = "\u0639\u0628\u062f\u0627\u0644\u0644\u0647"


class Token(NamedTuple):
    """A distinct word of names.

    Attributes:
        text: the word, cleaned, in its own script.
        forms: its spellings in ASCII letters; the first stands for it where one is needed.
        folds: the same, folded.
        codes: its coarse codes.
        symbols: numbers of the Wikidata names it is a spelling of.
        native: whether it is written in another script than Latin.
    """

    text: str
    forms: tuple[str, ...]
    folds: tuple[str, ...]
    codes: tuple[str, ...]
    symbols: tuple[int, ...]
    native: bool


@lru_cache(maxsize=TOKENS_REMEMBERED)
def token(text: str) -> Token:
    """The token of a cleaned word."""
    script = script_of(text[0])
    if script is Script.LATIN:
        return _latin(text)
    compound = _arabic_compound(text) if script is Script.ARABIC else None
    if compound is not None:
        return compound
    # A sign that has no spelling in Latin letters is only like itself.
    spelled: tuple[str, ...] = forms(text) or (f"u{ord(text[0]):x}",)
    codes_of_each = CODES_MAX if len(spelled) == 1 else CODES_OF_SEVERAL
    found: dict[str, None] = {}
    for form in spelled:
        for sounded in sounds(form, script, syllable=len(text) == 1):
            found.update(dict.fromkeys(codes(sounded)[:codes_of_each]))
    return Token(
        text,
        spelled,
        tuple(folded(sounds(form, script, syllable=True)[0]) for form in spelled),
        tuple(found)[:CODES_MAX],
        tuple(dict.fromkeys((*symbols(text), *symbols(spelled[0])))),
        native=True,
    )


def _latin(text: str) -> Token:
    spelled = tuple(filter(None, (text, bare(text))))
    found = dict.fromkeys(code for form in spelled for code in codes(form))
    folds = tuple(map(folded, spelled))
    return Token(text, spelled, folds, tuple(found)[:CODES_MAX], symbols(text), native=False)


def _arabic_compound(text: str) -> Token | None:
    for end, written, coded in (
        (_ARABIC_GOD, "ullah", "R"),
        (_ARABIC_DIN, "uddin", "TN"),
        (_ARABIC_DIN_OTHER, "uddin", "TN"),
    ):
        if text.endswith(end) and len(text) > len(end) + 1 and text != _ABDULLAH:
            stem = token(text[: -len(end)])
            return Token(
                text,
                tuple(form + written for form in stem.forms),
                tuple(folded(form + written) for form in stem.forms),
                tuple(dict.fromkeys(_joined(code, coded) for code in stem.codes)),
                symbols(text),
                native=True,
            )
    return None


def _joined(code: str, other: str) -> str:
    return code[:-1] + other if code[-1:] == other[0] else code + other


def keys(one: Token) -> set[str]:
    """Texts behind all keys of a token."""
    found = {f"c{code}" for code in one.codes}
    found.update(f"q{symbol}" for symbol in one.symbols)
    for form in one.forms:
        found.update(spelling_keys(form))
    for fold in one.folds:
        found.update(folded_keys(fold))
    for code in one.codes[:CODES_SHORTENED]:
        found.add(f"d{code}")
        if len(code) >= CODE_DELETIONS_FROM:
            found.update(f"d{code[:at]}{code[at + 1 :]}" for at in range(len(code)))
    return found


def spelling_keys(form: str) -> set[str]:
    """A spelling, and each spelling of a short one with one letter missing."""
    found = {f"f{form}"}
    if len(form) in SHORT_DELETIONS:
        found.update(f"f{form[:at]}{form[at + 1 :]}" for at in range(len(form)))
    return found


def folded_keys(fold: str) -> set[str]:
    """A folded spelling, and each with one letter missing."""
    found = {f"v{fold}"}
    if len(fold) in FOLDED_DELETIONS:
        found.update(f"v{fold[:at]}{fold[at + 1 :]}" for at in range(len(fold)))
    return found


def slip_keys(form: str) -> set[str]:
    """Every spelling that is one slip of a hand away: a letter changed, added, left out, or two swapped."""
    if len(form) not in SLIPS or not form.isalpha():
        return set()
    cuts = [(form[:at], form[at:]) for at in range(len(form) + 1)]
    found = {f"f{head}{letter}{tail}" for head, tail in cuts for letter in ascii_lowercase}
    found.update(
        f"f{head}{letter}{tail[1:]}" for head, tail in cuts[:-1] for letter in ascii_lowercase
    )
    found.update(f"f{head}{tail[1:]}" for head, tail in cuts[:-1])
    found.update(f"f{head}{tail[1]}{tail[0]}{tail[2:]}" for head, tail in cuts[:-2])
    return found


def short_hash(key: str) -> int:
    """The unsigned 32-bit number a key is stored as; words met by accident are compared and left out."""
    return crc32(key.encode())


def code_hash(code: str) -> int:
    """The number a coarse code is counted under: that of its key."""
    return short_hash(f"c{code}")


def word_hash(text: str) -> int:
    """The unsigned 64-bit number a word is known by."""
    return _long_hash(f"t{text}")


def _long_hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=_HASH_BYTES).digest(), "little")


def name_hash(reading: tuple[str, ...]) -> int:
    """The number of a whole name, the same in whatever order its words come."""
    return _long_hash("n" + " ".join(sorted(reading)))
