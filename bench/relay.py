"""What one gateway process relays, every check and its ledger on disk included, against bare relays.

The gateway is the real program: mutual TLS, signature of every question, directory, quota, federation
policy, two ledger entries for each query, commits on disk. Its links end in ``bench.kit.link_driver``.
The alternatives carry messages of the same sizes over mutual TLS as unary calls, and check nothing.

Answers are padded to the 16 KiB that a routing of stage 1 or 2 fixes. What they cost beside what is checked
is shown by the same questions with answers of 1 KiB.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import uvloop

from bench.kit.chain import caller, certificates, chain
from bench.kit.link_driver import ask, attached, sealed_questions
from bench.kit.load import Round, best, closed_loop, measured
from bench.kit.nginx import nginx
from bench.kit.report import Report, Size, progress
from bench.kit.scene import federation, scratch
from comity.authority.home import Home
from comity.demo.federation import Agency
from comity.demo.processes import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from comity.authority.home import NodeIdentity
    from comity.demo.federation import Federation

IN_FLIGHT = (1, 16, 128)
# Questions sealed for a round of one second, by load: sealing must not run inside the round.
QUESTIONS_PER_S = {1: 500, 16: 4_000, 128: 10_000}
# Messages of the bare relays: a question's and an answer's envelope.
QUESTION_BYTES = 1_600
ANSWER_BYTES = 17_500
ANSWER_BUCKET_BYTES = 16 * 1024
SMALL_BYTES = 1024
AGENCIES = (
    Agency("FR-PJ", "Police judiciaire", "FR", ("eu-member",)),
    Agency("DE-LP", "Landespolizei", "DE", ("eu-member",)),
)


async def relayed(
    asker: NodeIdentity,
    answerer: NodeIdentity,
    *,
    gateway: str,
    address: str,
    pids: dict[str, int],
    in_flights: tuple[int, ...],
    size: Size,
) -> dict[int, Round]:
    """Questions through the gateway, at every load."""
    found = {}
    async with attached(asker, gateway, address) as call:

        async def once(in_flight: int, count: int) -> Round:
            questions = sealed_questions(asker, answerer, count)
            return await measured(lambda: ask(call, questions, in_flight=in_flight), pids)

        await once(8, 200)
        for in_flight in in_flights:
            progress(f"gateway, {in_flight} in flight")
            count = max(in_flight, int(QUESTIONS_PER_S[in_flight] * size.seconds))
            found[in_flight] = best([await once(in_flight, count) for _ in range(size.rounds)])
    return found


async def bare(folder: Path, address: str, pids: dict[str, int], size: Size) -> Round:
    """Unary calls through a relay, 128 in flight."""
    async with caller(folder, address, QUESTION_BYTES) as call:
        return best(
            [
                await measured(lambda: closed_loop(call, in_flight=128, seconds=size.seconds), pids)
                for _ in range(size.rounds)
            ]
        )


@contextlib.contextmanager
def answering(fed: Federation, gateway: str, address: str, bucket_bytes: int) -> Iterator[int]:
    """The answering end's process."""
    asker, answerer = AGENCIES
    server = Server(
        "python", "-m", "bench.kit.link_driver",
        str(fed.home(answerer.id)), address, gateway, asker.id, str(bucket_bytes), log=fed.log(answerer.id),
    )  # fmt: skip
    try:
        server.line()
        yield server.pid
    finally:
        server.kill()


def _ours(root: Path, size: Size) -> tuple[dict[int, Round], Round]:
    progress("a federation with one gateway is founded and joined")
    with federation(root / "federation", AGENCIES) as fed:
        (gateway,) = fed.gateway_names
        server = fed.start(gateway)
        asker, answerer = (Home.load(fed.home(agency.id)) for agency in AGENCIES)
        address = f"127.0.0.1:{server.json_line(0)['port']}"

        def rounds(bucket_bytes: int, in_flights: tuple[int, ...]) -> dict[int, Round]:
            with answering(fed, gateway, address, bucket_bytes) as pid:
                pids = {"asking end": os.getpid(), "relay": server.pid, "answering end": pid}
                return uvloop.run(
                    relayed(
                        asker,
                        answerer,
                        gateway=gateway,
                        address=address,
                        pids=pids,
                        in_flights=in_flights,
                        size=size,
                    )
                )

        found = rounds(ANSWER_BUCKET_BYTES, IN_FLIGHT)
        progress("the same with answers of 1 KiB")
        return found, rounds(SMALL_BYTES, IN_FLIGHT[-1:])[IN_FLIGHT[-1]]


def _theirs(root: Path, size: Size) -> tuple[Round, Round | None]:
    folder = certificates(root / "bare")
    with chain(folder, (ANSWER_BYTES, ANSWER_BYTES)) as ((answering_at, answering_pid), relay):
        progress("bare gRPC relay, 128 in flight")
        pids = {"asking end": os.getpid(), "relay": relay[1], "answering end": answering_pid}
        plain = uvloop.run(bare(folder, relay[0], pids, size))
        with nginx(folder, answering_at) as proxy:
            if proxy is None:
                return plain, None
            progress("nginx grpc_pass, 128 in flight")
            return plain, uvloop.run(bare(folder, proxy[0], pids | {"relay": proxy[1]}, size))


def run(size: Size) -> Report:
    """Measures."""
    with scratch() as root:
        ours, small = _ours(root, size)
        plain, proxy = _theirs(root, size)
        progress("everything is stopped")
    named = {f"gateway, {count} in flight": found for count, found in ours.items()}
    named |= {"gateway, 128 in flight, answers of 1 KiB": small}
    named |= {"bare gRPC, 128 in flight": plain}
    named |= {} if proxy is None else {"nginx, 128 in flight": proxy}
    rows = [
        {
            "what": words,
            "p50 ms": found.p50_ms,
            "p99 ms": found.p99_ms,
            "a second": round(found.per_s),
            "µs CPU: relay": found.cpu_us["relay"],
            "asking end": found.cpu_us["asking end"],
            "answering end": found.cpu_us["answering end"],
        }
        for words, found in named.items()
    ]
    headline = ours[128]
    figures = {
        "gateway_cpu_us_per_query": headline.cpu_us["relay"],
        "queries_per_s": round(headline.per_s),
        "p50_ms": round(headline.p50_ms, 2),
        "p99_ms": round(headline.p99_ms, 2),
        "bare_relay_cpu_us": plain.cpu_us["relay"],
        "nginx_cpu_us": None if proxy is None else proxy.cpu_us["relay"],
        "small_answers_cpu_us": small.cpu_us["relay"],
        "small_answers_queries_per_s": round(small.per_s),
    }
    notes = ["" if proxy else "nginx is not installed: scripts/install-debian-packages bench."]
    return Report(rows, figures, [*filter(None, notes), "The best round of each counts."])
