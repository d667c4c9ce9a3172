"""One question through a whole federation: asked, relayed, ruled on, answered, proven."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from comity.client import (
    Aim,
    ComityCallError,
    Justification,
    Outcome,
    Person,
    Purpose,
    Stage,
    SubjectCategory,
    Vehicle,
)
from comity.errors import Fault, Reason, Refusal
from comity.store.ledger_schema import entry
from comity.store.reader import LedgerReader
from node.link.session import CREDIT_BYTES, CREDIT_ENVELOPES
from node.records.record import Labels, Record
from node.records.values import Address, PersonName
from node.rpc import query_service
from node.storage.callers import CallerRegister
from tests.simulators.federation import Federation, until

if TYPE_CHECKING:
    from pathlib import Path

VIN = "1M8GDM9AXKP042788"
CANARY = "Quetzalkanarie"


def why(**changes: Any) -> Justification:
    values: dict[str, Any] = {
        "purpose": Purpose.INVESTIGATE,
        "case_reference": "FR-2026-1",
        "offence": "drug-trafficking",
        "subject_category": SubjectCategory.SUSPECT,
        "aim": Aim.IDENTIFY,
        "legal_basis": "EU-2023-977",
    }
    return Justification(**values | changes)


def suspect(name: str = "Muhammad al-Hassan", subject: str = "suspect") -> Record:
    return Record(
        source_key=f"{subject}-{name}",
        source="test",
        entity_type="person",
        fields={
            "person.names": (PersonName(kind="LEGAL", full=name),),
            "person.birth_date": "1974-03-09",
            "person.addresses": (Address(line="Am Wehr 1", city="Dorf", country="DE"),),
        },
        labels=Labels(subject),
    )


def car() -> Record:
    return Record(
        "car", "test", "vehicle", {"vehicle.vin": VIN, "vehicle.colour": "blue"}, Labels("object")
    )


def entries(app: Any, query_id: str) -> list[str]:
    statement = select(entry.c.kind).where(entry.c.envelope_id == bytes.fromhex(query_id))
    with app.engine.connect() as connection:
        return list(connection.execute(statement.order_by(entry.c.position)).scalars())


def run(scene: Any, tmp_path: Path, *agencies: str, **options: Any) -> None:
    async def play() -> None:
        async with (
            asyncio.timeout(60),
            Federation.of(tmp_path, agencies or ("FR-PJ", "DE-LP"), **options) as fed,
        ):
            await scene(fed)

    asyncio.run(play())


def test_a_question_is_answered_field_by_field_and_proven(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        fed.hold("DE-LP", suspect())
        async with fed.caller("FR-PJ") as node:
            reply = await node.lookup(
                Person("Мухаммад аль-Хасан", birth_date="1974"), why(), stage=Stage.FULL
            )
        (answer,) = reply.answers
        assert answer.outcome is Outcome.HIT
        (hit,) = answer.hits
        assert hit.record.fields["person.birth_date"] == "1974"
        assert "person.addresses" not in hit.record.fields
        needs = {one.field: one.approval for one in hit.treatments if one.approval}
        assert needs["person.addresses"].role == "supervisor"
        assert reply.summary.receipts_verified == reply.summary.receipts_due == 1
        assert entries(fed.nodes["FR-PJ"].app, reply.query_id) == ["query.asked", "query.closed"]
        assert entries(fed.nodes["DE-LP"].app, reply.query_id) == [
            "query.received",
            "query.answered",
        ]

    run(scene, tmp_path)


@pytest.mark.parametrize("subject", ["victim", "informant", "unknown"])
def test_a_protected_record_and_no_record_leave_the_same_traces(
    tmp_path: Path, subject: str
) -> None:
    async def scene(fed: Federation) -> None:
        fed.hold("DE-LP", suspect("Jadwiga Jablonewska", subject))
        async with fed.caller("FR-PJ") as node:
            hidden = await node.lookup(Person("Jadwiga Jablonewska"), why())
            nobody = await node.lookup(Person("Zoltan Nagykovacs"), why())
        for reply in (hidden, nobody):
            (answer,) = reply.answers
            assert (answer.outcome, answer.hits, answer.reason) == (Outcome.NO_HIT, (), "")
        owner = fed.nodes["DE-LP"].app
        assert entries(owner, hidden.query_id) == entries(owner, nobody.query_id)

    run(scene, tmp_path)


def test_an_offline_source_is_named_at_once_and_never_a_no_hit(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        await fed.nodes["DE-LP"].end()
        gateway = fed.gateways["gw1"].app
        await until(lambda: not any(link.agency == "DE-LP" for link in gateway.relay.links))
        async with fed.caller("FR-PJ") as node:
            reply = await node.lookup(Vehicle(vin=VIN), why(), wait_s=30)
        (answer,) = reply.answers
        assert answer.outcome is Outcome.OFFLINE
        assert reply.not_searched == ("DE-LP",)
        assert reply.summary.elapsed_ms < 10_000

    run(scene, tmp_path)


def test_search_streams_answers_and_the_summary_comes_with_the_last(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        fed.hold("DE-LP", car())
        async with fed.caller("FR-PJ") as node:
            parts = [part async for part in node.search(Vehicle(vin=VIN), why())]
        assert [type(part).__name__ for part in parts] == [
            "SourceAnswer",
            "SourceAnswer",
            "Summary",
        ]
        assert {part.source for part in parts[:-1]} == {"DE-LP", "GB-CA"}

    run(scene, tmp_path, "FR-PJ", "DE-LP", "GB-CA")


def test_many_questions_share_one_held_stream(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        fed.hold("DE-LP", car())
        async with fed.caller("FR-PJ", role="system") as node, node.converse() as conversation:
            async with asyncio.TaskGroup() as tasks:
                asked = [
                    tasks.create_task(conversation.ask(Vehicle(vin=VIN), why())) for _ in range(40)
                ]
            assert {one.result().answers[0].outcome for one in asked} == {Outcome.HIT}
            with pytest.raises(ComityCallError) as refused:
                await conversation.ask(Vehicle(vin=VIN), why(offence="dissent"))
            assert refused.value.reason is Reason.ADMISSION_DENIED
            again = await conversation.ask(Vehicle(vin=VIN), why())
            assert again.answers[0].outcome is Outcome.HIT

    run(scene, tmp_path)


@pytest.mark.parametrize(
    ("changes", "selector", "reason"),
    [
        ({"offence": "dissent"}, Vehicle(vin=VIN), Reason.ADMISSION_DENIED),
        ({"purpose": Purpose.TAX_ADMIN}, Vehicle(vin=VIN), Reason.ADMISSION_DENIED),
        ({"case_reference": "no spaces"}, Vehicle(vin=VIN), Reason.JUSTIFICATION_REQUIRED),
        ({}, Person("Anna", birth_date="1990-02-30"), Reason.INVALID_REQUEST),
        ({}, Person("An\x07na Muster"), Reason.INVALID_REQUEST),
    ],
)
def test_a_refused_question_gets_its_reason_and_sends_nothing(
    tmp_path: Path, changes: dict[str, Any], selector: Any, reason: Reason
) -> None:
    async def scene(fed: Federation) -> None:
        async with fed.caller("FR-PJ") as node:
            with pytest.raises(ComityCallError) as refused:
                await node.lookup(selector, why(**changes))
        assert refused.value.reason is reason
        assert fed.gateways["gw1"].app.relay.in_flight == 0
        with (fed.gateways["gw1"].app.directories and None) or fed.nodes[
            "DE-LP"
        ].app.engine.connect() as connection:
            assert not connection.execute(select(entry.c.kind)).all()

    run(scene, tmp_path)


def test_an_unknown_or_revoked_caller_learns_nothing_but_that(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        async with fed.caller("FR-PJ") as node:
            await node.lookup(Vehicle(vin=VIN), why())
            app = fed.nodes["FR-PJ"].app
            CallerRegister(app.engine, fed.clock).revoke("officer")
            fed.clock.advance(seconds=6)  # a role is believed for five seconds
            with pytest.raises(ComityCallError) as refused:
                await node.lookup(Vehicle(vin=VIN), why())
        assert refused.value.reason is Reason.UNAUTHENTICATED

    run(scene, tmp_path)


@pytest.mark.parametrize("token", ["x", "AAAA", base64.urlsafe_b64encode(b"\xff" * 40).decode()])
def test_a_pages_token_that_nobody_gave_is_refused_by_name(token: str) -> None:
    with pytest.raises(Refusal) as refused:
        query_service._position(token)
    assert (refused.value.reason, refused.value.field) == (Reason.INVALID_REQUEST, "page_token")


def test_an_auditor_may_not_ask_but_sees_what_was_asked(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        async with fed.caller("FR-PJ") as officer:
            reply = await officer.lookup(Vehicle(vin=VIN), why())
        async with fed.caller("FR-PJ", "auditor", "auditor") as auditor:
            seen = [past.query_id async for past in auditor.queries()]
            with pytest.raises(ComityCallError) as refused:
                await auditor.lookup(Vehicle(vin=VIN), why())
        async with fed.caller("FR-PJ", "other", "officer") as other:
            assert [past async for past in other.queries()] == []
            with pytest.raises(ComityCallError) as hidden:
                await other.query(reply.query_id)
        assert seen == [reply.query_id]
        assert refused.value.reason is Reason.NOT_PERMITTED
        assert hidden.value.reason is Reason.NOT_FOUND

    run(scene, tmp_path)


def test_nobody_looks_into_others_queries_without_a_trace(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        app = fed.nodes["FR-PJ"].app

        def readings() -> list[dict[str, Any]]:
            with LedgerReader.open(fed.home("FR-PJ") / "node.db") as log:
                return [
                    json.loads(one.details or b"") | {"about": one.envelope_id.hex()}
                    for one in log.entries()
                    if one.kind == "query.read"
                ]

        async with fed.caller("FR-PJ") as officer:
            asked = [(await officer.lookup(Vehicle(vin=VIN), why())).query_id for _ in range(2)]
            assert len([past async for past in officer.queries()]) == 2
            await officer.query(asked[0])
        assert readings() == []  # one's own queries are no secret of somebody else
        async with fed.caller("FR-PJ", "chief", "supervisor") as chief:
            assert (await chief.query(asked[0])).query_id == asked[0]
            seen = [past.query_id async for past in chief.queries()]
            first, listed = readings()
            assert first == {
                "about": asked[0],
                "queries": [asked[0]],
                "reader": "chief",
                "role": "supervisor",
            }
            assert (listed["about"], listed["queries"]) == ("00" * 32, seen)

            async def full(*_: Any) -> None:
                raise Fault("the disk is full")

            app.journal.write = full
            for look in (chief.query(asked[0]), anext(chief.queries())):
                with pytest.raises(ComityCallError):
                    await look
        assert len(readings()) == 2

    run(scene, tmp_path)


def test_a_suspension_ends_live_links_and_is_seen_by_everyone(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        gateway = fed.gateways["gw1"].app
        fed.suspend("DE-LP")
        await until(lambda: not any(link.agency == "DE-LP" for link in gateway.relay.links))
        asker = fed.nodes["FR-PJ"].app.directories
        await until(lambda: not asker.current.member("DE-LP").active)
        async with fed.caller("FR-PJ") as node:
            reply = await node.lookup(Vehicle(vin=VIN), why())
        assert reply.answers[0].outcome is Outcome.REFUSED
        assert reply.answers[0].reason == Reason.MEMBER_SUSPENDED
        async with fed.raw_link("DE-LP") as link:
            assert await link.refusal() == Reason.UNAUTHENTICATED

    run(scene, tmp_path)


def test_questions_that_nobody_can_be_asked_are_each_kept_apart(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        fed.suspend("DE-LP")
        asker = fed.nodes["FR-PJ"].app
        await until(lambda: not asker.directories.current.member("DE-LP").active)
        async with fed.caller("FR-PJ") as node:
            asked = [await node.lookup(Vehicle(vin=VIN), why()) for _ in range(2)]
            kept = [past.query_id async for past in node.queries()]
        assert sorted(kept) == sorted(reply.query_id for reply in asked)
        assert len(set(kept)) == 2
        for query_id in kept:
            assert entries(asker, query_id) == ["query.asked", "query.closed"]

    run(scene, tmp_path)


def test_a_query_survives_its_gateway(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        fed.hold("DE-LP", car())
        async with fed.caller("FR-PJ") as node:
            await fed.gateways["gw1"].crash()
            await until(lambda: not fed.nodes["FR-PJ"].app.links.states["gw1"])
            reply = await node.lookup(Vehicle(vin=VIN), why())
            assert reply.answers[0].outcome is Outcome.HIT  # through the other one

    run(scene, tmp_path, gateways=2)


def test_the_gateway_holds_nothing_of_what_is_asked_or_answered(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        fed.hold("DE-LP", suspect(f"{CANARY} Mustermann"))
        async with fed.caller("FR-PJ") as node:
            reply = await node.lookup(Person(f"{CANARY} Mustermann"), why())
        assert reply.answers[0].hits

    run(scene, tmp_path)
    for path in (tmp_path / "gw1").rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path
    owner = (tmp_path / "DE-LP").rglob("*")
    assert any(path.is_file() and CANARY.encode() in path.read_bytes() for path in owner)


def test_the_same_message_id_with_another_envelope_is_kept_as_proof(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        app = fed.nodes["DE-LP"].app
        kid, msg = b"k" * 16, b"m" * 16
        expires = fed.clock.now_ms() + 60_000
        first = app.exchange.replay.claim(
            sender_kid=kid, msg_id=msg, query_id=b"1" * 32, expires_ms=expires
        )
        second = app.exchange.replay.claim(
            sender_kid=kid, msg_id=msg, query_id=b"2" * 32, expires_ms=expires
        )
        assert (await app.journal.write((), first)).result.new
        assert (await app.journal.write((), second)).result.conflict
        again = await app.journal.write((), first)
        assert not again.result.new
        assert not again.result.conflict

    run(scene, tmp_path)


def test_credit_comes_back_to_what_was_granted_on_every_link(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        async with fed.caller("FR-PJ") as node:
            for _ in range(3):
                await node.lookup(Vehicle(vin=VIN), why(subject_category=SubjectCategory.SUSPECT))
        links = {link.agency: link for link in fed.gateways["gw1"].app.relay.links}
        sessions = {name: one.app.links._sessions[0] for name, one in fed.nodes.items()}

        def whole(name: str) -> bool:
            # Credit goes back in lots: what is free but not given back yet counts.
            link, session = links[name], sessions[name]
            envelopes = link.credit_envelopes + session._freed_envelopes
            return (envelopes, link.credit_bytes + session._freed_bytes) == (
                CREDIT_ENVELOPES,
                CREDIT_BYTES,
            )

        await until(lambda: all(whole(name) for name in sessions))

    run(scene, tmp_path)
