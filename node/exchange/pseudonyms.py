"""Stand-ins for records and values, different for each requester, so that two of them cannot join."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

REFERENCE_PERSON: Final = b"CMT1-recordref"
CASE_PERSON: Final = b"CMT1-casename"
VALUE_PERSON: Final = b"CMT1-valuename"
REFERENCE_BYTES: Final = 8
CASE_BYTES: Final = 16


class Pseudonyms:
    """Makes them, from a secret of this node."""

    __slots__ = ("_country", "_secret")

    def __init__(self, secret: bytes, country: str) -> None:
        self._secret = secret
        self._country = country

    def name(self, requester: str, text: str) -> str:
        """A stand-in for a value: the same for the same requester, no use to anybody else."""
        digest = blake2b(
            f"{requester}\0{text}".encode(),
            key=self._secret,
            person=VALUE_PERSON,
            digest_size=REFERENCE_BYTES,
        )
        return f"~{digest.hexdigest()}"

    def reference(self, requester: str, record_id: int) -> str:
        """For example ``DE-7F3A09C21B44D0E8``."""
        text = f"{requester}\0{record_id}".encode()
        digest = blake2b(
            text, key=self._secret, person=REFERENCE_PERSON, digest_size=REFERENCE_BYTES
        )
        return f"{self._country}-{digest.hexdigest().upper()}"

    def case(self, requester: str, case: str) -> str:
        """A digest of a requester's case reference, for a record in which no name may stand."""
        text = f"{requester}\0{case}".encode()
        digest = blake2b(text, key=self._secret, person=CASE_PERSON, digest_size=CASE_BYTES)
        return f"~{digest.hexdigest()}"
