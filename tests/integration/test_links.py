"""Links between nodes and gateways: who is let in, bounds, renewal, and what each costs the others."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from typing import TYPE_CHECKING, Any

import grpc
import pytest

import gateway.app
import gateway.rpc.relay_service
import node.app.running
import node.link.links
import node.link.session
from comity.api.relay.v1 import relay_service_pb2 as relay
from comity.authority.ca import Profile, key_pem, new_key, request
from comity.client import AsyncComity, ComityCallError, Outcome, Vehicle
from comity.client.profile import Profile as CallerProfile
from comity.clock import SystemClock
from comity.errors import Reason
from comity.rpc.tls import TlsIdentity, read_certificate
from comity.store.engine import open_engine
from tests.simulators.car_question import VIN
from tests.simulators.exchange_scenes import Puppet, why
from tests.simulators.federation import Federation, entries_of, until
from tests.simulators.link_scenes import ASKER, OTHER, OWNER, asked, attached, run

if TYPE_CHECKING:
    from pathlib import Path

# --- who is let in -------------------------------------------------------------------------------------


def test_a_hello_proves_the_nodes_key_for_this_challenge_this_tls_key_and_this_name(
    tmp_path: Path,
) -> None:
    forgeries: dict[str, dict[str, Any]] = {
        "an old challenge": {"nonce": bytes(32)},
        "another TLS key": {"tls_key": bytes(32)},
        "no signature": {"signature": bytes(64)},
        "another agency": {"agency": OWNER},
        "a name that is none": {"agency": "fr pj"},
        "no version": {"wire_versions": []},
    }

    async def scene(fed: Federation) -> None:
        for what, forged in forgeries.items():
            async with fed.raw_link(ASKER) as link:
                with pytest.raises((EOFError, grpc.aio.AioRpcError, AssertionError)):
                    await link.attach(**forged)
                expected = {Reason.UNAUTHENTICATED, Reason.INVALID_REQUEST}
                assert await link.refusal() in expected, what
        async with fed.raw_link(ASKER) as link:
            await link.say(relay.NodeFrame(heartbeat=relay.Heartbeat(now_ms=1)))
            assert await link.refusal() in {Reason.UNAUTHENTICATED, Reason.INVALID_REQUEST}
        assert attached(fed, ASKER) == 1
        async with fed.raw_link(ASKER) as link:
            await link.attach()
            assert attached(fed, ASKER) == 2  # a second link of one node displaces nothing
        assert await asked(fed) == {OWNER: Outcome.HIT}

    run(scene, tmp_path)


def test_a_gateways_certificate_for_a_key_that_is_not_the_directorys_opens_no_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The right name, by the right authority: a key that was replaced, or certified by fraud."""

    async def scene(fed: Federation) -> None:
        await fed.gateways["gw1"].end()
        app, links = fed.gateways["gw1"].app, fed.nodes[ASKER].app.links
        await until(lambda: not links.connected)
        key = new_key()
        certificate = fed.founded.authority.ca("gateway").sign(
            request(key),
            Profile(app.identity.name, server=True, hosts=("127.0.0.1",)),
            SystemClock().now_ms(),
        )
        (fed.home("gw1") / "tls.key").write_bytes(key_pem(key))
        (fed.home("gw1") / "tls.crt").write_bytes(certificate)
        caplog.clear()
        await fed.start_gateway("gw1")
        await until(
            lambda: "gw1 is not believed: its TLS key is not the directory's" in caplog.text
        )
        assert not links.connected
        monkeypatch.setattr(node.link.session, "check_gateway", lambda *_, **__: None)
        await until(lambda: links.connected)  # without it, the certificate is enough

    run(scene, tmp_path)


def test_streams_that_never_say_hello_count_as_links_and_are_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.rpc.relay_service, "HELLO_S", 0.5)
    monkeypatch.setattr(gateway.rpc.relay_service, "LINKS_PER_AGENCY_MAX", 3)

    async def scene(fed: Federation) -> None:
        async with contextlib.AsyncExitStack() as stack:
            silent = [await stack.enter_async_context(fed.raw_link(ASKER)) for _ in range(2)]
            for link in silent:
                await link.next("challenge")
            third = await stack.enter_async_context(fed.raw_link(ASKER))
            assert await third.refusal() == Reason.OVERLOADED
            assert [await link.refusal() for link in silent] == [Reason.EXPIRED] * 2
        assert await asked(fed) == {OWNER: Outcome.HIT}

    run(scene, tmp_path)


