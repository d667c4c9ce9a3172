"""Certificates say what the directory says, and are renewed by who holds the keys, and not without end."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from comity.authority import roles
from comity.authority.ca import (
    CertificateAuthority,
    Profile,
    load_key,
    new_key,
    request,
    spki_sha256,
)
from comity.authority.enrolment import Enrolments
from comity.authority.issuing import (
    CERTIFICATES_MAX,
    CERTIFICATES_WINDOW_S,
    ROLES_MAX,
    ROLES_WINDOW_S,
    Issuing,
)
from comity.clock import ManualClock
from comity.errors import Reason, Refusal
from comity.identity.directory import Revocations
from comity.identity.join import renewal_message
from comity.identity.names import AgencyId, FederationId, InstanceName, SpiffeId
from comity.rpc.options import LINK_MESSAGE_BYTES_MAX
from tests.simulators.authority import Founded

if TYPE_CHECKING:
    from pathlib import Path

FR = AgencyId("FR")


@pytest.fixture
def fed(tmp_path: Path) -> Founded:
    return Founded.found(tmp_path / "authority")


def refusal(call: Any, *args: Any, **kwargs: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call(*args, **kwargs)
    return caught.value


def greedy_request(key: Any) -> bytes:
    """A request that asks for everybody's names and for the right to sign certificates."""
    names = [
        x509.UniformResourceIdentifier("spiffe://test.comity/gateway/gw1"),
        x509.DNSName("gateway.example"),
    ]
    builder = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")]))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


NODE = SpiffeId.node(FederationId("test.comity"), FR, InstanceName("1"))


def read(pem: bytes) -> tuple[list[str], list[str], list[str], bool]:
    """URI names, DNS names, usages, whether it may sign certificates."""
    certificate = x509.load_pem_x509_certificate(pem)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    return (
        names.get_values_for_type(x509.UniformResourceIdentifier),
        names.get_values_for_type(x509.DNSName),
        [oid.dotted_string for oid in usage],
        basic.ca,
    )


def test_names_come_from_the_profile_whatever_the_request_asks_for() -> None:
    now_ms = ManualClock().now_ms()
    ca = CertificateAuthority.create("nodes", now_ms)
    pem = ca.sign(greedy_request(new_key()), Profile(NODE), now_ms)
    assert read(pem) == ([str(NODE)], [], [ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string], False)
    certificate = x509.load_pem_x509_certificate(pem)
    assert not list(certificate.subject)
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(ca.certificate_pem))
    life = certificate.not_valid_after_utc.timestamp() * 1000 - now_ms
    assert life == 24 * 3_600_000


def test_a_gateways_certificate_is_a_servers_for_its_address() -> None:
    now_ms = ManualClock().now_ms()
    ca = CertificateAuthority.create("gateways", now_ms)
    name = SpiffeId.gateway(FederationId("test.comity"), InstanceName("gw1"))
    profile = Profile(name, server=True, hosts=("gw.example", "10.0.0.1"))
    pem = ca.sign(request(new_key()), profile, now_ms)
    assert read(pem) == (
        [str(name)],
        ["gw.example"],
        [ExtendedKeyUsageOID.SERVER_AUTH.dotted_string],
        False,
    )


def test_unsound_requests_are_refused() -> None:
    now_ms = ManualClock().now_ms()
    ca = CertificateAuthority.create("nodes", now_ms)
    sound = request(new_key())
    spoilt = sound[:-1] + bytes((sound[-1] ^ 1,))
    edwards = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    wrong_kind = edwards.sign(ed25519.Ed25519PrivateKey.generate(), None)
    wrong_curve = edwards.sign(ec.generate_private_key(ec.SECP384R1()), hashes.SHA256())
    der = serialization.Encoding.DER
    for csr in (
        b"",
        b"x" * 5000,
        spoilt,
        wrong_kind.public_bytes(der),
        wrong_curve.public_bytes(der),
    ):
        assert refusal(ca.sign, csr, Profile(NODE), now_ms).reason is Reason.INVALID_REQUEST


