"""What a joiner makes and sends: keys born in its home, and one request that is kept until it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from comity.api.directory.v1 import enrolment_service_pb2
from comity.authority import roles
from comity.authority.ca import key_pem, load_key, new_key, request, spki_sha256
from comity.authority.home import Home, ledger_origin, ledger_vkey
from comity.envelope.keys import SigningSecret
from comity.errors import ExitCode, StartError
from comity.identity.directory import NodeEntry
from comity.identity.documents import Agency, agency_role, read_agency
from comity.identity.join import JoinFacts
from comity.identity.names import AgencyId, SpiffeId, agency_id, machine_name
from comity.identity.own_keys import OwnKeys
from comity.identity.token import InvitationKind, Token

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from securesystemslib.signer import CryptoSigner

    from comity.clock import Clock
    from comity.identity.directory import Directory
    from comity.identity.trust import DirectoryTrust

# What an unanswered join leaves in the home; removed when it is done.
REQUEST_FILE: Final = "join.request"
TARGETS_FILE: Final = "join.federation"


@dataclass(frozen=True, slots=True)
class Joining:
    """A join in progress: what was checked so far.

    Attributes:
        home: where keys are born.
        token: the invitation.
        trust: the directory, begun from the fingerprint.
        enrolment_pem: the authority's certificate, compared with the invitation's pin.
        clock: tells the time.
    """

    home: Home
    token: Token
    trust: DirectoryTrust
    enrolment_pem: bytes
    clock: Clock

    @property
    def directory(self) -> Directory:
        """The federation as it is before the join."""
        directory = self.trust.directory
        if directory is None:
            raise StartError("The authority has no directory yet.", exit_code=ExitCode.TEMPORARY)
        return directory

    @property
    def name(self) -> SpiffeId:
        """Who joins, by the invitation."""
        federation = self.directory.federation
        if self.token.kind is InvitationKind.GATEWAY:
            return SpiffeId.gateway(federation, machine_name(self.token.name))
        return SpiffeId.node(
            federation, agency_id(self.token.name), machine_name(self.token.instance)
        )


def prepare(
    join: Joining, agency_key: Path | None
) -> tuple[enrolment_service_pb2.JoinRequest, JoinFacts]:
    """The request, and the facts behind it; an unanswered one is made again, not another.

    Raises:
        StartError: the home cannot be written, a key file is damaged, the agency's root key is needed.
    """
    ask = enrolment_service_pb2.JoinRequest()
    kept = join.home.path / REQUEST_FILE
    if kept.exists():
        ask.ParseFromString(kept.read_bytes())
    if ask.token_id != join.token.id:
        join.home.write(TARGETS_FILE, join.trust.content("targets"))
        ask = _request(join, agency_key)
        join.home.write(REQUEST_FILE, ask.SerializeToString())
    ask.now_ms = join.clock.now_ms()
    return ask, _facts(join, ask)


def _request(join: Joining, agency_key: Path | None) -> enrolment_service_pb2.JoinRequest:
    home, name = join.home, join.name
    tls = load_key(_born(home, "tls.key", lambda: key_pem(new_key())))
    _born(home, "ledger.key", lambda: SigningSecret.generate().export_seed())
    vkey = ledger_vkey(ledger_origin(name), home.seed("ledger.key").public)
    ask = enrolment_service_pb2.JoinRequest(
        token_id=join.token.id,
        token_secret=join.token.secret,
        csr=request(tls),
        ledger_vkey=vkey,
        directory_version=join.trust.held()["targets"],
    )
    if name.agency is None:
        ask.gateway.SetInParent()
        return ask
    _born(home, "signing.key", lambda: SigningSecret.generate().export_seed())
    signing = home.seed("signing.key")
    keys = OwnKeys(home.path / "keys", signing, agency=name.agency, instance=name.name)
    statement = keys.current() or keys.rotate(join.clock.now_ms())
    signer = _agency_signer(join, agency_key)
    entry = NodeEntry(name.name, signing.public, spki_sha256(tls.public_key()), vkey)
    ask.node.signing_key = signing.public
    ask.node.agency_key = roles.raw_public(signer.public_key)
    ask.node.agency_metadata = _agency_metadata(join, name.agency, entry, signer)
    ask.node.key_statement = statement.content
    ask.node.signature = signing.sign(_facts(join, ask).message())
    return ask


def _facts(join: Joining, ask: enrolment_service_pb2.JoinRequest) -> JoinFacts:
    certificate = x509.load_pem_x509_certificate(join.enrolment_pem)
    return JoinFacts(
        root=dict(join.trust.files())["1.root.json"],
        enrolment_certificate=certificate.public_bytes(Encoding.DER),
        federation_role=join.home.read(TARGETS_FILE),
        name=join.name,
        csr=ask.csr,
        ledger_vkey=ask.ledger_vkey,
        signing_key=ask.node.signing_key,
        agency_key=ask.node.agency_key,
        agency_metadata=ask.node.agency_metadata,
        key_statement=ask.node.key_statement,
    )


def _born(home: Home, name: str, make: Callable[[], bytes]) -> bytes:
    """A key of this home: made once, kept over an interrupted join."""
    if not (home.path / name).exists():
        home.write(name, make())
    return home.read(name)


def _agency_signer(join: Joining, agency_key: Path | None) -> CryptoSigner:
    """The agency's root key: the one given, or a new one, which officers are told about."""
    try:
        if agency_key is not None:
            join.home.write("agency.pem", agency_key.read_bytes())
        pem = _born(join.home, "agency.pem", lambda: roles.signer_pem(roles.new_signer()))
        return roles.load_signer(pem)
    except (OSError, ValueError) as error:
        sentence = f"The agency's root key {agency_key or ''} is missing or no Ed25519 key in PEM."
        raise StartError(sentence, exit_code=ExitCode.CONFIG) from error


def _agency_metadata(
    join: Joining, agency: AgencyId, entry: NodeEntry, signer: CryptoSigner
) -> bytes:
    held = join.trust.held().get(agency_role(agency), 0)
    document = Agency(agency, (entry,))
    if held and _delegated_to(join, agency, signer):
        before = read_agency(join.trust.signed(agency_role(agency)).unrecognized_fields)
        others = tuple(node for node in before.nodes if node.instance != entry.instance)
        document = Agency(agency, (*others, entry), before.wire_version_min, before.issuers)
    signed = roles.agency(document, version=held + 1, now_ms=join.clock.now_ms())
    return roles.envelope(signed, signer)


def _delegated_to(join: Joining, agency: AgencyId, signer: CryptoSigner) -> bool:
    """Whether the directory names this key as the agency's root key."""
    delegations: Any = join.trust.signed("targets").delegations
    keys = [delegations.keys[keyid] for keyid in delegations.roles[agency_role(agency)].keyids]
    return any(roles.raw_public(key) == roles.raw_public(signer.public_key) for key in keys)
