"""Legal instruments as rulings know them: who is bound, when, for what, and what was reserved.

They come from the signed directory; beside the vocabulary, ``instruments.toml`` (in the federation
authority's own format) gives those of a policy that is checked without one.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comity.identity.documents import DirectoryRefused, read_instruments
from comity.rulings.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from comity.identity.directory import Instrument

# An instruments file beyond this is not read (1 MiB).
INSTRUMENTS_BYTES_MAX: Final = 1 << 20
IN_FORCE: Final = "in-force"
STANDINGS: Final = (IN_FORCE, "not-yet", "expired", "off-purpose", "reserved", "unknown")


@dataclass(frozen=True, slots=True)
class Terms:
    """One instrument.

    Attributes:
        id: as routings name it.
        parties: countries bound by it.
        first: first day in force, ISO 8601.
        last: last day in force; empty: open.
        purposes: purposes it serves; none: any.
        reservations: country to the purposes it does not cooperate for.
    """

    id: str
    parties: frozenset[str]
    first: str
    last: str
    purposes: frozenset[str]
    reservations: tuple[tuple[str, frozenset[str]], ...]

    @property
    def told(self) -> str:
        """Everything it says, as one line for a digest."""
        reserved = ";".join(f"{who}:{','.join(sorted(what))}" for who, what in self.reservations)
        parts = ",".join(sorted(self.parties)), ",".join(sorted(self.purposes))
        return "|".join((self.id, parts[0], self.first, self.last, parts[1], reserved))

    def standing(self, *, purpose: str, parties: Collection[str], today: date) -> str:
        """Whether it carries a request today: ``in-force``, or why not."""
        day = today.isoformat()
        if day < self.first:
            return "not-yet"
        if self.last and self.last < day:
            return "expired"
        if self.purposes and purpose not in self.purposes:
            return "off-purpose"
        if any(who in parties and purpose in what for who, what in self.reservations):
            return "reserved"
        return IN_FORCE


def terms_of(
    instruments: Iterable[Instrument], groups: Mapping[str, Collection[str]]
) -> dict[str, Terms]:
    """Instruments with the groups among their parties resolved to countries.

    Args:
        instruments: as the directory has them.
        groups: group to the countries of its members.
    """

    def countries(party: str) -> Collection[str]:
        return groups.get(party, (party,))

    return {
        one.id: Terms(
            id=one.id,
            parties=frozenset(country for party in one.parties for country in countries(party)),
            first=one.from_date.isoformat(),
            last=one.until_date.isoformat() if one.until_date else "",
            purposes=one.purposes,
            reservations=tuple(
                sorted(
                    (country, reservation.purposes)
                    for reservation in one.reservations
                    for country in countries(reservation.party)
                )
            ),
        )
        for one in instruments
    }


def read_terms(path: Path) -> dict[str, Terms]:
    """The instruments of a file; none when there is no file.

    Raises:
        PolicyError: not TOML, too large, or not instruments.
    """
    if not path.is_file():
        return {}
    found = path.read_bytes()
    if len(found) > INSTRUMENTS_BYTES_MAX:
        raise PolicyError(path, 0, f"is larger than {INSTRUMENTS_BYTES_MAX} bytes")
    try:
        return terms_of(read_instruments(tomllib.loads(found.decode("utf-8"))), {})
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(path, 0, f"is not TOML in UTF-8: {error}") from error
    except DirectoryRefused as error:
        raise PolicyError(path, 0, f"is not a list of instruments: {error}") from error
