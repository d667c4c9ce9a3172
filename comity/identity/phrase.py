"""Eight spoken words over everything a join settles, shown at both ends.

A man in the middle can hand each end something else, but then the ends read different words. The words
cover root, certificate authorities, directory, name, request and every key, so agreement on the phone is
agreement on all of it. Eight words of 2,048 are 88 bits: too many to search for a second input.

The 2,048 words are built, not listed: consonant, vowel, consonant, vowel, and a last consonant that
checks the other four, so that two words never differ in one letter only ("basit", never also "basid").
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

WORDS: Final = 2_048
WORD_BITS: Final = 11
PHRASE_WORDS: Final = 8

_DOMAIN: Final = b"CMT1-join-phrase"
_CONSONANTS: Final = "bdfghjklmnprstvz"
_VOWELS: Final = "aiou"


def word(number: int) -> str:
    """The word of a number from 0 to 2,047."""
    if not 0 <= number < WORDS:
        raise ValueError("words are numbered 0 to 2047")
    first, rest = divmod(number, 128)
    vowel, rest = divmod(rest, 32)
    second, end = divmod(rest, 2)
    # Each weight is odd, so a change of any one letter changes the sum modulo 16.
    check = (first + 3 * second + 5 * vowel + 7 * end) % len(_CONSONANTS)
    letters = (
        _CONSONANTS[first],
        _VOWELS[vowel],
        _CONSONANTS[second],
        _VOWELS[end],
        _CONSONANTS[check],
    )
    return "".join(letters)


def phrase(parts: Iterable[tuple[str, bytes]]) -> str:
    """The eight words over named parts.

    Args:
        parts: name and bytes of each thing agreed on, in a fixed order; names and lengths are hashed too,
            so no two different lists give the same input.
    """
    digest = hashlib.blake2b(digest_size=32, person=_DOMAIN)
    for name, value in parts:
        label = name.encode()
        digest.update(len(label).to_bytes(4, "big") + label)
        digest.update(len(value).to_bytes(4, "big") + value)
    bits = int.from_bytes(digest.digest(), "big") >> (256 - PHRASE_WORDS * WORD_BITS)
    numbers = [(bits >> (WORD_BITS * place)) % WORDS for place in reversed(range(PHRASE_WORDS))]
    return " ".join(word(number) for number in numbers)
