"""Calls of an agency's own people end with their access, whatever is under way, and tell nothing more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from comity.api.admin.v1 import policy_service_pb2 as api
from comity.authority.ca import Profile, load_key, request
from comity.cli.policy import remote
from comity.client import AsyncComity, ComityCallError, Vehicle
from comity.clock import SystemClock
from comity.errors import Reason
from comity.identity.names import SpiffeId, machine_name
from node.rpc import callers as callers_module
from node.storage.callers import CallerRegister
from node.systems import systems_ca
from tests.integration.test_examiner import laborious
from tests.simulators.car_question import VIN
from tests.simulators.exchange_scenes import why
from tests.simulators.federation import Federation, until
from tests.simulators.link_scenes import ASKER, OWNER, run

if TYPE_CHECKING:
    from pathlib import Path

SOON_S = 8.0


class Held:
    """A federation in which an owner decides nothing until it is let go."""

    def __init__(self, fed: Federation) -> None:
        self.fed = fed
        self.asking = fed.nodes[ASKER].app.asking
        self.going = asyncio.Event()
        answering = fed.nodes[OWNER].app.answering
        deciding = answering._deciding

        class Slow:
            async def decide(_, *question: Any) -> Any:  # noqa: N805  # the scene is around it
                await self.going.wait()
                return await deciding.decide(*question)

        answering._deciding = Slow()


async def looked_up(asker: Any) -> None:
    await asker.lookup(Vehicle(vin=VIN), why(), wait_s=30)


async def searched(asker: Any) -> None:
    async for _ in asker.search(Vehicle(vin=VIN), why(), wait_s=30):
        pass


async def conversed(asker: Any) -> None:
    async with asker.converse() as talk:
        await talk.ask(Vehicle(vin=VIN), why(), wait_s=30)


CALLS = [looked_up, searched, conversed]


async def reason(call: Any, asker: Any) -> Reason | None:
    """What a call is refused with; none when it was answered."""
    try:
        await call(asker)
    except ComityCallError as error:
        return error.reason
    return None


def scene(play: Any, folder: Path) -> None:
    async def around(fed: Federation) -> None:
        held = Held(fed)
        try:
            await play(fed, held)
        finally:
            held.going.set()

    run(around, folder)


def revoked(fed: Federation) -> None:
    CallerRegister(fed.nodes[ASKER].app.engine, fed.clock).revoke("officer")


def of_another_role(fed: Federation) -> None:
    """No command does this; whoever writes into the register itself makes nobody keep what they lost."""
    with fed.nodes[ASKER].app.engine.begin() as connection:
        connection.execute(text("UPDATE caller SET role = 'auditor'"))


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("become", [revoked, of_another_role])
def test_a_call_under_way_ends_when_its_caller_may_not_make_it_any_more(
    tmp_path: Path, become: Any, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers_module, "ROLE_BELIEVED_S", 0.05)

    async def play(fed: Federation, held: Held) -> None:
        async with fed.caller(ASKER) as asker, asyncio.TaskGroup() as tasks:
            under_way = tasks.create_task(reason(call, asker))
            await until(lambda: held.asking.in_flight == 1)
            become(fed)
            await asyncio.wait([under_way], timeout=SOON_S)
            held.going.set()
        assert under_way.result() is Reason.UNAUTHENTICATED
        await until(lambda: held.asking.in_flight == 0)

    scene(play, tmp_path)


def test_calls_of_whoever_keeps_access_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers_module, "ROLE_BELIEVED_S", 0.05)

    async def play(fed: Federation, held: Held) -> None:
        async with (
            fed.caller(ASKER) as asker,
            fed.caller(ASKER, "other") as other,
            asyncio.TaskGroup() as tasks,
        ):
            under_way = [tasks.create_task(reason(looked_up, one)) for one in (asker, other)]
            await until(lambda: held.asking.in_flight == 2)
            CallerRegister(fed.nodes[ASKER].app.engine, fed.clock).revoke("officer")
            await until(under_way[0].done)
            held.going.set()
        assert [one.result() for one in under_way] == [Reason.UNAUTHENTICATED, None]

    scene(play, tmp_path)


def test_while_the_register_cannot_be_asked_calls_go_on_and_are_looked_up_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(callers_module, "ROLE_BELIEVED_S", 0.05)

    async def play(fed: Federation, held: Held) -> None:
        engine = fed.nodes[ASKER].app.engine

        def rename(statement: str) -> None:
            with engine.begin() as connection:
                connection.execute(text(statement))

        async with fed.caller(ASKER) as asker, asyncio.TaskGroup() as tasks:
            under_way = tasks.create_task(reason(looked_up, asker))
            await until(lambda: held.asking.in_flight == 1)
            rename("ALTER TABLE caller RENAME TO away")
            await until(lambda: caplog.text.count("OperationalError") > 1)
            rename("ALTER TABLE away RENAME TO caller")
            assert not under_way.done()
            CallerRegister(engine, fed.clock).revoke("officer")
            await asyncio.wait([under_way], timeout=SOON_S)
            held.going.set()
        assert under_way.result() is Reason.UNAUTHENTICATED

    scene(play, tmp_path)


@pytest.mark.parametrize("call", CALLS)
def test_a_call_under_way_ends_with_its_callers_certificate(tmp_path: Path, call: Any) -> None:
    async def play(fed: Federation, held: Held) -> None:
        profile = fed.profile(ASKER, "officer", "officer")
        _shorten(fed, profile.parent, life_ms=3_000)
        async with AsyncComity.open(profile) as short:
            async with asyncio.TaskGroup() as tasks:
                under_way = tasks.create_task(reason(call, short))
                await until(lambda: held.asking.in_flight == 1 or under_way.done())
                await asyncio.wait([under_way], timeout=SOON_S)
                held.going.set()
            assert under_way.result() is Reason.UNAUTHENTICATED

    scene(play, tmp_path)


def _shorten(fed: Federation, folder: Path, *, life_ms: int) -> None:
    """A caller's certificate again, which soon ends."""
    ca = systems_ca(fed.home(ASKER), ASKER, fed.clock.now_ms())
    identity = fed.nodes[ASKER].app.identity
    name = SpiffeId.system(identity.federation, identity.agency, machine_name("officer"))
    key = load_key((folder / "key.pem").read_bytes())
    profile = Profile(name, life_ms=life_ms)
    signed = ca.sign(request(key), profile, SystemClock().now_ms())
    (folder / "certificate.pem").write_bytes(signed)


