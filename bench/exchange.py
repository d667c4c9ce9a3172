"""The whole exchange with everything on, against the same hops in bare gRPC, in the same run.

Caller, asking node, gateway and answering node are processes of their own: mutual TLS, envelopes,
validation, admission, routing policy, ruling, ledgers on disk at all three, receipts checked. The one
setting that differs from the default is ``answer_floor_ms`` (0 instead of 20): the floor hides how long
a search took by waiting, and would hide what is measured here. It adds to every latency what it says.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import uvloop

from bench.kit.asking import Asker, connected
from bench.kit.chain import caller, certificates, chain
from bench.kit.load import Round, best, closed_loop, measured
from bench.kit.report import Report, Size, median, progress
from bench.kit.scene import federation, fill, register_file, scratch, start_all
from comity.demo.federation import Agency

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from comity.demo.federation import Federation

WAYS = ("Lookup", "Search", "Converse")
IN_FLIGHT = (1, 16, 64, 128)
RECORDS = 20_000
RECORDS_OF_OTHERS = 200
FANOUT = 20
# What bare gRPC carries, the answering end first: an answer's envelope between the three services, what
# it shrinks to at the caller, and a question.
BARE_ANSWER_BYTES = (16 * 1024 + 512, 16 * 1024 + 512, 2 * 1024)
BARE_QUESTION_BYTES = 400
ASKER = Agency("FR-PJ", "Police judiciaire", "FR", ("eu-member",))
SYSTEM = "bench"


def others(count: int) -> tuple[Agency, ...]:
    """Agencies that answer."""
    return tuple(
        Agency(f"DE-{number:02}", f"Landespolizei {number}", "DE", ("eu-member",))
        for number in range(1, count + 1)
    )


def populate(fed: Federation, root: Path, records: int) -> list[str]:
    """Fills the registers, adds the caller, starts everything; returns numbers to ask for."""
    asker, first, *rest = (agency.id for agency in fed.agencies)
    for name in (asker, first, *rest):
        fed.set(name, "answer_floor_ms", 0)
    numbers = register_file(root / "large.jsonl", records)
    register_file(root / "small.jsonl", min(records, RECORDS_OF_OTHERS))
    fill(fed.home(first), root / "large.jsonl")
    for name in rest:
        fill(fed.home(name), root / "small.jsonl")
    fed.add_caller(asker, SYSTEM, "system")
    start_all(fed)
    return numbers


async def alone(
    ours: Asker, bare: Callable[[int], Awaitable[object]], size: Size
) -> tuple[Round, Round]:
    """One call at a time, ours and bare by turns, so that both meet the same moments of the machine."""
    mine, theirs = [], []
    for _ in range(size.rounds):
        theirs.append(
            await measured(lambda: closed_loop(bare, in_flight=1, seconds=size.seconds), {})
        )
        mine.append(
            await measured(
                lambda: ours.run("Lookup", in_flight=1, seconds=size.seconds), ours.processes
            )
        )
    return min(mine, key=lambda one: one.p50_ms), min(theirs, key=lambda one: one.p50_ms)


async def under_load(ours: Asker, way: str, in_flight: int, size: Size) -> Round:
    """One way at one load."""
    rounds = [
        await measured(
            lambda: ours.run(way, in_flight=in_flight, seconds=size.seconds), ours.processes
        )
        for _ in range(size.rounds)
    ]
    return best(rounds)


async def measure(
    fed: Federation, numbers: list[str], folder: Path, bare_address: str, size: Size
) -> tuple[dict[str, Round], list[float]]:
    """Every way at every load, the bare chain, the fan-out."""
    asker, first, *_ = (agency.id for agency in fed.agencies)
    processes = {
        "client": os.getpid(),
        "node A": fed.servers[asker].pid,
        "gateway": fed.servers[fed.gateway_names[0]].pid,
        "node B": fed.servers[first].pid,
    }
    found: dict[str, Round] = {}
    async with (
        connected(fed.profile(asker, SYSTEM)) as stub,
        caller(folder, bare_address, BARE_QUESTION_BYTES) as bare,
    ):
        ours = Asker(stub, numbers, [first], processes)
        everyone = Asker(stub, numbers, [], processes)
        await everyone.settled()
        await ours.run("Lookup", in_flight=8, seconds=size.seconds)
        for way in WAYS:
            for in_flight in IN_FLIGHT:
                progress(f"{way}, {in_flight} in flight")
                if (way, in_flight) == ("Lookup", 1):
                    found["lookup_1"], found["bare_1"] = await alone(ours, bare, size)
                else:
                    found[f"{way.lower()}_{in_flight}"] = await under_load(
                        ours, way, in_flight, size
                    )
        progress("bare gRPC, 64 in flight")
        found["bare_64"] = best(
            [
                await measured(lambda: closed_loop(bare, in_flight=64, seconds=size.seconds), {})
                for _ in range(size.rounds)
            ]
        )
        progress(f"fan-out to {len(fed.agencies) - 1} nodes")
        fans = [
            await everyone.run("Lookup", in_flight=1, seconds=size.seconds)
            for _ in range(size.rounds)
        ]
    return found, min(fans, key=median)


def commit_ms(folder: Path) -> float:
    """What the disk takes for one durable small write."""
    times = []
    with (folder / "probe").open("wb") as out:
        for _ in range(200):
            began = time.perf_counter()
            out.write(bytes(4096))
            out.flush()
            os.fdatasync(out.fileno())
            times.append((time.perf_counter() - began) * 1000)
    return median(times)


def _report(found: dict[str, Round], fan: list[float], commit: float, nodes: int) -> Report:
    ways = {f"{way.lower()}_{n}": f"{way}, {n} in flight" for way in WAYS for n in IN_FLIGHT}
    named = ways | {"bare_1": "bare gRPC, 1 in flight", "bare_64": "bare gRPC, 64 in flight"}
    rows: list[dict[str, Any]] = [
        {
            "what": words,
            "p50 ms": found[name].p50_ms,
            "p99 ms": found[name].p99_ms,
            "a second": round(found[name].per_s),
            "µs CPU: " + " · ".join(found["lookup_1"].cpu_us): " · ".join(
                str(used) for used in found[name].cpu_us.values()
            ),
        }
        for name, words in named.items()
    ]
    last = dict.fromkeys(rows[0], "") | {
        "what": f"fan-out to {nodes}",
        "p50 ms": median(fan) * 1000,
    }
    figures = {
        "overhead_ms": round(found["lookup_1"].p50_ms - found["bare_1"].p50_ms, 2),
        "queries_per_s": round(found["converse_128"].per_s),
        "plain_queries_per_s": round(found["lookup_64"].per_s),
        "fanout_20_p50_ms": round(median(fan) * 1000, 2),
        "bare_chain_p50_ms": round(found["bare_1"].p50_ms, 2),
        "bare_chain_queries_per_s": round(found["bare_64"].per_s),
        "commit_p50_ms": round(commit, 3),
        **{name: found[name].figures() for name in ways},
    }
    notes = [
        f"One commit on this disk: {commit:.2f} ms. The best round of each measurement counts.",
        "answer_floor_ms is 0 here (20 by default); it adds to every latency what it says.",
    ]
    return Report([*rows, last], figures, notes)


def run(size: Size) -> Report:
    """Measures."""
    nodes, records = (2, 300) if size.smoke else (FANOUT, RECORDS)
    with scratch() as root:
        progress(f"a federation of {nodes + 1} agencies is founded and joined")
        with (
            federation(root / "federation", (ASKER, *others(nodes))) as fed,
            chain(certificates(root / "bare"), BARE_ANSWER_BYTES) as bare,
        ):
            progress(f"registers of {records:,} rows and fewer are loaded, everything is started")
            numbers = populate(fed, root, records)
            commit = commit_ms(root)
            found, fan = uvloop.run(measure(fed, numbers, root / "bare", bare[-1][0], size))
            progress("everything is stopped")
    return _report(found, fan, commit, nodes)
