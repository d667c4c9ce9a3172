"""The words a policy may use: a word outside is an error when loading and ``unknown`` when ruling.

Fields, with their tiers and stages, come from the contract (``comity.catalogue``). Members, countries and
legal instruments come from the signed directory of a running federation; for a policy that is checked without
one, from ``vocabulary.toml`` and ``instruments.toml``. Offences with their crosswalks stand in
``offences.csv``, maximum penalties in ``penalties.csv``, decisions about misuse in ``misuse.csv``, the
rest in ``vocabulary.toml``, all in one folder.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final

from comity import catalogue
from comity.rulings.context import UNKNOWN
from comity.rulings.errors import PolicyError, nearest
from comity.rulings.misuse import Decision, read_decisions, score_of
from comity.rulings.offences import Offence, read_offences, read_penalties
from comity.rulings.terms import Terms, read_terms, terms_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date
    from pathlib import Path

    from comity.identity.directory import Instrument

# A vocabulary file beyond this is not read (1 MiB).
VOCABULARY_BYTES_MAX: Final = 1 << 20
# What a word may look like: it must survive CSV cells, lists separated by bars, and comparison.
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,63}")
_LISTS: Final = (
    "purposes",
    "subjects",
    "markings",
    "instruments",
    "roles",
    "duties",
    "generalisations",
    "urgencies",
    "countries",
    "relations",
    "desks",
    "agency_types",
)
# A list that a vocabulary may leave out; then rows and operators may use any word.
_OPEN: Final = "certificates"
OFFENCES: Final = "offences.csv"
PENALTIES: Final = "penalties.csv"
MISUSE: Final = "misuse.csv"
INSTRUMENTS: Final = "instruments.toml"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every word that rows and rulings know.

    Attributes:
        entities: entity type to its fields, as in ``comity.catalogue``.
        agencies: member to the country of its jurisdiction.
        subjects: categories of data subjects, of the owner's record and of the requester's case.
        generalisations: ways of making a value coarser that a node can carry out.
        relations: kinds of relations between records.
        desks: desks of an agency that can be told of something, or named to a requester.
        agency_types: police, border, customs …
        certificates: what officers may be trained for; empty: any word.
        terms: legal instruments with parties, dates and reservations.
        crosswalk: offence to its codes in public classifications.
        penalties: country and offence to the maximum penalty in months; 0 where it is no offence.
        misuse: decisions about members that misused data; ``None`` where none are kept.
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
    relations: frozenset[str]
    desks: frozenset[str]
    agency_types: frozenset[str]
    certificates: frozenset[str] = frozenset()
    terms: Mapping[str, Terms] = field(default_factory=dict)
    crosswalk: Mapping[str, Offence] = field(default_factory=dict)
    penalties: Mapping[tuple[str, str], int] = field(default_factory=dict)
    misuse: Mapping[str, Decision] | None = None

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
            if each.name == "terms":
                words = sorted(terms.told for terms in value.values())
            elif each.name == "crosswalk":
                words = sorted(offence.told for offence in value.values())
            elif each.name == "penalties":
                words = sorted(f"{who}|{what}|{most}" for (who, what), most in value.items())
            elif each.name == "misuse":
                words = (
                    ["none kept"] if value is None else sorted(one.told for one in value.values())
                )
            elif each.name == "entities":
                words = sorted(
                    f"{field.path}|{int(field.tier)}|{int(field.stage)}|{int(field.birth_date)}"
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

    def with_instruments(
        self, instruments: Collection[Instrument], groups: Mapping[str, Collection[str]]
    ) -> Vocabulary:
        """The same words with the directory's instruments, which replace those of the same name.

        Args:
            instruments: as signed by the federation's officers.
            groups: the directory's groups, to the countries of their members.
        """
        signed = terms_of(instruments, groups)
        return replace(
            self,
            terms={**self.terms, **signed},
            instruments=self.instruments | frozenset(signed),
        )

    def standing(
        self, instrument: str, *, purpose: str, parties: Collection[str], today: date
    ) -> str:
        """Whether an instrument carries a request today (``comity.rulings.terms.STANDINGS``)."""
        terms = self.terms.get(instrument)
        if terms is None:
            return UNKNOWN
        return terms.standing(purpose=purpose, parties=parties, today=today)

    def misuse_score(self, agency: str, today: date) -> int | None:
        """A member's score by the decisions in force; ``None`` where no decisions are kept."""
        return score_of(self.misuse, agency, today)

    def penalty_months(self, country: str, offence: str) -> int | None:
        """The maximum penalty for an offence; ``None`` where nobody knows."""
        return self.penalties.get((country, offence))

    def list_offence(self, offence: str) -> bool | None:
        """Whether double criminality is not tested for it; ``None`` for an offence nobody knows."""
        known = self.crosswalk.get(offence)
        return None if known is None else bool(known.eaw)


def load_vocabulary(
    path: Path,
    *,
    entities: Mapping[str, tuple[catalogue.FieldInfo, ...]] = catalogue.FIELDS,
) -> Vocabulary:
    """Read ``vocabulary.toml`` and the tables beside it, strictly.

    Raises:
        PolicyError: not readable, not TOML, a list missing or too many, a word malformed or twice, a table
            that names a word which is none.
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
    expected = {*_LISTS, _OPEN, "agencies"}
    for name in told:
        if name not in expected:
            raise PolicyError(path, 0, f'unknown list "{name}"{nearest(name, expected)}')
    listed = (*_LISTS, _OPEN) if _OPEN in told else _LISTS
    lists = {name: _words(path, told, name) for name in listed}
    agencies = _agencies(path, told.get("agencies"), lists["countries"])
    offences = read_offences(path.parent / OFFENCES)
    terms = read_terms(path.parent / INSTRUMENTS)
    return Vocabulary(
        entities=entities,
        agencies=agencies,
        offences=frozenset(offences),
        crosswalk=offences,
        penalties=read_penalties(
            path.parent / PENALTIES, offences=offences, countries=lists["countries"]
        ),
        terms=terms,
        misuse=read_decisions(path.parent / MISUSE),
        **lists | {"instruments": lists["instruments"] | frozenset(terms)},
    )


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
