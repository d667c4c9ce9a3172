"""What people and machines are reached by on networks: numbers, addresses, hashes, wallets."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

import idna
import phonenumbers
from stdnum import imei as stdnum_imei
from stdnum import imsi as stdnum_imsi
from stdnum import luhn

from node.records.normalise.finance import card_number
from node.records.normalise.text import alphanumeric, latin, plain

_HEX: Final = re.compile(r"[0-9a-f]+")
_HASH_LENGTHS: Final = frozenset({32, 40, 64})
_WALLET: Final = re.compile(r"[0-9A-Za-z_.+-]{20,128}")
# CAIP-10: namespace and reference of the chain (CAIP-2) before the account.
_CHAIN: Final = re.compile(r"[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}")
_MAC: Final = re.compile(r"[0-9A-F]{12}(?:[0-9A-F]{4})?")
_ICCID: Final = re.compile(r"89\d{15,18}", re.ASCII)
_IMSI: Final = re.compile(r"\d{14,15}", re.ASCII)
_IMEI_BODY: Final = 14
_HANDLE: Final = re.compile(r"[^\s/@:]{1,64}")


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


def ip_address(text: str) -> str:
    """An IPv4 or IPv6 address as RFC 5952 writes it; an IPv4 address mapped into IPv6 is the former."""
    try:
        found = ipaddress.ip_address(plain(text).strip("[]"))
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found).partition("%")[0]


def wallet(text: str) -> str:
    """A virtual asset's address: the account part of CAIP-10, hexadecimal and bech32 folded."""
    chain, colon, found = plain(text).rpartition(":")
    if not _WALLET.fullmatch(found) or (colon and not _CHAIN.fullmatch(chain)):
        return ""
    lower = found.lower()
    if re.fullmatch(r"0x[0-9a-f]{40,64}", lower) or re.fullmatch(
        r"[a-z]{2,5}1[a-z0-9]{20,}", lower
    ):
        return lower
    return found


def imei(text: str) -> str:
    """A handset's identity (3GPP TS 23.003): fourteen figures; check digit or software version left out."""
    found = latin(text)
    valid = stdnum_imei.is_valid(found)
    return found[:_IMEI_BODY] if valid else ""


def imsi(text: str) -> str:
    """A subscriber's identity (ITU-T E.212): fourteen or fifteen figures of a known country."""
    found = latin(text)
    return found if _IMSI.fullmatch(found) and stdnum_imsi.is_valid(found) else ""


def iccid(text: str) -> str:
    """A SIM card's number (ITU-T E.118) with a right check digit."""
    found = latin(text)
    return found if _ICCID.fullmatch(found) and luhn.is_valid(found) else ""


def mac_address(text: str) -> str:
    """A network card's address (IEEE EUI-48, EUI-64)."""
    found = alphanumeric(text)
    return found if _MAC.fullmatch(found) else ""


def handle(text: str) -> str:
    """An account's name on a platform, without case and leading @; the platform stands beside it."""
    found = plain(text).lstrip("@").casefold()
    return found if _HANDLE.fullmatch(found) else ""


OBSERVABLES: Final = {
    "PHONE": phone,
    "EMAIL": email,
    "DOMAIN": domain,
    "URL": url,
    "HASH": file_hash,
    "WALLET": wallet,
    "IP": ip_address,
    "IMSI": imsi,
    "IMEI": imei,
    "ICCID": iccid,
    "MAC": mac_address,
    "HANDLE": handle,
    "CARD": card_number,
}


def observable(kind: str, text: str) -> str:
    """The normal form of an observable of this kind; ``""`` for another kind's text."""
    way = OBSERVABLES.get(kind)
    return way(text) if way is not None else ""
