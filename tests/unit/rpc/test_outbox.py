"""The writing half of a link: batches, turns and bounds."""

from __future__ import annotations

import asyncio

import pytest

from comity.rpc.outbox import BATCH_BYTES_MAX, BATCH_FRAMES_MAX, Outbox, OutboxFullError


async def written(outbox: Outbox[str]) -> list[list[str]]:
    batches: list[list[str]] = []

    async def write(batch: list[str]) -> None:
        batches.append(batch)

    outbox.close()
    await outbox.run(write)
    return batches


def test_what_waits_leaves_in_batches_of_bounded_frames_and_bytes() -> None:
    async def scene() -> None:
        many: Outbox[str] = Outbox()
        for number in range(70):
            many.put(str(number), 10)
        assert [len(batch) for batch in await written(many)] == [32, 32, 6]
        large: Outbox[str] = Outbox()
        for number in range(5):
            large.put(str(number), BATCH_BYTES_MAX // 2)
        assert [len(batch) for batch in await written(large)] == [2, 2, 1]
        assert BATCH_FRAMES_MAX == 32

    asyncio.run(scene())


def test_sources_take_turns_so_that_a_flood_does_not_delay_the_others() -> None:
    async def first_batch(*, fair: bool) -> list[str]:
        outbox: Outbox[str] = Outbox()
        for number in range(1_000):
            outbox.put(f"flood {number}", 1, source="flood" if fair else None)
        outbox.put("quiet", 1, source="quiet" if fair else None)
        return (await written(outbox))[0]

    assert "quiet" in asyncio.run(first_batch(fair=True))
    assert "quiet" not in asyncio.run(
        first_batch(fair=False)
    )  # one queue for all: it waits its turn


def test_one_source_fills_its_share_and_leaves_room_for_the_others() -> None:
    outbox: Outbox[str] = Outbox(frames_max=10, source_frames_max=5)
    for _ in range(5):
        outbox.put("flood", 1, source="flood")
    with pytest.raises(OutboxFullError):
        outbox.put("flood", 1, source="flood")
    outbox.put("quiet", 1, source="quiet")
    assert len(outbox) == 6


def test_every_queue_is_bounded_in_frames_and_bytes() -> None:
    outbox: Outbox[str] = Outbox(frames_max=3, bytes_max=100)
    outbox.put("a", 60)
    with pytest.raises(OutboxFullError):
        outbox.put("b", 41)
    outbox.put("b", 20)
    outbox.put("c", 1)
    with pytest.raises(OutboxFullError):
        outbox.put("d", 1)
    assert outbox.waiting_bytes == 81


def test_control_frames_go_first_and_are_bounded_too() -> None:
    async def scene() -> None:
        outbox: Outbox[str] = Outbox()
        outbox.put("envelope", 1)
        outbox.put_control("heartbeat")
        assert (await written(outbox)) == [["heartbeat", "envelope"]]
        for _ in range(8_192):
            outbox._control.append("beat")
        outbox._closed = False
        with pytest.raises(OutboxFullError):
            outbox.put_control("one more")

    asyncio.run(scene())


def test_a_frame_that_nobody_waits_for_goes_with_the_next_message_or_alone_in_a_moment() -> None:
    async def scene() -> None:
        outbox: Outbox[str] = Outbox()
        batches: list[list[str]] = []
        fresh = asyncio.Event()

        async def write(batch: list[str]) -> None:
            batches.append(batch)
            fresh.set()

        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(outbox.run(write))
            outbox.put_control("verdict", pressing=False)
            for _ in range(10):
                await asyncio.sleep(0)
            assert not batches
            outbox.put("envelope", 1)
            await fresh.wait()
            assert batches == [["verdict", "envelope"]]
            fresh.clear()
            outbox.put_control("alone", pressing=False)
            await fresh.wait()  # nothing else wakes the writer
            assert batches[1:] == [["alone"]]
            outbox.put_control("last", pressing=False)
            outbox.close()
            await running
            assert batches[2:] == [["last"]]

    asyncio.run(scene())


def test_such_a_frame_does_not_follow_at_once_a_message_that_was_leaving() -> None:
    async def scene() -> None:
        outbox: Outbox[str] = Outbox()
        batches: list[list[str]] = []

        async def write(batch: list[str]) -> None:
            batches.append(batch)
            if batch == ["envelope"]:
                outbox.put_control("verdict", pressing=False)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(outbox.run(write))
            outbox.put("envelope", 1)
            for _ in range(10):
                await asyncio.sleep(0)
            assert batches == [["envelope"]]
            outbox.put("next", 1)
            for _ in range(10):
                await asyncio.sleep(0)
            assert batches == [["envelope"], ["verdict", "next"]]
            outbox.close()

    asyncio.run(scene())


def test_a_closed_outbox_takes_nothing() -> None:
    outbox: Outbox[str] = Outbox()
    outbox.close()
    with pytest.raises(OutboxFullError):
        outbox.put("late", 1)
    with pytest.raises(OutboxFullError):
        outbox.put_control("late")
