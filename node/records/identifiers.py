"""Kinds of identifiers: how each is brought to its normal form, and what is said of it in words.

The contract names the kind beside the field (``FieldClass.identifier``), a selector names it beside its
part; both meet here. A record's field and a selector's part of one kind find each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import pycountry

from node.records import normalise

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of identifier.

    Attributes:
        called: what people call it; the reason of a match is ``same …``.
        normal: its normal form, empty for what is none.
        shape: what a well-formed one is, for whoever wrote another.
    """

    called: str
    normal: Callable[[str], str]
    shape: str


KINDS: Final[dict[str, Kind]] = {
    "document-number": Kind("document number", normalise.document_number, "letters and figures"),
    "vin": Kind("VIN", normalise.vin, "17 characters without I, O and Q"),
    "plate": Kind("plate", normalise.plate, "the complete registration mark"),
    "imo": Kind("IMO number", normalise.imo, "7 figures whose check digit fits"),
    "mmsi": Kind("MMSI", normalise.mmsi, "9 figures"),
    "call-sign": Kind("call sign", normalise.call_sign, "3 to 7 letters and figures"),
    "hull-number": Kind("hull number", normalise.hull_number, "12 to 15 letters and figures"),
    "aircraft-registration": Kind(
        "registration mark", normalise.aircraft_registration, "2 to 9 letters and figures"
    ),
    "icao-address": Kind("24-bit address", normalise.icao_address, "6 hexadecimal signs"),
    "container": Kind(
        "container number", normalise.container, "4 letters and 7 figures whose check digit fits"
    ),
    "serial-number": Kind("serial number", normalise.document_number, "letters and figures"),
    "account-number": Kind(
        "account number", normalise.account_number, "an IBAN whose check fits, or the bank's own"
    ),
    "bic": Kind("BIC", normalise.bic, "8 or 11 letters and figures"),
    "organisation-number": Kind(
        "number", normalise.organisation_number, "letters and figures, for a LEI 20 that fit"
    ),
    "aircraft-serial": Kind("serial number", normalise.document_number, "letters and figures"),
    "firearm-serial": Kind("serial number", normalise.document_number, "letters and figures"),
    "substance": Kind("substance", normalise.words, "a name or CAS number"),
    "goods": Kind("goods", normalise.words, "goods as declared, or a drug"),
    "place": Kind("place", normalise.words, "a name"),
    "country": Kind("country", normalise.words, "ISO 3166-1 alpha-2"),
    "seizure-leg": Kind("leg of the route", normalise.leg, "where a leg begins or ends"),
    "shipment-leg": Kind("leg of the route", normalise.leg, "where a leg begins or ends"),
    "shipment-container": Kind(
        "container", normalise.container, "4 letters and 7 figures whose check digit fits"
    ),
    "exhibit-hash": Kind("hash", normalise.OBSERVABLES["HASH"], "32, 40 or 64 hexadecimal signs"),
    "edge": Kind("relation", normalise.plain, "the owner's own key"),
    **{
        f"{what}-{word}": Kind(f"{what} {word}", normalise.reference, "letters with a figure")
        for what, word in (
            ("biometric", "reference"),
            ("case", "reference"),
            ("event", "reference"),
            ("seizure", "reference"),
            ("shipment", "reference"),
            ("decision", "reference"),
            ("exhibit", "number"),
            ("notice", "number"),
        )
    },
    **{
        name: Kind(called, normalise.OBSERVABLES[name], shape)
        for name, called, shape in (
            ("PHONE", "phone", "a number with its country code, such as +33 1 99 00 00 00"),
            ("EMAIL", "email", "a mail address"),
            ("DOMAIN", "domain", "a domain name with a dot"),
            ("URL", "url", "a URL with scheme and host"),
            ("HASH", "hash", "32, 40 or 64 hexadecimal signs"),
            ("WALLET", "wallet", "an address of a virtual asset, alone or as CAIP-10"),
            ("IP", "IP address", "an IPv4 or IPv6 address"),
            ("IMSI", "IMSI", "14 or 15 figures of a known country"),
            ("IMEI", "IMEI", "15 figures whose check digit fits"),
            ("ICCID", "SIM card number", "19 or 20 figures whose check digit fits"),
            ("MAC", "network card address", "12 or 16 hexadecimal signs"),
            ("HANDLE", "handle", "a name on a platform, without spaces"),
            ("CARD", "payment card", "12 to 19 figures whose check digit fits"),
        )
    },
}


@dataclass(frozen=True, slots=True)
class Key:
    """One thing a record is looked up by.

    Attributes:
        kind: of ``KINDS``.
        normal: its normal form.
        within: what it is unique within (a country, a port): empty for records that do not say;
            ``None`` whatever they say.
    """

    kind: str
    normal: str
    within: str | None = None

    @property
    def reason(self) -> str:
        """Why a record found by it matches."""
        return f"same {KINDS[self.kind].called}"


def key(kind: str, text: str, within: str | None = None) -> Key | None:
    """The key of a written identifier; nothing when it is none of its kind."""
    normal = KINDS[kind].normal(text)
    if not normal:
        return None
    return Key(kind, normal, None if within is None else normalise.words(within))


def alternatives(kind: str, text: str, within: str) -> tuple[Key, ...]:
    """Keys a question asks by: named inside ``within``, and held by records that do not say it."""
    whole = key(kind, text)
    if whole is None:
        return ()
    if not within:
        return (whole,)
    return tuple(Key(kind, whole.normal, one) for one in (normalise.words(within), ""))


@lru_cache(maxsize=512)
def country_code(text: str) -> str:
    """ISO 3166-1 alpha-2 of a code as machine-readable zones have it (alpha-3, ``D``); or as it is."""
    if text == "D":
        return "DE"
    found = pycountry.countries.get(alpha_3=text)
    return str(found.alpha_2) if found is not None else text


# ICAO 9303-3 and ISO 3166-1's user-assigned codes, which illustrative federations use.
_BEYOND_ISO: Final = frozenset(
    {"EU", "UN", "XK", "XA", "XB", "XC", "XX", "ZZ", "XP", "AN", "SU", "YU", "CS", "DD", "ZR"}
)


@lru_cache(maxsize=1024)
def known_country(text: str) -> bool:
    """Whether this is a code of a country, present or former, or one that stands for none."""
    code = text.upper()
    return code in _BEYOND_ISO or pycountry.countries.get(alpha_2=code) is not None
