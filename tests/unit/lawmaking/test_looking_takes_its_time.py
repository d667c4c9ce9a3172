"""While a law is looked at before its publication, which may take minutes, nothing else waits for it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from comity.clock import ManualClock
from comity.policytools.archive import Archive
from node.lawmaking.lawmaking import Declined, Lawmaking
from tests.unit.lawmaking.test_whose_approval_counts import DRAFT

FILES = Archive({"vocabulary.toml": b"", "core/release.csv": b""})
APPROVED = replace(DRAFT, packs=("core",), archive=FILES.encoded, digest=FILES.digest)


def test_a_scheduled_revision_is_taken_and_a_law_that_changed_meanwhile_is_looked_at_again() -> (
    None
):
    stand_in: Any = SimpleNamespace
    in_force = stand_in(scheduled=[], current=None, last=0, due=lambda: None)

    async def run() -> None:
        looking, done = asyncio.Event(), asyncio.Event()

        async def examine(*_: Any) -> tuple[list[str], list[str]]:
            looking.set()
            await done.wait()
            return [], []

        lawmaking = Lawmaking(
            book=stand_in(draft=lambda _: APPROVED),
            journal=stand_in(),  # nothing is written
            key=stand_in(),
            in_force=in_force,
            around=stand_in(
                may_approve=lambda _: True,
                may_edit=lambda _: True,
                directory=lambda: "as it is",
                examine=examine,
            ),
            clock=ManualClock(),
        )
        async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
            publishing = tasks.create_task(_declined(lawmaking))
            await looking.wait()
            assert not await lawmaking.take_due()  # comes to its end while the law is looked at
            assert not publishing.done()
            in_force.current = "another"
            done.set()
        assert "changed meanwhile; publish it again" in publishing.result()

    asyncio.run(run())


def test_whoever_lost_access_while_the_law_was_looked_at_has_nothing_kept() -> None:
    stand_in: Any = SimpleNamespace
    editors = {"anna"}

    async def examine(*_: Any) -> tuple[list[str], list[str]]:
        editors.clear()
        return [], []

    lawmaking = Lawmaking(
        book=stand_in(),
        journal=stand_in(),  # nothing is written
        key=stand_in(),
        in_force=stand_in(scheduled=[], current=None, last=0),
        around=stand_in(
            may_edit=editors.__contains__, directory=lambda: "as it is", examine=examine
        ),
        clock=ManualClock(),
    )
    proposing = lawmaking.propose(FILES.encoded, packs=("core",), reason="why", author="anna")
    with pytest.raises(Declined, match="anna may not do this any more"):
        asyncio.run(proposing)


async def _declined(lawmaking: Lawmaking) -> str:
    with pytest.raises(Declined) as told:
        await lawmaking.publish("d1", publisher="anna")
    return str(told.value)
