"""Normal forms of identifiers: what two spellings of one number have in common. Pure and total.

A function returns ``""`` for text that cannot be such an identifier; it never raises. Index and query
use the same functions; a change of any of them is a new ``NORMALISER_VERSION`` and rebuilds the index.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

import idna
import phonenumbers
from stdnum import lei as stdnum_lei

NORMALISER_VERSION: Final = 1

_NOT_ALNUM: Final = re.compile(r"[^0-9A-Za-z]+")
# Readers and typists mix these up; the folded form is one of several keys, never what is shown.
_FOLDED: Final = str.maketrans("OIQ", "010")
_PARTIAL_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_VIN: Final = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_HEX: Final = re.compile(r"[0-9a-f]+")
_HASH_LENGTHS: Final = frozenset({32, 40, 64})
_VIN_VALUES: Final = dict(
    zip(
        "ABCDEFGHJKLMNPRSTUVWXYZ0123456789",
        [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10), *range(10)],
        strict=True,
    )
)
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_CHECK_AT: Final = 8
_TEXT_MAX: Final = 4096


def plain(text: str) -> str:
    """NFKC, outer and doubled white space gone, control and format characters gone."""
    folded = unicodedata.normalize("NFKC", text[:_TEXT_MAX])
    kept = "".join(
        " " if character.isspace() else character
        for character in folded
        if character.isspace()
        or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    return " ".join(kept.split())


def alphanumeric(text: str) -> str:
    """Capital letters and digits only; letters of other scripts are kept as they are."""
    joined = "".join(character for character in plain(text) if character.isalnum())
    return joined.upper()


def document_number(text: str) -> str:
    """A document's number: separators gone, O read as 0, I as 1, Q as 0."""
    return alphanumeric(text).translate(_FOLDED)


def plate(text: str) -> str:
    """A registration mark without separators."""
    return alphanumeric(text)


def vin(text: str) -> str:
    """A vehicle identification number (ISO 3779): 17 characters, I, O and Q read as digits."""
    found = alphanumeric(text).translate(_FOLDED)
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


def phone(text: str, *, region: str | None = None) -> str:
    """E.164, with ``region`` for national spellings."""
    try:
        number = phonenumbers.parse(plain(text), region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def domain(text: str) -> str:
    """A domain name in its ASCII form (IDNA 2008); never resolved."""
    name = plain(text).rstrip(".").lower()
    if "." not in name or any(character.isspace() for character in name):
        return ""
    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return ""


def email(text: str) -> str:
    """A mail address: the local part folded too, as practically every provider does."""
    local, at, host = plain(text).rpartition("@")
    found = domain(host)
    return f"{local.lower()}@{found}" if at and local and found and " " not in local else ""


def url(text: str) -> str:
    """A URL with scheme and host folded, fragment and default port gone; never opened."""
    whole = plain(text).partition("#")[0]
    scheme, separator, rest = whole.partition("://")
    if not separator or not scheme.isalnum() or " " in whole:
        return ""
    authority, slash, path = rest.partition("/")
    host, _, port = authority.rpartition("@")[2].partition(":")
    ascii_host = domain(host) or (host.lower() if re.fullmatch(r"[0-9.\[\]:a-fA-F]+", host) else "")
    if not ascii_host:
        return ""
    default = {"http": "80", "https": "443"}.get(scheme.lower())
    kept_port = f":{port}" if port and port != default else ""
    return f"{scheme.lower()}://{ascii_host}{kept_port}{slash or '/'}{path}"


def file_hash(text: str) -> str:
    """MD5, SHA-1 or SHA-256 in lower-case hexadecimal."""
    found = plain(text).lower()
    return found if len(found) in _HASH_LENGTHS and _HEX.fullmatch(found) else ""


def wallet(text: str) -> str:
    """A virtual asset's address: the account part of CAIP-10, hexadecimal and bech32 folded."""
    found = plain(text).rpartition(":")[2]
    if not re.fullmatch(r"[0-9A-Za-z_.+-]{20,128}", found):
        return ""
    lower = found.lower()
    if re.fullmatch(r"0x[0-9a-f]{40,64}", lower) or re.fullmatch(
        r"[a-z]{2,5}1[a-z0-9]{20,}", lower
    ):
        return lower
    return found


def organisation_number(text: str) -> str:
    """A register's or tax number without separators."""
    return alphanumeric(text)


def lei(text: str) -> str:
    """A legal entity identifier (ISO 17442) with a right check."""
    found = alphanumeric(text)
    return found if stdnum_lei.is_valid(found) else ""


def partial_date(text: str) -> str:
    """A date that exists, as far as it is given: 1974, 1974-03 or 1974-03-09."""
    found = _PARTIAL_DATE.fullmatch(plain(text))
    if found is None:
        return ""
    year, month, day = found.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return ""
    return found[0]


def has_controls(text: str) -> bool:
    """Whether text holds control characters, lone surrogates or direction overrides."""
    return any(
        unicodedata.category(one) in {"Cc", "Cs", "Co", "Cn"}
        or "\u202a" <= one <= "\u202e"
        or "\u2066" <= one <= "\u2069"
        for one in text
    )


OBSERVABLES: Final = {
    "PHONE": phone,
    "EMAIL": email,
    "DOMAIN": domain,
    "URL": url,
    "HASH": file_hash,
    "WALLET": wallet,
}


def observable(kind: str, text: str) -> str:
    """The normal form of an observable of this kind; ``""`` for another kind's text."""
    way = OBSERVABLES.get(kind)
    return way(text) if way is not None else ""
