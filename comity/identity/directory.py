"""The directory as everybody reads it: members, their nodes and keys, gateways, legal instruments.

A ``Directory`` is a value. It comes from ``DirectoryTrust`` only, which verified every signature behind
it, so whoever holds one need not ask where it came from, only how old it is. Every lookup is by key.

Rules:

* A suspended member and a revoked key are absent from ``by_signing_kid`` unless asked for by name.
* An agency whose own role has run out keeps its place as a member, without nodes.
* A directory older than two hours admits no new keys; older than a day it admits nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from comity.envelope.keys import Kid, SigningPublicKey, signing_kid
from comity.identity.names import AgencyId

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from comity.identity.names import FederationId, InstanceName

# The authority signs the freshness hourly and on change; one signature missed is not yet an alarm.
ALARM_AFTER_MS: Final = 2 * 3600 * 1000
# A day without news may hide a revocation: nothing is exchanged any more.
STOP_AFTER_MS: Final = 24 * 3600 * 1000
# Clocks may differ by this much; a directory from further ahead is from the future.
CLOCK_TOLERANCE_MS: Final = 120_000


class Freshness(Enum):
    """How far a directory may still be relied upon."""

    FRESH = "fresh"
    ALARM = "alarm"
    STOPPED = "stopped"


class MemberStatus(StrEnum):
    """Whether a member takes part."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"


@dataclass(frozen=True, slots=True)
class NodeEntry:
    """One node of a member.

    Attributes:
        instance: its name within the agency.
        signing_key: verifies its envelopes and key statements.
        tls_public_key_sha256: SHA-256 of the DER SubjectPublicKeyInfo of its TLS key.
        ledger_vkey: verifier key of its ledger, C2SP form.
    """

    instance: InstanceName
    signing_key: SigningPublicKey
    tls_public_key_sha256: bytes
    ledger_vkey: str

    @property
    def kid(self) -> Kid:
        """Key id of the signing key, as envelopes carry it."""
        return signing_kid(self.signing_key)


@dataclass(frozen=True, slots=True)
class Member:
    """An agency in the federation.

    Attributes:
        agency: its id.
        name: as people say it.
        country: ISO 3166-1 alpha-2, or user-assigned.
        jurisdictions: the legal orders it answers to, its country first.
        groups: what rules may name instead of it (``EU``, ``TIER-2`` …).
        status: suspended by officers or by a revocation counts the same.
        nodes: its nodes that are neither revoked nor out of date.
        wire_version_min: lowest version of sealed messages it accepts.
        issuers: OIDC issuers of its officers.
    """

    agency: AgencyId
    name: str
    country: str
    jurisdictions: tuple[str, ...] = ()
    groups: frozenset[str] = frozenset()
    status: MemberStatus = MemberStatus.ACTIVE
    nodes: tuple[NodeEntry, ...] = ()
    wire_version_min: int = 1
    issuers: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether it takes part."""
        return self.status is MemberStatus.ACTIVE

    def answers_to(self, party: str) -> bool:
        """Whether an instrument that names ``party`` means this member."""
        return (
            party in {self.agency, self.country}
            or party in self.groups
            or party in self.jurisdictions
        )


@dataclass(frozen=True, slots=True)
class GatewayEntry:
    """One gateway process.

    Attributes:
        name: its name.
        address: ``host:port`` that nodes dial.
        tls_public_key_sha256: SHA-256 of the DER SubjectPublicKeyInfo of its TLS key.
        ledger_vkey: verifier key of its ledger, C2SP form.
    """

    name: InstanceName
    address: str
    tls_public_key_sha256: bytes
    ledger_vkey: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a party excepted when it joined an instrument.

    Attributes:
        party: agency, country or group that made it.
        purposes: purposes it does not cooperate for under the instrument; empty: see ``note``.
        note: the reservation in words.
    """

    party: str
    purposes: frozenset[str] = frozenset()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Instrument:
    """A treaty, regulation or agreement.

    Attributes:
        id: short id that routings name.
        title: as cited.
        parties: agencies, countries or groups bound by it.
        from_date: first day in force.
        until_date: last day in force; ``None``: open.
        purposes: purposes it serves; empty: any.
        reservations: what parties excepted.
    """

    id: str
    title: str
    parties: frozenset[str]
    from_date: date
    until_date: date | None = None
    purposes: frozenset[str] = frozenset()
    reservations: tuple[Reservation, ...] = ()

    def in_force(self, day: date) -> bool:
        """Whether it is in force on ``day``."""
        return self.from_date <= day and (self.until_date is None or day <= self.until_date)

    def binds(self, member: Member) -> bool:
        """Whether the member is a party."""
        return any(member.answers_to(party) for party in self.parties)

    def reserved(self, member: Member, purpose: str) -> bool:
        """Whether the member excepted this purpose."""
        return any(
            purpose in reservation.purposes and member.answers_to(reservation.party)
            for reservation in self.reservations
        )