def test_an_examination_of_law_ends_with_its_officers_access(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers_module, "ROLE_BELIEVED_S", 0.05)
    law = laborious(tmp_path / "laborious")
    asked = api.ExamineLawRequest(
        examination=api.EXAMINATION_PROVE, archive=law.archive, packs=law.packs
    )

    async def play(fed: Federation) -> None:
        app, loop = fed.nodes[OWNER].app, asyncio.get_running_loop()
        profile = str(fed.profile(OWNER, "anna", "policy-editor"))
        told = asyncio.Event()

        def examined() -> None:
            with remote.service(profile) as node:
                for _ in node.told("ExamineLaw", asked, timeout_s=SOON_S):
                    loop.call_soon_threadsafe(told.set)

        async with asyncio.TaskGroup() as tasks:
            under_way = tasks.create_task(_refused(examined))
            await told.wait()  # it is looked at
            CallerRegister(app.engine, fed.clock).revoke("anna")
        assert under_way.result() is Reason.UNAUTHENTICATED
        await until(lambda: app.law.examining._examiner._waiting == 0)  # and the process has ended

    run(play, tmp_path)


async def _refused(call: Any) -> Reason | None:
    try:
        await asyncio.to_thread(call)
    except ComityCallError as error:
        return error.reason
    return None
