"""The owner under attack and after trouble: what is released, to whom, once, and what is kept of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from comity import envelope
from comity.client import Outcome, Vehicle
from comity.errors import Reason, Refusal
from comity.identity.own_keys import ROTATE_AFTER_MS
from node.exchange.model import ANSWER_BUCKET_BYTES, SealedAnswer
from node.exchange.model import Outcome as Told
from node.link import codec
from node.link.codec import WireCodec
from node.records.record import Labels, Record
from node.records.selectors import PersonSelector, VehicleSelector
from tests.simulators.car_question import VIN
from tests.simulators.exchange_scenes import Puppet, why
from tests.simulators.federation import Federation, entries_of, until

if TYPE_CHECKING:
    from pathlib import Path

CAR = Record("car", "test", "vehicle", {"vehicle.vin": VIN}, Labels("object"))
ASKER, OWNER = "FR-PJ", "DE-LP"
HOUR_MS = 3600 * 1000


def run(scene: Any, folder: Path, **options: Any) -> None:
    async def play() -> None:
        async with asyncio.timeout(60), Federation.of(folder, (ASKER, OWNER), **options) as fed:
            fed.hold(OWNER, CAR)
            await scene(fed)

    asyncio.run(play())


def ignored() -> None:
    """Nobody counts credit here."""


async def handed(fed: Federation, sealed: envelope.SealedEnvelope) -> None:
    """Gives the owner an envelope as a gateway would, and waits until nothing of it is left to do."""
    answering = fed.nodes[OWNER].app.answering
    ((_, form),) = envelope.deliveries_unverified(envelope.parse_sent(sealed.encoded))
    answering.receive(envelope.parse_delivered(form), 5_000, "gw1", ignored)
    await until(lambda: not answering.in_flight)


def ledger(fed: Federation, query_id: bytes, agency: str = OWNER) -> list[str]:
    return entries_of(fed.nodes[agency].app.engine, query_id)


def opened_answer(
    fed: Federation, sent: bytes, secret: envelope.EncryptionSecret, query_id: bytes
) -> Any:
    """What an answer of the owner says to whoever holds the reply key."""
    ((_, form),) = envelope.deliveries_unverified(envelope.parse_sent(sent))
    opened = envelope.open_delivered(
        envelope.parse_delivered(form),
        expect=envelope.MessageType.ANSWER,
        sender_key=fed.nodes[OWNER].app.identity.signing.public,
        recipient=secret,
        now_ms=fed.clock.now_ms(),
        in_reply_to=envelope.EnvelopeId(query_id),
    )
    return WireCodec().decode_answer(opened.body)[0]


async def suspended(fed: Federation) -> None:
    fed.suspend(ASKER)
    directories = fed.nodes[OWNER].app.directories
    await until(lambda: not directories.current.member(ASKER).active)


def test_a_member_suspended_while_its_question_is_searched_gets_nothing(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        app = fed.nodes[OWNER].app
        deciding, secret = app.answering._deciding, envelope.EncryptionSecret.generate()
        sealed, before = (
            Puppet(fed).query(OWNER, reply=secret),
            Puppet(fed).query(OWNER, reply=secret),
        )
        sent: list[bytes] = []
        app.answering._links = Recorder(sent)
        await handed(fed, before)  # the control: in good standing, it is a hit
        decided: list[SealedAnswer] = []

        class Slow:
            async def decide(self, *question: Any) -> Any:
                found = await deciding.decide(*question)
                decided.append(found[0])
                await suspended(fed)
                return found

        app.answering._deciding = Slow()
        await handed(fed, sealed)
        assert [one.outcome for one in decided] == [Told.HIT]
        told = [
            opened_answer(fed, one, secret, query.id)
            for one, query in zip(sent, (before, sealed), strict=True)
        ]
        assert [one.outcome for one in told] == [Told.HIT, Told.REFUSED]
        assert (told[1].hits, told[1].reason) == ((), Reason.MEMBER_SUSPENDED)
        assert ledger(fed, sealed.id) == ["query.received", "query.answered"]

    run(scene, tmp_path)


def test_a_member_suspended_while_its_answer_is_written_down_does_not_get_it(
    tmp_path: Path,
) -> None:
    async def scene(fed: Federation) -> None:
        app = fed.nodes[OWNER].app
        disclose, sealed, sent = app.answering._disclose, Puppet(fed).query(OWNER), []

        async def slow(*parts: Any) -> Any:
            kept = await disclose(*parts)
            await suspended(fed)
            return kept

        app.answering._disclose = slow
        app.answering._links = Recorder(sent)
        await handed(fed, sealed)
        assert sent == []
        assert ledger(fed, sealed.id) == ["query.received", "query.answered"]

    run(scene, tmp_path)


def test_a_suspended_members_repeat_and_a_stale_directory_release_nothing(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        app = fed.nodes[OWNER].app
        puppet = Puppet(fed)
        first, second = puppet.query(OWNER), puppet.query(OWNER)
        await handed(fed, first)
        sent: list[bytes] = []
        app.answering._links = Recorder(sent)
        await handed(fed, first)
        assert len(sent) == 1  # the stored bytes, again
        current = app.directories.current
        app.directories.current = replace(current, as_of_ms=current.as_of_ms - 25 * HOUR_MS)
        await handed(fed, second)
        app.directories.current = current
        fed.suspend(ASKER)
        await until(lambda: not app.directories.current.member(ASKER).active)
        await handed(fed, first)
        assert len(sent) == 1
        assert ledger(fed, second.id) == []

    run(scene, tmp_path)


class Recorder:
    """Takes what would be sent."""

    def __init__(self, sent: list[bytes]) -> None:
        self._sent = sent

    def send(self, sealed: bytes, **_: object) -> str:
        self._sent.append(sealed)
        return "gw1"


def test_a_gateway_with_half_an_envelope_neither_diverts_nor_stops_the_answer(
    tmp_path: Path,
) -> None:
    """A second gateway knows the query's header, and so its id, but has no copy that opens."""

    async def scene(fed: Federation) -> None:
        answering = fed.nodes[OWNER].app.answering
        deciding, going, ways = answering._deciding, asyncio.Event(), []

        class Slow:
            async def decide(self, *question: Any) -> Any:
                await going.wait()
                return await deciding.decide(*question)

        class Noting:
            def send(self, *_: object, via: str, **__: object) -> str:
                ways.append(via)
                return via

        answering._deciding, answering._links = Slow(), Noting()
        for forged_first in (True, False):
            going.clear()
            ways.clear()
            sealed = Puppet(fed).query(OWNER)
            ((_, form),) = envelope.deliveries_unverified(envelope.parse_sent(sealed.encoded))
            forged = form[:-1] + bytes([form[-1] ^ 1])
            copies = [(forged, "evil"), (form, "gw1")]
            for copy, gateway in copies if forged_first else reversed(copies):
                answering.receive(envelope.parse_delivered(copy), 5_000, gateway, ignored)
            assert answering.in_flight == 1
            going.set()
            await until(lambda: not answering.in_flight)
            assert ways == ["gw1"]
            assert ledger(fed, sealed.id) == ["query.received", "query.answered"]

    run(scene, tmp_path)