@dataclass(frozen=True, slots=True)
class Revocations:
    """What may no longer be relied upon; it can only remove.

    Attributes:
        agencies: suspended members.
        signing_kids: revoked signing keys, by key id.
        tls_public_keys: revoked TLS keys, SHA-256 of the DER SubjectPublicKeyInfo.
    """

    agencies: frozenset[AgencyId] = frozenset()
    signing_kids: frozenset[bytes] = frozenset()
    tls_public_keys: frozenset[bytes] = frozenset()

    def covers(self, other: Revocations) -> bool:
        """Whether everything ``other`` removes is removed here too."""
        return (
            self.agencies >= other.agencies
            and self.signing_kids >= other.signing_kids
            and self.tls_public_keys >= other.tls_public_keys
        )


@dataclass(frozen=True, slots=True)
class Authorities:
    """Whose certificates count.

    Attributes:
        gateway_ca_pem: issues gateways' certificates.
        node_ca_pem: issues nodes' certificates.
        enrolment_pem: the authority's own TLS certificate.
        enrolment_address: ``host:port`` of the authority.
    """

    gateway_ca_pem: bytes
    node_ca_pem: bytes
    enrolment_pem: bytes
    enrolment_address: str


@dataclass(frozen=True, slots=True)
class Directory:
    """One verified state of the federation.

    Attributes:
        federation: its id.
        versions: version of each role behind it.
        members: every member, suspended ones included.
        gateways: gateway processes whose keys are not revoked, by name.
        instruments: legal instruments, by id.
        authorities: whose certificates count.
        revocations: what was removed.
        as_of_ms: when the authority last vouched for it.
        expires_ms: when the first of root, federation and freshness runs out.
    """

    federation: FederationId
    versions: Mapping[str, int]
    members: Mapping[AgencyId, Member]
    gateways: Mapping[str, GatewayEntry]
    instruments: Mapping[str, Instrument]
    authorities: Authorities
    revocations: Revocations
    as_of_ms: int
    expires_ms: int
    _by_kid: Mapping[bytes, tuple[Member, NodeEntry]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _by_tls_key: Mapping[bytes, tuple[Member, NodeEntry] | GatewayEntry] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        by_kid = {
            node.kid: (member, node) for member in self.members.values() for node in member.nodes
        }
        by_tls: dict[bytes, tuple[Member, NodeEntry] | GatewayEntry] = {
            node.tls_public_key_sha256: (member, node)
            for member in self.members.values()
            for node in member.nodes
        }
        by_tls |= {gateway.tls_public_key_sha256: gateway for gateway in self.gateways.values()}
        object.__setattr__(self, "_by_kid", MappingProxyType(by_kid))
        object.__setattr__(self, "_by_tls_key", MappingProxyType(by_tls))

    @property
    def version(self) -> int:
        """The snapshot's version: one number for the whole view, which never goes back."""
        return self.versions["snapshot"]

    def member(self, name: str) -> Member | None:
        """A member by the text of its id, suspended or not."""
        return self.members.get(AgencyId(name))

    def freshness(self, now_ms: int) -> Freshness:
        """How far it may be relied upon at ``now_ms``."""
        age_ms = now_ms - self.as_of_ms
        if age_ms > STOP_AFTER_MS or now_ms >= self.expires_ms or age_ms < -CLOCK_TOLERANCE_MS:
            return Freshness.STOPPED
        return Freshness.ALARM if age_ms > ALARM_AFTER_MS else Freshness.FRESH

    def by_signing_kid(
        self, kid: Kid, *, suspended_too: bool = False
    ) -> tuple[Member, NodeEntry] | None:
        """Whose signing key this is; never a revoked key, a suspended member's only when asked."""
        found = self._by_kid.get(kid)
        if found is None or not (found[0].active or suspended_too):
            return None
        return found

    def node_by_tls_key(self, sha256: bytes) -> tuple[Member, NodeEntry] | None:
        """The active member's node that holds this TLS key, for checking a peer's certificate."""
        found = self._by_tls_key.get(sha256)
        return found if isinstance(found, tuple) and found[0].active else None

    def gateway_by_tls_key(self, sha256: bytes) -> GatewayEntry | None:
        """The gateway that holds this TLS key."""
        found = self._by_tls_key.get(sha256)
        return found if isinstance(found, GatewayEntry) else None