def test_no_certificate_serves_in_anothers_place(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        async with fed.caller(ASKER):
            folder = fed.root / "callers" / ASKER / "officer"
        system = TlsIdentity(
            (folder / "certificate.pem").read_bytes(), (folder / "key.pem").read_bytes()
        )
        puppet = Puppet(fed)
        gate = fed.gateways["gw1"].app.identity.tls
        for stranger in (system, gate):
            async with puppet.link("gw1", identity=stranger) as link:
                assert await link.refusal() == str(grpc.StatusCode.UNAVAILABLE)
        # And a node's, or a gateway's, at the port for the agency's own systems.
        for name in ("key.pem", "certificate.pem"):
            (folder / name).rename(folder / f"own-{name}")
        for stranger in (puppet.identity.tls, gate):
            (folder / "key.pem").write_bytes(stranger.key_pem)
            (folder / "certificate.pem").write_bytes(stranger.certificate_pem)
            async with AsyncComity.open(CallerProfile.load(folder / "profile.toml")) as caller:
                with pytest.raises(ComityCallError):
                    await caller.lookup(Vehicle(vin=VIN), why(), wait_s=2)
        assert fed.nodes[ASKER].app.asking.in_flight == 0

    run(scene, tmp_path)


# --- what ends a link ----------------------------------------------------------------------------------


def breaches() -> dict[str, tuple[list[relay.NodeFrame], set[str]]]:
    beat = relay.NodeFrame(heartbeat=relay.Heartbeat(now_ms=1))
    large = relay.NodeFrame(send=relay.Send(envelope=bytes(200_000)))
    refused = {Reason.TOO_LARGE.value, Reason.INVALID_REQUEST.value, Reason.ENVELOPE_REFUSED.value}
    # gRPC's own bound, before anything is read; the writer may find the stream gone first.
    cut = {str(grpc.StatusCode.RESOURCE_EXHAUSTED), str(grpc.StatusCode.INTERNAL)}
    hello = relay.NodeFrame(hello=relay.Hello(agency=ASKER))
    return {
        "33 frames": ([beat] * 33, refused),
        "400 KB": ([large] * 2, cut),
        "a second hello": ([hello], refused),
        "an empty frame": ([relay.NodeFrame()], refused),
        "rubbish for an envelope": (
            [relay.NodeFrame(send=relay.Send(envelope=b"x" * 400))],
            refused,
        ),
        "longer than anybody waits": (
            [relay.NodeFrame(send=relay.Send(envelope=bytes(400), remaining_ms=2**32 - 1))],
            refused,
        ),
        "a credit that is no room": (
            [relay.NodeFrame(credit=relay.Credit(envelopes=2**32 - 1, bytes=2**32 - 1))],
            refused,
        ),
        "a statement of 5 KB": ([relay.NodeFrame(key_statement=bytes(5_000))], refused),
    }


def test_a_link_that_breaks_a_bound_ends_with_its_reason_and_no_other_does(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        for what, (frames, expected) in breaches().items():
            async with fed.raw_link(ASKER) as link:
                await link.attach()
                with contextlib.suppress(grpc.aio.AioRpcError):  # it may end while we speak
                    await link.say(*frames)
                assert await link.refusal() in expected, what
                await until(lambda: attached(fed, ASKER) == 1)
        assert attached(fed, OWNER) == 1
        assert await asked(fed) == {OWNER: Outcome.HIT}

    run(scene, tmp_path)


def test_a_nodes_certificate_is_renewed_by_a_second_link_without_losing_a_query(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node.app.running, "renewal_due", lambda *_: True)
    monkeypatch.setattr(node.link.links, "DRAIN_S", 1.0)

    async def scene(fed: Federation) -> None:
        app = fed.nodes[OWNER].app
        (old,) = app.links._sessions
        before = read_certificate(app.identity.tls.certificate_pem).not_after_ms
        outcomes: set[Outcome] = set()
        stop = asyncio.Event()

        async def ask_on() -> None:
            async with fed.caller(ASKER, role="system") as caller, caller.converse() as talk:
                while not stop.is_set():
                    reply = await talk.ask(Vehicle(vin=VIN), why(), wait_s=8)
                    outcomes.add(reply.answers[0].outcome)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(ask_on())
            await until(lambda: outcomes)
            fed.clock.advance(seconds=2)
            await app.keep(fed._tasks)
            await old.ended()
            await until(lambda: attached(fed, OWNER) == 1)
            stop.set()
        assert outcomes == {Outcome.HIT}
        assert [one.usable for one in app.links._sessions] == [True]
        assert app.links._sessions[0] is not old
        assert read_certificate(app.identity.tls.certificate_pem).not_after_ms > before

    run(scene, tmp_path)


def test_a_gateways_renewed_certificate_is_shown_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.app, "renewal_due", lambda *_: True)

    async def shown(address: str) -> str:
        host, _, port = address.rpartition(":")
        return await asyncio.to_thread(ssl.get_server_certificate, (host, int(port)))

    async def scene(fed: Federation) -> None:
        app = fed.gateways["gw1"].app
        address = app.directories.current.gateways["gw1"].address
        before = await shown(address)
        await app.keep()
        after = await shown(address)
        assert before != after
        assert after.strip() == app.identity.tls.certificate_pem.decode().strip()
        assert await asked(fed) == {OWNER: Outcome.HIT}  # over links that were never touched
        await fed.nodes[OWNER].end()
        await fed.start_node(OWNER)
        await fed.linked()
        assert await asked(fed) == {OWNER: Outcome.HIT}  # and over a new one

    run(scene, tmp_path)


# --- peers that do not behave ----------------------------------------------------------------------------


def test_a_link_that_floods_costs_its_own_queries_and_nobody_elses(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        attacker = Puppet(fed, OTHER)
        async with attacker.link("gw1") as link:
            await link.attach()
            flood = [attacker.query(OWNER).encoded for _ in range(200)]

            async def pour() -> None:
                for start in range(0, len(flood), 20):
                    frames = [
                        relay.NodeFrame(send=relay.Send(envelope=one, remaining_ms=5_000))
                        for one in flood[start : start + 20]
                    ]
                    await link.say(*frames)

            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(pour())
                found = [await asked(fed, targets=(OWNER,)) for _ in range(5)]
        assert found == [{OWNER: Outcome.HIT}] * 5

    run(scene, tmp_path, ASKER, OWNER, OTHER)


def test_a_link_that_reads_nothing_delays_neither_the_others_nor_the_gateways_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(fed: Federation) -> None:
        await fed.nodes[OTHER].end()
        deaf = Puppet(fed, OTHER)
        async with deaf.link("gw1") as link:
            await link.attach()
            room = relay.Credit(envelopes=1_024, bytes=64 * 1024 * 1024)
            await link.say(relay.NodeFrame(credit=room))
            big = relay.GatewayFrame(key_statement=bytes(4_000))
            held = [one for one in fed.gateways["gw1"].app.relay.links if one.agency == OTHER]
            for _ in range(4_000):
                held[0].outbox.put_control(big)  # far more than a connection's window
            assert await asked(fed, targets=(OWNER,)) == {OWNER: Outcome.HIT}
            async with asyncio.timeout(10):
                await fed.gateways["gw1"].end()
        assert not [one for one in caplog.records if one.exc_info], caplog.text

    with caplog.at_level(logging.INFO):
        run(scene, tmp_path, ASKER, OWNER, OTHER)


def test_several_gateways_work_side_by_side_each_with_its_own_log(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        assert all(attached(fed, name, one) == 1 for name in (ASKER, OWNER) for one in fed.gateways)
        puppet = Puppet(fed)
        sealed = puppet.query(OWNER)
        async with puppet.link("gw1") as first, puppet.link("gw2") as second:
            await first.attach()
            await second.attach()
            answers = set()
            for link in (first, second, first):  # the same envelope, also another way round
                await link.send(sealed.encoded)
                answers.add((await link.next("deliver")).deliver.envelope)
        assert len(answers) == 1  # executed once: the same sealed bytes each time
        owner = fed.nodes[OWNER].app
        assert entries_of(owner.engine, sealed.id) == ["query.received", "query.answered"]
        fed.clock.advance(seconds=8)  # nobody judged the answers: the query ends by its time
        for name in fed.gateways:
            log = open_engine(fed.home(name) / "gateway.db")
            await until(lambda log=log: len(entries_of(log, sealed.id)) == 2)
            log.dispose()

    run(scene, tmp_path, gateways=2)
