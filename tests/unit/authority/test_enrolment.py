"""Joining: who is admitted, what is refused, and that refusals look alike."""

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
from comity.authority.asks import JoinAsk
from comity.authority.ca import (
    CertificateAuthority,
    Profile,
    load_key,
    new_key,
    request,
    spki_sha256,
)
from comity.authority.enrolment import PENDING_LIFE_MS, Enrolments
from comity.authority.home import Home
from comity.authority.inviting import ATTEMPTS_MAX
from comity.authority.issuing import (
    CERTIFICATES_MAX,
    CERTIFICATES_WINDOW_S,
    ROLES_MAX,
    ROLES_WINDOW_S,
    Issuing,
)
from comity.authority.preparing import prepare
from comity.clock import ManualClock
from comity.envelope.keys import SigningSecret
from comity.errors import Reason, Refusal
from comity.identity.directory import MemberStatus, Revocations
from comity.identity.documents import DirectoryRefused
from comity.identity.join import renewal_message
from comity.identity.names import AgencyId, FederationId, InstanceName, SpiffeId
from comity.identity.token import TOKEN_LIFE_MS
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


def test_two_officers_admit_a_node(fed: Founded, tmp_path: Path) -> None:
    ask = fed.ask(tmp_path / "fr", fed.invite("FR"))
    enrolments = Enrolments(fed.authority)
    join_id = enrolments.join(ask)
    assert enrolments.status(join_id).approvals == 0
    status = enrolments.approve(join_id, fed.officer(1))
    assert (status.enrolment.state, status.approvals) == ("PENDING", 1)
    assert FR not in fed.authority.directory.members
    status = enrolments.approve(join_id, fed.officer(1))
    assert (status.enrolment.state, status.approvals) == ("PENDING", 1)  # the same officer again
    status = enrolments.approve(join_id, fed.officer(3))
    assert status.enrolment.state == "APPROVED"
    assert ask.node is not None
    assert fed.reader().directory.members[FR].nodes[0].signing_key == ask.node.signing_key  # type: ignore[union-attr]


def test_a_key_that_is_no_officers_signs_nothing(fed: Founded, tmp_path: Path) -> None:
    enrolments = Enrolments(fed.authority)
    join_id = enrolments.join(fed.ask(tmp_path / "fr", fed.invite("FR")))
    for key in (roles.new_signer(), fed.freshness, fed.officer(1, root=True)):
        assert refusal(enrolments.approve, join_id, key).reason is Reason.NOT_PERMITTED


def test_both_ends_see_one_phrase(fed: Founded, tmp_path: Path) -> None:
    token = fed.invite("FR")
    _, facts = prepare(fed.joining(tmp_path / "fr", token), None)
    join_id = Enrolments(fed.authority).join(fed.ask(tmp_path / "fr", token))
    assert Enrolments(fed.authority).status(join_id).phrase == facts.phrase()


def test_with_another_authority_in_between_the_phrases_differ(fed: Founded, tmp_path: Path) -> None:
    """The man in the middle has the token and his own certificate; the joiner was not shown ours."""
    token = fed.invite("FR")
    evil = Founded.found(tmp_path / "evil")
    joining = replace(
        fed.joining(tmp_path / "fr", token), enrolment_pem=evil.authority.read("enrolment.crt")
    )
    _, seen_by_joiner = prepare(joining, None)
    own = fed.ask(tmp_path / "his", token)  # he joins with keys of his own
    join_id = Enrolments(fed.authority).join(own)
    assert Enrolments(fed.authority).status(join_id).phrase != seen_by_joiner.phrase()


def test_a_request_altered_on_its_way_does_not_verify(fed: Founded, tmp_path: Path) -> None:
    token = fed.invite("FR")
    ask = fed.ask(tmp_path / "fr", token)
    his = request(new_key())
    error = refusal(Enrolments(fed.authority).join, replace(ask, csr=his))
    assert (error.reason, error.field) == (Reason.INVALID_REQUEST, "node.signature")


