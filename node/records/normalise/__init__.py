"""Normal forms of identifiers: what two spellings of one number have in common. Pure and total.

A function returns ``""`` for text that cannot be such an identifier; it never raises. Index and query
use the same functions; a change of any of them is a new ``NORMALISER_VERSION`` and rebuilds the index.
Which field holds which kind stands in the contract; ``node.records.identifiers`` joins both.
"""

from __future__ import annotations

from typing import Final

from node.records.normalise.documents import (
    Series,
    document_number,
    in_series,
    misread_mrz,
    mrz,
    mrz_birth_date,
    national_number,
)
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
from node.records.normalise.finance import (
    account_number,
    bic,
    card_number,
    covered_card,
    lei,
    organisation_number,
)
from node.records.normalise.prints import minutiae
from node.records.normalise.substances import names_of_substance
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
    "Series",
    "account_number",
    "aircraft_registration",
    "alphanumeric",
    "bic",
    "call_sign",
    "card_number",
    "container",
    "covered_card",
    "document_number",
    "domain",
    "email",
    "file_hash",
    "has_controls",
    "hull_number",
    "icao_address",
    "imo",
    "in_series",
    "ip_address",
    "leg",
    "lei",
    "minutiae",
    "misread_mrz",
    "mmsi",
    "moment",
    "mrz",
    "mrz_birth_date",
    "names_of_substance",
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
