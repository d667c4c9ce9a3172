"""Checks what a request to join proves. Run when it arrives, and again when an officer signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tuf.api.dsse import SimpleEnvelope
from tuf.api.metadata import Targets

from comity.authority import roles
from comity.authority.ca import read_request, spki_sha256
from comity.envelope.keys import signing_public_key
from comity.errors import Reason, Refusal
from comity.identity.believed import parse, refusing
from comity.identity.documents import Agency, DirectoryRefused, read_agency
from comity.identity.join import JoinFacts
from comity.identity.key_statement import KeyStatementRefused, read, signed_by
from comity.identity.names import AgencyId, SpiffeId, agency_id, machine_name
from comity.identity.token import InvitationKind

if TYPE_CHECKING:
    from comity.authority.asks import JoinAsk, NodeAsk
    from comity.authority.publishing import Authority
    from comity.authority.state import Enrolment, Invitation


def facts(authority: Authority, invitation: Invitation | Enrolment, ask: JoinAsk) -> JoinFacts:
    """The join as the authority sees it.

    Raises:
        Refusal: INVALID_REQUEST for a directory version that was never published.
    """
    role = authority.state.file("targets", ask.directory_version)
    root = authority.state.file("root", 1)
    if role is None or root is None:
        raise Refusal(Reason.INVALID_REQUEST, "no such version", field="directory_version")
    certificate = x509.load_pem_x509_certificate(authority.read("enrolment.crt"))
    node = ask.node
    return JoinFacts(
        root=root,
        enrolment_certificate=certificate.public_bytes(Encoding.DER),
        federation_role=role,
        name=name_of(authority, invitation),
        csr=ask.csr,
        ledger_vkey=ask.ledger_vkey,
        signing_key=node.signing_key if node else b"",
        agency_key=node.agency_key if node else b"",
        agency_metadata=node.agency_metadata if node else b"",
        key_statement=node.key_statement if node else b"",
    )


def name_of(authority: Authority, invited: Invitation | Enrolment) -> SpiffeId:
    """The name that the invitation gives."""
    federation = authority.directory.federation
    if invited.kind == InvitationKind.NODE:
        return SpiffeId.node(federation, agency_id(invited.name), machine_name(invited.instance))
    return SpiffeId.gateway(federation, machine_name(invited.name))


def check(authority: Authority, invitation: Invitation | Enrolment, ask: JoinAsk) -> None:
    """Every proof in a request: possession of each key, and no word about anybody else.

    Raises:
        Refusal: INVALID_REQUEST naming the field whose proof fails.
    """
    tls_key = spki_sha256(read_request(ask.csr))
    node = ask.node
    if node is None:
        return
    name = name_of(authority, invitation)
    message = facts(authority, invitation, ask).message()
    if not _signed(node, message):
        raise Refusal(Reason.INVALID_REQUEST, "signing key not proven", field="node.signature")
    try:
        statement = read(node.key_statement, signing_public_key(node.signing_key))
    except KeyStatementRefused as error:
        raise Refusal(Reason.INVALID_REQUEST, str(error), field="node.key_statement") from error
    if (statement.agency, statement.instance) != (name.agency, name.name):
        raise Refusal(
            Reason.INVALID_REQUEST, "another node's statement", field="node.key_statement"
        )
    _check_agency(authority, name, ask, node, tls_key)


def _signed(node: NodeAsk, message: bytes) -> bool:
    try:
        key = signing_public_key(node.signing_key)
    except ValueError:
        return False
    return signed_by(key, message, node.signature)


def _check_agency(
    authority: Authority, name: SpiffeId, ask: JoinAsk, node: NodeAsk, tls_key: bytes
) -> None:
    document = agency_document(node)
    agency = AgencyId(str(name.agency))
    mine = [entry for entry in document.nodes if entry.instance == name.name]
    right = (
        document.agency == agency
        and len(mine) == 1
        and mine[0].signing_key == node.signing_key
        and mine[0].tls_public_key_sha256 == tls_key
        and mine[0].ledger_vkey == ask.ledger_vkey
    )
    known = agency in authority.directory.members
    others = {entry for entry in document.nodes if entry.instance != name.name}
    if known and same_agency_key(authority, agency, node):
        held = authority.agency(agency).nodes
        right = right and others == {entry for entry in held if entry.instance != name.name}
    else:
        right = right and not others
    if not right:
        raise Refusal(Reason.INVALID_REQUEST, "contradicts the join", field="node.agency_metadata")


def refuse_large(agency_metadata: bytes, *, field: str) -> None:
    """Raises ``Refusal`` INVALID_REQUEST for an agency's role beyond what everybody has to carry."""
    if len(agency_metadata) > roles.AGENCY_BYTES_MAX:
        raise Refusal(Reason.INVALID_REQUEST, "an agency's role is too large", field=field)


def agency_document(node: NodeAsk) -> Agency:
    """The agency's own role in a join, its signature by the agency's key verified.

    Raises:
        Refusal: INVALID_REQUEST naming the field.
    """
    refuse_large(node.agency_metadata, field="node.agency_metadata")
    try:
        with refusing("agency"):
            wrapped: SimpleEnvelope[Any] = SimpleEnvelope.from_bytes(node.agency_metadata)
            key = roles.public_key(node.agency_key)
            key.verify_signature(wrapped.signatures[key.keyid], wrapped.pae())
            return read_agency(parse(Targets, wrapped, "agency").unrecognized_fields)
    except DirectoryRefused as error:
        raise Refusal(Reason.INVALID_REQUEST, error.why, field="node.agency_metadata") from error


def same_agency_key(authority: Authority, agency: AgencyId, node: NodeAsk) -> bool:
    """Whether the agency's root key is the one that the directory holds."""
    key = authority.agency_keys().get(agency)
    return key is not None and roles.raw_public(key) == node.agency_key
