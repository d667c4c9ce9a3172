"""What a gateway passes on of keys: only what it verified, and one member's flood costs no other member."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from comity.clock import ManualClock
from comity.envelope import encryption_kid
from comity.identity.key_ring import KeyRing
from comity.identity.key_statement import (
    FIRST_PREVIOUS,
    LIFE_MS_MAX,
    KeyStatement,
    KeyStatementRefused,
    write,
)
from comity.identity.names import AgencyId, InstanceName
from comity.identity.own_keys import OwnKeys
from gateway.directory.mirror import KIDS_PER_MEMBER_MAX, Mirror
from tests.simulators.envelopes import signer
from tests.simulators.relay_desk import Desk

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("FR-PJ", "DE-LP")


class Held(SimpleNamespace):
    """A directory in force."""


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    directory = Desk.directory_of(NAMES, ManualClock().now_ms())
    holder = Held(current=directory, files=list)
    return Mirror(holder, ManualClock())  # type: ignore[arg-type]


def keys_of(folder: Path, name: str) -> OwnKeys:
    return OwnKeys(folder / name, signer(name), agency=AgencyId(name), instance=InstanceName("1"))


def test_a_statement_is_passed_on_once_and_only_if_its_node_signed_it(
    mirror: Mirror, tmp_path: Path
) -> None:
    passed: list[bytes] = []
    mirror.on_statement(passed.append)
    statement = keys_of(tmp_path, "FR-PJ").rotate(ManualClock().now_ms())
    forged = bytearray(statement.content)
    forged[-1] ^= 1
    for content in (bytes(forged), b"rubbish", statement.content, statement.content):
        mirror.accept_statement(content)
    assert passed == [statement.content] == mirror.statements()
    assert mirror.agencies_of(encryption_kid(statement.encryption_key)) == {"FR-PJ"}


def test_a_member_that_makes_keys_without_end_pushes_out_its_own(
    mirror: Mirror, tmp_path: Path
) -> None:
    now_ms = ManualClock().now_ms()
    quiet = keys_of(tmp_path, "DE-LP").rotate(now_ms)
    mirror.accept_statement(quiet.content)
    keys = keys_of(tmp_path, "FR-PJ")
    flood = [keys.rotate(now_ms) for _ in range(KIDS_PER_MEMBER_MAX + 5)]
    for statement in flood:
        mirror.accept_statement(statement.content)
    kids = [encryption_kid(statement.encryption_key) for statement in flood]
    assert mirror.agencies_of(encryption_kid(quiet.encryption_key)) == {"DE-LP"}
    assert not mirror.agencies_of(kids[0])
    assert mirror.agencies_of(kids[-1]) == {"FR-PJ"}
    assert len(mirror._agencies) == KIDS_PER_MEMBER_MAX + 1


def taken(owner: KeyStatement, before: KeyStatement | None = None) -> KeyStatement:
    """What FR-PJ says: that another's key is its own."""
    return write(
        signer("FR-PJ"),
        agency=AgencyId("FR-PJ"),
        instance=InstanceName("1"),
        number=before.number + 1 if before else 1,
        previous=before.hash if before else FIRST_PREVIOUS,
        encryption_key=owner.encryption_key,
        not_before_ms=owner.not_before_ms,
        not_after_ms=owner.not_before_ms + LIFE_MS_MAX,
        wire_versions=(1,),
    )


def test_a_node_that_comes_later_hears_of_a_key_from_its_owner_first(
    mirror: Mirror, tmp_path: Path
) -> None:
    """Whoever takes a key can do so only once its owner has stated it, however long it is a member."""
    now_ms = ManualClock().now_ms()
    own = keys_of(tmp_path, "FR-PJ").rotate(now_ms)
    owner = keys_of(tmp_path, "DE-LP").rotate(now_ms)
    for statement in (own, owner, taken(owner, own)):
        mirror.accept_statement(statement.content)
    later = KeyRing()
    for content in mirror.statements():
        with contextlib.suppress(KeyStatementRefused):
            later.accept(content, mirror.current, now_ms, exclusive=True)
    assert later.encryption_key(AgencyId("DE-LP"), now_ms) == owner.encryption_key
    assert later.current(AgencyId("FR-PJ"), now_ms) is None


def test_a_member_that_states_anothers_key_takes_it_from_nobody(
    mirror: Mirror, tmp_path: Path
) -> None:
    """A statement proves no possession; the thief may even be first, or let go of what it took."""
    now_ms = ManualClock().now_ms()
    owner = keys_of(tmp_path, "DE-LP").rotate(now_ms)
    stolen = taken(owner)
    kid = encryption_kid(owner.encryption_key)
    mirror.accept_statement(stolen.content)
    mirror.accept_statement(owner.content)
    assert mirror.agencies_of(kid) == {"DE-LP", "FR-PJ"}
    for number in range(KIDS_PER_MEMBER_MAX):
        mirror._remember("FR-PJ", bytes([number]))
    assert mirror.agencies_of(kid) == {"DE-LP"}
