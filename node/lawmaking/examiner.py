"""Having law examined in a process of its own, so that no law keeps this node from answering.

Rules:

* One examination at a time; a few wait, and whoever comes after them is told that the node is busy.
* Time of the processor, time on the clock, memory and what is told are limited. Reaching a limit is an
  answer, a sentence for the officer, and ends that process; nothing of it is kept.
* Whoever asked and has gone ends it, too, and so does the end of the node.
* Nothing of that process's is believed but lines of JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import sys
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from comity.errors import Fault, Reason, Refusal
from node.lawmaking import examination

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Coroutine

    from node.lawmaking.examination import Task

# No limit but the node's.
CPU_S_MAX: Final = 1 << 20
# Examinations that may wait for the one that runs.
WAITING_MAX: Final = 4
# Ended because an allocation failed where nothing could say so any more.
_OUT_OF_MEMORY: Final = (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS)
_ENVIRONMENT: Final = {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}

T = TypeVar("T")

log = logging.getLogger(__name__)


class NotExamined(Exception):
    """There is no result; the text is a sentence for the officer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one examination may use.

    Attributes:
        cpu_s: seconds of processor time.
        memory_bytes: of address space.
        wall_s: seconds on the clock.
        line_bytes: of one line that is told, the result among them.
    """

    cpu_s: int = 300
    memory_bytes: int = 2 << 30
    wall_s: float = 900.0
    line_bytes: int = 8 << 20


class Examiner:
    """Runs examinations of law."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._one = asyncio.Semaphore()
        self._waiting = 0

    async def result(self, task: Task, *, cpu_s: int = CPU_S_MAX) -> dict[str, Any]:
        """What came of it, without what was told meanwhile; see ``examine``."""
        async with contextlib.aclosing(self.examine(task, cpu_s=cpu_s)) as told:
            async for one in told:
                if isinstance(one, dict):
                    return one
        raise AssertionError  # it tells a result or raises

    async def examine(
        self, task: Task, *, cpu_s: int = CPU_S_MAX
    ) -> AsyncGenerator[str | dict[str, Any], None]:
        """What is being looked at, again and again, and last the result.

        Args:
            task: what is asked.
            cpu_s: seconds of processor time, where that is less than the limit.

        Raises:
            NotExamined: the law cannot be loaded, or a limit was reached.
            Refusal: OVERLOADED.
            Fault: that process broke.
        """
        if self._waiting > WAITING_MAX:
            raise Refusal(Reason.OVERLOADED, "too many examinations of law wait")
        self._waiting += 1
        try:
            async with self._one:
                with tempfile.TemporaryDirectory(prefix="comity-law-") as folder:
                    async with contextlib.aclosing(
                        self._run(task, folder, min(cpu_s, self._limits.cpu_s))
                    ) as told:
                        async for one in told:
                            yield one
        finally:
            self._waiting -= 1

    async def _run(
        self, task: Task, folder: str, cpu_s: int
    ) -> AsyncGenerator[str | dict[str, Any], None]:
        until_s = asyncio.get_running_loop().time() + self._limits.wall_s
        async with self._started(folder, cpu_s) as process:
            await self._by(until_s, self._ask(process, task))
            while (line := await self._by(until_s, self._line(process))) is not None:
                ((kind, told),) = json.loads(line).items()
                if kind == "progress":
                    yield str(told)
                    continue
                yield self._result(kind, told)
                return
            self._ended(await self._by(until_s, process.wait()), cpu_s)

    async def _by(self, until_s: float, step: Coroutine[Any, Any, T]) -> T:
        """A step, if it is done in time."""
        try:
            async with asyncio.timeout_at(until_s):
                return await step
        except TimeoutError as late:
            raise NotExamined(self._too_long(f"{self._limits.wall_s:g} seconds")) from late

    async def _ask(self, process: asyncio.subprocess.Process, task: Task) -> None:
        assert process.stdin is not None  # noqa: S101  # it is a pipe
        process.stdin.write(task.encoded)
        with contextlib.suppress(ConnectionError):  # it has ended; how, is looked at later
            await process.stdin.drain()

    @contextlib.asynccontextmanager
    async def _started(self, folder: str, cpu_s: int) -> AsyncIterator[asyncio.subprocess.Process]:
        """The process; ended whatever happens."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-m", examination.__name__),
            *(str(cpu_s), str(self._limits.memory_bytes), folder),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=self._limits.line_bytes,
            cwd=folder,
            env=_ENVIRONMENT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _line(self, process: asyncio.subprocess.Process) -> bytes | None:
        """The next line; none at the end."""
        assert process.stdout is not None  # noqa: S101  # it is a pipe
        try:
            return await process.stdout.readline() or None
        except ValueError as error:  # the stream's word for a line beyond its limit
            mib = self._limits.line_bytes >> 20
            sentence = f"There is more to tell of this law than {mib} MiB; look at fewer packs."
            raise NotExamined(sentence) from error

    def _result(self, kind: str, told: Any) -> dict[str, Any]:
        if kind == "result":
            return dict(told)
        if kind == "refused":
            raise NotExamined(str(told))
        if kind == "memory":
            raise NotExamined(self._too_large())
        log.error("an examination of law broke: %s", told)
        raise Fault(f"examination: {kind}")

    def _ended(self, code: int, cpu_s: int) -> None:
        """It said nothing at its end: one of the limits, or broken."""
        if code == -signal.SIGXCPU:
            raise NotExamined(self._too_long(f"{cpu_s} seconds of processor time"))
        if code == -signal.SIGKILL:
            raise NotExamined(
                "Looking at this law was ended from outside: perhaps the machine has too little memory."
            )
        if code in _OUT_OF_MEMORY:
            raise NotExamined(self._too_large())
        log.error("an examination of law ended with %d and without a word", code)
        raise Fault(f"examination ended with {code}")

    def _too_long(self, what: str) -> str:
        return f"Looking at this law takes more than the {what} that this node gives to it."

    def _too_large(self) -> str:
        mib = self._limits.memory_bytes >> 20
        return f"Looking at this law takes more than the {mib} MiB that this node gives to it."
