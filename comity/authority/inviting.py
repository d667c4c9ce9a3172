"""Invitations: made for a name, good once, for a day, for whoever holds the secret."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from comity.authority.state import Invitation
from comity.errors import Reason, Refusal
from comity.identity.names import AgencyId, InstanceName, agency_id, country_code, machine_name
from comity.identity.token import (
    TOKEN_ID_BYTES,
    TOKEN_LIFE_MS,
    TOKEN_SECRET_BYTES,
    InvitationKind,
    Token,
    certificate_pin,
    secret_hash,
    secret_matches,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.authority.asks import JoinAsk
    from comity.authority.publishing import Authority

# Wrong secrets after which an invitation is void: nobody mistypes a pasted secret ten times.
ATTEMPTS_MAX: Final = 10

# Compared with when the id is unknown, so that the answer takes as long.
_HASH_OF_NOBODY: Final = bytes(32)


class Invitations:
    """Makes invitations and recognises them."""

    __slots__ = ("_authority",)

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    def invite_node(
        self,
        agency: AgencyId,
        instance: InstanceName,
        *,
        name: str = "",
        country: str = "",
        jurisdictions: Sequence[str] = (),
        groups: Sequence[str] = (),
    ) -> Token:
        """Invites an agency's node; a member's further nodes need no name and country again.

        Raises:
            Refusal: INVALID_REQUEST for a new member without name or country.
        """
        member = self._authority.directory.members.get(agency)
        if member is None and not (name and country):
            raise Refusal(Reason.INVALID_REQUEST, "a new member needs a name and a country")
        details = {
            "name": name or (member.name if member else ""),
            "country": country_code(country or (member.country if member else "")),
            "jurisdictions": list(jurisdictions) or list(member.jurisdictions if member else ()),
            "groups": sorted(set(groups) or (member.groups if member else set())),
        }
        return self._invite(InvitationKind.NODE, agency_id(agency), machine_name(instance), details)

    def invite_gateway(self, name: InstanceName, address: str) -> Token:
        """Invites a gateway process that nodes will dial at ``address``."""
        details = {"address": address}
        return self._invite(InvitationKind.GATEWAY, machine_name(name), "", details)

    def _invite(
        self, kind: InvitationKind, name: str, instance: str, details: dict[str, Any]
    ) -> Token:
        certificate = x509.load_pem_x509_certificate(self._authority.read("enrolment.crt"))
        token = Token(
            kind,
            secrets.token_bytes(TOKEN_ID_BYTES),
            secrets.token_bytes(TOKEN_SECRET_BYTES),
            certificate_pin(certificate.public_bytes(Encoding.DER)),
            name,
            instance,
            self._authority.directory.authorities.enrolment_address,
        )
        expires_ms = self._authority.clock.now_ms() + TOKEN_LIFE_MS
        row = Invitation(
            token.id,
            secret_hash(token.secret),
            int(kind),
            name,
            instance,
            json.dumps(details),
            expires_ms,
        )
        with self._authority.state.transaction():
            self._authority.state.put_invitation(row)
        return token

    def admitted(self, ask: JoinAsk) -> Invitation:
        """The invitation behind a request, by one lookup.

        Raises:
            Refusal: TOKEN_REFUSED, whatever is wrong with it.
        """
        row = self._authority.state.invitation(ask.token_id)
        matches = secret_matches(ask.token_secret, row.secret_hash if row else _HASH_OF_NOBODY)
        if row is None:
            raise Refusal(Reason.TOKEN_REFUSED, "unknown")
        if not matches:
            with self._authority.state.transaction():
                self._authority.state.count_attempt(ask.token_id)
            raise Refusal(Reason.TOKEN_REFUSED, "wrong secret")
        if row.attempts >= ATTEMPTS_MAX:
            raise Refusal(Reason.TOKEN_REFUSED, "exhausted by wrong secrets")
        # One that was taken up in time lets its own joiner come back for the answer later.
        if row.join_id is None and self._authority.clock.now_ms() >= row.expires_ms:
            raise Refusal(Reason.TOKEN_REFUSED, "expired")
        if (row.kind == InvitationKind.NODE) != (ask.node is not None):
            raise Refusal(Reason.TOKEN_REFUSED, "for another kind of machine")
        return row
