"""Numbers of accounts and of organisations."""

from __future__ import annotations

import re
from typing import Final

from stdnum import bic as stdnum_bic
from stdnum import iban as stdnum_iban
from stdnum import lei as stdnum_lei

from node.records.normalise.text import alphanumeric, latin

_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]+", re.ASCII)
_ACCOUNT: Final = re.compile(r"(?=.*\d)[A-Z0-9]{4,34}", re.ASCII)


def account_number(text: str) -> str:
    """An account's number: an IBAN with a right check (ISO 13616), or a bank's own number."""
    found = latin(text)
    if not _ACCOUNT.fullmatch(found):
        return ""
    if _IBAN.fullmatch(found) and not stdnum_iban.is_valid(found):
        return ""
    return found


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
