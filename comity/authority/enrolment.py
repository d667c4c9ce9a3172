"""Who may join, and what becomes of it. Use cases over values; gRPC stops at ``service``.

Rules:

* An invitation admits once, for a day, whoever holds its secret, under the name it was made for. Wrong,
  used, expired, exhausted and unknown ones are refused with one and the same answer.
* Possession of every key is proven: TLS by the request, signing key over the whole join, agency key by the
  agency's role, encryption key's statement by the signing key.
* An agency's role may only add or replace the invited instance; its other nodes stay as they were.
* A join is admitted by the federation role itself: it exists when enough officers have signed that.
* A certificate is issued only for a name and key that the directory holds together at that moment.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from comity.authority import roles
from comity.authority.asks import JoinAsk
from comity.authority.ca import read_request, spki_sha256
from comity.authority.drafting import is_officer, signatures
from comity.authority.inviting import Invitations
from comity.authority.proofs import check, facts, same_agency_key
from comity.authority.state import Enrolment
from comity.errors import Reason, Refusal
from comity.identity.directory import GatewayEntry, Member
from comity.identity.documents import agency_role
from comity.identity.join import CLOCK_SKEW_MS_MAX
from comity.identity.names import AgencyId, SpiffeId, agency_id, machine_name

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner

    from comity.authority.publishing import Authority
    from comity.identity.documents import Federation

# Joins that may wait for officers at once.
PENDING_MAX: Final = 256
# A join that no officer took up within a week is refused.
PENDING_LIFE_MS: Final = 7 * 24 * 3600 * 1000
JOIN_ID_CHARS: Final = 10
PENDING, APPROVED, REFUSED = "PENDING", "APPROVED", "REFUSED"


@dataclass(frozen=True, slots=True)
class JoinStatus:
    """What a joiner or an officer sees of a join."""

    enrolment: Enrolment
    name: SpiffeId
    phrase: str
    approvals: int
    approvals_needed: int
    replaces_agency_key: bool


class Enrolments:
    """Joins of one authority."""

    __slots__ = ("_authority",)

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    def join(self, ask: JoinAsk) -> str:
        """Takes an invitation up and returns the join's id.

        Raises:
            Refusal: TOKEN_REFUSED whatever is wrong with the invitation; CLOCK_SKEW; INVALID_REQUEST
                naming the field whose proof fails; OVERLOADED when too many joins wait.
        """
        state = self._authority.state
        invitation = Invitations(self._authority).admitted(ask)
        if abs(ask.now_ms - self._authority.clock.now_ms()) > CLOCK_SKEW_MS_MAX:
            raise Refusal(Reason.CLOCK_SKEW, "joiner's clock")
        content = ask.encode()
        digest = hashlib.sha256(content).digest()
        if invitation.join_id is not None:
            if invitation.request != digest:
                raise Refusal(Reason.TOKEN_REFUSED, "used")
            return invitation.join_id
        check(self._authority, invitation, ask)
        join_id = base64.b32encode(secrets.token_bytes(JOIN_ID_CHARS)).decode().lower()
        join_id = f"join-{join_id[:JOIN_ID_CHARS]}"
        enrolment = Enrolment(
            join_id,
            invitation.kind,
            invitation.name,
            invitation.instance,
            invitation.details,
            content,
            self._authority.clock.now_ms(),
        )
        with state.transaction():
            waiting = [one for one in state.enrolments(PENDING) if not self._lapsed(one)]
            if len(waiting) >= PENDING_MAX:
                raise Refusal(Reason.OVERLOADED, "too many joins wait for officers")
            row = state.invitation(ask.token_id)
            if row is None or row.join_id is not None:
                raise Refusal(Reason.TOKEN_REFUSED, "used meanwhile")
            state.use_invitation(ask.token_id, request=digest, join_id=join_id)
            state.put_enrolment(enrolment)
        return join_id

    def status(self, join_id: str) -> JoinStatus:
        """A join as officers and joiner may see it.

        Raises:
            Refusal: NOT_FOUND.
        """
        enrolment = self._authority.state.enrolment(join_id)
        if enrolment is None:
            raise Refusal(Reason.NOT_FOUND, "no such join")
        if self._lapsed(enrolment):
            enrolment = replace(enrolment, state=REFUSED)
        ask = JoinAsk.decode(enrolment.request)
        seen = facts(self._authority, enrolment, ask)
        draft = enrolment.draft or self._draft(enrolment, ask)
        if enrolment.state == PENDING:
            draft = self._draft(enrolment, ask)
        done, needed = signatures(self._authority, draft)
        replaces = (
            ask.node is not None
            and enrolment.state == PENDING
            and AgencyId(enrolment.name) in self._authority.directory.members
            and not same_agency_key(self._authority, AgencyId(enrolment.name), ask.node)
        )
        return JoinStatus(enrolment, seen.name, seen.phrase(), done, needed, replaces)

    def _lapsed(self, enrolment: Enrolment) -> bool:
        """Whether no officer took a join up within its week: it admits nobody and takes nobody's room."""
        age_ms = self._authority.clock.now_ms() - enrolment.asked_ms
        return enrolment.state == PENDING and age_ms > PENDING_LIFE_MS

    def _draft(self, enrolment: Enrolment, ask: JoinAsk) -> bytes:
        """The federation role that admits the join; a new one when the old one was overtaken."""
        next_version = self._authority.trust.held()["targets"] + 1
        if enrolment.draft is not None and enrolment.draft_version == next_version:
            return enrolment.draft
        document, _ = self._authority.federation()
        keys = self._authority.agency_keys()
        if ask.node is not None:
            keys[AgencyId(enrolment.name)] = roles.public_key(ask.node.agency_key)
        return self._authority.draft(_admitting(document, enrolment, ask), keys)

    def approve(self, join_id: str, officer: CryptoSigner) -> JoinStatus:
        """One officer's signature; the last one needed admits the joiner.

        Everything the join claims is verified again here, not only when it arrived.

        Raises:
            Refusal: NOT_FOUND, NOT_PERMITTED for a key that is no officer's, INVALID_REQUEST when the
                directory has moved so that the join no longer fits.
        """
        authority = self._authority
        if not is_officer(authority, officer):
            raise Refusal(Reason.NOT_PERMITTED, "not an officer's key")
        with authority.transaction():
            enrolment = authority.state.enrolment(join_id)
            if enrolment is None or enrolment.state != PENDING or self._lapsed(enrolment):
                raise Refusal(Reason.NOT_FOUND, "no such pending join")
            ask = JoinAsk.decode(enrolment.request)
            check(authority, enrolment, ask)
            draft = roles.add_signature(self._draft(enrolment, ask), officer)
            version = authority.trust.held()["targets"] + 1
            enrolment = replace(enrolment, draft=draft, draft_version=version)
            done, needed = signatures(authority, draft)
            if done >= needed:
                changed = {"targets": draft}
                if ask.node is not None:
                    role = agency_role(AgencyId(enrolment.name))
                    changed[role] = ask.node.agency_metadata
                authority.publish(changed)
                enrolment = replace(enrolment, state=APPROVED)
            authority.state.put_enrolment(enrolment)
        return self.status(join_id)

    def refuse(self, join_id: str) -> None:
        """Turns a pending join down.

        Raises:
            Refusal: NOT_FOUND.
        """
        with self._authority.state.transaction():
            enrolment = self._authority.state.enrolment(join_id)
            if enrolment is None or enrolment.state != PENDING:
                raise Refusal(Reason.NOT_FOUND, "no such pending join")
            self._authority.state.put_enrolment(replace(enrolment, state=REFUSED))


def _admitting(document: Federation, enrolment: Enrolment, ask: JoinAsk) -> Federation:
    details = json.loads(enrolment.details)
    if ask.node is None:
        entry = GatewayEntry(
            machine_name(enrolment.name),
            details["address"],
            spki_sha256(read_request(ask.csr)),
            ask.ledger_vkey,
        )
        others = [gateway for gateway in document.gateways if gateway.name != entry.name]
        return replace(document, gateways=tuple(sorted([*others, entry], key=lambda g: g.name)))
    member = Member(
        agency_id(enrolment.name),
        details["name"],
        details["country"],
        tuple(details["jurisdictions"]) or (details["country"],),
        frozenset(details["groups"]),
    )
    known = {one.agency: one for one in document.members}
    # A further node, or a new key, does not end a suspension.
    status = known[member.agency].status if member.agency in known else member.status
    known[member.agency] = replace(member, status=status)
    return replace(document, members=tuple(known[agency] for agency in sorted(known)))