def test_an_answer_goes_to_every_gateway_that_delivered_its_query(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        answering = fed.nodes[OWNER].app.answering
        ways: list[str] = []

        class Noting:
            def send(self, *_: object, via: str, **__: object) -> str:
                ways.append(via)
                return via

        answering._links = Noting()
        sealed = Puppet(fed).query(OWNER)
        ((_, form),) = envelope.deliveries_unverified(envelope.parse_sent(sealed.encoded))
        for gateway in ("gw1", "gw2", "gw1"):  # the first may be lying that it still has the slot
            answering.receive(envelope.parse_delivered(form), 5_000, gateway, ignored)
        await until(lambda: not answering.in_flight)
        assert sorted(ways) == ["gw1", "gw2"]
        assert ledger(fed, sealed.id) == ["query.received", "query.answered"]

    run(scene, tmp_path)


BEYOND_BOUNDS: tuple[dict[str, Any], ...] = (
    {"selectors": (VehicleSelector(vin=VIN),) * 1_000},
    {"selectors": (PersonSelector(name="Ali " * 20_000),)},
    {"selectors": ()},
    {"case": "X" * 60_000},
    {"case": "two words"},
    {"offence": "drug trafficking"},
    {"role": "officer" * 1_000},
    {"end_user_country": "France"},
    {"asker": bytes(10_000)},
    {"max_candidates": 1_000_000},
    {"reply_public_key": bytes(32)},  # of low order: whoever seals to it seals to everybody
    {"reply_public_key": b"short"},
)


def test_what_no_caller_may_ask_no_member_may_seal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member's own node would have refused it; one that was rebuilt does not."""

    async def scene(fed: Federation) -> None:
        answering = fed.nodes[OWNER].app.answering
        deciding, searched = answering._deciding, []

        class Watched:
            async def decide(self, *question: Any) -> Any:
                searched.append(question)
                return await deciding.decide(*question)

        answering._deciding = Watched()
        for changes in BEYOND_BOUNDS:
            sealed = Puppet(fed).query(OWNER, **changes)
            await handed(fed, sealed)
            assert (searched, ledger(fed, sealed.id)) == ([], []), changes
        monkeypatch.setattr(codec.shapes, "check", lambda _: None)
        monkeypatch.setattr(envelope, "encryption_public_key", lambda key: key)
        for changes in BEYOND_BOUNDS[3:]:
            await handed(fed, Puppet(fed).query(OWNER, **changes))
        assert len(searched) == len(BEYOND_BOUNDS[3:])  # without the checks, a search for each

    run(scene, tmp_path)


def test_past_the_floor_time_tells_no_hit_from_none(tmp_path: Path) -> None:
    """Two searches, both longer than the floor, of different length: their answers leave together."""
    floor_s, long_s, longer_s = 0.2, 0.21, 0.3

    async def scene(fed: Federation) -> None:
        app = fed.nodes[OWNER].app
        app.answering._floor_s = floor_s
        deciding = app.answering._deciding

        async def left_after(search_s: float) -> float:
            """When the answer left: the search by the federation's clock, the waiting by the loop's."""

            class Slow:
                async def decide(self, *question: Any) -> Any:
                    found = await deciding.decide(*question)
                    fed.clock.advance(seconds=search_s)
                    return found

            loop = asyncio.get_running_loop()
            disclose, left = app.answering._disclose, []
            ready_s = 0.0

            async def disclosed(*parts: Any) -> Any:
                nonlocal ready_s
                kept = await disclose(*parts)
                ready_s = loop.time()
                return kept

            class Noting:
                def send(self, *_: object, **__: object) -> str:
                    left.append(loop.time() - ready_s)
                    return "gw1"

            app.answering._deciding, app.answering._disclose = Slow(), disclosed
            app.answering._links = Noting()
            await handed(fed, Puppet(fed).query(OWNER))
            app.answering._disclose = disclose
            return search_s + left[0]

        for search_s in (long_s, longer_s):
            assert await left_after(search_s) >= 2 * floor_s - 0.001
        app.answering._floor_s = 0.0  # without it, the shorter search shows
        assert await left_after(long_s) < longer_s

    run(scene, tmp_path)


def test_a_row_without_answer_answers_error_after_a_restart_and_has_two_entries(
    tmp_path: Path,
) -> None:
    async def scene(fed: Federation) -> None:
        app = fed.nodes[OWNER].app
        secret = envelope.EncryptionSecret.generate()
        sealed = Puppet(fed).query(OWNER, reply=secret)

        class Dying:
            async def decide(self, *_: Any) -> Any:
                raise asyncio.CancelledError  # the process dies here: intent durable, no answer

        app.answering._deciding = Dying()
        await handed(fed, sealed)
        assert ledger(fed, sealed.id) == ["query.received"]
        await fed.nodes[OWNER].end()
        app = (await fed.start_node(OWNER)).app
        sent: list[bytes] = []
        app.answering._links = Recorder(sent)
        await handed(fed, sealed)
        assert ledger(fed, sealed.id) == ["query.received", "query.answered"]
        answer = opened_answer(fed, sent[0], secret, sealed.id)
        assert (answer.outcome, answer.hits, answer.complete) == (Told.ERROR, (), False)

    run(scene, tmp_path)


def test_a_query_never_answered_gets_its_second_entry_when_its_row_is_forgotten(
    tmp_path: Path,
) -> None:
    async def scene(fed: Federation) -> None:
        app = fed.nodes[OWNER].app
        sealed = Puppet(fed).query(OWNER)

        class Dying:
            async def decide(self, *_: Any) -> Any:
                raise asyncio.CancelledError

        app.answering._deciding = Dying()
        await handed(fed, sealed)
        await app.answering.forget(fed.clock.now_ms() + HOUR_MS)
        assert ledger(fed, sealed.id) == ["query.received", "query.answered"]
        with pytest.raises(Refusal) as refused:  # and below the floor nothing is taken any more
            app.exchange.replay.claim(
                sender_kid=b"k" * 16, msg_id=b"m" * 16, query_id=sealed.id,
                expires_ms=fed.clock.now_ms() + HOUR_MS - 1,
            )  # fmt: skip
        assert refused.value.reason is Reason.EXPIRED
        await fed.nodes[OWNER].end()
        again = (await fed.start_node(OWNER)).app
        assert (
            again.exchange.replay._floor_ms == app.exchange.replay._floor_ms
        )  # the floor outlives the process

    run(scene, tmp_path)


def test_keys_rotate_are_announced_and_the_old_halves_are_destroyed_on_schedule(
    tmp_path: Path,
) -> None:
    async def scene(fed: Federation) -> None:
        app, asker = fed.nodes[OWNER].app, fed.nodes[ASKER].app
        first = app.own_keys.current()
        sealed_to_first = Puppet(fed).query(OWNER)
        kid = envelope.encryption_kid(first.encryption_key)
        fed.clock.advance(hours=ROTATE_AFTER_MS / HOUR_MS)
        await until(lambda: app.directories.current.freshness(fed.clock.now_ms()).value == "fresh")
        app.keep_keys()
        second = app.own_keys.current()
        assert second.number == first.number + 1
        await until(
            lambda: (
                asker.peer_keys.encryption_key(OWNER, fed.clock.now_ms()) == second.encryption_key
            )
        )
        assert app.own_keys.secret(kid) is not None  # envelopes under way can still be opened
        fed.clock.advance(hours=96 - 20)
        app.keep_keys()
        assert app.own_keys.secret(kid) is not None
        fed.clock.advance(hours=2)
        app.keep_keys()
        assert app.own_keys.secret(kid) is None
        files = {path.name for path in (fed.home(OWNER) / "keys").glob("*.secret")}
        assert f"{first.number:08d}.secret" not in files
        await handed(fed, sealed_to_first)
        assert ledger(fed, sealed_to_first.id) == []

    run(scene, tmp_path)


def test_a_forged_or_misplaced_answer_leaves_the_slot_open_for_the_true_one(
    tmp_path: Path,
) -> None:
    async def scene(fed: Federation) -> None:
        await fed.nodes[OWNER].end()
        await until(lambda: not any(x.agency == OWNER for x in fed.gateways["gw1"].app.relay.links))
        owner = Puppet(fed, OWNER)

        def answer(reply: bytes, in_reply_to: bytes, **changes: Any) -> bytes:
            now_ms = fed.clock.now_ms()
            body = SealedAnswer(outcome=changes.pop("outcome", Told.NO_HIT))
            parts: dict[str, Any] = {
                "message_type": envelope.MessageType.ANSWER,
                "sender": owner.identity.signing,
                "recipients": [envelope.encryption_public_key(reply)],
                "routing": WireCodec().encode_answer_routing(sender=OWNER, requester=ASKER),
                "body": WireCodec().encode_answer(
                    body, receipt_salt=bytes(32), ruling_digest=bytes(32)
                ),
                "created_ms": now_ms,
                "expires_ms": now_ms + 60_000,
                "in_reply_to": in_reply_to,
                "bucket_bytes": ANSWER_BUCKET_BYTES,
            }
            return envelope.seal(**parts | changes).encoded

        async with owner.link("gw1") as link, fed.caller(ASKER) as caller:
            await link.attach()
            await link.grant()
            async with asyncio.TaskGroup() as tasks:
                asking = tasks.create_task(caller.lookup(Vehicle(vin=VIN), why(), wait_s=20))
                delivered = envelope.parse_delivered((await link.next("deliver")).deliver.envelope)
                opened = envelope.open_delivered(
                    delivered,
                    expect=envelope.MessageType.QUERY,
                    sender_key=fed.nodes[ASKER].app.identity.signing.public,
                    recipient=owner.identity.own_keys().secret(delivered.recipient_kid),
                    now_ms=fed.clock.now_ms(),
                    in_reply_to=None,
                )
                reply = WireCodec().decode_question(opened.body).reply_public_key
                stranger = envelope.EncryptionSecret.generate().public
                forged = bytearray(answer(reply, opened.id, outcome=Told.HIT))
                forged[300] ^= 1  # the signature
                query = fed.gateways["gw1"].app.relay._open.by_id(opened.id)

                def refused() -> bool:
                    return query.outcomes.get(OWNER) == "ANSWER_REFUSED" and OWNER in query.slots

                for bad in (
                    bytes(forged),
                    answer(bytes(stranger), opened.id, outcome=Told.HIT),
                    answer(reply, opened.id, body=b"\xff rubbish"),
                    answer(reply, opened.id, bucket_bytes=ANSWER_BUCKET_BYTES // 4),
                ):
                    await link.send(bad)
                    await until(refused)
                    query.outcomes.clear()
                await link.send(answer(reply, opened.id))
            (found,) = asking.result().answers
        assert found.outcome is Outcome.NO_HIT
        assert asking.result().summary.receipts_verified == 0
        assert fed.nodes[ASKER].app.asking.in_flight == 0

    run(scene, tmp_path)
