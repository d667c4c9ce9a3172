"""An approval counts while its approver may approve, and for nothing once that access has ended."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from comity.clock import ManualClock
from comity.errors import StartError
from comity.store.committing import TroubleError
from comity.store.engine import open_engine
from node.lawmaking.lawmaking import Declined, Lawmaking
from node.rpc.policy_service import APPROVERS
from node.storage.callers import CallerRegister
from node.storage.migrating import migrate
from node.storage.policies import StoredDraft
from tests.simulators.law_desk import LawDesk

if TYPE_CHECKING:
    from pathlib import Path

DRAFT = StoredDraft(
    draft_id="d1",
    author="anna",
    reason="",
    proposed_ms=0,
    digest="00",
    packs=(),
    archive=b"no archive",
    problems=(),
    changes=(),
    approvals=(("bert", 1), ("cleo", 2)),
)


def test_nobody_is_two_callers_by_one_key(tmp_path: Path) -> None:
    """Author and approver in one person: the same certificate request, certified for two names."""
    engine, clock = open_engine(tmp_path / "node.db"), ManualClock()
    migrate(engine)
    register = CallerRegister(engine, clock)
    register.add("anna", role="policy-editor", public_key_sha256=b"a" * 32)
    for _ in range(2):
        with pytest.raises(StartError, match="that of 'anna' already"):
            register.add("anna-2", role="policy-approver", public_key_sha256=b"a" * 32)
        register.revoke("anna")  # nor later, under another name
    assert register.names() == [("anna", "policy-editor", True)]
    engine.dispose()


@pytest.mark.parametrize("gone", ["nobody", "bert", "cleo"])
def test_whoever_lost_access_before_the_publication_has_not_approved_it(
    tmp_path: Path, gone: str
) -> None:
    stand_in: Any = SimpleNamespace
    engine, clock = open_engine(tmp_path / "node.db"), ManualClock()
    migrate(engine)
    register = CallerRegister(engine, clock)
    for number, name in enumerate(("bert", "cleo")):
        register.add(name, role="policy-approver", public_key_sha256=bytes([number]) * 32)
    register.revoke(gone)
    lawmaking = Lawmaking(
        book=stand_in(draft=lambda _: DRAFT),
        journal=stand_in(),
        key=stand_in(),
        in_force=stand_in(scheduled=[], current=None, last=0),
        around=stand_in(may_approve=lambda name: register.standing(name) in APPROVERS),
        clock=clock,
    )
    # With both approvals it comes as far as reading the files, which are none.
    refused = "no archive of law" if gone == "nobody" else "1 of 2 approvals"
    with pytest.raises((Declined, ValueError), match=refused):
        asyncio.run(lawmaking.publish("d1", publisher="anna"))
    engine.dispose()


@pytest.mark.parametrize("gone", ["", "anna", "bert", "cleo"])
def test_whoever_loses_access_while_the_law_is_loaded_has_nothing_published(
    tmp_path: Path, gone: str
) -> None:
    """Loading takes seconds; a publication is written with everybody's access, or not at all."""
    desk = LawDesk(tmp_path, DRAFT, while_loading=lambda: desk.register.revoke(gone))

    async def publish() -> None:
        async with desk.lawmaking() as lawmaking:
            await lawmaking.publish(DRAFT.draft_id, publisher="anna")

    if gone:
        with pytest.raises(Declined, match=f"{gone} may not do this any more"):
            asyncio.run(publish())
    else:  # approvers publish, too
        asyncio.run(publish())
    assert desk.published == ((0, 0, False) if gone else (1, 1, True))


@pytest.mark.parametrize("full", [False, True])
def test_a_law_is_in_force_once_it_is_written_though_its_publisher_goes_meanwhile(
    tmp_path: Path, *, full: bool
) -> None:
    desk = LawDesk(tmp_path, DRAFT)

    async def play() -> None:
        loop, arrived, going = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
        async with asyncio.timeout(20), desk.lawmaking() as lawmaking:
            committer = desk.journal._committer
            commit = committer.commit

            def slow(batch: list[Any]) -> Any:
                loop.call_soon_threadsafe(arrived.set)
                going.wait(10)
                return [TroubleError("full") for _ in batch] if full else commit(batch)

            committer.commit = slow  # type: ignore[method-assign]
            desk.journal._estimate_s = 1.0  # a slow disk: commits run beside the loop
            async with asyncio.TaskGroup() as tasks:
                publishing = tasks.create_task(lawmaking.publish(DRAFT.draft_id, publisher="anna"))
                await arrived.wait()
                publishing.cancel()
                await asyncio.sleep(0)
                going.set()
            assert publishing.cancelled()

    asyncio.run(play())
    assert desk.published == ((0, 0, False) if full else (1, 1, True))
