"""Closed-loop load: a fixed number of calls in flight, each timed, for a fixed time."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.kit.report import cpu_seconds, median, percentile

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping


@dataclass(frozen=True, slots=True)
class Round:
    """One measured round.

    Attributes:
        times: seconds of each call.
        seconds: from the first call to the last reply.
        cpu_us: microseconds of processor time for each call, by process.
    """

    times: tuple[float, ...]
    seconds: float
    cpu_us: Mapping[str, int]

    @property
    def p50_ms(self) -> float:
        """Half of the calls took at most this."""
        return median(self.times) * 1000

    @property
    def p99_ms(self) -> float:
        """All but one in a hundred took at most this."""
        return percentile(self.times, 0.99) * 1000

    @property
    def per_s(self) -> float:
        """Calls a second."""
        return len(self.times) / self.seconds

    def figures(self) -> dict[str, Any]:
        """Under the names of the JSON line."""
        return {
            "p50_ms": round(self.p50_ms, 2),
            "p99_ms": round(self.p99_ms, 2),
            "queries_per_s": round(self.per_s),
            "cpu_us": dict(self.cpu_us),
        }


async def measured(run: Callable[[], Awaitable[list[float]]], pids: Mapping[str, int]) -> Round:
    """Runs a round and attributes the processor time that the processes used meanwhile."""
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    began = time.perf_counter()
    times = await run()
    took = time.perf_counter() - began
    used = {
        name: round((cpu_seconds(pid) - before[name]) / len(times) * 1e6)
        for name, pid in pids.items()
    }
    return Round(tuple(times), took, used)


async def closed_loop(
    call: Callable[[int], Awaitable[object]], *, in_flight: int, seconds: float
) -> list[float]:
    """Keeps ``in_flight`` calls out for ``seconds``; returns the seconds each took."""
    times: list[float] = []
    turn = 0
    ends = time.perf_counter() + seconds

    async def worker() -> None:
        nonlocal turn
        while (began := time.perf_counter()) < ends or not times:
            turn += 1
            await call(turn)
            times.append(time.perf_counter() - began)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(in_flight):
            tasks.create_task(worker())
    return times


def best(rounds: list[Round]) -> Round:
    """The round with most calls a second: what else runs on the machine only ever slows."""
    return max(rounds, key=lambda one: one.per_s)
