"""What a culture's naming customs are made of."""

from __future__ import annotations

from dataclasses import dataclass

Word = tuple[str, str]
"""A word in its own script and in Latin letters."""


def words(text: str) -> tuple[Word, ...]:
    """Words of a lexicon: ``native=latin``, or the word alone where both are one."""
    pairs = (word.partition("=") for word in text.split())
    return tuple((native, latin or native) for native, _, latin in pairs)


@dataclass(frozen=True, slots=True)
class Culture:
    """How names of one culture are made.

    Attributes:
        script: ISO 15924 code of its own script.
        countries: ISO 3166-1 alpha-2 codes its people come from, the most usual first.
        language: ISO 639-3.
        male: given names of men.
        female: given names of women.
        stems: beginnings of family names.
        endings: endings of men's family names.
        endings_female: endings of women's, where they differ (same order).
        family_first: whether the family name stands first.
        joined: what stands between given-name syllables in Latin letters, where names are syllables.
    """

    script: str
    countries: tuple[str, ...]
    language: str
    male: tuple[Word, ...]
    female: tuple[Word, ...]
    stems: tuple[Word, ...]
    endings: tuple[Word, ...]
    endings_female: tuple[Word, ...] = ()
    family_first: bool = False
    joined: str | None = None
