"""Offences: the federation's hub words, their codes in public classifications, and maximum penalties.

``offences.csv``: ``offence,iccs,ecris,eaw,checked``, a code or ``-``. ICCS is UNODC's International
Classification of Crime for Statistical Purposes 1.0; ECRIS the common table of offences of Council Decision
2009/316/JHA; EAW the place on the list of Framework Decision 2002/584/JHA Article 2(2), for which double
criminality is not tested. ``checked`` names the codes that were read in a public copy of their
classification; without the column none was.

``penalties.csv``: ``country,offence,months``; 0 says that the conduct is no offence there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comity.rulings.errors import PolicyError, nearest
from comity.rulings.reading import decode, read_bytes, table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

OFFENCE_COLUMNS: Final = ("offence", "iccs", "ecris", "eaw", "checked")
# Codes that may have been compared with a public copy of their classification.
CHECKED: Final = frozenset({"iccs", "ecris"})
PENALTY_COLUMNS: Final = ("country", "offence", "months")
# Longer than any life: 150 years.
MONTHS_MAX: Final = 1_800
EAW_LIST_MAX: Final = 32
_WORD: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ICCS: Final = re.compile(r"[0-9]{2,6}|-")
_ECRIS: Final = re.compile(r"[0-9]{4}|-")
_NONE: Final = "-"


@dataclass(frozen=True, slots=True)
class Offence:
    """One offence of the hub; a code that nobody mapped is empty, ``eaw`` 0.

    Attributes:
        checked: codes that were compared with a public copy: ``iccs``, ``ecris``.
    """

    word: str
    iccs: str
    ecris: str
    eaw: int
    checked: frozenset[str] = frozenset()

    @property
    def told(self) -> str:
        """Everything it says, as one line for a digest."""
        return f"{self.word}|{self.iccs}|{self.ecris}|{self.eaw}"


def read_offences(path: Path) -> dict[str, Offence]:
    """The hub.

    Raises:
        PolicyError: not readable, a malformed word or code, a word twice, no offence at all.
    """
    found: dict[str, Offence] = {}
    for line in table(path, decode(path, read_bytes(path)), columns=OFFENCE_COLUMNS):
        word, iccs, ecris, eaw = (line.cells.get(name, "") for name in OFFENCE_COLUMNS[:4])
        if not _WORD.fullmatch(word) or word == "unknown":
            raise line.wrong(f'"{word}" is not a word for an offence')
        if word in found:
            raise line.wrong(f'"{word}" stands twice')
        if not _ICCS.fullmatch(iccs) or not _ECRIS.fullmatch(ecris):
            raise line.wrong(f'"{iccs}" or "{ecris}" is not a code')
        place = _number(eaw, EAW_LIST_MAX)
        if eaw != _NONE and not place:
            raise line.wrong(f'"{eaw}" is no place on a list of {EAW_LIST_MAX}')
        checked = frozenset(line.cells.get("checked", _NONE).split("|")) - {_NONE}
        if not checked <= CHECKED:
            raise line.wrong(f'"{line.cells["checked"]}" is neither "-" nor iccs, ecris or both')
        codes = iccs.removeprefix(_NONE), ecris.removeprefix(_NONE)
        found[word] = Offence(word, *codes, place or 0, checked)
    if not found:
        raise PolicyError(path, 0, "names no offence")
    return found


def read_penalties(
    path: Path, *, offences: Mapping[str, Offence], countries: Collection[str]
) -> dict[tuple[str, str], int]:
    """Maximum penalties in months; none when there is no file.

    Raises:
        PolicyError: an unknown country or offence, not a number of months, a pair twice.
    """
    if not path.is_file():
        return {}
    found: dict[tuple[str, str], int] = {}
    for line in table(path, decode(path, read_bytes(path)), columns=PENALTY_COLUMNS):
        country, offence, months = (line.cells.get(name, "") for name in PENALTY_COLUMNS)
        if country not in countries:
            raise line.wrong(f'unknown country "{country}"{nearest(country, countries)}')
        if offence not in offences:
            raise line.wrong(f'unknown offence "{offence}"{nearest(offence, offences)}')
        most = _number(months, MONTHS_MAX)
        if most is None:
            raise line.wrong(f'"{months}" is not a number of months up to {MONTHS_MAX}')
        if (country, offence) in found:
            raise line.wrong(f'{country} and "{offence}" stand twice')
        found[country, offence] = most
    return found


def _number(text: str, most: int) -> int | None:
    good = text.isascii() and text.isdecimal() and len(text) <= len(str(most))
    return int(text) if good and int(text) <= most else None
