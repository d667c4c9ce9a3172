"""Numbers of accounts and of organisations."""

from __future__ import annotations

import re
from typing import Final

from stdnum import bic as stdnum_bic
from stdnum import iban as stdnum_iban
from stdnum import lei as stdnum_lei
from stdnum import luhn

from node.records.normalise.text import alphanumeric, latin

_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]+", re.ASCII)
_CARD: Final = re.compile(r"[1-9]\d{11,18}", re.ASCII)
# PCI DSS 3.4.1: what may be shown of a card number at most.
CARD_FIRST_SHOWN: Final = 6
CARD_LAST_SHOWN: Final = 4
_ACCOUNT: Final = re.compile(r"(?=.*\d)[A-Z0-9]{4,34}", re.ASCII)


def account_number(text: str) -> str:
    """An account's number: an IBAN with a right check (ISO 13616), or a bank's own number."""
    found = latin(text)
    if not _ACCOUNT.fullmatch(found):
        return ""
    if _IBAN.fullmatch(found) and not stdnum_iban.is_valid(found):
        return ""
    return found


def card_number(text: str) -> str:
    """A payment card's number (ISO/IEC 7812): twelve to nineteen figures with a right check digit."""
    found = latin(text)
    return found if _CARD.fullmatch(found) and luhn.is_valid(found) else ""


def covered_card(number: str) -> str:
    """Of a card number the issuer and the last four figures; enough to compare, too little to pay with."""
    return f"{number[:CARD_FIRST_SHOWN]}…{number[-CARD_LAST_SHOWN:]}"


def bic(text: str) -> str:
    """A business identifier code (ISO 9362): eight or eleven signs; the head office's branch left out."""
    found = latin(text)
    return found.removesuffix("XXX") if stdnum_bic.is_valid(found) else ""


def organisation_number(text: str) -> str:
    """A register's or tax number without separators."""
    return alphanumeric(text)


def lei(text: str) -> str:
    """A legal entity identifier (ISO 17442) with a right check."""
    found = alphanumeric(text)
    return found if stdnum_lei.is_valid(found) else ""