def outsiders(fed: Founded, tmp_path: Path) -> dict[str, JoinAsk]:
    """Every way an invitation can be wrong."""
    good = fed.ask(tmp_path / "a", fed.invite("FR"))
    used = fed.ask(tmp_path / "b", fed.invite("DE", country="DE"))
    Enrolments(fed.authority).join(used)
    assert used.node is not None
    other = Founded.found(tmp_path / "other", clock=fed.clock)
    foreign = other.ask(tmp_path / "c", other.invite("FR"))
    expired = fed.ask(tmp_path / "d", fed.invite("US", country="US"))
    fed.clock.advance(seconds=TOKEN_LIFE_MS / 1000)
    fed.authority.refresh()
    now_ms = fed.clock.now_ms()
    fresh = fed.ask(tmp_path / "e", fed.invite("ES", country="ES"))
    return {
        "unknown": replace(good, token_id=b"?" * 8, now_ms=now_ms),
        "wrong": replace(fresh, token_secret=b"?" * 16),
        "used by another request": replace(used, ledger_vkey="x" * 20, now_ms=now_ms),
        "foreign": replace(foreign, now_ms=now_ms),
        "expired": replace(expired, now_ms=now_ms),
        "for a node, used by a gateway": replace(fresh, node=None),
    }


def test_every_wrong_invitation_gets_the_same_answer(fed: Founded, tmp_path: Path) -> None:
    enrolments = Enrolments(fed.authority)
    answers = {
        name: refusal(enrolments.join, ask) for name, ask in outsiders(fed, tmp_path).items()
    }
    assert {(error.reason, error.field) for error in answers.values()} == {
        (Reason.TOKEN_REFUSED, None)
    }
    assert len({error.detail for error in answers.values()}) > 3  # the operator's log knows more


def test_guessing_exhausts_an_invitation(fed: Founded, tmp_path: Path) -> None:
    ask = fed.ask(tmp_path / "fr", fed.invite("FR"))
    enrolments = Enrolments(fed.authority)
    for _ in range(ATTEMPTS_MAX):
        refusal(enrolments.join, replace(ask, token_secret=b"?" * 16))
    assert refusal(enrolments.join, ask).reason is Reason.TOKEN_REFUSED


def test_the_same_request_again_is_the_same_join(fed: Founded, tmp_path: Path) -> None:
    token = fed.invite("FR")
    first = Enrolments(fed.authority).join(fed.ask(tmp_path / "fr", token))
    assert Enrolments(fed.authority).join(fed.ask(tmp_path / "fr", token)) == first
    stolen = fed.ask(tmp_path / "thief", token)
    assert refusal(Enrolments(fed.authority).join, stolen).reason is Reason.TOKEN_REFUSED


def test_the_token_is_nowhere_in_the_records(fed: Founded, tmp_path: Path) -> None:
    token = fed.invite("FR")
    Enrolments(fed.authority).join(fed.ask(tmp_path / "fr", token))
    for path in fed.folder.glob("authority.sqlite*"):
        assert token.secret not in path.read_bytes()


@pytest.mark.parametrize("seconds", [-121, 121])
def test_a_wrong_clock_is_named(fed: Founded, tmp_path: Path, seconds: int) -> None:
    ask = fed.ask(tmp_path / "fr", fed.invite("FR"))
    ask = replace(ask, now_ms=ask.now_ms + seconds * 1000)
    assert refusal(Enrolments(fed.authority).join, ask).reason is Reason.CLOCK_SKEW


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("signing_key", b"\x02" + bytes(31)),
        ("agency_key", bytes(32)),
        ("agency_metadata", b"x" * 100),
        ("key_statement", b"x" * 200),
        ("signature", bytes(64)),
    ],
)
def test_a_proof_that_fails_names_its_field(
    fed: Founded, tmp_path: Path, field: str, value: bytes
) -> None:
    ask = fed.ask(tmp_path / "fr", fed.invite("FR"))
    assert ask.node is not None
    error = refusal(
        Enrolments(fed.authority).join, replace(ask, node=replace(ask.node, **{field: value}))
    )
    assert error.reason is Reason.INVALID_REQUEST
    assert str(error.field).startswith("node.")


def test_an_invitation_for_one_agency_admits_no_other(fed: Founded, tmp_path: Path) -> None:
    """The joiner's own papers say DE, his invitation FR: the invitation names him."""
    german = fed.joining(tmp_path / "x", replace(fed.invite("FR"), name="DE"))
    request_, _ = prepare(german, None)
    ask = JoinAsk.decode(_encoded(request_))
    ask = replace(ask, token_secret=request_.token_secret, now_ms=request_.now_ms)
    assert refusal(Enrolments(fed.authority).join, ask).reason is Reason.INVALID_REQUEST


