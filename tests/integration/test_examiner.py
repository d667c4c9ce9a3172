"""Law is looked at in a process with limits: a law made to exhaust a node exhausts that process only."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from comity.clock import ManualClock
from comity.errors import Reason, Refusal
from comity.identity.directory import Instrument, Reservation
from comity.policytools import examining
from comity.policytools.archive import gathered
from comity.policytools.gates import opened
from comity.rulings import PolicyError
from comity.rulings.shipped import Federated
from node.lawmaking import examination
from node.lawmaking.examination import Law, Task, What
from node.lawmaking.examiner import WAITING_MAX, Examiner, Limits, NotExamined
from node.lawmaking.examining import ExaminingLaw
from tests.simulators.federation import until
from tests.simulators.law import POLICIES, TODAY
from tests.simulators.policy_trees import changed, copied, row_of

if TYPE_CHECKING:
    from pathlib import Path

PACKS = ("core", "eu-member")
MEMBERS = Federated(
    members={"FR-PJ": "FR", "DE-LP": "DE"},
    groups={"eu": frozenset({"FR", "DE"})},
    instruments=(
        Instrument(
            id="EU-2023-977",
            title="Directive (EU) 2023/977",
            parties=frozenset({"eu"}),
            from_date=date(2024, 12, 12),
            reservations=(Reservation("DE", frozenset({"INVESTIGATE"}), "a note"),),
        ),
    ),
)


def shipped() -> Law:
    return Law(PACKS, gathered(POLICIES, PACKS).encoded)


def laborious(folder: Path, rows: int = 600) -> Law:
    """Loads at once; proving it takes minutes."""
    root = copied(folder)
    file = root / "eu-member" / "release.csv"
    told = {"tier": "jurisdiction", "field": "file", "form": "any", "effect": "deny"}
    changed(
        file,
        added="".join(
            row_of(
                file,
                id=f"EU-MANY-{each}",
                reason="NO_LEGAL_BASIS",
                when=f"asker-penalty<{each}&owner-penalty>={each}&misuse<{each % 50}",
                **told,
            )
            for each in range(rows)
        ),
    )
    return Law(PACKS, gathered(root, PACKS).encoded)


def task(what: What, law: Law, **more: Any) -> Task:
    return Task(what=what, law=law, directory=MEMBERS, today=TODAY, **more)


def ask(examiner: Examiner, one: Task) -> dict[str, Any]:
    async def run() -> dict[str, Any]:
        async with asyncio.timeout(100):
            return await examiner.result(one)

    return asyncio.run(run())


def refused(limits: Limits, one: Task) -> str:
    with pytest.raises(NotExamined) as told:
        ask(Examiner(limits), one)
    return str(told.value)


def children() -> set[int]:
    """Examinations that run."""
    listed = subprocess.run(
        ["/usr/bin/pgrep", "-P", str(os.getpid()), "-f", examination.__name__],
        capture_output=True,
        text=True,
        check=False,
    )
    return {int(one) for one in listed.stdout.split()}


def test_what_is_told_is_what_the_same_files_say_here() -> None:
    told = ask(Examiner(Limits()), task(What.TEST, shipped()))
    here = examining.tested(opened(POLICIES, PACKS, MEMBERS), progress=lambda _: None)
    untimed = [{**law, "elapsed_s": 0.0} for law in told["laws"]]
    assert [law["claims"] for law in untimed] == [law.claims for law in here]
    assert [law["rows_not_tested"] for law in untimed] == [[*law.rows_not_tested] for law in here]
    assert sum(law["assertions"] for law in untimed) > 1_000


def test_a_directory_arrives_as_it_was() -> None:
    assert examination._directory(examination._told(MEMBERS)) == MEMBERS


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(cpu_s=2), "more than the 2 seconds of processor time"),
        (Limits(wall_s=2), "more than the 2 seconds that"),
    ],
)
def test_a_laborious_law_ends_at_the_limit_of_time(
    tmp_path: Path, limits: Limits, said: str
) -> None:
    law = laborious(tmp_path)
    assert said in refused(limits, task(What.GATES, law))
    assert not children()
    # It loads, so that nothing but the limit stands against it.
    assert ask(Examiner(Limits()), task(What.TEST, law))["laws"]


def test_a_large_law_ends_at_the_limit_of_memory(tmp_path: Path) -> None:
    law = laborious(tmp_path, 4_000)
    told = refused(Limits(memory_bytes=110 << 20), task(What.PROVE, law))
    assert "more than the 110 MiB that this node gives to it" in told


def test_more_than_may_be_told_is_refused() -> None:
    told = refused(Limits(line_bytes=64), task(What.TEST, shipped()))
    assert "There is more to tell of this law" in told


@pytest.mark.parametrize(
    ("law", "said"),
    [
        (Law(PACKS, b"PK\3\4"), "These are no files of law: no archive of law."),
        (Law((*PACKS, "gb"), b""), "There is no pack gb among the files."),
    ],
)
def test_files_that_are_no_law_are_told_as_that(law: Law, said: str) -> None:
    one = Law(law.packs, law.archive or shipped().archive)
    assert refused(Limits(), task(What.CHECK, one)) == said


def test_a_law_that_does_not_load_is_told_by_file_and_line(tmp_path: Path) -> None:
    root = copied(tmp_path)
    changed(root / "eu-member" / "release.csv", ("any-offence,accused", "any-ofence,accused"))
    broken = Law(PACKS, gathered(root, PACKS).encoded)
    told = refused(Limits(), task(What.CHECK, broken))
    assert told.startswith("eu-member/release.csv:")
    assert 'unknown offence "any-ofence"' in told
    (problem,) = ask(Examiner(Limits()), task(What.GATES, broken))["problems"]
    assert problem == told


def test_whoever_asked_and_has_gone_ends_it(tmp_path: Path) -> None:
    law = laborious(tmp_path)

    async def run() -> None:
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(Examiner(Limits()).result(task(What.PROVE, law)))
            await until(lambda: bool(children()))
            asking.cancel()
        assert asking.cancelled()

    asyncio.run(run())
    assert not children()


def test_it_ends_with_the_node(tmp_path: Path) -> None:
    limits = (str(Limits().cpu_s), str(Limits().memory_bytes))
    with subprocess.Popen(
        [sys.executable, "-I", "-m", examination.__name__, *limits, str(tmp_path / "unpacked")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(task(What.PROVE, laborious(tmp_path)).encoded)
        program.stdin.flush()
        assert b"progress" in program.stdout.readline()
        program.stdin.close()  # as the operating system does it for a node that was killed
        assert program.wait(20) == 1


def test_a_few_wait_and_the_next_is_told_that_the_node_is_busy(tmp_path: Path) -> None:
    law = laborious(tmp_path)

    async def run() -> None:
        examiner = Examiner(Limits())
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            waiting = [
                tasks.create_task(examiner.result(task(What.PROVE, law)))
                for _ in range(WAITING_MAX + 1)
            ]
            await asyncio.sleep(0)
            with pytest.raises(Refusal) as told:
                await examiner.result(task(What.TEST, law))
            assert told.value.reason is Reason.OVERLOADED
            for one in waiting:
                one.cancel()
        assert await examiner.result(task(What.TEST, shipped()))  # and there is room again

    asyncio.run(run())


def test_one_that_is_killed_from_outside_is_told_as_that(tmp_path: Path) -> None:
    law = laborious(tmp_path)

    async def killed() -> None:
        await until(lambda: bool(children()))
        for process in children():
            os.kill(process, signal.SIGKILL)

    async def run() -> None:
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            tasks.create_task(killed())
            with pytest.raises(NotExamined, match="ended from outside"):
                await Examiner(Limits()).result(task(What.PROVE, law))

    asyncio.run(run())


def test_where_nobody_can_say_which_red_lines_are_in_force_nothing_is_published() -> None:
    """The folders of the settings stand in several places: what is in force binds nobody then."""

    def scattered() -> Law:
        raise PolicyError(POLICIES, 0, "is not the one place of all folders that the settings name")

    law = ExaminingLaw(
        in_force=scattered,
        directory=lambda: MEMBERS,
        draft=lambda _: pytest.fail("no draft is asked for"),
        examiner=Examiner(Limits()),
        clock=ManualClock(),
    )
    problems, changes = asyncio.run(law.gates(shipped(), TODAY))
    assert len(problems) == 1
    assert problems[0].startswith("The law in force cannot be read as one folder")
    assert not changes
