"""What an authority believes is what it has on disk, also when a disk is full in the moment of a commit."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from typing import TYPE_CHECKING

import pytest

from comity.authority.client import connect
from comity.authority.publishing import REFRESH_AFTER_MS, Authority
from comity.authority.serving import LOOK_S, running
from comity.clock import ManualClock, SystemClock
from comity.demo.processes import free_port
from comity.errors import Reason, Refusal
from comity.identity.directory import Revocations
from comity.identity.names import AgencyId
from tests.simulators.authority import Founded
from tests.simulators.federation import until
from tests.simulators.installed import disk_full

if TYPE_CHECKING:
    from pathlib import Path

DE = AgencyId("DE")


def test_what_a_full_disk_kept_from_being_published_is_not_believed_and_can_be_done_again(
    tmp_path: Path,
) -> None:
    fed = Founded.found(tmp_path / "authority")
    fed.admit(tmp_path / "de", fed.invite("DE"))
    authority, held = fed.authority, fed.authority.trust.held()
    suspended = Revocations(agencies=frozenset({DE}))
    with disk_full(os.getpid(), at_bytes=4096), pytest.raises(sqlite3.Error):
        authority.revoke(suspended)
    assert authority.directory.members[DE].active
    assert authority.trust.held() == held
    authority.revoke(suspended)
    for one in (authority, Authority(fed.folder, fed.clock)):
        assert not one.directory.members[DE].active
        assert one.trust.held() == authority.trust.held()


def test_what_was_undone_behind_a_publication_is_not_believed(tmp_path: Path) -> None:
    fed = Founded.found(tmp_path / "authority")
    fed.admit(tmp_path / "de", fed.invite("DE"))
    held = fed.authority.trust.held()
    with contextlib.suppress(Refusal), fed.authority.transaction():
        fed.authority.publish({})
        raise Refusal(Reason.OVERLOADED)
    assert fed.authority.trust.held() == held


def test_an_authority_whose_disk_is_full_goes_on_serving_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    address, clock = f"127.0.0.1:{free_port()}", ManualClock(SystemClock().now_ms())
    fed = Founded.found(tmp_path / "authority", address=address, clock=clock)

    def told() -> int:
        return sum("cannot vouch" in one.message for one in caplog.records)

    async def play() -> None:
        async with (
            asyncio.timeout(20),
            running(fed.folder, address, clock=clock),
            connect(address, fed.authority.tls().certificate_pem) as client,
        ):
            before = clock.now_ms()
            with disk_full(os.getpid(), at_bytes=4096):
                clock.advance(seconds=REFRESH_AFTER_MS / 1000 + 1)
                await until(told)
                for _ in range(3):  # looks go on
                    await asyncio.sleep(LOOK_S)
                assert (await client.files({}))[0]
            await until(lambda: Authority(fed.folder, clock).directory.as_of_ms > before)

    asyncio.run(play())
    assert told() == 1