def _encoded(request_: Any) -> bytes:
    from tests.simulators.authority import as_ask  # noqa: PLC0415  # read once

    return as_ask(request_).encode()


def test_a_second_node_needs_the_agencys_root_key(fed: Founded, tmp_path: Path) -> None:
    fed.admit(tmp_path / "one", fed.invite("FR"))
    directory = fed.admit(tmp_path / "two", fed.invite("FR", "2"), tmp_path / "one" / "agency.pem")
    assert [node.instance for node in directory.members[FR].nodes] == ["1", "2"]


def test_a_replaced_agency_key_is_loud(fed: Founded, tmp_path: Path) -> None:
    fed.admit(tmp_path / "one", fed.invite("FR"))
    enrolments = Enrolments(fed.authority)
    join_id = enrolments.join(fed.ask(tmp_path / "again", fed.invite("FR")))
    assert enrolments.status(join_id).replaces_agency_key
    directory = fed.approve(join_id)
    key = Home(tmp_path / "again").seed("signing.key").public
    assert [node.signing_key for node in directory.members[FR].nodes] == [key]


def test_a_further_node_does_not_end_a_suspension(fed: Founded, tmp_path: Path) -> None:
    fed.admit(tmp_path / "one", fed.invite("FR"))
    fed.authority.revoke(Revocations(frozenset({FR})))
    directory = fed.admit(tmp_path / "two", fed.invite("FR", "2"), tmp_path / "one" / "agency.pem")
    assert directory.members[FR].status is MemberStatus.SUSPENDED


def test_a_stolen_key_of_another_node_admits_nobody(fed: Founded, tmp_path: Path) -> None:
    fed.admit(tmp_path / "fr", fed.invite("FR"))
    thief = tmp_path / "de"
    thief.mkdir()
    (thief / "signing.key").write_bytes((tmp_path / "fr" / "signing.key").read_bytes())
    join_id = Enrolments(fed.authority).join(fed.ask(thief, fed.invite("DE", country="DE")))
    with pytest.raises(DirectoryRefused, match="occurs twice"):
        fed.approve(join_id)
    assert "DE" not in fed.authority.directory.members
    assert fed.reader().directory is not None


def test_a_join_overtaken_by_another_is_signed_anew(fed: Founded, tmp_path: Path) -> None:
    enrolments = Enrolments(fed.authority)
    first = enrolments.join(fed.ask(tmp_path / "fr", fed.invite("FR")))
    second = enrolments.join(fed.ask(tmp_path / "de", fed.invite("DE", country="DE")))
    enrolments.approve(first, fed.officer(1))
    fed.approve(second)
    assert enrolments.status(first).approvals == 0
    assert set(fed.approve(first).members) == {"FR", "DE"}


def test_a_join_nobody_took_up_is_refused(fed: Founded, tmp_path: Path) -> None:
    enrolments = Enrolments(fed.authority)
    join_id = enrolments.join(fed.ask(tmp_path / "fr", fed.invite("FR")))
    fed.clock.advance(seconds=PENDING_LIFE_MS / 1000 + 1)
    assert enrolments.status(join_id).enrolment.state == "REFUSED"
    assert refusal(enrolments.status, "join-nonexistent").reason is Reason.NOT_FOUND


# --- certificates ---------------------------------------------------------------------------------


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


def test_an_invitation_taken_up_in_time_answers_its_own_joiner_later(
    fed: Founded, tmp_path: Path
) -> None:
    token = fed.invite("FR")
    first = Enrolments(fed.authority).join(fed.ask(tmp_path / "fr", token))
    fed.clock.advance(seconds=TOKEN_LIFE_MS / 1000)
    fed.authority.refresh()
    assert Enrolments(fed.authority).join(fed.ask(tmp_path / "fr", token)) == first
    thief = fed.ask(tmp_path / "thief", token)
    assert refusal(Enrolments(fed.authority).join, thief).reason is Reason.TOKEN_REFUSED


def test_homes_are_private(fed: Founded, tmp_path: Path) -> None:
    fed.admit(tmp_path / "fr", fed.invite("FR"))
    for folder in (tmp_path / "fr", fed.folder):
        for path in (folder, *folder.rglob("*")):
            assert path.stat().st_mode & 0o077 == 0, path
    assert SigningSecret.from_seed((tmp_path / "fr" / "signing.key").read_bytes()).public
