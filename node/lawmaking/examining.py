"""Law as a whole, looked at where it is in force: four examinations, the gates, and who can learn a field.

The same use cases as on a folder (``comity.policytools``), with this node's directory, over the law in force
here, a draft, or files that are handed in; the ``Examiner`` does the work.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from comity.clock import day_of
from comity.errors import Reason, Refusal
from comity.policytools.standing import within
from comity.rulings import PolicyError
from node.lawmaking.examination import Law, Task, What
from node.lawmaking.examiner import NotExamined

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from datetime import date

    from comity.clock import Clock
    from comity.rulings.shipped import Federated
    from node.lawmaking.examiner import Examiner
    from node.storage.policies import StoredDraft

# What a draft would change is told to its approvers in so many sentences, and looked for as long as this
# (seconds of processor time); a comparison tells all.
CHANGES_TOLD_MAX: Final = 200
CHANGES_CPU_S: Final = 120


class ExaminingLaw:
    """What officers ask of a law as a whole.

    Args:
        in_force: gives the files of the law in force; raises ``PolicyError``. Blocking.
        directory: members, groups and instruments, as they are now.
        draft: gives a draft by its id; raises ``Refusal`` NOT_FOUND.
        examiner: looks at law within limits.
        clock: says what day it is.
    """

    def __init__(
        self,
        *,
        in_force: Callable[[], Law],
        directory: Callable[[], Federated],
        draft: Callable[[str], StoredDraft],
        examiner: Examiner,
        clock: Clock,
    ) -> None:
        self._in_force = in_force
        self._directory = directory
        self._draft = draft
        self._examiner = examiner
        self._clock = clock

    async def examine(
        self, what: What, law: Law, *, today: date | None = None
    ) -> AsyncGenerator[str | dict[str, Any], None]:
        """What is being looked at, again and again, and last the result, as the contract has it.

        Args:
            what: one of the four examinations.
            law: from ``law``, or handed in.
            today: the day as on which it is looked at.

        Raises:
            NotExamined: the law cannot be loaded, or takes more than the limits.
            Refusal: OVERLOADED.
        """
        before = await self.law() if what is What.COMPARE else None
        task = self._task(what, law, today=today, before=before)
        async with contextlib.aclosing(self._examiner.examine(task)) as told:
            async for one in told:
                yield one

    async def gates(self, law: Law, today: date) -> tuple[list[str], list[str]]:
        """What keeps a law from being published, and what it would change; a sentence each.

        Raises:
            NotExamined: it takes more than the limits.
            Refusal: OVERLOADED.
        """
        before: Law | None = None
        problems: list[str] = []
        try:
            before = await self.law()
        except NotExamined as error:  # nobody could say which red lines are in force
            problems.append(str(error))
        task = self._task(What.GATES, law, today=today, before=before)
        problems += (await self._examiner.result(task))["problems"]
        changes: list[str] = []
        if before is not None:
            try:
                changes = await self._changes(replace(task, what=What.COMPARE))
            except NotExamined as error:
                if str(error) not in problems:  # where the law does not load, that is told already
                    changes = [f"What it changes is not told: {error}"]
        return problems, changes

    async def _changes(self, task: Task) -> list[str]:
        found = await self._examiner.result(task, cpu_s=CHANGES_CPU_S)
        changes = [
            sentence
            for one in found["laws"]
            for sentence in (
                *one["rows"],
                *one["proved"],
                *(change["sentence"] for change in one["changes"]),
            )
        ]
        return within(changes, CHANGES_TOLD_MAX)

    async def who_can(self, field: str, draft_id: str = "") -> dict[str, Any]:
        """The version of the law that decided, and every way to learn a field, as the contract has it.

        Raises:
            Refusal: INVALID_REQUEST for a field that there is not; NOT_FOUND; OVERLOADED.
        """
        try:
            law = await self.law(draft_id)
            return await self._examiner.result(self._task(What.WHO_CAN, law, path=field))
        except NotExamined as error:
            sentence = str(error)
            raise Refusal(Reason.INVALID_REQUEST, sentence, field="field", hint=sentence) from error

    async def law(self, draft_id: str = "") -> Law:
        """The files of a draft; without one those of the law in force.

        Raises:
            NotExamined: the law in force does not stand in one folder, or cannot be read.
            Refusal: NOT_FOUND.
        """
        if draft_id:
            draft = self._draft(draft_id)
            return Law(draft.packs, draft.archive)
        try:
            return await asyncio.get_running_loop().run_in_executor(None, self._in_force)
        except PolicyError as error:
            raise NotExamined(f"The law in force cannot be read as one folder: {error}.") from error

    def _task(self, what: What, law: Law, *, today: date | None = None, **more: Any) -> Task:
        day = today or day_of(self._clock.now_ms())
        return Task(what=what, law=law, directory=self._directory(), today=day, **more)
