"""The next certificate, asked for by a running process at its certificate's half-life.

Also renews, when the agency's root key is in the home, the agency's own role at half of its 90 days. An
agency that keeps that key elsewhere renews it there.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from comity.api.directory.v1 import enrolment_service_pb2
from comity.authority import roles
from comity.authority.ca import CERTIFICATE_LIFE_MS, load_key, request, spki_sha256
from comity.authority.client import CALL_S, connect, refusals
from comity.authority.home import Home
from comity.clock import SystemClock, to_datetime
from comity.errors import Reason, Refusal
from comity.identity.documents import agency_role, read_agency
from comity.identity.join import renewal_message
from comity.rpc.tls import TlsIdentity, read_certificate

if TYPE_CHECKING:
    from comity.authority.home import Identity
    from comity.clock import Clock

HALF_LIFE_MS: Final = CERTIFICATE_LIFE_MS // 2
AGENCY_RENEW_BEFORE: Final = timedelta(days=45)


def renewal_due(identity: Identity, now_ms: int) -> bool:
    """Whether the certificate has passed its half-life."""
    return now_ms >= identity.not_after_ms - HALF_LIFE_MS


async def renew(identity: Identity, clock: Clock | None = None) -> TlsIdentity:
    """Gets the next certificate, keeps it in the home and returns it with the unchanged key.

    Args:
        identity: from ``Home.load`` or ``Home.load_gateway``.
        clock: tells the time.

    Raises:
        Refusal: MEMBER_SUSPENDED, UNAUTHENTICATED, CLOCK_SKEW, or OVERLOADED when nobody answers.
        StartError: the disk is full.
    """
    now_ms = (clock or SystemClock()).now_ms()
    key = load_key(identity.tls.key_pem)
    csr = request(key)
    name = str(identity.name)
    ask = enrolment_service_pb2.RenewRequest(
        spiffe_id=name,
        csr=csr,
        now_ms=now_ms,
        signature=key.sign(renewal_message(name, csr, now_ms), ec.ECDSA(hashes.SHA256())),
        agency_metadata=_agency_metadata(identity, now_ms),
    )
    async with connect(identity.authority_address, identity.authority_ca_pem) as client:
        with refusals():
            response = await client.enrolment.Renew(ask, timeout=CALL_S)
    peer = read_certificate(response.certificate)
    if peer.spiffe_id != name or peer.public_key_sha256 != spki_sha256(key.public_key()):
        raise Refusal(Reason.UNAUTHENTICATED, "the authority certified something else")
    Home(identity.home).write("tls.crt", response.certificate)
    return TlsIdentity(response.certificate, identity.tls.key_pem)


def _agency_metadata(identity: Identity, now_ms: int) -> bytes:
    """A newer version of the agency's own role when it is time and the key is here; else nothing."""
    path = identity.home / "agency.pem"
    if identity.name.agency is None or not path.exists():
        return b""
    role = agency_role(identity.name.agency)
    held = identity.directory_store.load().signed(role)
    if held.expires > to_datetime(now_ms) + AGENCY_RENEW_BEFORE:
        return b""
    document = read_agency(held.unrecognized_fields)
    signed = roles.agency(document, version=held.version + 1, now_ms=now_ms)
    return roles.envelope(signed, roles.load_signer(path.read_bytes()))
