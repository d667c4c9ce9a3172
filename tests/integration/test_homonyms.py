"""Two people with one name: who was found not to be the person sought is shown as that, to this agency."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from comity.cli.main import comity
from comity.client import (
    AccessError,
    Band,
    Comity,
    ComityCallError,
    Document,
    MissingError,
    Outcome,
    Person,
    Reason,
    Stage,
    as_plain,
)
from comity.store.reader import LedgerReader
from node.exchange.apart import HELD_APART, MISUSED_HERE
from node.records.record import Labels, Record
from node.records.values import Identifier, PersonName
from tests.integration.test_exchange import run, why
from tests.simulators.postgresql import cluster

if TYPE_CHECKING:
    from pathlib import Path

    from comity.client import AsyncComity, Reply
    from tests.simulators.federation import Federation

ASKER, OWNER = "FR-PJ", "DE-LP"
NAME = "Jadwiga Jablonewska"
SOUGHT, OTHER = "FR-PJ-P0017", "FR-PJ-P0018"
PRINTS = "fingerprints compared on 2026-11-20"


def bearer(key: str, born: str, **more: Any) -> Record:
    fields = {
        "person.names": (PersonName(kind="LEGAL", full=NAME),),
        "person.birth_date": born,
        **{f"person.{name}": value for name, value in more.items()},
    }
    return Record(key, "test", "person", fields, Labels("suspect"))


def bands(reply: Reply) -> dict[str, Band]:
    """Bands of what was found, in its order, by year of birth."""
    return {str(hit.record.fields["person.birth_date"]): hit.band for _, hit in reply.hits}


async def ask(node: AsyncComity, about: str = "", **more: Any) -> Reply:
    return await node.lookup(Person(NAME), why(), subject_reference=about, **more)


def entries(fed: Federation, kind: str) -> list[dict[str, Any]]:
    with LedgerReader.open(fed.home(ASKER) / "node.db") as log:
        return [json.loads(one.details or b"") for one in log.entries() if one.kind == kind]


def test_a_marked_record_comes_last_and_is_probable_no_more(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        fed.hold(OWNER, bearer("a", "1974-03-09"), bearer("b", "1991-11-30"))
        async with fed.caller(ASKER) as node:
            before = await ask(node, SOUGHT)
            assert bands(before) == dict.fromkeys(("1974", "1991"), Band.PROBABLE)
            (answer,) = before.answers
            assert answer.marks == ()
            older = next(
                one for one in answer.hits if one.record.fields["person.birth_date"] == "1974"
            )
            mark = await node.mark(
                OWNER, older.record_reference, subject_reference=SOUGHT, reason=PRINTS
            )
            after = await ask(node, SOUGHT)
            assert list(bands(after).items()) == [("1991", Band.PROBABLE), ("1974", Band.POSSIBLE)]
            (answer,) = after.answers
            shown = answer.mark_on(answer.hits[1])
            assert shown == mark
            assert answer.mark_on(answer.hits[0]) is None
            assert (mark.set_by, mark.reason) == ("officer", PRINTS)
            # The same as answers stream in, and over a held stream.
            streamed = [
                one async for one in node.search(Person(NAME), why(), subject_reference=SOUGHT)
            ]
            assert streamed[0].marks == (mark,)  # type: ignore[union-attr]
            async with node.converse() as conversation:
                told = await conversation.ask(Person(NAME), why(), subject_reference=SOUGHT)
            assert told.answers[0].marks == (mark,)
            # About anybody else, and about the case as a whole, nothing is marked.
            for about in (OTHER, ""):
                assert bands(await ask(node, about)) == bands(before)
            assert [one["reason"] for one in entries(fed, "mark.set")] == [PRINTS]
            back = await node.withdraw_mark(mark.mark_id, reason="the card was swapped")
            assert back.withdrawn_by == "officer"
            assert bands(await ask(node, SOUGHT)) == bands(before)
            assert [one["reason"] for one in entries(fed, "mark.withdrawn")] == [
                "the card was swapped"
            ]
            assert [one.mark_id async for one in node.marks(SOUGHT)] == [mark.mark_id]

    run(scene, tmp_path)


def test_an_identifier_that_agrees_stays_exact_on_a_marked_record(tmp_path: Path) -> None:
    card = Record(
        "card",
        "test",
        "identity_document",
        {"identity_document.number": "X1234567", "identity_document.fraud_type": "STOLEN"},
        Labels("object"),
    )

    async def scene(fed: Federation) -> None:
        fed.hold(OWNER, card)
        async with fed.caller(ASKER) as node:
            ((_, hit),) = (await node.lookup(Document("X1234567"), why())).hits
            case = why().case_reference
            await node.mark(OWNER, hit.record_reference, subject_reference=case, reason=PRINTS)
            (answer,) = (await node.lookup(Document("X1234567"), why())).answers
            assert answer.hits[0].band is Band.EXACT
            assert answer.mark_on(answer.hits[0]) is not None

    run(scene, tmp_path)


def test_marks_survive_a_restart_and_stay_with_the_agency(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        fed.hold(OWNER, bearer("a", "1974"), bearer("b", "1991"))
        fed.hold(ASKER, bearer("a", "1974"))
        async with fed.caller(ASKER) as node:
            ((source, hit), *_) = (await ask(node, SOUGHT)).hits
            await node.mark(source, hit.record_reference, subject_reference=SOUGHT, reason=PRINTS)
        await fed.nodes[ASKER].end()
        await fed.start_node(ASKER)
        await fed.linked()
        async with fed.caller(ASKER, "second") as node:
            assert list(bands(await ask(node, SOUGHT)).values())[-1] is Band.POSSIBLE
        # The owner knows nothing of it: its ledger has no entry, and its own questions no mark.
        with LedgerReader.open(fed.home(OWNER) / "node.db") as log:
            assert not [one for one in log.entries() if one.kind.startswith("mark.")]
        async with fed.caller(OWNER) as node:
            (answer,) = (await ask(node, SOUGHT)).answers
            assert (answer.outcome, answer.marks) == (Outcome.HIT, ())

    run(scene, tmp_path)


def test_who_may_mark_and_who_may_take_it_back(tmp_path: Path) -> None:
    reference = "DE-0123456789ABCDEF"

    async def refused(doing: Any) -> Reason | None:
        with pytest.raises(ComityCallError) as error:
            await doing
        return error.value.reason

    async def scene(fed: Federation) -> None:
        async with (
            fed.caller(ASKER, "first") as first,
            fed.caller(ASKER, "second") as second,
            fed.caller(ASKER, "chief", "supervisor") as chief,
            fed.caller(ASKER, "gate", "system") as gate,
            fed.caller(ASKER, "auditor", "auditor") as auditor,
        ):
            told = {"subject_reference": SOUGHT, "reason": PRINTS}
            for nobody in (gate, auditor):
                assert await refused(nobody.mark(OWNER, reference, **told)) is Reason.NOT_PERMITTED
            assert await refused(first.mark("XX-NO", reference, **told)) is Reason.UNKNOWN_MEMBER
            for short in ("DE-0123", "de-0123456789abcdef", ""):
                assert await refused(first.mark(OWNER, short, **told)) is Reason.INVALID_REQUEST
            bare = {**told, "reason": ""}
            assert await refused(first.mark(OWNER, reference, **bare)) is Reason.INVALID_REQUEST
            mark = await first.mark(OWNER, reference, **told)
            assert await refused(first.mark(OWNER, reference, **told)) is Reason.DUPLICATE
            back = {"reason": "no longer sure"}
            for nobody in (second, gate, auditor):
                no = await refused(nobody.withdraw_mark(mark.mark_id, **back))
                assert no is Reason.NOT_PERMITTED
            assert (await chief.withdraw_mark(mark.mark_id, **back)).withdrawn_by == "chief"
            with pytest.raises(MissingError):
                await first.withdraw_mark(mark.mark_id, **back)
            again = await second.mark(OWNER, reference, **told)
            for seeing in (chief, auditor):
                seen = {one.mark_id async for one in seeing.marks()}
                assert seen == {again.mark_id, mark.mark_id}
            with pytest.raises(AccessError):
                _ = [one async for one in first.marks()]
            with pytest.raises(AccessError):
                _ = [one async for one in gate.marks(SOUGHT)]
            assert len(entries(fed, "mark.set")) == 2  # nothing that was refused is in it
            assert len(entries(fed, "mark.withdrawn")) == 1

    run(scene, tmp_path)


def test_the_command_line_marks_lists_and_takes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(*words: str) -> str:
        found = CliRunner().invoke(comity, list(words), catch_exceptions=False)
        assert found.exit_code == 0, found.output
        return " ".join(found.output.split())

    search = (
        *("search", "person", NAME, "--references", "--purpose", "investigate"),
        *("--offence", "drug-trafficking", "--basis", "EU-2023-977", "--subject", "suspect"),
    )

    def play() -> None:
        with Comity.open() as client:
            ((source, hit),) = client.lookup(Person(NAME), why()).hits
        found = said(*search)
        assert "1 hit, probable" in found
        assert f"{source} {hit.record_reference}" in found
        done = said("mark", "set", source, hit.record_reference, "--reason", PRINTS)
        number = done.rpartition(" ")[2]
        found = said(*search)
        assert "1 hit, possible" in found
        assert "not this person" in found
        assert f"by officer · {PRINTS} ({number})" in found
        assert PRINTS in said("mark", "list")
        said("mark", "withdraw", number, "--reason", "a mistake")
        assert "1 hit, probable" in said(*search)
        assert "taken back" in said("mark", "list")

    async def scene(fed: Federation) -> None:
        fed.hold(OWNER, bearer("a", "1974-03-09"))
        monkeypatch.setenv("COMITY_PROFILE", str(fed.profile(ASKER, "officer", "officer")))
        monkeypatch.setenv("COMITY_CASE", why().case_reference)
        monkeypatch.setenv("COLUMNS", "120")
        await asyncio.to_thread(play)

    run(scene, tmp_path)


def test_marks_are_kept_on_postgresql(tmp_path: Path) -> None:
    with cluster() as server:

        async def scene(fed: Federation) -> None:
            fed.hold(OWNER, bearer("a", "1974-03-09", national_ids=(Identifier(value="Z1"),)))
            async with fed.caller(ASKER) as node:
                ((source, hit),) = (await ask(node, SOUGHT, stage=Stage.CORE)).hits
                mark = await node.mark(
                    source, hit.record_reference, subject_reference=SOUGHT, reason=PRINTS
                )
                (answer,) = (await ask(node, SOUGHT)).answers
                assert answer.marks == (mark,)
                await node.withdraw_mark(mark.mark_id, reason="a mistake")
                (answer,) = (await ask(node, SOUGHT)).answers
                assert answer.marks == ()

        run(scene, tmp_path, databases={ASKER: server.schema()})


def apart(key: str, *ends: str) -> Record:
    fields = {
        "relation.relation_type": "not-same-as",
        "relation.from_reference": ends[0],
        "relation.to_reference": ends[1],
    }
    return Record(key, "test", "relation", fields, Labels("object"))


async def asked_with_a_date(node: AsyncComity) -> Reply:
    return await node.lookup(Person(NAME, birth_date="1974-03-09"), why())


def test_of_two_people_that_their_owner_holds_apart_one_is_offered(tmp_path: Path) -> None:
    known = (bearer("a", "1974-03-09"), bearer("b", "1974-09-03"), bearer("c", "1974-03-11"))

    async def scene(fed: Federation) -> None:
        fed.hold(OWNER, *known)
        async with fed.caller(ASKER) as node:
            before = (await asked_with_a_date(node)).hits
            assert [hit.band for _, hit in before[:2]] == [Band.PROBABLE] * 2
            fed.hold(OWNER, apart("e1", "b", "a"))
            after = (await asked_with_a_date(node)).hits
        held = {hit.record_reference: hit for _, hit in after if HELD_APART in hit.match_reasons}
        (other,) = held.values()
        assert other.band is Band.POSSIBLE
        # Both say so, each from its side; the third person is as it was.
        assert sum(bool(hit.edges) for _, hit in after) == 2
        assert {hit.record_reference for _, hit in after} == {
            hit.record_reference for _, hit in before
        }
        untouched = {hit.record_reference: hit.band for _, hit in before}
        for _, hit in after:
            if hit.record_reference not in held:
                assert hit.band is untouched[hit.record_reference]

    run(scene, tmp_path)


def test_what_may_not_be_told_of_a_double_moves_nothing(tmp_path: Path) -> None:
    """The double is a victim: were the other lowered because of her, that would tell of her."""
    victim = Record(
        "v",
        "test",
        "person",
        {"person.names": (PersonName(kind="LEGAL", full=NAME),), "person.birth_date": "1974-03-09"},
        Labels("victim"),
    )

    async def scene(fed: Federation) -> None:
        fed.hold(OWNER, bearer("b", "1974-09-03"))
        async with fed.caller(ASKER) as node:
            ((_, before),) = (await asked_with_a_date(node)).hits
            fed.hold(OWNER, victim, apart("e1", "b", "v"))
            ((_, after),) = (await asked_with_a_date(node)).hits
        assert (after.band, after.match_reasons, after.edges) == (
            before.band,
            before.match_reasons,
            (),
        )

    run(scene, tmp_path)


def test_that_an_identity_is_misused_is_said_and_whose_it_is_is_not(tmp_path: Path) -> None:
    owner = "Wilhelmine Grauwald"

    async def scene(fed: Federation) -> None:
        fed.hold(OWNER, bearer("a", "1974-03-09", misused_identity_of=owner))
        async with fed.caller(ASKER) as node:
            for stage in (Stage.CORE, Stage.FULL):
                reply = await node.lookup(Person(NAME), why(), stage=stage)
                ((_, hit),) = reply.hits
                assert MISUSED_HERE in hit.match_reasons
                assert "person.misused_identity_of" not in hit.record.fields
                assert owner not in str(as_plain(reply))
            fed.hold(OWNER, bearer("a", "1974-03-09"))
            ((_, hit),) = (await ask(node)).hits
            assert MISUSED_HERE not in hit.match_reasons

    run(scene, tmp_path)
