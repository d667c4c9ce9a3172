"""Agency systems and officers at their own node: what they are told when they may not, or when it breaks."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from sqlalchemy import select

from comity.api.query.v1 import (
    justification_pb2,
    query_service_pb2,
    query_service_pb2_grpc,
    reason_pb2,
)
from comity.api.record.v1 import options_pb2
from comity.client import ComityCallError, Outcome, Vehicle
from comity.errors import Reason
from comity.rpc import options
from comity.rpc.errors import refusal_of
from comity.rpc.tls import TlsIdentity, channel_credentials
from comity.store.committing import TroubleError
from comity.store.ledger_schema import entry
from node.exchange import asking as asking_module
from node.records.record import Labels, Record
from node.storage.callers import CallerRegister
from tests.simulators.car_question import VIN
from tests.simulators.exchange_scenes import why
from tests.simulators.federation import Federation, entries_of, until

if TYPE_CHECKING:
    from pathlib import Path

CAR = Record("car", "test", "vehicle", {"vehicle.vin": VIN}, Labels("object"))
ASKER, OWNER = "FR-PJ", "DE-LP"
PLANTED = "Quetzalkanarie lives at Am Wehr 1"


def run(scene: Any, folder: Path, **options: Any) -> None:
    async def play() -> None:
        async with asyncio.timeout(60), Federation.of(folder, (ASKER, OWNER), **options) as fed:
            fed.hold(OWNER, CAR)
            await scene(fed)

    asyncio.run(play())


def test_an_exceptions_text_reaches_no_caller_by_any_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(fed: Federation) -> None:
        async def broken(*_: Any, **__: Any) -> None:
            raise ValueError(PLANTED)

        fed.nodes[ASKER].app.asking.ask = broken
        errors: list[ComityCallError] = []
        async with fed.caller(ASKER) as asker, asker.converse() as talk:

            async def search() -> None:
                async for _ in asker.search(Vehicle(vin=VIN), why()):
                    pass

            for call in (
                lambda: asker.lookup(Vehicle(vin=VIN), why()),
                search,
                lambda: talk.ask(Vehicle(vin=VIN), why()),
            ):
                with pytest.raises(ComityCallError) as raised:
                    await call()
                errors.append(raised.value)
        assert [one.reason for one in errors] == [Reason.INTERNAL] * 3
        for error in errors:
            assert PLANTED not in repr(error.__cause__) + repr(error) + str(error)
            assert error.reference
            assert error.reference in caplog.text
        assert PLANTED not in caplog.text

    run(scene, tmp_path)


def test_a_fault_at_the_source_is_error_and_releases_neither_data_nor_text(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        class Broken:
            async def decide(self, *_: Any) -> None:
                raise ValueError(PLANTED)

        fed.nodes[OWNER].app.answering._deciding = Broken()
        async with fed.caller(ASKER) as asker:
            reply = await asker.lookup(Vehicle(vin=VIN), why())
        (answer,) = reply.answers
        assert (answer.outcome, answer.hits, answer.complete) == (Outcome.ERROR, (), False)
        assert PLANTED not in repr(reply)

    run(scene, tmp_path)


@pytest.mark.parametrize("full", [False, True])
def test_a_caller_who_goes_while_its_intent_is_entered_leaves_both_entries_or_none(
    tmp_path: Path, *, full: bool
) -> None:
    async def scene(fed: Federation) -> None:
        app, loop = fed.nodes[ASKER].app, asyncio.get_running_loop()
        ask, commit = app.asking.ask, app.journal._committer.commit
        asking: list[asyncio.Task[Any]] = []
        entered: list[bytes] = []
        arrived, going = asyncio.Event(), threading.Event()

        async def noted(*args: Any, **more: Any) -> Any:
            asking.append(asyncio.current_task())
            return await ask(*args, **more)

        def slow(batch: list[Any]) -> Any:
            app.journal._committer.commit = commit
            entered.append(batch[0].drafts[0].envelope_id)
            loop.call_soon_threadsafe(arrived.set)
            going.wait(10)
            return [TroubleError("full") for _ in batch] if full else commit(batch)

        app.asking.ask, app.journal._committer.commit = noted, slow
        app.journal._estimate_s = 1.0  # a slow disk: commits run beside the loop

        async def leave() -> None:
            await arrived.wait()
            asking[0].cancel()
            await until(asking[0].done)
            going.set()

        async with fed.caller(ASKER) as asker, asyncio.TaskGroup() as tasks:
            tasks.create_task(leave())
            with contextlib.suppress(ComityCallError):
                await asker.lookup(Vehicle(vin=VIN), why())
        await app.journal.write(())
        await app.journal.write(())
        both = ["query.asked", "query.closed"]
        assert entries_of(app.engine, entered[0]) == ([] if full else both)

    run(scene, tmp_path)


def test_a_system_that_asks_without_end_leaves_room_for_the_agencys_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking_module, "QUERIES_PER_CALLER_MAX", 2)
    monkeypatch.setattr(asking_module, "QUERIES_OPEN_MAX", 3)

    async def scene(fed: Federation) -> None:
        asking, answering = fed.nodes[ASKER].app.asking, fed.nodes[OWNER].app.answering
        deciding, going = answering._deciding, asyncio.Event()

        class Slow:
            async def decide(self, *question: Any) -> Any:
                await going.wait()
                return await deciding.decide(*question)

        answering._deciding = Slow()
        async with (
            fed.caller(ASKER, "gate", "system") as greedy,
            fed.caller(ASKER, "other") as other,
            asyncio.TaskGroup() as tasks,
        ):

            def ask(caller: Any) -> Any:
                return tasks.create_task(caller.lookup(Vehicle(vin=VIN), why(), wait_s=30))

            asked = [ask(greedy), ask(greedy)]
            await until(lambda: asking.in_flight == 2)
            with pytest.raises(ComityCallError) as refused:
                await greedy.lookup(Vehicle(vin=VIN), why())
            assert refused.value.reason is Reason.OVERLOADED
            asked.append(ask(other))  # without the bound, the third place would be taken
            await until(lambda: asking.in_flight == 3)
            going.set()
        assert [one.result().answers[0].outcome for one in asked] == [Outcome.HIT] * 3
        assert asking._by_caller == {}

    run(scene, tmp_path)


def test_a_flood_is_refused_before_it_reaches_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the disk is slow nothing is out yet; what waits to be entered counts all the same."""
    monkeypatch.setattr(asking_module, "QUERIES_OPEN_MAX", 3)

    async def scene(fed: Federation) -> None:
        app, going = fed.nodes[ASKER].app, threading.Event()
        commit = app.journal._committer.commit

        def slow(batch: list[Any]) -> Any:
            going.wait(10)
            return commit(batch)

        app.journal._committer.commit = slow
        app.journal._estimate_s = 1.0  # commits run beside the loop
        async with (
            fed.caller(ASKER) as asker,
            fed.caller(ASKER, "other") as other,
            asyncio.TaskGroup() as tasks,
        ):

            def ask(caller: Any) -> Any:
                return tasks.create_task(caller.lookup(Vehicle(vin=VIN), why(), wait_s=8))

            asked = [ask(asker), ask(asker), ask(other)]
            await until(lambda: sum(app.asking._by_caller.values()) == 3)
            assert app.asking.in_flight == 0
            with pytest.raises(ComityCallError) as refused:
                await other.lookup(Vehicle(vin=VIN), why(), wait_s=2)
            assert refused.value.reason is Reason.OVERLOADED
            going.set()
        assert [one.result().answers[0].outcome for one in asked] == [Outcome.HIT] * 3
        with app.engine.connect() as connection:
            kinds = connection.execute(select(entry.c.kind)).scalars().all()
        assert kinds.count("query.asked") == 3

    run(scene, tmp_path)


