"""Both parties of a disclosure hold a proof of it, and auditors read what stands in the ledger, logged."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from click.testing import CliRunner

from comity.api.ledger.v1 import ledger_service_pb2 as api
from comity.api.ledger.v1 import ledger_service_pb2_grpc as api_grpc
from comity.cli.main import comity
from comity.client import Outcome, Person, Reply, Stage
from comity.errors import ExitCode
from comity.ledger import Verifier, verify_opened
from comity.ledger.audit import Audit, Entry
from comity.ledger.entry import LEAF_BYTES
from comity.rpc.errors import refusal_of
from comity.store.reader import LedgerReader
from tests.integration.test_exchange import run, suspect, why
from tests.simulators.ledgers import tamper

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

    from comity.client import AsyncComity
    from tests.simulators.federation import Federation

OWNER, ASKER = "DE-LP", "FR-PJ"
NAME = Person("Muhammad al-Hassan", birth_date="1974")


def vkey(fed: Federation, agency: str) -> str:
    """The key of a member's ledger, by the directory that another member holds."""
    other = ASKER if agency == OWNER else OWNER
    directory = fed.nodes[other].app.directories.current
    return directory.members[agency].nodes[0].ledger_vkey


def logged(fed: Federation, agency: str) -> list[Entry]:
    """Every entry of a member's ledger, audited by its key from the directory."""
    with LedgerReader.open(fed.home(agency) / "node.db") as log:
        entries = list(log.entries())
        audit = Audit(Verifier(vkey(fed, agency)), (), log.tile, log.ids)
        assert list(audit.run(entries, log.heads()))
    assert audit.sound, audit.findings
    return entries


async def ask(fed: Federation, node: AsyncComity, selector: Person = NAME, **more: Any) -> Reply:
    return await node.lookup(selector, why(**more), stage=Stage.FULL)


