"""Calls of both clients against a node's contract over real mutual TLS on loopback."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import pytest

from comity import client as sdk
from comity.client import (
    Aim,
    AsyncComity,
    ClosedError,
    Comity,
    ComityCallError,
    Document,
    ExpiredError,
    FaultError,
    Justification,
    MissingError,
    Outcome,
    Person,
    Purpose,
    Reason,
    SourceAnswer,
    SubjectCategory,
    Summary,
    Unreachable,
    calls,
)
from comity.client.errors import ERRORS
from comity.errors import CATALOGUE
from tests.simulators.certificates import TestAuthority
from tests.simulators.query_node import CALLER, QUERY_ID, Served, served, write_profile

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

WHOM = Person("Muhammad al-Hasan", birth_date="1974-03-09")


def why(case: str = "HIT-4711") -> Justification:
    return Justification(
        purpose=Purpose.INVESTIGATE,
        case_reference=case,
        offence="drug-trafficking",
        subject_category=SubjectCategory.SUSPECT,
        aim=Aim.IDENTIFY,
        legal_basis="EU-2023-977",
    )


def with_node(folder: Path, story: Callable[[Served], Awaitable[None]]) -> None:
    async def run() -> None:
        async with served(folder) as node:
            await story(node)

    asyncio.run(run())


def test_a_lookup_in_ten_lines_returns_every_sources_outcome(tmp_path: Path) -> None:
    async def story(node: Served) -> None:
        def program() -> None:
            with Comity.open(node.profile) as comity:
                reply = comity.lookup(WHOM, why(), targets=("DE-LP", "GB-CA", "ZZ-IM"))
            assert reply.query_id == QUERY_ID
            assert [one.outcome for one in reply.answers] == ["HIT", "HIT", "OFFLINE"]
            assert reply.not_searched == ("ZZ-IM",)
            source, hit = reply.hits[0]
            assert source == "DE-LP"
            assert hit.record.fields["person.birth_date"] == "1974"
            assert hit.record.fields["person.names"] == (
                {"kind": "LEGAL", "full": "Мухаммад аль-Хасан", "script": "Cyrl"},
                {"kind": "ALIAS", "full": "محمد الحسن", "script": "Arab"},
            )
            assert hit.treatments[4].approval is not None
            assert hit.record.assertion is not None
            assert hit.record.assertion.handling_code == "H1"

        await asyncio.to_thread(program)
        assert node.node.callers == [CALLER]
        asked = node.node.asked[0]
        assert list(asked.targets) == ["DE-LP", "GB-CA", "ZZ-IM"]
        assert asked.wait_ms == 5000
        assert asked.selectors[0].person.birth_date == "1974-03-09"

    with_node(tmp_path, story)


def test_both_clients_stream_answers_and_end_with_the_summary(tmp_path: Path) -> None:
    async def story(node: Served) -> None:
        def program() -> list[SourceAnswer | Summary]:
            with Comity.open(node.profile) as comity:
                return list(comity.search(WHOM, why()))

        told = await asyncio.to_thread(program)
        async with AsyncComity.open(node.profile) as comity:
            asynchronous = [one async for one in comity.search(WHOM, why())]
        assert told == asynchronous
        assert [type(one) for one in told] == [SourceAnswer] * 3 + [Summary]

    with_node(tmp_path, story)


def test_a_stream_that_ends_without_its_summary_is_an_error(tmp_path: Path) -> None:
    async def story(node: Served) -> None:
        def program() -> None:
            with Comity.open(node.profile) as comity, pytest.raises(FaultError):
                list(comity.search(WHOM, why("CUT-1")))

        await asyncio.to_thread(program)
        async with AsyncComity.open(node.profile) as comity:
            with pytest.raises(FaultError):
                [one async for one in comity.search(WHOM, why("CUT-1"))]

    with_node(tmp_path, story)


def test_every_reason_reaches_the_caller_as_its_error_on_every_way_of_asking(
    tmp_path: Path,
) -> None:
    async def story(node: Served) -> None:
        def blocking(reason: Reason) -> ComityCallError:
            with (
                Comity.open(node.profile) as comity,
                pytest.raises(ComityCallError) as refused,
            ):
                comity.lookup(WHOM, why(f"REASON-{reason}"))
            return refused.value

        async with AsyncComity.open(node.profile) as comity, comity.converse() as conversation:
            for reason in Reason:
                found = [await asyncio.to_thread(blocking, reason)]
                for ask in (comity.lookup, conversation.ask):
                    with pytest.raises(ComityCallError) as refused:
                        await ask(WHOM, why(f"REASON-{reason}"))
                    found.append(refused.value)
                for error in found:
                    assert type(error) is ERRORS[reason]
                    assert error.reason is reason
                    assert error.sentence == CATALOGUE[reason].sentence
                    assert error.retryable is CATALOGUE[reason].retryable
                    assert "internal words" not in str(error)
                    if reason is Reason.INTERNAL:
                        assert error.reference
                        assert "Hasan" not in str(error)
                    else:
                        assert error.field == "question.targets"

    with_node(tmp_path, story)


def test_every_call_has_a_deadline_that_the_node_sees(tmp_path: Path) -> None:
    async def story(node: Served) -> None:
        async with AsyncComity.open(node.profile) as comity:
            await comity.lookup(WHOM, why(), wait_s=3)
            [one async for one in comity.search(WHOM, why(), wait_s=3)]
        for seen in node.node.deadlines_s:
            assert seen is not None
            assert 3 < seen <= 3 + calls.MARGIN_S + 0.1  # gRPC rounds

    with_node(tmp_path, story)


def test_a_silent_node_ends_in_expired_not_in_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "MARGIN_S", 0.05)

    async def story(node: Served) -> None:
        def program() -> None:
            with Comity.open(node.profile) as comity, pytest.raises(ExpiredError):
                comity.lookup(WHOM, why("SLOW-1"), wait_s=0.05)

        await asyncio.to_thread(program)
        async with AsyncComity.open(node.profile) as comity, comity.converse() as conversation:
            with pytest.raises(ExpiredError) as expired:
                await comity.lookup(WHOM, why("SLOW-1"), wait_s=0.05)
            assert not expired.value.retryable
            with pytest.raises(ExpiredError):
                await conversation.ask(WHOM, why("SLOW-1"), wait_s=0.05)
            # The held stream outlives a question that expired.
            reply = await conversation.ask(WHOM, why("ALL-1"))
            assert reply.answers[0].outcome is Outcome.NO_HIT

    with_node(tmp_path, story)


def test_a_cancelled_call_is_cancelled_at_the_node(tmp_path: Path) -> None:
    async def story(node: Served) -> None:
        async with AsyncComity.open(node.profile) as comity:
            async with asyncio.TaskGroup() as tasks:
                asking = tasks.create_task(comity.lookup(WHOM, why("SLOW-1")))
                await node.node.arrived.wait()
                asking.cancel()
            await node.node.cancelled.wait()
            node.node.cancelled.clear()
            async for _ in comity.search(WHOM, why("SLOW-1")):
                break  # leaving the loop gives the rest up
            await node.node.arrived.wait()
        await node.node.cancelled.wait()

    with_node(tmp_path, story)


def test_a_closed_client_says_so_and_closing_twice_is_harmless(tmp_path: Path) -> None:
    async def story(node: Served) -> None:
        def program() -> None:
            comity = Comity.open(node.profile)
            comity.close()
            comity.close()
            assert "closed" in repr(comity)
            with pytest.raises(ClosedError, match="client is closed"):
                comity.lookup(WHOM, why())
            with pytest.raises(ClosedError):
                next(comity.search(WHOM, why()))
            with pytest.raises(ClosedError):
                next(comity.queries())

        await asyncio.to_thread(program)
        comity = AsyncComity.open(node.profile)
        await comity.close()
        await comity.close()
        for call in (comity.lookup(WHOM, why()), comity.query(QUERY_ID)):
            with pytest.raises(ClosedError, match="client is closed"):
                await call
        with pytest.raises(ClosedError):
            async with comity.converse():
                pass
        assert node.node.asked == []

    with_node(tmp_path, story)


def test_closing_a_client_ends_its_calls_in_flight(tmp_path: Path) -> None:
    async def story(node: Served) -> None:
        comity = AsyncComity.open(node.profile)

        async def ask() -> None:
            with pytest.raises(ClosedError):
                await comity.lookup(WHOM, why("SLOW-1"))

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(ask())
            await node.node.arrived.wait()
            await comity.close()

    with_node(tmp_path, story)


def test_nobody_there_is_unreachable_and_nothing_was_asked(tmp_path: Path) -> None:
    async def story(node: Served) -> None:
        await node.stop()

        def program() -> None:
            with (
                Comity.open(node.profile, connect_s=0.05) as comity,
                pytest.raises(Unreachable, match="nothing was asked") as nobody,
            ):
                comity.lookup(WHOM, why())
            assert nobody.value.reason is None
            assert nobody.value.retryable

        await asyncio.to_thread(program)
        async with AsyncComity.open(node.profile, connect_s=0.05) as comity:
            with pytest.raises(Unreachable, match="nothing was asked"):
                await comity.lookup(WHOM, why())
            with pytest.raises(Unreachable, match="nothing was asked"):
                async with comity.converse() as conversation:
                    await conversation.ask(WHOM, why())

    with_node(tmp_path, story)


def test_a_node_under_another_authority_is_not_talked_to(tmp_path: Path) -> None:
    async def run() -> None:
        stranger = TestAuthority.create("stranger").issue("spiffe://x/listener", server=True)
        async with served(tmp_path, server=stranger) as node:
            async with AsyncComity.open(node.profile, connect_s=0.05) as comity:
                with pytest.raises(Unreachable, match="could not be authenticated"):
                    await comity.lookup(WHOM, why())
            assert node.node.asked == []

    asyncio.run(run())


def test_of_a_connection_that_is_ended_nobody_says_that_a_certificate_was_wrong(
    tmp_path: Path,
) -> None:
    """A busy node ends a handshake that takes too long; a wrong cause sends people to the wrong place."""

    async def run() -> None:
        async def end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            writer.close()

        async with await asyncio.start_server(end, "127.0.0.1", 0) as busy:
            port = busy.sockets[0].getsockname()[1]
            profile = write_profile(tmp_path, f"127.0.0.1:{port}", TestAuthority.create())
            async with AsyncComity.open(profile, connect_s=0.2) as comity:
                with pytest.raises(Unreachable, match="ended the connection before") as ended:
                    await comity.lookup(WHOM, why())
            assert ended.value.retryable

    asyncio.run(run())


def test_a_caller_of_another_authority_is_never_heard(tmp_path: Path) -> None:
    async def run() -> None:
        own = TestAuthority.create()
        async with served(tmp_path, authority=own) as node:
            foreign = TestAuthority.create("foreign").issue(CALLER)
            write_profile(tmp_path, f"127.0.0.1:{node.listener.port}", own, identity=foreign)
            async with AsyncComity.open(node.profile, connect_s=0.2) as comity:
                with pytest.raises(Unreachable):
                    await comity.lookup(WHOM, why())
            assert node.node.asked == []

    asyncio.run(run())


def test_past_queries_come_page_by_page_and_one_by_its_id(tmp_path: Path) -> None:
    async def story(node: Served) -> None:
        node.node.pages = 3
        async with AsyncComity.open(node.profile) as comity:
            found = [one async for one in comity.queries()]
            assert [one.query_id for one in found] == [QUERY_ID] * 3
            past = await comity.query(QUERY_ID)
            assert past.question is not None
            assert past.question.selectors == (Person("Muhammad al-Hasan", birth_date="1974"),)
            assert past.question.justification == why()
            with pytest.raises(MissingError):
                await comity.query("00" * 32)

    with_node(tmp_path, story)


def test_misuse_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    async def story(node: Served) -> None:
        async with AsyncComity.open(node.profile) as comity:
            with pytest.raises(TypeError, match="not one text"):
                await comity.lookup(WHOM, why(), targets="DE-LP")
            with pytest.raises(TypeError, match="needs a Justification"):
                await comity.lookup(WHOM, None)  # type: ignore[arg-type]
            with pytest.raises(TypeError, match="no selector"):
                await comity.lookup("Muhammad", why())  # type: ignore[arg-type]
            for wait_s in (0, -1, 61):
                with pytest.raises(ValueError, match="wait_s"):
                    await comity.lookup(WHOM, why(), wait_s=wait_s)
            with pytest.raises(ClosedError, match="async with"):
                await comity.converse().ask(WHOM, why())
        assert node.node.asked == []

    with_node(tmp_path, story)


def test_no_personal_data_in_any_log_or_repr(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    canaries = ("Hasan", "1974", "4711", "Мухаммад", "محمد", "AB123456", "necessary because")
    seen: list[object] = [WHOM, Document("AB123456"), why("HIT-4711")]
    seen.append(
        Justification(
            purpose=Purpose.INVESTIGATE,
            case_reference="HIT-4711",
            offence="none",
            subject_category=SubjectCategory.SUSPECT,
            aim=Aim.IDENTIFY,
            legal_basis="EU-2023-977",
            necessity="necessary because",
        )
    )

    async def story(node: Served) -> None:
        async with AsyncComity.open(node.profile) as comity, comity.converse() as conversation:
            seen.extend([comity, conversation, await comity.lookup(WHOM, why())])
            seen.append(await comity.query(QUERY_ID))
            seen.append(await conversation.ask(WHOM, why("ALL-4711")))
            with pytest.raises(FaultError) as fault:
                await comity.lookup(WHOM, why("REASON-INTERNAL"))
            seen.append(fault.value)

    with_node(tmp_path, story)
    text = "\n".join([*(repr(one) for one in seen), caplog.text])
    for canary in canaries:
        assert canary not in text
    assert "Person(name=…, birth_date=…)" in text


def test_the_exported_names_are_these() -> None:
    assert sorted(sdk.__all__) == sdk.__all__
    for name in sdk.__all__:
        assert getattr(sdk, name) is not None
    assert {"Comity", "AsyncComity", "Justification", "Person", "Reply", "Unreachable"} <= set(
        sdk.__all__
    )
    assert len(sdk.__all__) == 63
