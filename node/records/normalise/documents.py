"""Numbers of documents and of people, and the machine-readable zone (ICAO 9303)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from stdnum import get_cc_module

from node.records.normalise.text import FOLDED, alphanumeric, partial_date, plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

# Figures that count up end a number; 18 of them fit the stores' integers.
_COUNTED: Final = re.compile(r"(?P<letters>.{0,16}?)(?P<figures>\d{1,18})", re.ASCII)
_MRZ: Final = re.compile(r"[A-Z0-9<]+")
_BORN: Final = re.compile(r"(?P<year>\d\d)(?P<month>\d\d|<<)(?P<day>\d\d|<<)", re.ASCII)
# ICAO 9303-3: figures as they are, A to Z are 10 to 35, the filler is 0; weights repeat.
_MRZ_WEIGHTS: Final = (7, 3, 1)
# Where things stand in each format (ICAO 9303-4 to -7): line lengths and number of lines.
_TD1, _TD2, _TD3 = (30, 3), (36, 2), (44, 2)
_FRENCH: Final = "IDFRA"

# python-stdnum's names for numbers that a country gives to a person.
_PERSONAL: Final = (
    "personalid", "dni", "nie", "pesel", "nir", "codicefiscale", "idnr", "nino", "bsn", "cnp", "egn",
    "hetu", "cpr", "personnummer", "fodselsnummer", "rc", "jmbg", "tckimlik", "cpf", "curp", "ssn",
    "aadhaar", "rrn", "ric", "idnr", "uid", "nric", "cc", "nn", "ssn", "id",
)  # fmt: skip


def document_number(text: str) -> str:
    """A document's number: separators gone, O read as 0, I as 1, Q as 0."""
    return alphanumeric(text).translate(FOLDED)


class Series(NamedTuple):
    """A document number as one of a series: what stays the same, and the figures that count up.

    Attributes:
        letters: what stands before the last figures.
        figures: how many of them there are.
        place: the number that they are.
    """

    letters: str
    figures: int
    place: int


def in_series(text: str) -> Series | None:
    """A document number's place in its series; ``None`` when it does not end with figures."""
    found = _COUNTED.fullmatch(document_number(text))
    if found is None:
        return None
    return Series(found["letters"], len(found["figures"]), int(found["figures"]))


def national_number(text: str, country: str) -> bool | None:
    """Whether this is a number that ``country`` gives to persons; ``None`` where nobody here knows."""
    modules = [found for name in _PERSONAL if (found := _module(country, name)) is not None]
    if not modules:
        return None
    return any(module.is_valid(plain(text)) for module in modules)


def _module(country: str, name: str) -> Any:
    try:
        return get_cc_module(country.lower(), name)
    except (ImportError, ValueError):
        return None


class Mrz(NamedTuple):
    """What a machine-readable zone says of the document itself."""

    number: str
    issuing_country: str
    document_type: str


def check_digit(text: str) -> str:
    """The check digit of a field (ICAO 9303-3, 4.9)."""
    total = 0
    for place, sign in enumerate(text):
        value = 0 if sign == "<" else int(sign, 36)
        total += value * _MRZ_WEIGHTS[place % len(_MRZ_WEIGHTS)]
    return str(total % 10)


def _lines(text: str) -> list[str]:
    lines = [line.replace(" ", "") for line in text.upper().replace("\r", "\n").split("\n")]
    found = [line for line in lines if line]
    if len(found) != 1:
        return found
    whole = found[0]
    for length, count in (_TD1, _TD2, _TD3):
        if len(whole) == length * count:
            return [whole[at : at + length] for at in range(0, len(whole), length)]
    return found


def _shape(lines: Sequence[str]) -> tuple[int, int] | None:
    shape = (len(lines[0]) if lines else 0, len(lines))
    same = all(len(one) == shape[0] for one in lines)
    return shape if same and shape in {_TD1, _TD2, _TD3} else None


def mrz(text: str) -> Mrz | None:
    """Document number, issuer and type of a zone (TD1, TD2, TD3, MRV-A, MRV-B) whose check digits fit."""
    lines = _lines(text)
    shape = _shape(lines)
    if shape is None:
        return None
    if not all(_MRZ.fullmatch(one) for one in lines):
        return None
    first = lines[0]
    if shape == _TD2 and first.startswith(_FRENCH):
        return _french(lines[1])
    number, digit, optional = (
        (first[5:14], first[14], first[15:30])
        if shape == _TD1
        else (lines[1][:9], lines[1][9], lines[1][28:35])
    )
    digits = {check_digit(number)}
    if digit == "<" and not first.startswith("V"):
        # A longer number goes on in the optional data, its check digit last (ICAO 9303-5, 4.2.4). Belgian
        # cards count the filler between the two halves.
        rest, _, _ = optional.partition("<")
        rest, digit = rest[:-1], rest[-1:]
        digits = {check_digit(number + rest), check_digit(f"{number}<{rest}")}
        number += rest
    if digit not in digits or not _dates_fit(lines, shape):
        return None
    return Mrz(number.rstrip("<"), first[2:5].rstrip("<"), first[:2].rstrip("<"))


def _french(second: str) -> Mrz | None:
    """The French identity card of 1995 to 2021: two lines of 36, in an order of its own."""
    number, birth = second[:12], second[27:33]
    if check_digit(number) != second[12] or check_digit(birth) != second[33]:
        return None
    return Mrz(number.rstrip("<"), "FRA", "ID")


def _dates_fit(lines: Sequence[str], shape: tuple[int, int]) -> bool:
    second = lines[1]
    born, expires = (second[:7], second[8:15]) if shape == _TD1 else (second[13:20], second[21:28])
    return all(part[-1] == check_digit(part[:-1]) for part in (born, expires))


def mrz_birth_date(text: str, today: date) -> str:
    """The birth date in a zone as a partial ISO 8601 date; empty where there is none.

    Whether check digits fit is not asked: who may be a child is one also on a card that was misread. A year
    of two figures is the latest that has come (ICAO 9303-3, 4.8 leaves the century to the reader); a month
    or day that is not known is filled up with ``<``.
    """
    lines = _lines(text)
    shape = _shape(lines)
    if shape is None:
        return ""
    french = shape == _TD2 and lines[0].startswith(_FRENCH)
    found = _BORN.match(lines[1], 0 if shape == _TD1 else 27 if french else 13)
    if found is None:
        return ""
    century = today.year // 100 * 100
    year = century + int(found["year"])
    told = [str(year if year <= today.year else year - 100)]
    told += filter(str.isdecimal, (found["month"], found["day"]))
    return partial_date("-".join(told)) or partial_date(told[0])


def misread_mrz(text: str) -> str:
    """What is wrong with a zone that ``mrz`` does not read, as a sentence."""
    lines = _lines(text)
    if _shape(lines) is None:
        return "a machine-readable zone has 3 lines of 30, 2 of 36 or 2 of 44 characters"
    if not all(_MRZ.fullmatch(one) for one in lines):
        return "a machine-readable zone has only A to Z, 0 to 9 and <"
    return "a check digit of the machine-readable zone does not fit"