def test_the_requester_keeps_a_receipt_that_it_can_show(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        fed.hold(OWNER, suspect())
        async with fed.caller(ASKER) as node:
            reply = await ask(fed, node)
            past = await node.query(reply.query_id)
        (told,), (kept,) = reply.answers, past.answers
        assert told.outcome is Outcome.HIT
        assert kept.receipt == told.receipt
        proven = verify_opened(kept.receipt, key=vkey(fed, OWNER))
        assert proven.said.kind == "query.answered"
        assert proven.said.envelope_id.hex() == reply.query_id
        details = json.loads(proven.said.details)
        assert details["answer"] == told.answer_digest.hex()
        assert details["outcome"] == 1
        # The owner holds the same entry, at the same place, and can prove it as well.
        own = logged(fed, OWNER)[proven.position]
        assert own.details == proven.said.details
        with LedgerReader.open(fed.home(OWNER) / "node.db") as log:
            assert log.try_prove(own) is not None

    run(scene, tmp_path)


def test_a_received_query_writes_two_equal_leaves_whatever_the_outcome(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        fed.hold(OWNER, suspect(), suspect("Lena Amsel", "victim"))
        async with fed.caller(ASKER) as node:
            replies = [
                await ask(fed, node),
                await ask(fed, node, Person("Nobody Anywhere", birth_date="1974")),
                await ask(fed, node, Person("Lena Amsel", birth_date="1974")),
            ]
            fed.nodes[OWNER].app.answering._deciding = None  # whatever it does now is a fault
            replies.append(await ask(fed, node))
        outcomes = {reply.answers[0].outcome for reply in replies}
        assert {Outcome.HIT, Outcome.NO_HIT, Outcome.ERROR} <= outcomes
        entries = logged(fed, OWNER)
        for reply in replies:
            about = [one for one in entries if one.envelope_id.hex() == reply.query_id]
            assert [one.kind for one in about] == ["query.received", "query.answered"]
            assert {len(one.leaf) for one in about} == {LEAF_BYTES}
        assert len(entries) == 2 * len(replies)

    run(scene, tmp_path)


async def refused(call: Awaitable[Any]) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    refusal = refusal_of(caught.value)
    assert refusal is not None
    return refusal.reason.value


def stub_of(node: AsyncComity) -> Any:
    """The same caller's stub of the ledger's service."""
    make: Any = api_grpc.LedgerServiceStub
    return make(node._channel)


def test_an_auditor_reads_what_happened_and_can_check_all_of_it(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        fed.hold(OWNER, suspect())
        async with fed.caller(ASKER) as node:
            replies = [await ask(fed, node) for _ in range(3)]
        key = vkey(fed, OWNER)
        async with fed.caller(OWNER, "revision", "auditor") as auditor:
            stub = stub_of(auditor)
            query_id = bytes.fromhex(replies[1].query_id)
            told = await stub.ListEntries(api.ListEntriesRequest(envelope_id=query_id))
            kinds = [one.kind for one in told.entries]
            assert kinds == ["ledger.read", "query.answered", "query.received"]
            for one in told.entries:
                proven = verify_opened(one.proof, key=key)
                assert proven.position == one.index
                assert proven.said.details == one.details.encode()
                assert proven.said.at_ms == one.at.ToMilliseconds()
            # Page by page, newest first; each page was logged before it was handed out.
            seen, token = [], ""
            while True:
                page = await stub.ListEntries(api.ListEntriesRequest(page_size=3, page_token=token))
                seen += [one.index for one in page.entries]
                token = page.next_page_token
                if not token:
                    break
            assert seen == list(range(seen[0], -1, -1))
            head = await stub.GetCheckpoint(api.GetCheckpointRequest())
        assert Verifier(key).checkpoint(head.checkpoint).size == len(logged(fed, OWNER))
        read = [one for one in logged(fed, OWNER) if one.kind == "ledger.read"]
        assert len(read) >= 4
        assert json.loads(read[0].details or b"") == {
            "reader": "revision",
            "role": "auditor",
            "what": "entries of this query",
        }
        assert read[0].envelope_id == query_id

    run(scene, tmp_path)


def test_an_auditor_reads_it_on_the_command_line(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        fed.hold(OWNER, suspect())
        async with fed.caller(ASKER) as node:
            reply = await ask(fed, node)
        for name, role in (("revision", "auditor"), ("clerk", "officer")):
            await fed.caller(OWNER, name, role).close()

        async def show(name: str, *options: str) -> Any:
            profile = str(fed.root / "callers" / OWNER / name)
            command = ["ledger", "show", "--profile", profile, *options]
            return await asyncio.to_thread(CliRunner().invoke, comity, command)

        trust = ("--directory", str(fed.home(ASKER)))
        found = await show("revision", *trust, "--query", reply.query_id)
        assert found.exit_code == 0, found.output
        for words in ("question received", "answer released", "ledger read", "by revision"):
            assert words in found.stdout
        assert "NOT AS LOGGED" not in found.stdout
        told = json.loads((await show("revision", *trust, "--json", "-n", "2")).stdout)
        assert [one["kind"] for one in told["entries"]] == ["ledger.read", "ledger.read"]
        # Told one thing, proven another: what the table says no longer holds.
        tamper(fed.home(OWNER) / "node.db", "UPDATE ledger_entry SET kind = 'x' WHERE position = 1")
        found = await show("revision", *trust)
        assert found.exit_code == ExitCode.UNSOUND
        assert found.stdout.count("NOT AS LOGGED") == 1
        assert (await show("revision")).exit_code == ExitCode.CONFIG  # no key to check it by
        assert (await show("revision", *trust, "--query", "abcdef")).exit_code == ExitCode.USAGE
        assert (await show("clerk", *trust)).exit_code == ExitCode.REFUSED

    run(scene, tmp_path)


def test_nobody_else_reads_it(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        for role, head_too in (("officer", False), ("supervisor", False), ("operator", True)):
            async with fed.caller(OWNER, role, role) as caller:
                stub = stub_of(caller)
                assert await refused(stub.ListEntries(api.ListEntriesRequest())) == "NOT_PERMITTED"
                if not head_too:
                    call = stub.GetCheckpoint(api.GetCheckpointRequest())
                    assert await refused(call) == "NOT_PERMITTED"
                else:
                    assert (await stub.GetCheckpoint(api.GetCheckpointRequest())).verification_key
        async with fed.caller(OWNER, "revision", "auditor") as auditor:
            stub = stub_of(auditor)
            for bad in (
                {"page_token": "x"},
                {"page_token": "9" * 20},
                {"envelope_id": bytes(31)},
                {"page_size": 501},
            ):
                request = api.ListEntriesRequest(**bad)
                assert await refused(stub.ListEntries(request)) == "INVALID_REQUEST"
        assert logged_kinds(fed) == []  # a refused reading read nothing

    run(scene, tmp_path)


def logged_kinds(fed: Federation) -> list[str]:
    with LedgerReader.open(fed.home(OWNER) / "node.db") as log:
        return [one.kind for one in log.entries()]