def renewal(
    fed: Founded,
    home: Path,
    name: SpiffeId = NODE,
    *,
    issuing: Issuing | None = None,
    **changes: Any,
) -> Any:
    key = load_key((home / "tls.key").read_bytes())
    csr, now_ms = request(key), fed.clock.now_ms()
    signature = key.sign(renewal_message(str(name), csr, now_ms), ec.ECDSA(hashes.SHA256()))
    values = {"name": str(name), "csr": csr, "now_ms": now_ms, "signature": signature} | changes
    return (issuing or Issuing(fed.authority)).renew(**values)


def test_the_current_key_renews_its_certificate(fed: Founded, tmp_path: Path) -> None:
    fed.admit(tmp_path / "fr", fed.invite("FR"))
    fed.clock.advance(hours=12)
    pem = renewal(fed, tmp_path / "fr")
    assert read(pem)[0] == [str(NODE)]
    key = x509.load_pem_x509_certificate(pem).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert spki_sha256(key) == fed.authority.directory.members[FR].nodes[0].tls_public_key_sha256


def test_renewal_is_refused_to_everybody_else(fed: Founded, tmp_path: Path) -> None:
    fed.admit(tmp_path / "fr", fed.invite("FR"))
    fed.admit(tmp_path / "de", fed.invite("DE", country="DE"))
    home = tmp_path / "fr"
    german = replace(NODE, agency=AgencyId("DE"))
    gateway = SpiffeId.gateway(FederationId("test.comity"), InstanceName("gw1"))
    for name in (german, gateway, replace(NODE, federation=FederationId("other.comity"))):
        assert refusal(renewal, fed, home, name).reason is Reason.UNAUTHENTICATED
    other = request(new_key())
    assert refusal(renewal, fed, home, csr=other).reason is Reason.UNAUTHENTICATED
    assert refusal(renewal, fed, home, signature=b"x" * 70).reason is Reason.UNAUTHENTICATED
    late = fed.clock.now_ms() - 121_000
    assert refusal(renewal, fed, home, now_ms=late).reason is Reason.CLOCK_SKEW


def test_renewal_is_refused_to_the_suspended_and_the_revoked(fed: Founded, tmp_path: Path) -> None:
    directory = fed.admit(tmp_path / "fr", fed.invite("FR"))
    directory = fed.admit(tmp_path / "de", fed.invite("DE", country="DE"))
    stolen = directory.members[AgencyId("DE")].nodes[0].tls_public_key_sha256
    fed.authority.revoke(Revocations(frozenset({FR}), tls_public_keys=frozenset({stolen})))
    assert refusal(renewal, fed, tmp_path / "fr").reason is Reason.MEMBER_SUSPENDED
    german = replace(NODE, agency=AgencyId("DE"))
    assert refusal(renewal, fed, tmp_path / "de", german).reason is Reason.MEMBER_SUSPENDED


def test_an_agency_may_renew_its_own_role_and_no_other(fed: Founded, tmp_path: Path) -> None:
    fed.admit(tmp_path / "fr", fed.invite("FR"))
    fed.admit(tmp_path / "de", fed.invite("DE", country="DE"))
    signer = roles.load_signer((tmp_path / "fr" / "agency.pem").read_bytes())
    document = fed.authority.agency(FR)
    role = roles.agency(document, version=2, now_ms=fed.clock.now_ms())
    renewal(fed, tmp_path / "fr", agency_metadata=roles.envelope(role, signer))
    assert fed.reader().held()["agency-FR"] == 2
    german = replace(NODE, agency=AgencyId("DE"))
    forged = roles.envelope(role, roles.new_signer())
    error = refusal(renewal, fed, tmp_path / "de", german, agency_metadata=forged)
    assert error.reason is Reason.INVALID_REQUEST


def test_a_member_that_renews_without_end_is_stopped_and_the_others_are_not(
    fed: Founded, tmp_path: Path
) -> None:
    fed.admit(tmp_path / "fr", fed.invite("FR"))
    fed.admit(tmp_path / "de", fed.invite("DE", country="DE"))
    issuing = Issuing(fed.authority)
    french = partial(renewal, fed, tmp_path / "fr", issuing=issuing)
    german = replace(NODE, agency=AgencyId("DE"))
    for _ in range(CERTIFICATES_MAX):
        assert french()
    assert refusal(french).reason is Reason.QUOTA_EXCEEDED
    assert renewal(fed, tmp_path / "de", german, issuing=issuing)
    fed.clock.advance(seconds=CERTIFICATES_WINDOW_S)
    assert french()


