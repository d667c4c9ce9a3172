"""Invented identity documents: numbers in the shape of their issuer, ICAO 9303 length and letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from comity.demo.registers.draw import Draw

_DE_FIRST: Final = "CFGHJK"
_DE_LETTERS: Final = "CFGHJKLMNPRTVWXYZ0123456789"
_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"
ISSUERS: Final = ("FR", "DE", "GB", "ZZ", "PL", "TR", "ES")
_TYPES: Final = ("P",) * 12 + ("ID",) * 5 + ("driving-licence",) * 2 + ("residence-permit",)
_FRAUDS: Final = ("STOLEN",) * 10 + ("LOST",) * 6 + ("REVOKED", "INVALID", "COUNTERFEIT", "FORGED")


def number(draw: Draw, issuer: str) -> str:
    """A document number of at most nine letters and figures (ICAO 9303-4, field 'document number')."""
    if issuer == "DE":
        return draw.one(_DE_FIRST) + draw.letters(8, _DE_LETTERS)
    if issuer == "FR":
        return f"{draw.digits(2)}{draw.letters(2, _LETTERS)}{draw.digits(5)}"
    if issuer == "GB":
        return draw.digits(9)
    return f"{draw.letters(2, _LETTERS)}{draw.digits(7)}"


def document(draw: Draw, issuer: str) -> dict[str, object]:
    """What a document is, whoever records it: fields of ``identity_document`` without holder or theft."""
    kind = draw.one(_TYPES)
    issued = 2014 + draw.below(12)
    month, day = 1 + draw.below(12), 1 + draw.below(28)
    return {
        "identity_document.document_type": kind,
        "identity_document.number": number(draw, issuer),
        "identity_document.issuing_country": issuer,
        "identity_document.issue_date": f"{issued}-{month:02}-{day:02}",
        "identity_document.expiry_date": f"{issued + 10}-{month:02}-{day:02}",
        "identity_document.fraud_type": draw.one(_FRAUDS),
    }


def blank(draw: Draw, issuer: str) -> dict[str, object]:
    """A stolen blank: a number and nobody's name."""
    return {
        "identity_document.document_type": "blank",
        "identity_document.number": number(draw, issuer),
        "identity_document.issuing_country": issuer,
        "identity_document.fraud_type": "STOLEN_BLANK",
    }
