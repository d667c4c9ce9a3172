"""How links end: by revocation, with a certificate, in silence, with a node; and what is said before."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any
from unittest.mock import AsyncMock

import grpc
import pytest

import gateway.rpc.relay_service
from comity.authority.ca import Profile, load_key, request
from comity.authority.publishing import Authority
from comity.client import Outcome, Vehicle
from comity.clock import SystemClock
from comity.errors import Reason
from comity.identity.directory import Revocations
from comity.rpc.tls import TlsIdentity, read_certificate
from node.link.session import Session
from tests.simulators.car_question import VIN
from tests.simulators.exchange_scenes import Puppet, why
from tests.simulators.federation import Federation, until
from tests.simulators.link_scenes import ASKER, OWNER, asked, attached, run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("which", ["signing key", "tls key"])
def test_a_revoked_key_ends_the_live_link_and_admits_nobody(tmp_path: Path, which: str) -> None:
    async def scene(fed: Federation) -> None:
        puppet = Puppet(fed, OWNER)
        (found,) = fed.founded.authority.directory.members[puppet.identity.agency].nodes
        more = (
            Revocations(signing_kids=frozenset({found.kid}))
            if which == "signing key"
            else Revocations(tls_public_keys=frozenset({found.tls_public_key_sha256}))
        )
        Authority(fed.root / "authority", fed.clock).revoke(more)
        await until(lambda: not attached(fed, OWNER))
        async with puppet.link("gw1") as link:
            assert await link.refusal() == Reason.UNAUTHENTICATED
        found_now = await asked(fed)
        assert found_now[OWNER] not in {Outcome.HIT, Outcome.NO_HIT}

    run(scene, tmp_path)


def test_a_key_revoked_while_its_link_says_hello_is_not_let_in_either(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        puppet = Puppet(fed)
        async with puppet.link("gw1") as link:
            challenge = (await link.next()).challenge  # it was the directory's node when it came
            more = Revocations(signing_kids=frozenset({bytes(puppet.identity.signing.kid)}))
            Authority(fed.root / "authority", fed.clock).revoke(more)
            mirror = fed.gateways["gw1"].app.mirror
            await until(lambda: not mirror.current.by_signing_kid(puppet.identity.signing.kid))
            with contextlib.suppress(grpc.aio.AioRpcError):  # it may end before its welcome
                await link.attach(challenge)
            assert await link.refusal() == Reason.MEMBER_SUSPENDED

    run(scene, tmp_path)


def test_a_link_ends_with_its_certificate(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        puppet = Puppet(fed)
        authority = fed.founded.authority
        key = load_key(puppet.identity.tls.key_pem)
        profile = Profile(puppet.identity.name, life_ms=3_000)
        now_ms = SystemClock().now_ms()
        short = authority.ca("node").sign(request(key), profile, now_ms)
        left_ms = read_certificate(short).not_after_ms - now_ms
        assert 0 < left_ms <= 3_000
        tls = TlsIdentity(short, puppet.identity.tls.key_pem)
        async with puppet.link("gw1", identity=tls) as link:
            await link.attach()
            assert await link.refusal() == Reason.UNAUTHENTICATED
        assert attached(fed, ASKER) == 1

    run(scene, tmp_path)


def test_a_silent_link_ends_and_those_that_beat_come_back_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.rpc.relay_service, "HEARTBEAT_S", 0.2)
    # Ten seconds: links that come back must not end again while a slow machine asks.
    monkeypatch.setattr(gateway.rpc.relay_service, "HEARTBEATS_MISSED_MAX", 50)

    async def scene(fed: Federation) -> None:
        async with fed.raw_link(ASKER) as silent:
            await silent.attach()
            held = [one.app.links._sessions[0] for one in fed.nodes.values()]
            fed.clock.advance(seconds=11)  # on the clock that links read
            assert await silent.refusal() == Reason.EXPIRED
        for (
            session
        ) in held:  # they end at a beat of their own, and must not pass for what comes back
            await session.ended()
        await fed.linked()
        assert await asked(fed) == {OWNER: Outcome.HIT}

    run(scene, tmp_path)


# --- renewal -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("last_words", [True, False])
def test_a_node_that_ends_right_after_an_answer_has_said_that_it_took_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, last_words: bool
) -> None:
    """A verdict waits for the next message; the gateway's ledger must not say that no answer came in time."""
    if not last_words:
        monkeypatch.setattr(Session, "_last_words", AsyncMock())

    async def scene(fed: Federation) -> None:
        asker = fed.nodes[ASKER]
        answer = asker.app.inbox.on_answer

        def ends_at_once(*told: Any) -> None:
            answer(*told)
            asker.stop.set()

        monkeypatch.setattr(asker.app.inbox, "on_answer", ends_at_once)
        async with fed.caller(ASKER) as node:
            await node.lookup(Vehicle(vin=VIN), why())
        await asker.end()
        relay = fed.gateways["gw1"].app.relay
        await until(lambda: [link.agency for link in relay.links] == [OWNER])
        assert relay.in_flight == (0 if last_words else 1)

    run(scene, tmp_path)
