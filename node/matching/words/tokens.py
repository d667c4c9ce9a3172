"""Tokens: what the index keeps of a distinct word, and the keys it is found by.

Keys are 64-bit BLAKE2b of a letter for their kind and a text: ``c`` a coarse code, ``f`` a spelling or a
spelling with one letter missing, ``d`` a code with one class missing, ``q`` a name's number in Wikidata.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple

from node.matching.words.coarse import codes
from node.matching.words.romanising import forms
from node.matching.words.scripts import Script, script_of
from node.matching.words.symbols import symbols

TOKENS_REMEMBERED: Final = 1 << 15
CODES_MAX: Final = 8
FORMS_KEYED_MAX: Final = 4
# Spellings of these lengths are also found with a letter missing, added or changed.
DELETIONS_FROM: Final = 4
DELETIONS_TO: Final = 14
CODE_DELETIONS_FROM: Final = 4
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
        codes: its coarse codes.
        symbols: numbers of the Wikidata names it is a spelling of.
        native: whether it is written in another script than Latin.
    """

    text: str
    forms: tuple[str, ...]
    codes: tuple[str, ...]
    symbols: tuple[int, ...]
    native: bool


@lru_cache(maxsize=TOKENS_REMEMBERED)
def token(text: str) -> Token:
    """The token of a cleaned word."""
    script = script_of(text[0])
    if script is Script.LATIN:
        return Token(text, (text,), codes(text), symbols(text), native=False)
    compound = _arabic_compound(text) if script is Script.ARABIC else None
    if compound is not None:
        return compound
    # A sign that has no spelling in Latin letters is only like itself.
    spelled = forms(text) or (f"u{ord(text[0]):x}",)
    found: dict[str, None] = {}
    for form in spelled:
        # x and q of pinyin sound like sh and ch.
        sounded = form.replace("x", "s").replace("q", "ch") if script is Script.HAN else form
        found.update(dict.fromkeys(codes(sounded)[: 2 if len(spelled) > 1 else None]))
    return Token(text, spelled, tuple(found)[:CODES_MAX], symbols(text), native=True)


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
    for form in one.forms[: None if one.native else FORMS_KEYED_MAX]:
        found.update(spelling_keys(form))
    for code in one.codes[:2]:
        if len(code) >= CODE_DELETIONS_FROM:
            found.update(f"d{code[:at]}{code[at + 1 :]}" for at in range(len(code)))
    return found


def spelling_keys(form: str) -> set[str]:
    """A spelling, and each spelling with one letter missing."""
    found = {f"f{form}"}
    if DELETIONS_FROM <= len(form) <= DELETIONS_TO:
        found.update(f"f{form[:at]}{form[at + 1 :]}" for at in range(len(form)))
    return found


def key_hash(text: str) -> int:
    """The unsigned 64-bit number a key is stored as."""
    return int.from_bytes(blake2b(text.encode(), digest_size=_HASH_BYTES).digest(), "little")


def name_hash(reading: tuple[str, ...]) -> int:
    """The number of a whole name, the same in whatever order its words come."""
    return key_hash("n" + " ".join(sorted(reading)))
