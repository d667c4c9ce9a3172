"""A member's capacity for a day, and the bounds that contract and code must state alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from comity.api.relay.v1 import relay_service_pb2 as relay
from comity.clock import ManualClock
from comity.errors import Refusal
from comity.rpc.outbox import BATCH_FRAMES_MAX
from comity.rpc.shapes import check
from comity.store.engine import open_engine
from gateway.relay.relay import RECEIPT_BYTES_MAX
from gateway.rpc.relay_service import (
    GRANTED_BYTES_MAX,
    GRANTED_ENVELOPES_MAX,
    REMAINING_MS_MAX,
)
from gateway.storage.migrating import migrate
from gateway.storage.quota import LEASE, LeasedQuota

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from google.protobuf.message import Message
    from sqlalchemy import Engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    found = open_engine(tmp_path / "gateway.db")
    migrate(found)
    yield found
    found.dispose()


def taken(quota: LeasedQuota, tries: int, agency: str = "FR-PJ") -> int:
    return sum(quota.take(agency) for _ in range(tries))


@pytest.mark.parametrize("per_day", [0, 1, 7, LEASE, LEASE + 3])
def test_a_member_gets_its_quota_to_the_last_query_and_not_one_more(
    engine: Engine, per_day: int
) -> None:
    clock = ManualClock()
    quota = LeasedQuota(engine, per_day=per_day, clock=clock)
    assert taken(quota, per_day + 20) == per_day
    assert taken(quota, 5, "DE-LP") == min(5, per_day)  # everybody has their own
    clock.advance(hours=24)
    assert taken(quota, per_day + 20) == per_day


def test_replicas_on_one_database_share_it_and_a_restart_gives_nothing_back(
    engine: Engine,
) -> None:
    clock = ManualClock()
    replicas = [LeasedQuota(engine, per_day=LEASE + 10, clock=clock) for _ in range(3)]
    assert sum(taken(one, LEASE) for one in replicas) == LEASE + 10
    assert taken(LeasedQuota(engine, per_day=LEASE + 10, clock=clock), 5) == 0


def test_whoever_used_its_quota_up_costs_the_database_nothing_more(engine: Engine) -> None:
    quota = LeasedQuota(engine, per_day=1, clock=ManualClock())
    assert taken(quota, 2) == 1
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *parts: statements.append(parts[2]))
    assert taken(quota, 1_000) == 0
    assert statements == []


def fits(message: Message) -> bool:
    try:
        check(message)
    except Refusal:
        return False
    return True


def test_the_bounds_that_code_checks_by_hand_are_the_contracts() -> None:
    def send(**parts: object) -> relay.Send:
        return relay.Send(**{"envelope": bytes(400), "remaining_ms": 1, **parts})  # type: ignore[arg-type]

    assert fits(send(receipt=bytes(RECEIPT_BYTES_MAX)))
    assert not fits(send(receipt=bytes(RECEIPT_BYTES_MAX + 1)))
    assert fits(send(remaining_ms=REMAINING_MS_MAX))
    assert not fits(send(remaining_ms=REMAINING_MS_MAX + 1))
    assert fits(relay.Credit(envelopes=GRANTED_ENVELOPES_MAX, bytes=GRANTED_BYTES_MAX))
    assert not fits(relay.Credit(envelopes=GRANTED_ENVELOPES_MAX + 1))
    assert not fits(relay.Credit(bytes=GRANTED_BYTES_MAX + 1))
    beat = relay.NodeFrame(heartbeat=relay.Heartbeat(now_ms=1))
    assert fits(relay.AttachRequest(frames=[beat] * BATCH_FRAMES_MAX))
    assert not fits(relay.AttachRequest(frames=[beat] * (BATCH_FRAMES_MAX + 1)))
