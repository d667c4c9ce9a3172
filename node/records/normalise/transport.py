"""What vehicles, vessels, aircraft and containers are known by."""

from __future__ import annotations

import re
from typing import Final

from node.records.normalise.text import FOLDED, alphanumeric, latin

_VIN: Final = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VIN_VALUES: Final = dict(
    zip(
        "ABCDEFGHJKLMNPRSTUVWXYZ0123456789",
        [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10), *range(10)],
        strict=True,
    )
)
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_CHECK_AT: Final = 8
# Letters that plates of several countries share with the Latin alphabet by shape (Vienna Convention on
# Road Traffic, Annex 2): a Greek or Cyrillic plate is read either way.
_LOOKALIKES: Final = str.maketrans("АВЕКМНОРСТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXABEZHIKMNOPTYX")

_IMO: Final = re.compile(r"(?:IMO)?(\d{7})", re.ASCII)
_MMSI: Final = re.compile(r"\d{9}", re.ASCII)
_CALL_SIGN: Final = re.compile(r"(?=[A-Z0-9]*[A-Z])[A-Z0-9]{3,7}")
_HULL: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{10,13}")
# ICAO Annex 7: nationality mark, then the registration; military and old marks are as they are.
_AIRCRAFT: Final = re.compile(r"[A-Z0-9]{2,9}")
_ICAO_ADDRESS: Final = re.compile(r"[0-9A-F]{6}")
_CONTAINER: Final = re.compile(r"[A-Z]{3}[JRUZ]\d{7}", re.ASCII)
_CONTAINER_MODULUS: Final = 11


def plate(text: str) -> str:
    """A registration mark without separators."""
    return alphanumeric(text).translate(_LOOKALIKES)


def vin(text: str) -> str:
    """A vehicle identification number (ISO 3779): 17 characters, I, O and Q read as digits."""
    found = alphanumeric(text).translate(FOLDED)
    return found if _VIN.fullmatch(found) else ""


def vin_warning(normal: str) -> str:
    """A sentence when the check digit (position 9) fails; many makers do not use it, so it only warns."""
    if len(normal) != len(_VIN_WEIGHTS) or any(one not in _VIN_VALUES for one in normal):
        return "not a vehicle identification number"
    total = sum(_VIN_VALUES[one] * weight for one, weight in zip(normal, _VIN_WEIGHTS, strict=True))
    expected = "0123456789X"[total % 11]
    if normal[_VIN_CHECK_AT] != expected:
        return (
            "the check digit does not fit (makers outside North America and China often have none)"
        )
    return ""


def imo(text: str) -> str:
    """A ship's IMO number: seven figures, the last one the check digit (IMO Resolution A.1117)."""
    found = _IMO.fullmatch(latin(text))
    if found is None:
        return ""
    figures = found[1]
    total = sum(int(one) * weight for one, weight in zip(figures, range(7, 1, -1), strict=False))
    return figures if total % 10 == int(figures[6]) else ""


def mmsi(text: str) -> str:
    """A Maritime Mobile Service Identity: nine figures (ITU-R M.585)."""
    found = latin(text)
    return found if _MMSI.fullmatch(found) else ""


def call_sign(text: str) -> str:
    """A radio call sign (ITU Radio Regulations, Article 19)."""
    found = latin(text)
    return found if _CALL_SIGN.fullmatch(found) else ""


def hull_number(text: str) -> str:
    """A craft identification number (ISO 10087): country or maker first, twelve to fifteen signs."""
    found = latin(text)
    return found if _HULL.fullmatch(found) else ""


def aircraft_registration(text: str) -> str:
    """An aircraft's nationality and registration mark (ICAO Annex 7) without hyphen."""
    found = latin(text)
    return found if _AIRCRAFT.fullmatch(found) else ""


def icao_address(text: str) -> str:
    """An aircraft's 24-bit address (ICAO Annex 10) in six hexadecimal signs."""
    found = latin(text)
    return found if _ICAO_ADDRESS.fullmatch(found) else ""


def container(text: str) -> str:
    """A freight container's number with a right check digit (ISO 6346)."""
    found = latin(text)
    if not _CONTAINER.fullmatch(found):
        return ""
    total = sum(_container_value(sign) << place for place, sign in enumerate(found[:-1]))
    return found if total % _CONTAINER_MODULUS % 10 == int(found[-1]) else ""


def _container_value(sign: str) -> int:
    """Letters count from 10 and leave out the multiples of 11."""
    value = int(sign, 36)
    return value + (value - 1) // 10 if sign.isalpha() else value
