"""What the gateway checks before it relays anything, and what each recipient's asker is told at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from comity import envelope
from comity.errors import Reason, Refusal
from gateway.relay.link import STRIKES_MAX
from gateway.relay.model import State
from tests.simulators.relay_desk import Desk

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

ASKED_KINDS = ["relay.accepted", "relay.closed"]


def play(folder: Path, scene: Callable[[Desk], Awaitable[None]], **options: Any) -> None:
    async def run() -> None:
        async with asyncio.timeout(20), Desk.of(folder, **options) as desk:
            await scene(desk)

    asyncio.run(run())


def test_each_recipient_gets_its_own_copy_once_the_acceptance_is_durable(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        asker, *owners = (desk.link(name) for name in ("FR-PJ", "DE-LP", "GB-CA"))
        query = desk.seal("FR-PJ", "DE-LP", "GB-CA")
        desk.relay.send(asker, query.encoded, remaining_ms=5_000, receipt=b"")
        assert [desk.got(link, "deliver") for link in owners] == [[], []]
        assert desk.kinds(query.id) == []
        await desk.journal.write(())
        await asyncio.sleep(0)
        assert desk.kinds(query.id) == ["relay.accepted"]
        for link in owners:
            (copy,) = desk.got(link, "deliver")
            opened = envelope.open_delivered(
                envelope.parse_delivered(copy.envelope),
                expect=envelope.MessageType.QUERY,
                sender_key=desk.signers["FR-PJ"].public,
                recipient=desk.readers[link.agency],
                now_ms=desk.clock.now_ms(),
                in_reply_to=None,
            )
            assert (opened.id, opened.body) == (query.id, b"sealed")

    play(tmp_path, scene)


def flipped(desk: Desk, at: int) -> bytes:
    data = bytearray(desk.seal("FR-PJ", "DE-LP").encoded)
    data[at] ^= 1
    return bytes(data)


def late(desk: Desk) -> bytes:
    query = desk.seal("FR-PJ", "DE-LP")
    desk.clock.advance(seconds=500)
    return query.encoded


def rerouted(desk: Desk) -> bytes:
    found = envelope.parse_sent(desk.seal("FR-PJ", "DE-LP").encoded).routing
    return _sealed(desk, found + b"\xfa\x07\x01x")  # a field nobody knows


def _sealed(desk: Desk, routing: bytes) -> bytes:
    now_ms = desk.clock.now_ms()
    return envelope.seal(
        message_type=envelope.MessageType.QUERY,
        sender=desk.signers["FR-PJ"],
        recipients=[desk.readers["DE-LP"].public],
        routing=routing,
        body=b"sealed",
        created_ms=now_ms,
        expires_ms=now_ms + 300_000,
        in_reply_to=None,
        bucket_bytes=None,
    ).encoded


ATTACKS: dict[str, Callable[[Desk], bytes]] = {
    "a flipped bit in the header": lambda desk: flipped(desk, 20),
    "a forged signature": lambda desk: flipped(desk, 260),
    "a changed routing": lambda desk: flipped(desk, 324),
    "a changed body": lambda desk: flipped(desk, -1),
    "expired": late,
    "from the future": lambda desk: desk.seal(
        "FR-PJ", "DE-LP", created_ms=desk.clock.now_ms() + 600_000,
        expires_ms=desk.clock.now_ms() + 900_000,
    ).encoded,
    "a routing in another member's name": lambda desk: desk.seal(
        "FR-PJ", "DE-LP", routing=lambda one: replace(one, sender="GB-CA")
    ).encoded,
    "a routing that is not canonical": rerouted,
    "a recipient without a slot": lambda desk: desk.seal(
        "FR-PJ", "DE-LP", "GB-CA", slots=("DE-LP",)
    ).encoded,
    "a slot for somebody the routing omits": lambda desk: desk.seal(
        "FR-PJ", "DE-LP", slots=("DE-LP", "GB-CA")
    ).encoded,
    "an unknown answer size": lambda desk: desk.seal(
        "FR-PJ", "DE-LP", routing=lambda one: replace(one, answer_bucket_bytes=1024)
    ).encoded,
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_bad_query_is_refused_and_neither_relayed_counted_nor_logged(
    tmp_path: Path, attack: str
) -> None:
    async def scene(desk: Desk) -> None:
        asker, owner = desk.link("FR-PJ"), desk.link("DE-LP")
        other = desk.link("GB-CA")
        data = ATTACKS[attack](desk)
        await desk.send(asker, data)
        assert desk.refusals(asker) == [Reason.ENVELOPE_REFUSED]
        assert desk.got(owner, "deliver") == desk.got(other, "deliver") == []
        assert desk.kinds(envelope.parse_sent(data).id) == []
        assert desk.quota.left == 1_000_000
        assert desk.relay.in_flight == 0

    play(tmp_path, scene)


@pytest.mark.parametrize("rubbish", [b"", b"CMT1", bytes(400), b"GET / HTTP/1.1\r\n" * 40])
def test_what_is_no_envelope_ends_the_link(tmp_path: Path, rubbish: bytes) -> None:
    async def scene(desk: Desk) -> None:
        with pytest.raises(Refusal) as refused:
            desk.relay.send(desk.link("FR-PJ"), rubbish, remaining_ms=1, receipt=b"")
        assert refused.value.reason is Reason.ENVELOPE_REFUSED

    play(tmp_path, scene)


def test_an_envelope_of_another_members_key_ends_the_link(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        thief = desk.link("GB-CA")
        stolen = desk.seal("FR-PJ", "DE-LP")
        with pytest.raises(Refusal) as refused:
            desk.relay.send(thief, stolen.encoded, remaining_ms=1, receipt=b"")
        assert "another's envelope" in str(refused.value.detail)

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (lambda desk: desk.suspend("FR-PJ"), Reason.MEMBER_SUSPENDED),
        (lambda desk: desk.policy.no.add("DE-LP"), Reason.ROUTE_DENIED),
        (lambda desk: setattr(desk.quota, "left", 0), Reason.QUOTA_EXCEEDED),
        (lambda desk: desk.clock.advance(hours=25), Reason.DIRECTORY_STALE),
    ],
)
def test_who_may_not_ask_is_told_a_coded_reason_and_nothing_more(
    tmp_path: Path, trouble: Callable[[Desk], Any], reason: Reason
) -> None:
    async def scene(desk: Desk) -> None:
        asker, owner = desk.link("FR-PJ"), desk.link("DE-LP")
        trouble(desk)
        query = desk.seal("FR-PJ", "DE-LP")
        await desk.send(asker, query)
        assert desk.refusals(asker) == [reason]
        assert desk.got(owner, "deliver") == []
        assert desk.kinds(query.id) == []
        assert desk.relay.in_flight == 0

    play(tmp_path, scene)


def test_every_recipient_that_cannot_be_asked_is_named_at_once_and_the_others_are_asked(
    tmp_path: Path,
) -> None:
    names = ("FR-PJ", "DE-LP", "GB-CA", "US-CBP", "ZZ-IM", "CH-FEDPOL", "NZ-POL")

    async def scene(desk: Desk) -> None:
        asker, owner = desk.link("FR-PJ"), desk.link("DE-LP")
        desk.link("GB-CA", credit=0)
        desk.suspend("US-CBP")
        desk.policy.no.add("ZZ-IM")
        gone = desk.link("CH-FEDPOL")
        desk.relay.detach(gone)
        desk.clock.advance(seconds=40)
        del desk.known_keys[desk.readers["NZ-POL"].kid]  # its node never announced a key here
        query = desk.seal("FR-PJ", *names[1:])
        await desk.send(asker, query)
        (status,) = desk.got(asker, "status")
        told = {one.agency: (one.state, one.offline_s) for one in status.recipients}
        assert told == {
            "GB-CA": (State.OVERLOADED, 0),
            "US-CBP": (State.UNKNOWN, 0),
            "ZZ-IM": (State.REFUSED, 0),
            "CH-FEDPOL": (State.OFFLINE, 40),
            "NZ-POL": (State.OFFLINE, 0),
        }
        assert len(desk.got(owner, "deliver")) == 1

    async def run() -> None:
        async with Desk.of(tmp_path, *names) as desk:
            await scene(desk)

    asyncio.run(run())


@pytest.mark.parametrize("everybody", [False, True])
def test_a_key_that_another_member_stated_too_reaches_its_owner(
    tmp_path: Path, *, everybody: bool
) -> None:
    async def scene(desk: Desk) -> None:
        asker, owner, thief = (desk.link(name) for name in ("FR-PJ", "DE-LP", "GB-CA"))
        desk.known_keys[desk.readers["DE-LP"].kid] = {"DE-LP", "GB-CA"}
        await desk.send(
            asker, desk.seal("FR-PJ", *(("DE-LP", "GB-CA") if everybody else ("DE-LP",)))
        )
        assert len(desk.got(owner, "deliver")) == 1
        assert len(desk.got(thief, "deliver")) == everybody
        # A gateway that has just started may know what the thief said and not what the owner says.
        desk.known_keys[desk.readers["DE-LP"].kid] = {"GB-CA"}
        await desk.send(asker, desk.seal("FR-PJ", "DE-LP"))
        (status,) = desk.got(asker, "status")
        assert [(one.agency, one.state) for one in status.recipients] == [("DE-LP", State.OFFLINE)]
        assert len(desk.got(thief, "deliver")) == 0
        assert asker.why_ended is None

    play(tmp_path, scene)


def test_the_policy_is_asked_once_for_a_class_of_request_until_something_changes(
    tmp_path: Path,
) -> None:
    async def scene(desk: Desk) -> None:
        asker = desk.link("FR-PJ")
        desk.link("DE-LP")

        async def ask() -> int:
            await desk.send(asker, desk.seal("FR-PJ", "DE-LP"))
            return desk.policy.asked

        assert [await ask() for _ in range(3)] == [1, 1, 1]
        desk.policy.epoch += 1  # policy or directory
        desk.policy.no.add("DE-LP")
        assert [await ask(), await ask()] == [2, 2]
        assert desk.refusals(asker) == [Reason.ROUTE_DENIED] * 2
        desk.policy.no.clear()
        assert await ask() == 2  # remembered, and still refused, until the day changes
        desk.clock.advance(hours=20)
        assert await ask() == 3
        assert desk.refusals(asker) == [Reason.ROUTE_DENIED]
        other = replace(desk.current, versions={"snapshot": 2})
        desk.current = other
        await desk.send(
            asker, desk.seal("FR-PJ", "DE-LP", routing=lambda one: replace(one, purpose="ASYLUM"))
        )
        assert desk.policy.asked == 4  # another class

    play(tmp_path, scene)


def test_a_link_that_goes_on_sending_bad_envelopes_is_cut(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        asker = desk.link("FR-PJ")
        forged = flipped(desk, 260)
        for _ in range(STRIKES_MAX):
            desk.relay.send(asker, forged, remaining_ms=1, receipt=b"")
        desk.clock.advance(seconds=10)  # ten are forgiven
        for _ in range(10):
            desk.relay.send(asker, forged, remaining_ms=1, receipt=b"")
        with pytest.raises(Refusal) as refused:
            desk.relay.send(asker, forged, remaining_ms=1, receipt=b"")
        assert refused.value.reason is Reason.ENVELOPE_REFUSED

    play(tmp_path, scene)
