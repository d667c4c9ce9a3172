"""Open slots: who may fill one, what a repeat does, how a flood is bounded, and that every query ends."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

import pytest

from comity import envelope
from comity.errors import Reason
from comity.store.engine import open_engine
from gateway.relay import entries
from gateway.relay.model import State
from gateway.relay.open_queries import Bounds
from gateway.storage.unclosed import unclosed
from node.exchange.model import ANSWER_BUCKET_FULL_BYTES
from tests.simulators.relay_desk import Desk

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from gateway.relay.link import Link

BOTH = ["relay.accepted", "relay.closed"]
ROOMY = 10**9


def play(folder: Path, scene: Callable[[Desk], Awaitable[None]], **options: Any) -> None:
    async def run() -> None:
        async with asyncio.timeout(30), Desk.of(folder, **options) as desk:
            await scene(desk)
            await desk.journal.write(())

    asyncio.run(run())


def verdict(desk: Desk, link: Link, answer: envelope.SealedEnvelope, *, accepted: bool) -> None:
    desk.relay.acknowledge(link, answer.id, accepted=accepted)


# --- answers -------------------------------------------------------------------------------------------


def test_an_answer_fills_its_slot_once_and_the_verdict_closes_the_query(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        asker, owner = desk.link("FR-PJ"), desk.link("DE-LP")
        query = desk.seal("FR-PJ", "DE-LP")
        await desk.send(asker, query)
        first, second = desk.answer("DE-LP", query), desk.answer("DE-LP", query)
        await desk.send(owner, first, receipt=b"proof")
        await desk.send(owner, second)
        (delivered,) = desk.got(asker, "deliver")
        assert delivered.receipt == b"proof"
        assert envelope.parse_delivered(delivered.envelope).id == first.id
        verdict(desk, asker, first, accepted=True)
        await desk.send(owner, second)
        assert desk.got(asker, "deliver") == []
        await desk.journal.write(())
        assert desk.kinds(query.id) == BOTH

    play(tmp_path, scene)


def test_a_link_that_drains_takes_nothing_more_while_another_is_up(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        asker, old = desk.link("FR-PJ"), desk.link("DE-LP")
        await desk.send(asker, desk.seal("FR-PJ", "DE-LP"))
        assert len(desk.got(old, "deliver")) == 1
        old.draining = True
        await desk.send(asker, desk.seal("FR-PJ", "DE-LP"))
        assert len(desk.got(old, "deliver")) == 1  # still the only one
        fresh = desk.link("DE-LP")
        for _ in range(4):
            await desk.send(asker, desk.seal("FR-PJ", "DE-LP"))
        assert len(desk.got(fresh, "deliver")) == 4
        assert desk.got(old, "deliver") == []

    play(tmp_path, scene)


def test_a_refused_answer_leaves_the_slot_open_for_the_true_one(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        asker, owner = desk.link("FR-PJ"), desk.link("DE-LP")
        query = desk.seal("FR-PJ", "DE-LP")
        await desk.send(asker, query)
        bad, good = desk.answer("DE-LP", query), desk.answer("DE-LP", query)
        await desk.send(owner, bad)
        verdict(desk, asker, bad, accepted=False)
        await desk.send(owner, good)
        assert len(desk.got(asker, "deliver")) == 2
        verdict(desk, asker, good, accepted=True)
        assert desk.relay.in_flight == 0

    play(tmp_path, scene)


def test_an_answer_from_another_agencys_link_fills_nothing(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        asker, owner, other = (desk.link(name) for name in ("FR-PJ", "DE-LP", "GB-CA"))
        query = desk.seal("FR-PJ", "DE-LP")
        await desk.send(asker, query)
        await desk.send(other, desk.answer("GB-CA", query))  # not asked
        late = desk.seal("FR-PJ", "GB-CA")
        await desk.send(other, desk.answer("GB-CA", late))  # never sent: no such query
        assert desk.got(asker, "deliver") == []
        answer = desk.answer("DE-LP", query)
        await desk.send(owner, answer)
        verdict(desk, other, answer, accepted=True)  # somebody else's verdict counts for nothing
        assert desk.relay.in_flight == 1

    play(tmp_path, scene)


@pytest.mark.parametrize("which", ["body", "receipt"])
def test_an_answer_larger_than_the_routing_fixed_is_dropped(tmp_path: Path, which: str) -> None:
    async def scene(desk: Desk) -> None:
        asker, owner = desk.link("FR-PJ"), desk.link("DE-LP")
        query = desk.seal("FR-PJ", "DE-LP")
        await desk.send(asker, query)
        if which == "body":
            big = desk.answer("DE-LP", query, bucket_bytes=ANSWER_BUCKET_FULL_BYTES)
            await desk.send(owner, big)
        else:
            await desk.send(owner, desk.answer("DE-LP", query), receipt=bytes(8_193))
        assert desk.got(asker, "deliver") == []
        await desk.send(owner, desk.answer("DE-LP", query), receipt=bytes(8_192))
        assert len(desk.got(asker, "deliver")) == 1

    play(tmp_path, scene)


# --- repeats -------------------------------------------------------------------------------------------


def test_a_repeat_is_neither_counted_nor_logged_again_and_goes_to_whoever_still_owes(
    tmp_path: Path,
) -> None:
    async def scene(desk: Desk) -> None:
        asker, owner, other = (desk.link(name) for name in ("FR-PJ", "DE-LP", "GB-CA"))
        query = desk.seal("FR-PJ", "DE-LP", "GB-CA")
        await desk.send(asker, query)
        answer = desk.answer("DE-LP", query)
        await desk.send(owner, answer)
        verdict(desk, asker, answer, accepted=True)
        await desk.send(asker, query)
        assert (len(desk.got(owner, "deliver")), len(desk.got(other, "deliver"))) == (1, 2)
        desk.relay.cancel(asker, query.id)
        await desk.journal.write(())
        assert desk.kinds(query.id) == BOTH
        assert desk.quota.left == 999_999

    play(tmp_path, scene)


def test_nothing_is_passed_on_before_its_acceptance_is_durable_however_it_is_repeated(
    tmp_path: Path,
) -> None:
    async def scene(desk: Desk) -> None:
        asker, owner = desk.link("FR-PJ"), desk.link("DE-LP")
        query = desk.seal("FR-PJ", "DE-LP")

        def again() -> None:
            desk.relay.send(asker, query.encoded, remaining_ms=5_000, receipt=b"")

        again()
        desk.relay.cancel(asker, query.id)
        again()
        desk.clock.advance(seconds=8)
        desk.relay.sweep()
        again()
        assert (desk.kinds(query.id), desk.got(owner, "deliver")) == ([], [])
        await desk.journal.write(())
        await asyncio.sleep(0)
        assert (desk.kinds(query.id), len(desk.got(owner, "deliver"))) == (BOTH[:1], 1)
        other = desk.seal("FR-PJ", "DE-LP")
        desk.relay.send(asker, other.encoded, remaining_ms=5_000, receipt=b"")
        desk.relay.cancel(asker, other.id)
        await desk.journal.write(())
        await asyncio.sleep(0)
        await desk.journal.write(())
        assert (desk.kinds(other.id), desk.got(owner, "deliver")) == (BOTH, [])

    play(tmp_path, scene)


def test_an_answer_lost_with_its_requesters_link_is_owed_again_over_the_next(
    tmp_path: Path,
) -> None:
    async def scene(desk: Desk) -> None:
        asker, owner = desk.link("FR-PJ"), desk.link("DE-LP")
        query = desk.seal("FR-PJ", "DE-LP")
        await desk.send(asker, query)
        answer = desk.answer("DE-LP", query)
        await desk.send(owner, answer)  # handed to a link that breaks
        asker.end(Reason.EXPIRED)
        desk.relay.detach(asker)
        again = desk.link("FR-PJ")
        await desk.send(again, query)
        assert len(desk.got(owner, "deliver")) == 2
        await desk.send(owner, answer)
        assert len(desk.got(again, "deliver")) == 1
        verdict(desk, again, answer, accepted=True)
        assert desk.relay.in_flight == 0

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda desk: desk.suspend("FR-PJ"), Reason.MEMBER_SUSPENDED),
        (lambda desk: desk.clock.advance(seconds=500), Reason.ENVELOPE_REFUSED),
        (
            lambda desk: (desk.policy.no.add("DE-LP"), setattr(desk.policy, "epoch", 2)),
            Reason.ROUTE_DENIED,
        ),
    ],
)
def test_a_repeat_passes_every_check_again(
    tmp_path: Path, change: Callable[[Desk], Any], reason: Reason
) -> None:
    async def scene(desk: Desk) -> None:
        asker, owner = desk.link("FR-PJ"), desk.link("DE-LP")
        query = desk.seal("FR-PJ", "DE-LP")
        await desk.send(asker, query)
        assert len(desk.got(owner, "deliver")) == 1
        change(desk)
        await desk.send(asker, query)
        assert desk.refusals(asker) == [reason]
        assert desk.got(owner, "deliver") == []

    play(tmp_path, scene)


def test_one_query_repeated_without_end_is_overload(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        asker, owner = desk.link("FR-PJ"), desk.link("DE-LP")
        query = desk.seal("FR-PJ", "DE-LP")
        for _ in range(40):
            await desk.send(asker, query)
        assert len(desk.got(owner, "deliver")) == 1 + Bounds().repeats
        assert set(desk.refusals(asker)) == {Reason.OVERLOADED}

    play(tmp_path, scene)


# --- a flood -------------------------------------------------------------------------------------------


async def flood(desk: Desk, count: int) -> dict[str, int]:
    """GB-CA asks DE-LP without end; then FR-PJ asks once. What FR-PJ is told of DE-LP."""
    attacker, asker = desk.link("GB-CA"), desk.link("FR-PJ")
    desk.link("DE-LP", credit=64)
    for _ in range(count):
        await desk.send(attacker, desk.seal("GB-CA", "DE-LP"))
    await desk.send(asker, desk.seal("FR-PJ", "DE-LP"))
    return desk.states(asker)


def test_a_flooding_member_gets_its_share_of_a_node_and_the_others_are_served(
    tmp_path: Path,
) -> None:
    async def scene(desk: Desk) -> None:
        assert await flood(desk, 80) == {}
        attacker = next(link for link in desk.relay.links if link.agency == "GB-CA")
        told = desk.got(attacker, "status")
        assert len(told) == 80 - 32
        assert {one.state for status in told for one in status.recipients} == {State.OVERLOADED}

    play(tmp_path, scene, bounds=Bounds(slots_per_pair=32))


def test_without_that_bound_a_flood_takes_the_whole_node(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        assert await flood(desk, 80) == {"DE-LP": State.OVERLOADED}

    play(tmp_path, scene, bounds=Bounds(slots_per_pair=ROOMY))


def test_a_member_with_too_much_open_is_refused_before_anything_is_checked(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        attacker, asker = desk.link("GB-CA"), desk.link("FR-PJ")
        owner = desk.link("DE-LP")
        for _ in range(6):
            await desk.send(attacker, desk.seal("GB-CA", "DE-LP"))
        asked = desk.quota.left
        await desk.send(asker, desk.seal("FR-PJ", "DE-LP"))
        assert desk.refusals(attacker) == [Reason.OVERLOADED] * 2
        assert (asked, desk.quota.left) == (999_996, 999_995)
        assert len(desk.got(owner, "deliver")) == 5

    play(tmp_path, scene, bounds=Bounds(queries_per_member=4))


def test_no_query_is_taken_without_room_for_its_answers(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        asker = desk.link("FR-PJ")
        desk.link("DE-LP")
        for _ in range(4):
            await desk.send(asker, desk.seal("FR-PJ", "DE-LP"))
        assert desk.refusals(asker) == [Reason.OVERLOADED]

    play(tmp_path, scene, bounds=Bounds(reserved_bytes=3 * (16 * 1024 + 1_024)))


def test_a_full_outbox_is_overload_at_once(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        asker = desk.link("FR-PJ")
        desk.link("DE-LP", frames_max=2)
        for _ in range(3):
            await desk.send(asker, desk.seal("FR-PJ", "DE-LP"))
        assert desk.states(asker) == {"DE-LP": State.OVERLOADED}
        assert desk.relay.in_flight == 2

    play(tmp_path, scene)


# --- the end of a query ----------------------------------------------------------------------------------


def ended(desk: Desk, how: str, asker: Link, owner: Link, query: envelope.SealedEnvelope) -> None:
    if how == "cancelled":
        desk.relay.cancel(asker, query.id)
    elif how == "its source's link ended":
        desk.relay.detach(owner)
    elif how == "nobody waits any more":
        desk.clock.advance(seconds=8)
        desk.relay.sweep()
    elif how == "its source was suspended":
        desk.suspend("DE-LP")
        desk.relay.review()
        assert owner.why_ended is Reason.MEMBER_SUSPENDED
        desk.relay.detach(owner)


@pytest.mark.parametrize(
    "how",
    ["cancelled", "its source's link ended", "nobody waits any more", "its source was suspended"],
)
def test_whatever_ends_a_query_it_has_two_entries_and_leaves_nothing_open(
    tmp_path: Path, how: str
) -> None:
    async def scene(desk: Desk) -> None:
        asker, owner = desk.link("FR-PJ"), desk.link("DE-LP")
        query = desk.seal("FR-PJ", "DE-LP")
        await desk.send(asker, query)
        ended(desk, how, asker, owner, query)
        await desk.journal.write(())
        assert desk.kinds(query.id) == BOTH
        assert desk.relay.in_flight == 0
        await desk.relay.quiet()

    play(tmp_path, scene)


@pytest.mark.parametrize("how", ["cancelled", "its source's link ended", "nobody waits any more"])
def test_what_ended_is_passed_on_to_nobody_behind_its_closing_entry(
    tmp_path: Path, how: str
) -> None:
    async def scene(desk: Desk) -> None:
        asker, owner = desk.link("FR-PJ"), desk.link("DE-LP")
        query = desk.seal("FR-PJ", "DE-LP")
        await desk.send(asker, query)
        ended(desk, how, asker, owner, query)
        again = desk.link("DE-LP")
        desk.got(asker, "status")
        await desk.send(asker, query)
        assert desk.got(again, "deliver") == []
        assert desk.states(asker) == {"DE-LP": State.LOST}  # not searched, and said so
        await desk.send(again, desk.answer("DE-LP", query))
        assert desk.got(asker, "deliver") == []
        await desk.journal.write(())
        assert desk.kinds(query.id) == BOTH
        assert desk.relay.in_flight == 0

    play(tmp_path, scene)


def test_a_query_of_a_killed_process_is_closed_by_the_next_one(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        asker = desk.link("FR-PJ")
        desk.link("DE-LP")
        query = desk.seal("FR-PJ", "DE-LP")
        await desk.send(asker, query)
        engine = open_engine(tmp_path / "gateway.db")

        def unclosed_now() -> list[tuple[bytes, bytes | None]]:
            return unclosed(
                engine, log=desk.store.log, opening=entries.ACCEPTED, closing=entries.CLOSED
            )

        left = unclosed_now()
        assert [one for one, _ in left] == [query.id]
        await desk.journal.write([entries.interrupted(*one) for one in left])
        assert desk.kinds(query.id) == BOTH
        assert unclosed_now() == []
        engine.dispose()

    play(tmp_path, scene)


def test_a_closing_entry_that_the_disk_did_not_take_is_written_when_it_takes_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(desk: Desk) -> None:
        asker, owner = desk.link("FR-PJ"), desk.link("DE-LP")
        query, refused = desk.seal("FR-PJ", "DE-LP"), desk.seal("FR-PJ", "DE-LP")
        await desk.send(asker, query)
        with monkeypatch.context() as full:
            full.setattr(desk.store, "append", _no_space)
            desk.relay.cancel(asker, query.id)
            await desk.send(asker, refused)
        assert desk.refusals(asker) == [Reason.OVERLOADED]
        assert desk.kinds(query.id) == ["relay.accepted"]
        assert len(desk.got(owner, "deliver")) == 1
        await desk.send(asker, refused)  # the same again, as a new one: it was never accepted
        await desk.journal.write(())
        assert desk.kinds(query.id) == BOTH
        assert desk.kinds(refused.id) == ["relay.accepted"]
        assert len(desk.got(owner, "deliver")) == 1

    play(tmp_path, scene)


def _no_space(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("seed", range(3))
def test_after_any_history_nothing_is_held(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    names = ("FR-PJ", "DE-LP", "GB-CA")

    async def scene(desk: Desk) -> None:
        links = {name: desk.link(name, credit=100) for name in names}
        asked: list[tuple[str, tuple[str, ...], envelope.SealedEnvelope]] = []
        answers: list[tuple[str, envelope.SealedEnvelope]] = []
        for _ in range(150):
            what = chance.randrange(7)
            if what < 2 or not asked:
                sender, *others = chance.sample(names, chance.choice((2, 3)))
                asked.append((sender, tuple(others), desk.seal(sender, *others)))
                await desk.send(links[sender], asked[-1][2])
                continue
            sender, others, query = chance.choice(asked)
            if what == 2:
                await desk.send(links[sender], query)
            elif what == 3:
                source = chance.choice(others)
                answers.append((sender, desk.answer(source, query)))
                await desk.send(links[source], answers[-1][1])
            elif what == 4 and answers:
                requester, answer = chance.choice(answers)
                verdict(desk, links[requester], answer, accepted=chance.random() < 0.7)
            elif what == 5:
                desk.relay.cancel(links[sender], query.id)
            elif what == 6:
                gone = chance.choice(names)
                desk.relay.detach(links[gone])
                links[gone] = desk.link(gone, credit=100)
        desk.clock.advance(seconds=8)
        desk.relay.sweep()
        await desk.journal.write(())
        book = desk.relay._open
        assert len(book) == book._reserved_bytes == 0
        assert book._by_member == book._by_pair == book._by_answer == {}
        for _, _, query in asked:
            assert desk.kinds(query.id) in ([], BOTH)

    play(tmp_path, scene, bounds=Bounds(slots_per_pair=8))
