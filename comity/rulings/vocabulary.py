"""The words a policy may use: a word outside is an error when loading and ``unknown`` when ruling.

Fields, with their tiers and stages, come from the contract (``comity.catalogue``); members and
countries may come from the signed directory; the rest stands in ``policies/vocabulary.toml``.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from comity import catalogue
from comity.rulings.context import UNKNOWN
from comity.rulings.errors import PolicyError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# A vocabulary file beyond this is not read (1 MiB).
VOCABULARY_BYTES_MAX: Final = 1 << 20
# What a word may look like: it must survive CSV cells, lists separated by bars, and comparison.
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,63}")
_LISTS: Final = (
    "purposes",
    "offences",
    "subjects",
    "markings",
    "instruments",
    "roles",
    "duties",
    "generalisations",
    "urgencies",
    "countries",
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every word that rows and rulings know.

    Attributes:
        entities: entity type to its fields, as in ``comity.catalogue``.
        agencies: member to the country of its jurisdiction.
        subjects: categories of data subjects, of the owner's record and of the requester's case.
        generalisations: ways of making a value coarser that a node can carry out.
    """

    entities: Mapping[str, tuple[catalogue.FieldInfo, ...]]
    agencies: Mapping[str, str]
    countries: frozenset[str]
    purposes: frozenset[str]
    offences: frozenset[str]
    subjects: frozenset[str]
    markings: frozenset[str]
    instruments: frozenset[str]
    roles: frozenset[str]
    duties: frozenset[str]
    generalisations: frozenset[str]
    urgencies: frozenset[str]

    @property
    def paths(self) -> frozenset[str]:
        """Every field path."""
        return frozenset(field.path for entity in self.entities.values() for field in entity)

    @property
    def digest(self) -> bytes:
        """SHA-256 over every word, so that a policy's version covers what its words meant."""
        told = hashlib.sha256(b"comity/rulings/vocabulary/1\0")
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name == "entities":
                words = sorted(
                    f"{field.path}|{int(field.tier)}|{int(field.stage)}"
                    for entity in value.values()
                    for field in entity
                )
            elif each.name == "agencies":
                words = sorted(f"{agency}|{country}" for agency, country in value.items())
            else:
                words = sorted(value)
            told.update("\n".join((each.name, *words, "", "")).encode())
        return told.digest()

    def with_members(self, members: Mapping[str, str]) -> Vocabulary:
        """The same words with the directory's members: agency to country."""
        countries = self.countries | frozenset(members.values())
        return replace(self, agencies={**self.agencies, **members}, countries=countries)


def load_vocabulary(
    path: Path,
    *,
    entities: Mapping[str, tuple[catalogue.FieldInfo, ...]] = catalogue.FIELDS,
) -> Vocabulary:
    """Read ``vocabulary.toml``, strictly.

    Raises:
        PolicyError: not readable, not TOML, a list missing or too many, a word malformed or twice.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise PolicyError(path, 0, f"cannot be read: {error.strerror}") from error
    if len(text) > VOCABULARY_BYTES_MAX:
        raise PolicyError(path, 0, f"is larger than {VOCABULARY_BYTES_MAX} bytes")
    try:
        told = tomllib.loads(text.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(path, 0, f"is not TOML in UTF-8: {error}") from error
    expected = {*_LISTS, "agencies"}
    for name in told:
        if name not in expected:
            raise PolicyError(path, 0, f'unknown list "{name}"{nearest(name, expected)}')
    lists = {name: _words(path, told, name) for name in _LISTS}
    agencies = _agencies(path, told.get("agencies"), lists["countries"])
    return Vocabulary(entities=entities, agencies=agencies, **lists)


def _words(path: Path, told: Mapping[str, Any], name: str) -> frozenset[str]:
    words = told.get(name)
    if not isinstance(words, list) or not words:
        raise PolicyError(path, 0, f'the list "{name}" is missing or empty')
    for word in words:
        if not isinstance(word, str) or not _WORD.fullmatch(word):
            raise PolicyError(path, 0, f'"{word}" in "{name}" is not a word')
        if word == UNKNOWN:
            raise PolicyError(path, 0, f'"{UNKNOWN}" in "{name}" is reserved for unknown words')
    if len(set(words)) != len(words):
        twice = next(word for word in words if words.count(word) > 1)
        raise PolicyError(path, 0, f'"{twice}" stands twice in "{name}"')
    return frozenset(words)


def _agencies(path: Path, told: Any, countries: frozenset[str]) -> dict[str, str]:
    if not isinstance(told, dict):
        raise PolicyError(path, 0, 'the table "agencies" is missing')
    for agency, country in told.items():
        if not _WORD.fullmatch(agency):
            raise PolicyError(path, 0, f'"{agency}" is not a word')
        if country not in countries:
            near = nearest(str(country), countries)
            raise PolicyError(path, 0, f'unknown country "{country}" of {agency}{near}')
    return dict(told)