def test_nobody_uses_up_anothers_renewals(fed: Founded, tmp_path: Path) -> None:
    fed.admit(tmp_path / "fr", fed.invite("FR"))
    fed.admit(tmp_path / "de", fed.invite("DE", country="DE"))
    issuing = Issuing(fed.authority)
    for _ in range(CERTIFICATES_MAX + 1):  # the German node asks for the French one's certificate
        stolen = refusal(renewal, fed, tmp_path / "de", issuing=issuing)
        assert stolen.reason is Reason.UNAUTHENTICATED
    assert renewal(fed, tmp_path / "fr", issuing=issuing)


def test_whoever_knows_a_joins_id_uses_up_no_renewals(fed: Founded, tmp_path: Path) -> None:
    enrolments = Enrolments(fed.authority)
    join_id = enrolments.join(fed.ask(tmp_path / "fr", fed.invite("FR")))
    fed.approve(join_id)
    issuing, joined = Issuing(fed.authority), enrolments.status(join_id).enrolment
    for _ in range(CERTIFICATES_MAX):
        assert issuing.first(joined)
    assert refusal(issuing.first, joined).reason is Reason.QUOTA_EXCEEDED
    assert renewal(fed, tmp_path / "fr", issuing=issuing)


def test_an_agency_does_not_send_its_role_round_the_federation_without_end(
    fed: Founded, tmp_path: Path
) -> None:
    fed.admit(tmp_path / "fr", fed.invite("FR"))
    issuing, document = Issuing(fed.authority), fed.authority.agency(FR)
    signer = roles.load_signer((tmp_path / "fr" / "agency.pem").read_bytes())

    def publish(version: int, by: Any = signer) -> Any:
        role = roles.agency(document, version=version, now_ms=fed.clock.now_ms())
        metadata = roles.envelope(role, by)
        return renewal(fed, tmp_path / "fr", issuing=issuing, agency_metadata=metadata)

    for version in range(2, 2 + ROLES_MAX):
        # What somebody else signed is refused, and does not count.
        assert refusal(publish, version, roles.new_signer()).reason is Reason.INVALID_REQUEST
        assert publish(version)
    assert refusal(publish, 2 + ROLES_MAX).reason is Reason.QUOTA_EXCEEDED
    assert fed.reader().held()["agency-FR"] == 1 + ROLES_MAX
    fed.clock.advance(seconds=ROLES_WINDOW_S)
    fed.authority.refresh()
    assert publish(2 + ROLES_MAX)


def test_no_agency_makes_the_directory_larger_than_a_link_carries(
    fed: Founded, tmp_path: Path
) -> None:
    """Everybody gets all of it in one message: a member's own role could keep everybody off every gateway."""
    fed.admit(tmp_path / "fr", fed.invite("FR"))
    signer = roles.load_signer((tmp_path / "fr" / "agency.pem").read_bytes())
    stuffed = replace(
        fed.authority.agency(FR), issuers=tuple(f"https://{n:05d}.example/" for n in range(7_000))
    )
    role = roles.agency(stuffed, version=2, now_ms=fed.clock.now_ms())
    error = refusal(renewal, fed, tmp_path / "fr", agency_metadata=roles.envelope(role, signer))
    assert (error.reason, error.field) == (Reason.INVALID_REQUEST, "agency_metadata")
    assert sum(len(content) for _, content in fed.authority.trust.files()) < LINK_MESSAGE_BYTES_MAX


def test_an_agency_away_for_a_season_comes_back_with_a_renewed_role(
    fed: Founded, tmp_path: Path
) -> None:
    fed.admit(tmp_path / "fr", fed.invite("FR"))
    document = fed.authority.agency(FR)
    fed.clock.advance(hours=24 * 60)
    fed.authority.amend(lambda document: document, [fed.officer(1), fed.officer(2)])
    fed.clock.advance(hours=24 * 31)
    fed.authority.refresh()
    assert refusal(renewal, fed, tmp_path / "fr").reason is Reason.UNAUTHENTICATED
    signer = roles.load_signer((tmp_path / "fr" / "agency.pem").read_bytes())
    role = roles.agency(document, version=2, now_ms=fed.clock.now_ms())
    assert renewal(fed, tmp_path / "fr", agency_metadata=roles.envelope(role, signer))
    assert fed.authority.directory.members[FR].nodes == document.nodes
