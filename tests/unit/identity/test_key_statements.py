"""Key statements: chained, short-lived, forks kept as proof; private halves destroyed on schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.clock import ManualClock
from comity.envelope import EnvelopeRefused, MessageType, seal
from comity.envelope.keys import EncryptionSecret, SigningSecret
from comity.errors import StartError
from comity.identity.directory import (
    Authorities,
    Directory,
    Member,
    MemberStatus,
    NodeEntry,
    Revocations,
)
from comity.identity.key_ring import KeyRing, KeyStatementForked
from comity.identity.key_statement import (
    FIRST_PREVIOUS,
    LIFE_MS_MAX,
    SECRET_LIFE_MS,
    KeyStatement,
    KeyStatementRefused,
    read,
    write,
)
from comity.identity.names import AgencyId, FederationId, InstanceName
from comity.identity.own_keys import ROTATE_AFTER_MS, STATEMENTS_KEPT, OwnKeys

if TYPE_CHECKING:
    from pathlib import Path

NOW = ManualClock().now_ms()
HOUR = 3_600_000
FR = AgencyId("FR")
ONE = InstanceName("1")
SIGNING = SigningSecret.from_seed(bytes(range(32)))
OTHER = SigningSecret.from_seed(bytes(range(1, 33)))
SEAL = EncryptionSecret.from_seed(bytes(range(2, 34)))


def directory(*, as_of_ms: int = NOW, status: MemberStatus = MemberStatus.ACTIVE) -> Directory:
    members = {
        AgencyId(agency): Member(
            AgencyId(agency),
            agency,
            agency,
            status=status,
            nodes=(NodeEntry(ONE, signing.public, signing.public, agency),),
        )
        for agency, signing in (("FR", SIGNING), ("DE", OTHER))
    }
    return Directory(
        FederationId("test.comity"),
        {"snapshot": 1},
        members,
        {},
        {},
        Authorities(b"", b"", b"", ""),
        Revocations(),
        as_of_ms,
        as_of_ms + 24 * HOUR,
    )


def statement(
    before: KeyStatement | None = None, /, secret: Any = SIGNING, **changes: Any
) -> KeyStatement:
    values: dict[str, Any] = {
        "agency": FR,
        "instance": ONE,
        "number": before.number + 1 if before else 1,
        "previous": before.hash if before else FIRST_PREVIOUS,
        "encryption_key": SEAL.public,
        "not_before_ms": before.not_before_ms + 20 * HOUR if before else NOW,
        "wire_versions": (1,),
    }
    values |= changes
    values.setdefault("not_after_ms", values["not_before_ms"] + LIFE_MS_MAX)
    return write(secret, **values)


def test_what_was_written_is_read() -> None:
    first = statement(wire_versions=(2, 1))
    assert read(first.content, SIGNING.public) == first
    assert first.wire_versions == (1, 2)
    assert first.destroyed_after_ms == NOW + SECRET_LIFE_MS


@given(st.integers(0, len(statement().content) * 8 - 1))
def test_any_flipped_bit_is_refused(bit: int) -> None:
    spoilt = bytearray(statement().content)
    spoilt[bit // 8] ^= 1 << bit % 8
    with pytest.raises(KeyStatementRefused):
        read(bytes(spoilt), SIGNING.public)


@given(st.binary(max_size=400))
def test_rubbish_is_refused_and_nothing_else_is_raised(content: bytes) -> None:
    for candidate in (content, b"CMK1" + content):
        with pytest.raises(KeyStatementRefused):
            read(candidate, SIGNING.public)


@pytest.mark.parametrize(
    "changes",
    [
        {"not_after_ms": NOW + LIFE_MS_MAX + 1},
        {"not_after_ms": NOW + SECRET_LIFE_MS + HOUR},
        {"not_after_ms": NOW},
        {"number": 2},
        {"number": 0},
        {"previous": b"\1" * 32},
        {"wire_versions": ()},
        {"wire_versions": tuple(range(1, 10))},
        {"agency": "fr"},
        {"instance": "A/B"},
        {"encryption_key": bytes(32)},
    ],
)
def test_a_statement_that_breaks_a_rule_is_refused_although_signed(changes: dict[str, Any]) -> None:
    with pytest.raises(KeyStatementRefused):
        statement(**changes)


def test_a_sender_seals_to_the_newest_accepted_key() -> None:
    ring, now = KeyRing(), NOW
    first = ring.accept(statement().content, directory(), now)
    assert ring.encryption_key(FR, now) == SEAL.public
    newer = EncryptionSecret.from_seed(b"\5" * 32).public
    second = statement(first, encryption_key=newer)
    now += 20 * HOUR
    ring.accept(second.content, directory(as_of_ms=now), now)
    assert ring.encryption_key(FR, now) == newer
    assert ring.accept(second.content, directory(as_of_ms=now), now) == second


def test_an_older_statement_is_refused() -> None:
    ring = KeyRing()
    first = statement()
    second = statement(first, not_before_ms=NOW + HOUR)
    ring.accept(first.content, directory(), NOW)
    ring.accept(second.content, directory(), NOW + HOUR)
    with pytest.raises(KeyStatementRefused, match="older"):
        ring.accept(first.content, directory(), NOW + HOUR)


def test_a_fork_is_refused_and_kept_as_proof() -> None:
    ring = KeyRing()
    one, two = statement(), statement(encryption_key=EncryptionSecret.from_seed(b"\6" * 32).public)
    ring.accept(one.content, directory(), NOW)
    with pytest.raises(KeyStatementForked) as caught:
        ring.accept(two.content, directory(), NOW)
    proof = [read(content, SIGNING.public) for content in caught.value.proof]
    assert proof[0].number == proof[1].number
    assert proof[0].encryption_key != proof[1].encryption_key
    assert ring.encryption_key(FR, NOW) == one.encryption_key


def test_a_statement_that_does_not_carry_the_held_ones_hash_is_refused() -> None:
    ring = KeyRing()
    first = statement()
    ring.accept(first.content, directory(), NOW)
    forked = statement(first, previous=b"\1" * 32, not_before_ms=NOW + HOUR)
    with pytest.raises(KeyStatementRefused, match="does not follow"):
        ring.accept(forked.content, directory(), NOW + HOUR)


def test_a_number_is_left_out_only_by_who_was_away() -> None:
    ring = KeyRing()
    first = statement()
    third = statement(statement(first, not_before_ms=NOW + HOUR), not_before_ms=NOW + 2 * HOUR)
    ring.accept(first.content, directory(), NOW)
    with pytest.raises(KeyStatementRefused, match="leaves out"):
        ring.accept(third.content, directory(), NOW + 2 * HOUR)
    away = NOW + 24 * HOUR
    assert ring.accept(third.content, directory(as_of_ms=away), away).number == 3


def test_statements_out_of_their_time_are_refused() -> None:
    with pytest.raises(KeyStatementRefused, match="run out"):
        KeyRing().accept(statement().content, directory(as_of_ms=NOW + 24 * HOUR), NOW + 24 * HOUR)
    early = statement(not_before_ms=NOW + HOUR)
    with pytest.raises(KeyStatementRefused, match="future"):
        KeyRing().accept(early.content, directory(), NOW)


def test_a_key_is_not_used_for_what_outlives_it() -> None:
    ring = KeyRing()
    ring.accept(statement().content, directory(), NOW)
    assert ring.encryption_key(FR, NOW, expires_ms=NOW + SECRET_LIFE_MS)
    with pytest.raises(KeyStatementRefused, match="destroyed"):
        ring.encryption_key(FR, NOW, expires_ms=NOW + SECRET_LIFE_MS + 1)
    with pytest.raises(KeyStatementRefused, match="no current key"):
        ring.encryption_key(FR, NOW + LIFE_MS_MAX)


def test_only_the_directorys_key_for_that_very_node_counts() -> None:
    stranger = SigningSecret.from_seed(b"\7" * 32)
    with pytest.raises(KeyStatementRefused, match="not signed by a member"):
        KeyRing().accept(statement(secret=stranger).content, directory(), NOW)
    with pytest.raises(KeyStatementRefused, match="another node"):
        KeyRing().accept(statement(secret=OTHER).content, directory(), NOW)
    suspended = directory(status=MemberStatus.SUSPENDED)
    with pytest.raises(KeyStatementRefused, match="not signed by a member"):
        KeyRing().accept(statement().content, suspended, NOW)


def test_an_ageing_directory_admits_no_new_key_but_lets_chains_go_on() -> None:
    ring = KeyRing()
    first = statement()
    now = NOW + 3 * HOUR
    with pytest.raises(KeyStatementRefused, match="too old"):
        ring.accept(first.content, directory(), now)
    ring.accept(first.content, directory(), NOW)
    second = statement(first, not_before_ms=now)
    assert ring.accept(second.content, directory(), now) == second
    third = statement(second, not_before_ms=NOW + 25 * HOUR)
    with pytest.raises(KeyStatementRefused, match="too old"):
        ring.accept(third.content, directory(), NOW + 25 * HOUR)


def test_a_key_that_another_member_stated_first_is_refused_by_whoever_seals() -> None:
    """Sealed to both it would be a malformed envelope: one member could stop every question to everybody."""
    first = statement()
    stolen = statement(secret=OTHER, agency=AgencyId("DE"))
    assert stolen.encryption_key == first.encryption_key
    ring = KeyRing()
    ring.accept(first.content, directory(), NOW, exclusive=True)
    with pytest.raises(KeyStatementRefused, match="another member's"):
        ring.accept(stolen.content, directory(), NOW, exclusive=True)
    assert ring.statements() == [first.content]
    ring.accept(stolen.content, directory(), NOW)
    keys = [ring.encryption_key(AgencyId(name), NOW) for name in ("FR", "DE")]
    with pytest.raises(EnvelopeRefused, match="twice"):
        seal(
            message_type=MessageType.QUERY,
            sender=SIGNING,
            recipients=keys,
            routing=b"routing",
            body=b"body",
            created_ms=NOW,
            expires_ms=NOW + HOUR,
            in_reply_to=None,
            bucket_bytes=None,
        )


def test_what_was_seen_stays_seen_over_a_restart() -> None:
    ring = KeyRing()
    first = statement()
    second = statement(first, not_before_ms=NOW + HOUR)
    ring.accept(first.content, directory(), NOW)
    ring.accept(second.content, directory(), NOW + HOUR)
    again = KeyRing()
    again.restore([*ring.statements(), b"rubbish"], directory())
    with pytest.raises(KeyStatementRefused, match="older"):
        again.accept(first.content, directory(), NOW + HOUR)
    # A ring that forgot accepts it: remembering is what protects.
    assert KeyRing().accept(first.content, directory(), NOW + HOUR)


def test_a_current_key_of_a_member_suspended_meanwhile_is_left_out() -> None:
    ring = KeyRing()
    ring.accept(statement().content, directory(), NOW)
    suspended = directory(status=MemberStatus.SUSPENDED)
    assert ring.current(FR, NOW, directory=suspended) is None


def own_keys(folder: Path) -> OwnKeys:
    return OwnKeys(folder, SIGNING, agency=FR, instance=ONE)


def test_keys_rotate_and_statements_overlap(tmp_path: Path) -> None:
    keys = own_keys(tmp_path / "keys")
    first = keys.maintain(NOW)
    assert first is not None
    assert keys.maintain(NOW + ROTATE_AFTER_MS - 1) is None
    second = keys.maintain(NOW + ROTATE_AFTER_MS)
    assert second is not None
    assert second.not_before_ms < first.not_after_ms
    ring = KeyRing()
    ring.accept(first.content, directory(), NOW)
    now = NOW + ROTATE_AFTER_MS
    ring.accept(second.content, directory(as_of_ms=now), now)


def test_a_private_half_is_destroyed_after_97_hours_and_not_before(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keys = own_keys(folder)
    first = keys.rotate(NOW)
    kid = EncryptionSecret.from_seed((folder / "00000001.secret").read_bytes()).kid
    assert keys.secret(kid) is not None
    assert keys.destroy_old(NOW + SECRET_LIFE_MS - 1) == 0
    assert keys.destroy_old(NOW + SECRET_LIFE_MS) == 1
    assert keys.secret(kid) is None
    assert not (folder / "00000001.secret").exists()
    assert first.content == (folder / "00000001.statement").read_bytes()
    assert own_keys(folder).secret(kid) is None


def test_secrets_are_private_files_and_survive_a_restart(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = own_keys(folder).rotate(NOW)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    again = own_keys(folder)
    assert again.current() == first
    assert again.maintain(NOW + 1) is None
    second = again.rotate(NOW - 10 * HOUR)  # a clock set back does not turn the chain back
    assert second.number == 2
    assert second.not_before_ms > first.not_before_ms


def test_a_lost_secret_is_replaced_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    own_keys(folder).rotate(NOW)
    (folder / "00000001.secret").unlink()
    replaced = own_keys(folder).maintain(NOW + 1)
    assert replaced is not None
    assert replaced.number == 2


def test_a_foreign_statement_in_the_folder_stops_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    own_keys(folder).rotate(NOW)
    with pytest.raises(StartError, match="not a key statement of this node"):
        OwnKeys(folder, OTHER, agency=FR, instance=ONE)


def test_old_statements_are_dropped_only_with_their_secrets(tmp_path: Path) -> None:
    keys = own_keys(tmp_path / "keys")
    now = NOW
    for _ in range(STATEMENTS_KEPT + 10):
        keys.maintain(now)
        now += ROTATE_AFTER_MS
    assert len(keys.statements()) <= STATEMENTS_KEPT + 1
    assert len(list((tmp_path / "keys").glob("*.secret"))) <= 5
    assert own_keys(tmp_path / "keys").current() == keys.current()