def test_a_caller_revoked_while_it_converses_asks_nothing_more(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        app = fed.nodes[ASKER].app
        async with fed.caller(ASKER, role="system") as asker, asker.converse() as talk:
            first = await talk.ask(Vehicle(vin=VIN), why())
            CallerRegister(app.engine, fed.clock).revoke("officer")
            fed.clock.advance(seconds=6)  # a role is believed for five seconds
            with pytest.raises(ComityCallError) as refused:
                await talk.ask(Vehicle(vin=VIN), why())
        assert first.answers[0].outcome is Outcome.HIT
        assert refused.value.reason is Reason.UNAUTHENTICATED

    run(scene, tmp_path)


def test_a_gateway_that_ends_in_order_costs_no_query(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        found: list[Outcome] = []
        stop = asyncio.Event()

        async def ask_on() -> None:
            async with fed.caller(ASKER, role="system") as asker, asker.converse() as talk:
                while not stop.is_set():
                    reply = await talk.ask(Vehicle(vin=VIN), why(), wait_s=20)
                    found.append(reply.answers[0].outcome)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(ask_on())
            await until(lambda: found)
            await fed.gateways["gw1"].end()
            count = len(found)
            await until(lambda: len(found) > count)
            stop.set()
        assert set(found) == {Outcome.HIT}

    run(scene, tmp_path, gateways=2)


def ask(correlation: int, **changes: Any) -> query_service_pb2.Ask:
    justification: dict[str, Any] = {
        "purpose": justification_pb2.PURPOSE_INVESTIGATE,
        "case_reference": "FR-2026-1",
        "offence": "drug-trafficking",
        "subject_category": justification_pb2.SUBJECT_CATEGORY_SUSPECT,
        "aim": justification_pb2.AIM_IDENTIFY,
        "legal_basis": "EU-2023-977",
    }
    question: dict[str, Any] = {
        "selectors": [{"vehicle": {"vin": VIN}}],
        "justification": justification | changes,
        "stage": options_pb2.STAGE_CORE,
        "urgency": query_service_pb2.URGENCY_NORMAL,
        "wait_ms": 8_000,
    }
    return query_service_pb2.Ask(
        correlation=correlation, question=query_service_pb2.Question(**question)
    )


def test_a_conversation_refuses_what_is_wrong_by_number_and_field_and_goes_on(
    tmp_path: Path,
) -> None:
    async def scene(fed: Federation) -> None:
        fed.caller(ASKER, role="system")
        folder = fed.root / "callers" / ASKER / "officer"
        pem, key, ca = (
            (folder / name).read_bytes() for name in ("certificate.pem", "key.pem", "ca.pem")
        )
        credentials = channel_credentials(TlsIdentity(pem, key), server_ca_pem=ca)
        address = f"127.0.0.1:{fed.nodes[ASKER].port}"
        async with grpc.aio.secure_channel(
            address, credentials, options=options.API_CHANNEL
        ) as channel:
            talk: Any = query_service_pb2_grpc.QueryServiceStub(channel).Converse()
            batch = [ask(1), ask(1), ask(2, case_reference="no spaces"), ask(3, offence="dissent")]
            await talk.write(query_service_pb2.ConverseRequest(asks=batch))
            told: list[Any] = []
            while len(told) < 4:
                told += (await talk.read()).tolds
            refused = {
                (one.correlation, reason_pb2.ErrorReason.Name(one.refused.reason)[13:]): one.refused
                for one in told
                if one.HasField("refused")
            }
            assert set(refused) == {
                (1, "DUPLICATE"),
                (2, "JUSTIFICATION_REQUIRED"),
                (3, "ADMISSION_DENIED"),
            }
            field = refused[2, "JUSTIFICATION_REQUIRED"].field
            assert field == "question.justification.case_reference"
            (answered,) = [one for one in told if one.answers]
            assert answered.answers[0].source == OWNER
            flood = [ask(number) for number in range(10, 75)]
            await talk.write(query_service_pb2.ConverseRequest(asks=flood))
            found = refusal_of(await _ended(talk))
            assert found is not None
            assert (found.reason, found.field) == (Reason.INVALID_REQUEST, "asks")
        assert fed.nodes[ASKER].app.asking.in_flight == 0

    run(scene, tmp_path)


async def _ended(call: Any) -> grpc.aio.AioRpcError:
    try:
        while await call.read() is not grpc.aio.EOF:
            pass
    except grpc.aio.AioRpcError as error:
        return error
    trailing = await call.trailing_metadata()
    return grpc.aio.AioRpcError(await call.code(), trailing, trailing)
