"""Attacks on the directory, each refused; where it can be shown, that it works without the rule."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tuf.api.dsse import SimpleEnvelope
from tuf.api.metadata import Targets

from comity.authority import roles
from comity.authority.home import Home
from comity.clock import to_datetime
from comity.identity import trust as trust_module
from comity.identity.directory import Freshness, MemberStatus, Revocations
from comity.identity.documents import MEMBER, Agency, DirectoryRefused
from comity.identity.names import AgencyId
from comity.identity.trust import DirectoryTrust, root_fingerprint, same_fingerprint
from tests.simulators.authority import Founded

if TYPE_CHECKING:
    from pathlib import Path

FR = AgencyId("FR")
DE = AgencyId("DE")


@pytest.fixture
def fed(tmp_path: Path) -> Founded:
    fed = Founded.found(tmp_path / "authority")
    fed.admit(tmp_path / "fr", fed.invite("FR"))
    fed.admit(tmp_path / "de", fed.invite("DE", country="DE"))
    fed.admit(tmp_path / "gw", fed.invite_gateway())
    return fed


def refused(trust: DirectoryTrust, files: list[tuple[str, bytes]], now_ms: int, why: str) -> None:
    """Refuses for this reason, and keeps believing what it believed."""
    before = (trust.directory, trust.held())
    with pytest.raises(DirectoryRefused, match=why):
        trust.apply(files, now_ms)
    assert (trust.directory, trust.held()) == before


def vouch(fed: Founded, changed: dict[str, bytes], *, bump: int = 1) -> list[tuple[str, bytes]]:
    """What a thief of the online key can publish: any snapshot and timestamp over these files."""
    held = fed.authority.trust.held()
    now_ms = fed.clock.now_ms()
    files = {
        role: (version, fed.authority.content(role))
        for role, version in held.items()
        if role not in {"root", "timestamp", "snapshot"}
    }
    new = {role: (version_of(content), content) for role, content in changed.items()}
    number = held["snapshot"] + bump
    snapshot = roles.envelope(
        roles.snapshot(files | new, version=number, now=to_datetime(now_ms)), fed.freshness
    )
    stamp = roles.envelope(
        roles.timestamp((number, snapshot), version=held["timestamp"] + bump, now_ms=now_ms),
        fed.freshness,
    )
    return [
        ("timestamp.json", stamp),
        (f"{number}.snapshot.json", snapshot),
        *((f"{version}.{role}.json", content) for role, (version, content) in new.items()),
    ]


def version_of(content: bytes) -> int:
    wrapped: Any = SimpleEnvelope.from_bytes(content)
    return int(wrapped.get_signed().version)


def resigned(content: bytes, signer: Any, **changes: Any) -> bytes:
    """A role changed and signed by someone."""
    wrapped: Any = SimpleEnvelope.from_bytes(content)
    signed = wrapped.get_signed()
    for name, value in changes.items():
        setattr(signed, name, value)
    return roles.envelope(signed, signer)


def test_a_member_reads_nodes_gateways_and_keys(fed: Founded) -> None:
    directory = fed.reader().directory
    assert directory is not None
    assert set(directory.members) == {FR, DE}
    node = directory.members[FR].nodes[0]
    assert directory.by_signing_kid(node.kid) == (directory.members[FR], node)
    assert directory.node_by_tls_key(node.tls_public_key_sha256) == (directory.members[FR], node)
    gateway = directory.gateways["gw1"]
    assert directory.gateway_by_tls_key(gateway.tls_public_key_sha256) == gateway
    assert directory.node_by_tls_key(gateway.tls_public_key_sha256) is None


def test_a_foreign_root_is_refused(fed: Founded, tmp_path: Path) -> None:
    other = Founded.found(tmp_path / "other")
    with pytest.raises(DirectoryRefused, match="foreign root"):
        DirectoryTrust.start(other.root, fed.fingerprint)
    # Without the fingerprint that travelled another way, the foreign federation is perfectly valid.
    assert DirectoryTrust.start(other.root, root_fingerprint(other.root)).apply(
        other.files(), other.clock.now_ms()
    )


def test_a_foreign_federation_under_our_root_is_refused(fed: Founded, tmp_path: Path) -> None:
    other = Founded.found(tmp_path / "other", clock=fed.clock)
    fed.clock.advance(seconds=1)
    files = [(name, content) for name, content in other.files() if "root" not in name]
    refused(fed.reader(), files, fed.clock.now_ms(), "timestamp")
    refused(fed.reader(), other.files(), fed.clock.now_ms(), "two files|root")


def test_a_fingerprint_survives_the_telephone() -> None:
    text = root_fingerprint(b"root")
    assert same_fingerprint(text, text.replace("-", " ").upper())
    assert not same_fingerprint(text, text[:-1])
    assert not same_fingerprint(text[:4], text[:4])


@pytest.mark.parametrize("count", [0, 1])
def test_a_federation_role_signed_by_too_few_officers_is_refused(fed: Founded, count: int) -> None:
    trust = fed.reader()
    document, _ = fed.authority.federation()
    draft = fed.authority.draft(document, fed.authority.agency_keys())
    for number in range(count):
        draft = roles.add_signature(draft, fed.officer(number + 1))
    refused(trust, vouch(fed, {"targets": draft}), fed.clock.now_ms(), "targets was signed by")
    for number in (1, 2):
        draft = roles.add_signature(draft, fed.officer(number))
    assert trust.apply(vouch(fed, {"targets": draft}), fed.clock.now_ms())


def test_one_officer_signing_twice_is_one_signature(fed: Founded) -> None:
    document, _ = fed.authority.federation()
    draft = fed.authority.draft(document, fed.authority.agency_keys())
    for _ in range(2):
        draft = roles.add_signature(draft, fed.officer(1))
    refused(fed.reader(), vouch(fed, {"targets": draft}), fed.clock.now_ms(), "1/2")


def new_root(
    fed: Founded, *signers: Any, threshold: int = 2, federation: str = "test.comity"
) -> bytes:
    root_keys = [fed.officer(number, root=True) for number in (1, 2, 3)]
    keys = [fed.officer(number) for number in (1, 2, 3)]
    public = roles.public_key(roles.raw_public(fed.freshness.public_key))
    root = roles.root(
        federation=federation,  # type: ignore[arg-type]  # a forged id
        version=2,
        officers=roles.officers_of(root_keys, keys, threshold),
        freshness=public,
        now=to_datetime(fed.clock.now_ms()),
    )
    return roles.envelope(root, *signers)


def test_a_new_root_needs_two_of_three_officers(fed: Founded) -> None:
    one, two = fed.officer(1, root=True), fed.officer(2, root=True)
    files = [("2.root.json", new_root(fed, one))]
    refused(fed.reader(), files, fed.clock.now_ms(), "root was signed by 1/2")
    # A root that asks for less of itself still needs two officers of the one before.
    files = [("2.root.json", new_root(fed, one, threshold=1))]
    refused(fed.reader(), files, fed.clock.now_ms(), "root was signed by 1/2")
    trust = fed.reader()
    trust.apply([("2.root.json", new_root(fed, one, two))], fed.clock.now_ms())
    assert trust.held()["root"] == 2


def test_officers_day_to_day_keys_cannot_make_a_root(fed: Founded) -> None:
    files = [("2.root.json", new_root(fed, fed.officer(1), fed.officer(2)))]
    refused(fed.reader(), files, fed.clock.now_ms(), "root was signed by 0/2")


def test_a_root_with_a_gap_before_it_is_refused(fed: Founded) -> None:
    one, two = fed.officer(1, root=True), fed.officer(2, root=True)
    files = [("3.root.json", new_root(fed, one, two))]
    refused(fed.reader(), files, fed.clock.now_ms(), "gap")


def test_a_root_of_another_federation_is_refused(fed: Founded) -> None:
    one, two = fed.officer(1, root=True), fed.officer(2, root=True)
    files = [("2.root.json", new_root(fed, one, two, federation="other.comity"))]
    refused(fed.reader(), files, fed.clock.now_ms(), "another federation")


def test_a_root_in_which_one_key_counts_twice_is_refused(fed: Founded) -> None:
    one, two = fed.officer(1, root=True), fed.officer(2, root=True)
    wrapped: Any = SimpleEnvelope.from_bytes(new_root(fed))
    root = wrapped.get_signed()
    key = root.keys[root.roles["root"].keyids[0]]
    root.keys["alias"] = type(key)("alias", key.keytype, key.scheme, key.keyval)
    root.roles["root"].keyids.append("alias")
    files = [("2.root.json", roles.envelope(root, one, two))]
    refused(fed.reader(), files, fed.clock.now_ms(), "one key under two names")


def test_an_older_directory_is_refused(fed: Founded) -> None:
    old = fed.files()
    fed.clock.advance(seconds=5)
    fed.authority.revoke(Revocations(frozenset({FR})))
    trust = fed.reader()
    refused(trust, old, fed.clock.now_ms(), "rolled back")
    assert trust.directory is not None
    assert not trust.directory.members[FR].active
    # Who has not seen the newer one cannot know; that is what freshness bounds.
    fresh = DirectoryTrust.start(fed.root, fed.fingerprint).apply(old, fed.clock.now_ms())
    assert fresh.members[FR].active
    assert fresh.freshness(fed.clock.now_ms() + 25 * 3_600_000) is Freshness.STOPPED


def test_the_online_key_cannot_roll_an_agency_back(fed: Founded, tmp_path: Path) -> None:
    old = fed.authority.content("agency-FR")
    fed.admit(tmp_path / "fr2", fed.invite("FR", "2"), tmp_path / "fr" / "agency.pem")
    trust = fed.reader()
    refused(trust, vouch(fed, {"agency-FR": old}), fed.clock.now_ms(), "rolled back")


def test_a_frozen_directory_alarms_then_stops_and_its_files_are_refused(fed: Founded) -> None:
    frozen = fed.files()
    trust = fed.reader()
    directory = trust.directory
    assert directory is not None
    start = fed.clock.now_ms()
    assert directory.freshness(start) is Freshness.FRESH
    assert directory.freshness(start + 2 * 3_600_000 + 1) is Freshness.ALARM
    assert directory.freshness(start + 24 * 3_600_000 + 1) is Freshness.STOPPED
    fed.clock.advance(hours=25)
    refused(trust, frozen, fed.clock.now_ms(), "expired")
    fed.authority.refresh()
    assert trust.apply(fed.files(), fed.clock.now_ms()).freshness(fed.clock.now_ms()) is (
        Freshness.FRESH
    )


def test_a_directory_from_the_future_is_refused(fed: Founded) -> None:
    trust = fed.reader()
    fed.clock.advance(hours=1)
    fed.authority.refresh(force=True)
    refused(trust, fed.files(), fed.clock.now_ms() - 3_600_000, "future")


def test_a_word_that_vouches_for_longer_than_a_day_is_refused(fed: Founded) -> None:
    files = dict(vouch(fed, {}))
    far = to_datetime(fed.clock.now_ms() + 48 * 3_600_000).replace(microsecond=0)
    files["timestamp.json"] = resigned(files["timestamp.json"], fed.freshness, expires=far)
    refused(fed.reader(), list(files.items()), fed.clock.now_ms(), "longer than a day")


def test_an_expired_federation_role_is_refused(fed: Founded) -> None:
    fed.clock.advance(hours=24 * 91)
    with pytest.raises(DirectoryRefused, match="federation: expired"):
        fed.authority.refresh()


def test_an_expired_agency_loses_its_nodes_and_nobody_elses(fed: Founded, tmp_path: Path) -> None:
    fed.clock.advance(hours=24 * 60)
    fed.authority.amend(lambda document: document, [fed.officer(1), fed.officer(2)])
    document = fed.authority.agency(DE)
    signer = roles.load_signer((tmp_path / "de" / "agency.pem").read_bytes())
    role = roles.agency(document, version=2, now_ms=fed.clock.now_ms())
    with fed.authority.state.transaction():
        fed.authority.publish({"agency-DE": roles.envelope(role, signer)})
    fed.clock.advance(hours=24 * 31)
    fed.authority.refresh()
    directory = fed.reader().directory
    assert directory is not None
    assert directory.members[FR].nodes == ()
    assert len(directory.members[DE].nodes) == 1


def test_files_of_different_moments_do_not_mix(fed: Founded) -> None:
    before = dict(fed.files())
    trust = fed.reader()
    fed.authority.revoke(Revocations(frozenset({FR})))
    after = dict(fed.files())
    old_snapshot = next(name for name in before if "snapshot" in name)
    mixed = [("timestamp.json", after["timestamp.json"]), (old_snapshot, before[old_snapshot])]
    refused(trust, mixed, fed.clock.now_ms(), "snapshot: version .* is missing")
    renamed = next(name for name in after if "snapshot" in name)
    mixed = [("timestamp.json", after["timestamp.json"]), (renamed, before[old_snapshot])]
    refused(trust, mixed, fed.clock.now_ms(), "snapshot")
    without = [(name, content) for name, content in after.items() if "revocation" not in name]
    refused(trust, without, fed.clock.now_ms(), "revocation: version 2 is missing")


def test_two_words_of_one_version_are_refused(fed: Founded) -> None:
    trust = fed.reader()
    fed.clock.advance(seconds=1)
    refused(trust, vouch(fed, {}, bump=0), fed.clock.now_ms(), "two of one version")


def test_a_flipped_bit_in_any_file_is_refused(fed: Founded) -> None:
    for name, content in fed.files():
        if "root" in name:
            continue
        spoilt = bytearray(content)
        spoilt[len(spoilt) // 3] ^= 1
        files = [(n, bytes(spoilt) if n == name else c) for n, c in fed.files()]
        trust = DirectoryTrust.start(fed.root, fed.fingerprint)
        with pytest.raises(DirectoryRefused):
            trust.apply(files, fed.clock.now_ms())


def forged_agency(fed: Founded, home: Path, signer: Any, agency: AgencyId, version: int) -> bytes:
    nodes = fed.authority.agency(FR).nodes
    key = Home(home).seed("signing.key")
    thief = replace(
        nodes[0],
        signing_key=key.public,
        tls_public_key_sha256=b"\x07" * 32,
        ledger_vkey="thief.example/1+00000000+AAAA",
    )
    role = roles.agency(Agency(agency, (thief,)), version=version, now_ms=fed.clock.now_ms())
    return roles.envelope(role, signer)


def test_an_agencys_key_cannot_sign_for_another_agency(fed: Founded, tmp_path: Path) -> None:
    signer = roles.load_signer((tmp_path / "de" / "agency.pem").read_bytes())
    other = Founded.found(tmp_path / "x")
    other.ask(tmp_path / "thief", other.invite("ZZ", country="ZZ"))
    # DE's key over FR's role: not the delegated key.
    forged = forged_agency(fed, tmp_path / "thief", signer, FR, 2)
    refused(fed.reader(), vouch(fed, {"agency-FR": forged}), fed.clock.now_ms(), "agency-FR")
    # DE's key over its own role, speaking of FR.
    forged = forged_agency(fed, tmp_path / "thief", signer, FR, 2)
    refused(
        fed.reader(), vouch(fed, {"agency-DE": forged}), fed.clock.now_ms(), "for another agency"
    )
    # Its own role about itself is its own business.
    forged = forged_agency(fed, tmp_path / "thief", signer, DE, 2)
    assert fed.reader().apply(vouch(fed, {"agency-DE": forged}), fed.clock.now_ms())


def test_an_agency_cannot_claim_anothers_key(fed: Founded, tmp_path: Path) -> None:
    signer = roles.load_signer((tmp_path / "de" / "agency.pem").read_bytes())
    stolen = fed.authority.agency(FR).nodes
    role = roles.agency(Agency(DE, stolen), version=2, now_ms=fed.clock.now_ms())
    forged = roles.envelope(role, signer)
    refused(fed.reader(), vouch(fed, {"agency-DE": forged}), fed.clock.now_ms(), "occurs twice")


def test_an_agency_cannot_delegate(fed: Founded, tmp_path: Path) -> None:
    signer = roles.load_signer((tmp_path / "de" / "agency.pem").read_bytes())
    targets = fed.authority.signed("targets")
    forged = resigned(
        fed.authority.content("agency-DE"), signer, version=2, delegations=targets.delegations
    )
    refused(fed.reader(), vouch(fed, {"agency-DE": forged}), fed.clock.now_ms(), "delegate")


def revocation(fed: Founded, comity: dict[str, Any], extra: dict[str, Any] | None = None) -> bytes:
    role = Targets(
        version=fed.authority.trust.held()["revocation"] + 1,
        expires=to_datetime(fed.clock.now_ms() + 3_600_000).replace(microsecond=0),
        unrecognized_fields={MEMBER: comity, **(extra or {})},
    )
    return roles.envelope(role, fed.freshness)


@pytest.mark.parametrize(
    ("comity", "extra"),
    [
        ({"reset": 0, "members": [{"agency": "XX"}]}, {}),
        ({"reset": 0, "gateways": []}, {}),
        ({"reset": 0}, {"x": 1}),
    ],
)
def test_a_revocation_cannot_add(
    fed: Founded, comity: dict[str, Any], extra: dict[str, Any]
) -> None:
    files = vouch(fed, {"revocation": revocation(fed, comity, extra)})
    refused(fed.reader(), files, fed.clock.now_ms(), "only remove")


def test_the_online_key_cannot_give_back_what_it_removed(fed: Founded) -> None:
    fed.authority.revoke(Revocations(frozenset({FR})))
    empty = revocation(fed, {"reset": 0})
    refused(fed.reader(), vouch(fed, {"revocation": empty}), fed.clock.now_ms(), "gives back")
    ahead = revocation(fed, {"reset": 1})
    refused(fed.reader(), vouch(fed, {"revocation": ahead}), fed.clock.now_ms(), "resets itself")


def test_officers_can_end_a_suspension(fed: Founded) -> None:
    trust = fed.reader()
    fed.authority.revoke(Revocations(frozenset({FR})))
    trust.apply(fed.files(), fed.clock.now_ms())
    with pytest.raises(DirectoryRefused):
        fed.authority.reinstate(FR, [fed.officer(1)])
    fed.authority.reinstate(FR, [fed.officer(1), fed.officer(3)])
    directory = trust.apply(fed.files(), fed.clock.now_ms())
    assert directory.members[FR].status is MemberStatus.ACTIVE


def test_a_suspended_member_and_a_revoked_key_are_nobody(fed: Founded) -> None:
    directory = fed.authority.directory
    french, german = directory.members[FR].nodes[0], directory.members[DE].nodes[0]
    gateway = directory.gateways["gw1"]
    directory = fed.authority.revoke(
        Revocations(
            frozenset({FR}), frozenset({german.kid}), frozenset({gateway.tls_public_key_sha256})
        )
    )
    assert directory.by_signing_kid(french.kid) is None
    assert directory.by_signing_kid(french.kid, suspended_too=True) is not None
    assert directory.by_signing_kid(german.kid, suspended_too=True) is None
    assert directory.node_by_tls_key(french.tls_public_key_sha256) is None
    assert directory.gateways == {}


def test_new_freshness_keys_end_what_the_old_ones_counted_up_to(fed: Founded) -> None:
    """Fast-forward: a thief of the online key counts the timestamp up so that nothing newer comes."""
    trust = fed.reader()
    trust.apply(vouch(fed, {}, bump=1_000_000), fed.clock.now_ms())
    refused(trust, fed.files(), fed.clock.now_ms(), "rolled back")
    signer = roles.new_signer()
    root_keys = [fed.officer(number, root=True) for number in (1, 2, 3)]
    keys = [fed.officer(number) for number in (1, 2, 3)]
    root = roles.root(
        federation=fed.authority.directory.federation,
        version=2,
        officers=roles.officers_of(root_keys, keys, 2),
        freshness=roles.public_key(roles.raw_public(signer.public_key)),
        now=to_datetime(fed.clock.now_ms()),
    )
    new_root_file = roles.envelope(root, *root_keys[:2])
    fed.clock.advance(seconds=1)
    now = to_datetime(fed.clock.now_ms())
    files = {
        role: (version, fed.authority.content(role))
        for role, version in fed.authority.trust.held().items()
        if role not in {"root", "timestamp", "snapshot"}
    }
    snapshot = roles.envelope(roles.snapshot(files, version=9, now=now), signer)
    stamp = roles.envelope(
        roles.timestamp((9, snapshot), version=9, now_ms=fed.clock.now_ms()), signer
    )
    trust.apply(
        [
            ("2.root.json", new_root_file),
            ("timestamp.json", stamp),
            ("9.snapshot.json", snapshot),
        ],
        fed.clock.now_ms(),
    )
    assert trust.held()["timestamp"] == 9


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[1]", b"\xff", b"[" * 100_000, b'{"payload": 1}', json.dumps({"a": 1}).encode()],
)
def test_rubbish_is_refused_and_nothing_else_is_raised(fed: Founded, content: bytes) -> None:
    for name in ("timestamp.json", "2.root.json"):
        refused(fed.reader(), [(name, content)], fed.clock.now_ms(), "malformed|root|timestamp")
    refused(fed.reader(), [("../../etc/passwd", content)], fed.clock.now_ms(), "unknown name")


def test_bounds_come_before_parsing(fed: Founded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust_module, "FILE_BYTES_MAX", 10)
    trust = DirectoryTrust.start(fed.root, fed.fingerprint)
    refused(trust, [("timestamp.json", b"x" * 11)], fed.clock.now_ms(), "too large")
    monkeypatch.setattr(trust_module, "FILES_MAX", 1)
    files = [("timestamp.json", b""), ("1.snapshot.json", b"")]
    refused(DirectoryTrust.start(fed.root, fed.fingerprint), files, fed.clock.now_ms(), "too many")


def test_only_what_is_new_is_passed_on(fed: Founded) -> None:
    reader = fed.reader()
    assert fed.authority.trust.since(reader.held()) == []
    fed.clock.advance(seconds=1)
    fed.authority.revoke(Revocations(frozenset({FR})))
    names = [name for name, _ in fed.authority.trust.since(reader.held())]
    assert [name.split(".")[-2] for name in names] == ["timestamp", "snapshot", "revocation"]
    reader.apply(fed.authority.trust.since(reader.held()), fed.clock.now_ms())
    assert reader.held() == fed.authority.trust.held()
