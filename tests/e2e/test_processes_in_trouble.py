"""Processes killed, halted and out of disk while others work: outcomes stay honest, nothing is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from typing import TYPE_CHECKING

import grpc
import pytest

from comity.api.relay.v1 import relay_service_pb2 as relay
from comity.client import BusyError, Comity, Outcome, Person, Vehicle
from comity.client.errors import ComityCallError
from comity.client.profile import Profile
from comity.logs import LINES_MAX
from tests.simulators.car_question import VIN
from tests.simulators.exchange_scenes import (
    ASKER,
    OTHER,
    OWNER,
    PERSON,
    Puppet,
    entries,
    everything_closed,
    meanwhile,
    outcomes,
    play,
    settled,
    why,
)
from tests.simulators.handshakes import knock
from tests.simulators.installed import disk_full, halted, rows, terminate, until

if TYPE_CHECKING:
    from comity.demo.federation import Federation

FLOOD = 2_000
REPEATED = 512
NOT_SEARCHED = {Outcome.OFFLINE, Outcome.TIMEOUT, Outcome.OVERLOADED, Outcome.ERROR}


def test_a_halted_source_times_out_alone_and_answers_again_afterwards(fed: Federation) -> None:
    with halted(fed.servers[OWNER].pid):
        found = outcomes(fed, wait_s=1.5)
    assert found == {OWNER: Outcome.TIMEOUT, OTHER: Outcome.HIT}
    assert outcomes(fed) == {OWNER: Outcome.HIT, OTHER: Outcome.HIT}


def test_one_gateway_killed_beside_another_costs_no_later_query(fed: Federation) -> None:
    first, second = fed.gateway_names
    fed.servers.pop(first).kill()
    try:
        settled(fed)
        found = [outcomes(fed) for _ in range(5)]
        assert all(one == {OWNER: Outcome.HIT, OTHER: Outcome.HIT} for one in found)
        assert fed.servers[second].process.poll() is None
    finally:
        fed.start(first)


def test_every_gateway_killed_while_queries_run_and_started_again(fed: Federation) -> None:
    with halted(fed.servers[OWNER].pid):
        before = {name: len(entries(fed, name, "relay.accepted")) for name in fed.gateway_names}
        asked = [meanwhile(lambda: outcomes(fed, targets=(OWNER,), wait_s=8)) for _ in range(6)]
        until(
            lambda: (
                sum(len(entries(fed, name, "relay.accepted")) for name in fed.gateway_names)
                >= sum(before.values()) + 6
            )
        )
        for name in fed.gateway_names:
            fed.servers.pop(name).kill()
        for name in fed.gateway_names:
            fed.start(name)
    for one in asked:
        try:
            found = one.result(20)
        except BusyError:
            continue  # coded and retryable is honest too
        assert found[OWNER] in {Outcome.HIT} | NOT_SEARCHED
    settled(fed)
    assert outcomes(fed) == {OWNER: Outcome.HIT, OTHER: Outcome.HIT}


def test_a_source_killed_before_it_answered_counts_as_not_searched(fed: Federation) -> None:
    os.kill(fed.servers[OWNER].pid, signal.SIGSTOP)
    asked = meanwhile(lambda: outcomes(fed, wait_s=10))
    until(lambda: entries(fed, OTHER, "query.answered"))
    fed.servers.pop(OWNER).kill()
    found = asked.result(20)
    fed.start(OWNER)
    assert found[OWNER] in NOT_SEARCHED
    assert found[OTHER] is Outcome.HIT


def test_what_a_source_executed_stays_executed_over_its_death(fed: Federation) -> None:
    sealed = Puppet(fed).query(OWNER)

    async def send() -> None:
        puppet = Puppet(fed)
        async with puppet.link(fed.gateway_names[0]) as link:
            await link.attach()
            await link.send(sealed.encoded)
            await link.next("deliver")

    play(send())
    fed.servers.pop(OWNER).kill()
    disclosed = "select count(*) from disclosure where query_id = ?"
    assert rows(fed.home(OWNER) / "node.db", disclosed, sealed.id) == [(1,)]
    fed.start(OWNER)
    settled(fed)

    async def again() -> None:
        puppet = Puppet(fed)
        for gateway in fed.gateway_names:
            async with puppet.link(gateway) as link:
                await link.attach()
                await link.send(sealed.encoded)
        settled_words = f"query {sealed.id.hex()} refused"
        until(lambda: settled_words in fed.log(OWNER).read_text())

    play(again())
    leaves = "select kind from ledger_entry where envelope_id = ? order by position"
    assert rows(fed.home(OWNER) / "node.db", leaves, sealed.id) == [
        ("query.received",),
        ("query.answered",),
    ]


def test_a_full_disk_at_the_source_is_told_and_loses_nothing(fed: Federation) -> None:
    database = fed.home(OWNER) / "node.db"
    before = entries(fed, OWNER, "query.answered")
    assert before
    with disk_full(fed.servers[OWNER].pid, at_bytes=fed.log(OWNER).stat().st_size + 8192):
        found = [outcomes(fed, wait_s=2)[OWNER] for _ in range(4)]
    assert set(found) - {Outcome.HIT} <= NOT_SEARCHED
    assert found[-1] in NOT_SEARCHED
    assert "the journal's database cannot be" in fed.log(OWNER).read_text()
    settled(fed)
    assert entries(fed, OWNER, "query.answered")[: len(before)] == before
    assert rows(database, "pragma integrity_check") == [("ok",)]


def test_a_full_disk_at_the_asker_refuses_the_question_and_sends_nothing(fed: Federation) -> None:
    received = entries(fed, OWNER, "query.received")
    with disk_full(fed.servers[ASKER].pid, at_bytes=fed.log(ASKER).stat().st_size + 8192):

        def refused() -> str:
            try:
                outcomes(fed, wait_s=2)
            except ComityCallError as error:
                return str(error.reason)
            return ""

        assert until(refused) == "INTERNAL"
        count = len(entries(fed, OWNER, "query.received"))
        assert refused() == "INTERNAL"
        assert len(entries(fed, OWNER, "query.received")) == count >= len(received)
    settled(fed)


def test_a_full_disk_at_the_gateway_is_overload_not_silence(fed: Federation) -> None:
    names = fed.gateway_names
    sizes = [fed.log(name).stat().st_size + 8192 for name in names]
    with (
        disk_full(fed.servers[names[0]].pid, at_bytes=sizes[0]),
        disk_full(fed.servers[names[1]].pid, at_bytes=sizes[1]),
    ):
        nobody = {OWNER: Outcome.OVERLOADED, OTHER: Outcome.OVERLOADED}
        until(lambda: outcomes(fed, wait_s=2) == nobody)


def test_a_link_that_floods_costs_the_others_nothing(fed: Federation) -> None:
    """A member sends more than any bound allows, on every gateway at once, and reads nothing."""
    puppet = Puppet(fed, OTHER)
    sealed = [puppet.query(OWNER).encoded for _ in range(FLOOD)]

    async def flood(gateway: str) -> str:
        async with puppet.link(gateway) as link:
            await link.attach()
            for start in range(0, FLOOD, 16):
                frames = [
                    relay.NodeFrame(send=relay.Send(envelope=one, remaining_ms=5_000))
                    for one in sealed[start : start + 16]
                ]
                try:
                    await link.say(*frames)
                except (grpc.RpcError, asyncio.InvalidStateError):
                    break  # the link was ended
            flooded.set()
            await asyncio.to_thread(answered.wait, 30)
            return ""

    flooded, answered = threading.Event(), threading.Event()
    floods = [meanwhile(lambda name=name: play(flood(name), 60)) for name in fed.gateway_names]
    assert flooded.wait(30)
    try:
        found = [outcomes(fed, targets=(OWNER,), wait_s=20) for _ in range(5)]
    finally:
        answered.set()
    for one in floods:
        one.result(60)
    assert found == [{OWNER: Outcome.HIT}] * 5
    for name in fed.gateway_names:
        assert fed.servers[name].process.poll() is None


def test_neither_a_member_nor_whoever_reaches_its_port_fills_a_gateways_disk_with_its_log(
    fed: Federation,
) -> None:
    gateway, puppet = fed.gateway_names[0], Puppet(fed, OTHER)
    log, before = fed.log(gateway), len(fed.log(gateway).read_text())
    stray = puppet.stray_answer().encoded
    answer = relay.NodeFrame(send=relay.Send(envelope=stray, remaining_ms=5_000))

    async def repeat() -> None:
        async with puppet.link(gateway) as link:
            await link.attach()
            for _ in range(REPEATED // 16):
                await link.say(*[answer] * 16)
            await link.next("credit")  # read, up to its last lot

    def said() -> str:
        return log.read_text()[before:]

    play(repeat(), 60)
    knock(int(puppet.address(gateway).rpartition(":")[2]), 200)
    assert said().count(f"answer of {OTHER} without an open slot") == LINES_MAX
    assert "Handshake" not in said()
    assert len(said()) < 200 * LINES_MAX
    assert outcomes(fed) == {OWNER: Outcome.HIT, OTHER: Outcome.HIT}


def test_a_cancelled_call_leaves_nothing_open(fed: Federation) -> None:
    with halted(fed.servers[OWNER].pid):
        with Comity.open(Profile.load(fed.profile(ASKER, "officer"))) as node:
            asking = meanwhile(lambda: node.lookup(Vehicle(vin=VIN), why(), wait_s=25))
            until(lambda: not everything_closed(fed))
            node.close()
        with pytest.raises(ComityCallError):
            asking.result(10)
        until(lambda: everything_closed(fed))


def test_sigterm_ends_every_program_with_zero_within_seconds(fed: Federation) -> None:
    assert outcomes(fed, Person(PERSON))[OWNER] is Outcome.HIT
    nodes = [agency.id for agency in fed.agencies]
    ended = (
        terminate(fed, *nodes) | terminate(fed, *fed.gateway_names) | terminate(fed, "authority")
    )
    assert set(ended.values()) == {0}, ended
    for name in nodes:
        assert not (fed.home(name) / "node.db-wal").exists()
    fed.start_authority()
    fed.start_all()
