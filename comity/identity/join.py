"""Everything a join settles, in one value that both ends build for themselves.

The joiner builds it from what it saw and made; the authority from what it holds and was sent. The phrase
over it is compared by people; the joiner's signing key signs it, so a request that was altered on its way
does not even verify.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comity.identity.phrase import phrase

if TYPE_CHECKING:
    from comity.identity.names import SpiffeId

JOIN_DOMAIN: Final = b"CMT1/join/v1\0"
RENEW_DOMAIN: Final = b"CMT1/renew/v1\0"
# A request made by a clock further off than this is refused, with a reason that says so.
CLOCK_SKEW_MS_MAX: Final = 120_000


@dataclass(frozen=True, slots=True)
class JoinFacts:
    """What both ends of a join must agree on.

    Attributes:
        root: the first root's file.
        enrolment_certificate: the authority's own TLS certificate, DER.
        federation_role: the federation role's file as the joiner read it; names both other CAs.
        name: who joins, from the invitation.
        csr: the certificate request.
        ledger_vkey: the joiner's ledger key.
        signing_key: a node's signing key; empty for a gateway.
        agency_key: an agency's root key; empty for a gateway.
        agency_metadata: the agency's own role; empty for a gateway.
        key_statement: a node's current statement; empty for a gateway.
    """

    root: bytes
    enrolment_certificate: bytes
    federation_role: bytes
    name: SpiffeId
    csr: bytes
    ledger_vkey: str
    signing_key: bytes = b""
    agency_key: bytes = b""
    agency_metadata: bytes = b""
    key_statement: bytes = b""

    def parts(self) -> tuple[tuple[str, bytes], ...]:
        """Names and values, in the order hashed."""
        return (
            ("root", self.root),
            ("enrolment-certificate", self.enrolment_certificate),
            ("federation-role", self.federation_role),
            ("name", str(self.name).encode()),
            ("csr", self.csr),
            ("ledger-key", self.ledger_vkey.encode()),
            ("signing-key", self.signing_key),
            ("agency-key", self.agency_key),
            ("agency-role", self.agency_metadata),
            ("key-statement", self.key_statement),
        )

    def phrase(self) -> str:
        """Eight words to compare by another way than the network."""
        return phrase(self.parts())

    def message(self) -> bytes:
        """What the joiner's signing key signs."""
        digest = hashlib.sha256()
        for name, value in self.parts():
            digest.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(value).digest())
        return JOIN_DOMAIN + digest.digest()


def renewal_message(name: str, csr: bytes, now_ms: int) -> bytes:
    """What the current TLS key signs to get its next certificate."""
    return (
        RENEW_DOMAIN
        + hashlib.sha256(name.encode()).digest()
        + hashlib.sha256(csr).digest()
        + now_ms.to_bytes(8, "big")
    )
