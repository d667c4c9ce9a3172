"""Normal forms of identifiers: what two spellings of one number have in common. Pure and total.

A function returns ``""`` for text that cannot be such an identifier; it never raises. Index and query
use the same functions; a change of any of them is a new ``NORMALISER_VERSION`` and rebuilds the index.
Which field holds which kind stands in the contract; ``node.records.identifiers`` joins both.
"""

from __future__ import annotations

from typing import Final

from node.records.normalise.documents import document_number, misread_mrz, mrz, national_number
from node.records.normalise.electronic import (
    OBSERVABLES,
    domain,
    email,
    file_hash,
    ip_address,
    observable,
    phone,
    url,
    wallet,
)
from node.records.normalise.finance import account_number, bic, lei, organisation_number
from node.records.normalise.prints import minutiae
from node.records.normalise.text import (
    alphanumeric,
    has_controls,
    leg,
    moment,
    partial_date,
    plain,
    reference,
    words,
)
from node.records.normalise.transport import (
    aircraft_registration,
    call_sign,
    container,
    hull_number,
    icao_address,
    imo,
    mmsi,
    plate,
    vin,
    vin_warning,
)

__all__ = [
    "NORMALISER_VERSION",
    "OBSERVABLES",
    "account_number",
    "aircraft_registration",
    "alphanumeric",
    "bic",
    "call_sign",
    "container",
    "document_number",
    "domain",
    "email",
    "file_hash",
    "has_controls",
    "hull_number",
    "icao_address",
    "imo",
    "ip_address",
    "leg",
    "lei",
    "minutiae",
    "misread_mrz",
    "mmsi",
    "moment",
    "mrz",
    "national_number",
    "observable",
    "organisation_number",
    "partial_date",
    "phone",
    "plain",
    "plate",
    "reference",
    "url",
    "vin",
    "vin_warning",
    "wallet",
    "words",
]

NORMALISER_VERSION: Final = 2
