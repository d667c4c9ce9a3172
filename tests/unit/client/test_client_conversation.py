"""One held stream, many questions: correlation, give-up, bounds, and what happens when it breaks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from comity.client import (
    Aim,
    AsyncComity,
    ClosedError,
    Document,
    Justification,
    Purpose,
    Reply,
    SubjectCategory,
    Unreachable,
    conversation,
)
from tests.simulators.query_node import served

if TYPE_CHECKING:
    from pathlib import Path

WHAT = Document("AB123456")


def why(case: str) -> Justification:
    return Justification(
        purpose=Purpose.BORDER_CHECK,
        case_reference=case,
        offence="none",
        subject_category=SubjectCategory.OBJECT,
        aim=Aim.IDENTIFY,
        legal_basis="EU-2023-977",
    )


def test_two_hundred_in_flight_each_get_their_own_answer(tmp_path: Path) -> None:
    async def run() -> None:
        async with served(tmp_path) as node:
            node.node.hold = (
                200  # nothing is answered before all are there, and then last in first out
            )
            async with AsyncComity.open(node.profile) as comity, comity.converse() as held:

                async def ask(number: int) -> None:
                    reply = await held.ask(WHAT, why(f"ALL-{number}"))
                    assert reply.query_id == f"ALL-{number}".encode().hex()

                async with asyncio.TaskGroup() as tasks:
                    for number in range(200):
                        tasks.create_task(ask(number))
            assert node.node.in_flight_max == 200
            # Coalesced: far fewer messages than questions.
            assert len(node.node.batches) <= 20

    asyncio.run(run())


def test_more_than_the_bound_wait_their_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "IN_FLIGHT_MAX", 8)

    async def run() -> None:
        async with served(tmp_path) as node:
            node.node.hold = 8
            async with AsyncComity.open(node.profile) as comity, comity.converse() as held:
                async with asyncio.TaskGroup() as tasks:
                    asks = [
                        tasks.create_task(held.ask(WHAT, why(f"ALL-{number}")))
                        for number in range(64)
                    ]
                assert all(isinstance(one.result(), Reply) for one in asks)
            assert node.node.in_flight_max == 8

    asyncio.run(run())


def test_a_question_given_up_is_given_up_at_the_node(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            served(tmp_path) as node,
            AsyncComity.open(node.profile) as comity,
            comity.converse() as held,
        ):
            async with asyncio.TaskGroup() as tasks:
                asking = tasks.create_task(held.ask(WHAT, why("SLOW-1")))
                await node.node.arrived.wait()
                asking.cancel()
            await node.node.cancelled.wait()
            assert node.node.cancels == [1]
            assert "0 in flight" in repr(held)
            await held.ask(WHAT, why("ALL-2"))  # the stream goes on

    asyncio.run(run())


def test_when_the_node_dies_every_question_in_flight_and_every_later_one_says_so(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        async with served(tmp_path) as node:
            async with AsyncComity.open(node.profile) as comity, comity.converse() as held:

                async def ask() -> None:
                    with pytest.raises(Unreachable):
                        await held.ask(WHAT, why("SLOW-1"))

                async with asyncio.TaskGroup() as tasks:
                    for _ in range(3):
                        tasks.create_task(ask())
                    await node.node.arrived.wait()
                    await node.stop()
                with pytest.raises(Unreachable):
                    await held.ask(WHAT, why("ALL-1"))
            assert len(node.node.asked) == 3  # nothing was asked again

    asyncio.run(run())


def test_leaving_the_block_ends_what_is_in_flight_and_the_conversation(tmp_path: Path) -> None:
    async def run() -> None:
        async with served(tmp_path) as node, AsyncComity.open(node.profile) as comity:
            async with asyncio.TaskGroup() as tasks:
                async with comity.converse() as held:
                    asking = tasks.create_task(_closed(held))
                    await node.node.arrived.wait()
                await asking
            with pytest.raises(ClosedError, match="ended"):
                await held.ask(WHAT, why("ALL-1"))
            with pytest.raises(ClosedError):
                async with held:
                    pass

    asyncio.run(run())


async def _closed(held: conversation.Conversation) -> None:
    with pytest.raises(ClosedError):
        await held.ask(WHAT, why("SLOW-1"))


def test_an_error_in_the_block_stays_itself(tmp_path: Path) -> None:
    """A task group inside must not hide it in a group of errors."""

    async def run() -> None:
        async with served(tmp_path) as node, AsyncComity.open(node.profile) as comity:
            with pytest.raises(KeyError):
                async with comity.converse():
                    raise KeyError("mine")

    asyncio.run(run())
