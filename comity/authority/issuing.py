"""Certificates, only for a name and key that the directory holds together at that moment.

A member may not keep the authority busy: its certificates and the versions of its own role, each of which
goes out to the whole federation, are counted once they are proven to be its own, so that nobody else can use
its allowance up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from comity.authority.allowance import Allowance
from comity.authority.asks import JoinAsk
from comity.authority.ca import Profile, read_request, spki_sha256
from comity.authority.proofs import name_of, refuse_large
from comity.errors import Reason, Refusal
from comity.identity.documents import DirectoryRefused, agency_role
from comity.identity.join import CLOCK_SKEW_MS_MAX, renewal_message
from comity.identity.names import AgencyId, MachineKind, SpiffeId

if TYPE_CHECKING:
    from comity.authority.publishing import Authority
    from comity.authority.state import Enrolment

# A machine renews every twelve hours; one that starts again and again asks no more often.
CERTIFICATES_MAX: Final = 12
CERTIFICATES_WINDOW_S: Final = 3600.0
# An agency renews its role every 45 days, and signs it anew when its keys change.
ROLES_MAX: Final = 8
ROLES_WINDOW_S: Final = 24 * 3600.0


class Issuing:
    """Issues first certificates and renews them; one for each process that serves."""

    __slots__ = ("_authority", "_certificates", "_roles")

    def __init__(self, authority: Authority) -> None:
        clock = authority.clock
        self._authority = authority
        self._certificates = Allowance(clock, most=CERTIFICATES_MAX, window_s=CERTIFICATES_WINDOW_S)
        self._roles = Allowance(clock, most=ROLES_MAX, window_s=ROLES_WINDOW_S)

    def first(self, enrolment: Enrolment) -> bytes:
        """The first certificate of an approved join.

        Raises:
            Refusal: as ``issue``.
        """
        name = name_of(self._authority, enrolment)
        # Whoever knows the join's id may ask, officers included: that must not cost the machine a renewal.
        return self.issue(name, JoinAsk.decode(enrolment.request).csr, counted_as=enrolment.join_id)

    def renew(
        self, *, name: str, csr: bytes, now_ms: int, signature: bytes, agency_metadata: bytes = b""
    ) -> bytes:
        """The next certificate for a name and key of the directory.

        Raises:
            Refusal: CLOCK_SKEW, UNAUTHENTICATED, MEMBER_SUSPENDED, QUOTA_EXCEEDED.
        """
        if abs(now_ms - self._authority.clock.now_ms()) > CLOCK_SKEW_MS_MAX:
            raise Refusal(Reason.CLOCK_SKEW, "renewing clock")
        key = read_request(csr)
        try:
            key.verify(signature, renewal_message(name, csr, now_ms), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise Refusal(Reason.UNAUTHENTICATED, "renewal not signed by its key") from error
        spiffe = SpiffeId.parse(name)
        member = self._authority.directory.members.get(spiffe.agency) if spiffe.agency else None
        # Before the certificate: an agency whose role ran out has no node until it is renewed. The role
        # carries the agency's own signature, so it needs no other proof of who sends it.
        if agency_metadata and member is not None and member.active:
            self._publish_agency(member.agency, agency_metadata)
        return self.issue(spiffe, csr)

    def _publish_agency(self, agency: AgencyId, content: bytes) -> None:
        refuse_large(content, field="agency_metadata")
        self._roles.check(agency)
        try:
            with self._authority.transaction():
                self._authority.publish({agency_role(agency): content})
        except (DirectoryRefused, ValueError) as error:
            raise Refusal(Reason.INVALID_REQUEST, str(error), field="agency_metadata") from error
        self._roles.take(agency)

    def issue(self, name: SpiffeId, csr: bytes, *, counted_as: str = "") -> bytes:
        """A certificate for a name and key that the directory holds together now.

        Raises:
            Refusal: UNAUTHENTICATED when it does not; MEMBER_SUSPENDED for what was suspended or revoked;
                QUOTA_EXCEEDED after too many.
        """
        authority = self._authority
        directory = authority.directory
        tls_key = spki_sha256(read_request(csr))
        if tls_key in directory.revocations.tls_public_keys:
            raise Refusal(Reason.MEMBER_SUSPENDED, "revoked key")
        if name.federation != directory.federation:
            raise Refusal(Reason.UNAUTHENTICATED, "another federation")
        if name.kind is MachineKind.GATEWAY:
            gateway = directory.gateways.get(name.name)
            if gateway is None or gateway.tls_public_key_sha256 != tls_key:
                raise Refusal(Reason.UNAUTHENTICATED, "not the gateway's key")
            self._certificates.take(counted_as or str(name))
            host = gateway.address.rpartition(":")[0].strip("[]")
            profile = Profile(name, server=True, hosts=(host,))
            return authority.ca("gateway").sign(csr, profile, authority.clock.now_ms())
        member = directory.members.get(name.agency) if name.agency else None
        if name.kind is not MachineKind.NODE or member is None:
            raise Refusal(Reason.UNAUTHENTICATED, "not a node of a member")
        if not member.active:
            raise Refusal(Reason.MEMBER_SUSPENDED, "suspended member")
        if not any(
            node.instance == name.name and node.tls_public_key_sha256 == tls_key
            for node in member.nodes
        ):
            raise Refusal(Reason.UNAUTHENTICATED, "not the node's key")
        self._certificates.take(counted_as or str(name))
        return authority.ca("node").sign(csr, Profile(name), authority.clock.now_ms())
