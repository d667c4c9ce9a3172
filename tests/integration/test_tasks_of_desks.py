"""What a release or a silence asks of people: durable with the disclosure, done once, seen by nobody else."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from sqlalchemy import inspect, text

from comity.cli.main import comity
from comity.client import Outcome, Person
from comity.errors import ExitCode
from comity.store.engine import open_engine
from comity.store.reader import LedgerReader
from node.exchange.tasking import Task, tasks_of_alerts, tasks_of_duties
from node.policy.duties import FOR_A_DESK, HOUR_MS, POSSIBLE_DUTIES
from node.records.record import Labels, Record
from node.records.values import PersonName
from node.storage.migrating import migrate
from node.storage.tasks import SqlTaskBook
from tests.integration.test_exchange import run, why
from tests.simulators.law import vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from comity.client import Reply
    from tests.simulators.federation import Federation

ASKER, OWNER = "FR-PJ", "DE-LP"
YOUNG, HIDDEN, NOBODY = "Jadwiga Jablonewska", "Teofil Ostrowidzki", "Balbina Wrzesniewska"


def person(name: str, *markings: str) -> Record:
    fields = {"person.names": (PersonName(kind="LEGAL", full=name),)}
    return Record(name[:3], "test", "person", fields, Labels("suspect", frozenset(markings)))


def hold(fed: Federation) -> None:
    fed.hold(OWNER, person(YOUNG, "minor"), person(HIDDEN, "protected"))


async def ask(fed: Federation, name: str, number: int = 0) -> Reply:
    async with fed.caller(ASKER, f"officer-{name[:3].lower()}-{number}") as node:
        return await node.lookup(Person(name), why(), wait_s=10)


async def says(profile: Path, *words: str) -> Result:
    runner = CliRunner(env={"COMITY_PROFILE": str(profile), "COLUMNS": "160"})
    return await asyncio.to_thread(runner.invoke, comity, ["task", *words])


async def listed(profile: Path, *words: str) -> Any:
    told = await says(profile, "list", "--json", *words)
    assert told.exit_code == ExitCode.OK, told.output + told.stderr
    return json.loads(told.stdout)


def finished(fed: Federation) -> list[dict[str, Any]]:
    with LedgerReader.open(fed.home(OWNER) / "node.db") as log:
        return [json.loads(one.details or b"") for one in log.entries() if one.kind == "task.done"]


def test_the_unit_for_children_has_a_task_once_a_minor_was_released_and_says_when_it_is_done(
    tmp_path: Path,
) -> None:
    async def scene(fed: Federation) -> None:
        hold(fed)
        (answer,) = (await ask(fed, YOUNG)).answers
        assert "notify-child-unit" in answer.hits[0].obligations
        chief = fed.profile(OWNER, "chief", "supervisor")
        page = await listed(chief)
        (task,) = page["tasks"]
        assert (task["desk"], task["what"]) == ("child-unit", "notify-child-unit")
        assert (task["requester"], task["overdue"]) == (ASKER, False)
        assert task["reference"] == answer.hits[0].record_reference
        assert YOUNG not in json.dumps(page)

        officer = fed.profile(OWNER, "somebody", "officer")
        assert (await says(officer, "list")).exit_code != ExitCode.OK
        assert (await says(officer, "done", task["task_id"])).exit_code != ExitCode.OK
        auditor = fed.profile(OWNER, "auditor", "auditor")
        assert (await listed(auditor))["open"] == "1"
        assert (await says(auditor, "done", task["task_id"])).exit_code != ExitCode.OK
        assert finished(fed) == []

        done = await says(chief, "done", task["task_id"], "--note", "the unit was called")
        assert done.exit_code == ExitCode.OK, done.output + done.stderr
        (entry,) = finished(fed)
        assert (entry["by"], entry["role"]) == ("chief", "supervisor")
        assert (entry["what"], entry["query"]) == ("notify-child-unit", answer_query(fed))
        again = await says(chief, "done", task["task_id"])
        assert again.exit_code != ExitCode.OK
        assert len(finished(fed)) == 1
        assert (await listed(chief))["tasks"] == []
        assert (await says(chief, "list")).output == "Nothing is to be done.\n"
        (kept,) = (await listed(chief, "--done"))["tasks"]
        assert (kept["done_by"], kept["note"]) == ("chief", "the unit was called")

    def answer_query(fed: Federation) -> str:
        with fed.nodes[OWNER].app.engine.connect() as connection:
            return bytes(connection.execute(text("SELECT query_id FROM task")).scalar_one()).hex()

    run(scene, tmp_path, ASKER, OWNER)


def test_a_desk_has_a_task_about_a_record_kept_silent_and_the_requester_sees_a_no_hit(
    tmp_path: Path,
) -> None:
    async def scene(fed: Federation) -> None:
        hold(fed)
        (silent,) = (await ask(fed, HIDDEN)).answers
        (nobody,) = (await ask(fed, NOBODY)).answers
        told = [(one.outcome, one.hits, one.reason, one.complete) for one in (silent, nobody)]
        assert told[0] == told[1]
        assert silent.outcome is Outcome.NO_HIT
        page = await listed(fed.profile(OWNER, "chief", "operator"))
        (task,) = page["tasks"]
        assert (task["desk"], task["what"]) == ("protection-officer", "BAR-PROTECTED")

    run(scene, tmp_path, ASKER, OWNER)


def test_a_node_that_cannot_write_tasks_releases_nothing_and_answers_hit_and_no_hit_alike(
    tmp_path: Path,
) -> None:
    async def scene(fed: Federation) -> None:
        hold(fed)
        (before,) = (await ask(fed, YOUNG)).answers
        assert before.outcome is Outcome.HIT
        engine = fed.nodes[OWNER].app.engine
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE task RENAME TO task_gone"))
        told = []
        for name in (YOUNG, HIDDEN, NOBODY):
            async with fed.caller(ASKER, f"late-{name[:3].lower()}") as node:
                reply = await node.lookup(Person(name), why(), wait_s=1.5)
            (answer,) = reply.answers
            told.append((answer.outcome, answer.hits))
        assert told == [(Outcome.TIMEOUT, ())] * 3
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE task_gone RENAME TO task"))
        (after,) = (await ask(fed, YOUNG, 2)).answers
        assert after.outcome is Outcome.HIT

    run(scene, tmp_path, ASKER, OWNER)


@pytest.fixture
def book(tmp_path: Path) -> Any:
    engine = open_engine(tmp_path / "node.db")
    migrate(engine)
    yield engine, SqlTaskBook(engine)
    engine.dispose()


def test_a_review_is_due_after_seventy_two_hours_and_what_is_overdue_comes_first(book: Any) -> None:
    engine, tasks = book
    made = tasks_of_duties(
        ("post-review-72h", "notify-dpo", "no-onward", "document-transfer"), record=7, reference="X"
    )
    assert {one.what: one.within_ms // HOUR_MS for one in made} == {
        "notify-dpo": 24,
        "post-review-72h": 72,
    }
    alerts = tasks_of_alerts((("BAR-COVERT", "covert-desk"),), record=8, reference="Y")
    with engine.begin() as connection:
        for _ in range(2):  # a journal may run its work again
            tasks.add(made, query_id=bytes(32), requester="FR-PJ", now_ms=0)(connection)
        later = tasks.add(alerts, query_id=bytes(32), requester="FR-PJ", now_ms=60 * HOUR_MS)
        later(connection)
    page = tasks.page(now_ms=73 * HOUR_MS, done=False, size=10)
    assert [one.what for one in page.tasks] == ["notify-dpo", "post-review-72h", "BAR-COVERT"]
    assert (page.open, page.overdue) == (3, 2)
    assert [one.what for one in tasks.page(now_ms=0, done=True, size=1).tasks] == ["notify-dpo"]


def test_no_column_of_a_task_has_room_for_a_person(book: Any) -> None:
    engine, _ = book
    columns = {one["name"] for one in inspect(engine).get_columns("task")}
    made = {"task_id", "desk", "what", "query_id", "requester", "record", "reference"}
    assert columns == made | {"made_ms", "due_ms", "done_ms", "done_by", "note"}
    assert set(Task._fields) < columns | {"within_ms"}


def test_every_desk_with_a_duty_is_one_that_rows_may_name() -> None:
    words = vocabulary()
    assert {one.desk for one in FOR_A_DESK.values()} <= set(words.desks)
    assert set(words.duties) >= POSSIBLE_DUTIES
