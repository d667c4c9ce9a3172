"""Turns believed roles into the ``Directory`` everybody reads, with the checks that span roles."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from comity.clock import to_datetime
from comity.identity.directory import Directory, Member, MemberStatus, NodeEntry, Revocations
from comity.identity.documents import (
    REVOCATION_ROLE,
    Agency,
    DirectoryRefused,
    Federation,
    agency_role,
    read_agency,
    read_federation,
    read_revocation,
    read_root,
    read_timestamp,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from comity.identity.believed import State


def build(state: State, now_ms: int) -> Directory:
    """The view of a verified state.

    Raises:
        DirectoryRefused: roles that contradict one another: a foreign federation, an agency speaking of
            another, a member without a role, a key used twice.
    """
    roles = state.roles
    targets = roles["targets"].signed
    federation = read_federation(targets.unrecognized_fields)
    if federation.federation != read_root(state.root.unrecognized_fields):
        raise DirectoryRefused("federation: another than the root's")
    reset, revocations = read_revocation(roles[REVOCATION_ROLE].signed.unrecognized_fields)
    # Below it is ordinary: officers raised the reset and the revocation has yet to follow.
    if reset > federation.revocation_reset:
        raise DirectoryRefused("revocation: resets itself")
    _one_role_each(federation, set(targets.delegations.roles))
    agencies = {member.agency: _agency(state, member, now_ms) for member in federation.members}
    _unique_keys(federation, [agency for agency, _ in agencies.values()])
    members = {
        member.agency: _member(member, *agencies[member.agency], revocations)
        for member in federation.members
    }
    ends = [
        state.root,
        *(roles[n].signed for n in ("targets", "snapshot", "timestamp", REVOCATION_ROLE)),
    ]
    return Directory(
        federation=federation.federation,
        versions=MappingProxyType(state.versions()),
        members=MappingProxyType(members),
        gateways=MappingProxyType(
            {
                gateway.name: gateway
                for gateway in federation.gateways
                if gateway.tls_public_key_sha256 not in revocations.tls_public_keys
            }
        ),
        instruments=MappingProxyType({item.id: item for item in federation.instruments}),
        authorities=federation.authorities,
        revocations=revocations,
        as_of_ms=read_timestamp(roles["timestamp"].signed.unrecognized_fields),
        expires_ms=min(int(signed.expires.timestamp() * 1000) for signed in ends),
    )


def _one_role_each(federation: Federation, delegated: set[str]) -> None:
    members = [agency_role(member.agency) for member in federation.members]
    if {*members, REVOCATION_ROLE} != delegated or len(set(members)) != len(members):
        raise DirectoryRefused("federation: members and delegated roles differ")


def _agency(state: State, member: Member, now_ms: int) -> tuple[Agency, bool]:
    signed: Any = state.roles[agency_role(member.agency)].signed
    agency = read_agency(signed.unrecognized_fields)
    if agency.agency != member.agency:
        raise DirectoryRefused("an agency's key speaks for another agency")
    return agency, bool(signed.is_expired(to_datetime(now_ms)))


def _unique_keys(federation: Federation, agencies: Iterable[Agency]) -> None:
    nodes = [node for agency in agencies for node in agency.nodes]
    _unique("signing key", [node.signing_key for node in nodes])
    _unique("key id", [node.kid for node in nodes])
    _unique(
        "TLS key",
        [
            *(node.tls_public_key_sha256 for node in nodes),
            *(gateway.tls_public_key_sha256 for gateway in federation.gateways),
        ],
    )
    _unique(
        "ledger key",
        [
            *(node.ledger_vkey for node in nodes),
            *(gateway.ledger_vkey for gateway in federation.gateways),
        ],
    )
    _unique("gateway", [gateway.name for gateway in federation.gateways])
    _unique("instrument", [instrument.id for instrument in federation.instruments])
    for agency in agencies:
        _unique("instance", [node.instance for node in agency.nodes])


def _unique(what: str, values: list[Hashable]) -> None:
    if len(set(values)) != len(values):
        raise DirectoryRefused(f"one {what} occurs twice")


def _member(member: Member, agency: Agency, expired: bool, revocations: Revocations) -> Member:  # noqa: FBT001
    suspended = member.agency in revocations.agencies
    return replace(
        member,
        status=MemberStatus.SUSPENDED if suspended else member.status,
        nodes=() if expired else tuple(n for n in agency.nodes if not _revoked(n, revocations)),
        wire_version_min=agency.wire_version_min,
        issuers=agency.issuers,
    )


def _revoked(node: NodeEntry, revocations: Revocations) -> bool:
    return (
        node.kid in revocations.signing_kids
        or node.tls_public_key_sha256 in revocations.tls_public_keys
    )
