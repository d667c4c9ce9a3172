"""The whole exchange with everything on, against the same hops in bare gRPC, in the same run.

Mutual TLS, envelopes, validation, admission, routing policy, ruling, ledgers on disk at all three
processes, receipts checked. The only setting changed is ``answer_floor_ms`` (0 instead of 20): the floor
that hides how long a search took is a wait, not work, and would hide what is measured.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

import grpc
import uvloop

from bench.bare import METHOD
from bench.report import cpu_seconds, median, percentile, show
from comity.api.query.v1 import query_service_pb2 as api
from comity.api.query.v1 import query_service_pb2_grpc as api_grpc
from comity.demo.federation import AGENCIES, Agency, Federation
from comity.demo.registers import registers
from comity.rpc import options
from comity.rpc.tls import TlsIdentity, channel_credentials

RECORDS = 20_000
IN_FLIGHT = (1, 16, 64, 128)
FANOUT = 20
# What bare gRPC carries: a question and a padded answer of the same size as ours.
ANSWER_BYTES = 16 * 1024


def question(number: str, targets: list[str]) -> api.Question:
    """A document looked up by number."""
    asked = api.Question(targets=targets)
    asked.selectors.add().document.number = number
    why = asked.justification
    why.purpose, why.case_reference, why.offence = 3, "FR-2026-118", "document-fraud"
    why.subject_category, why.aim, why.legal_basis = 8, 1, "EU-2023-977"
    return asked


def channel(profile: Path) -> grpc.aio.Channel:
    """A channel to the caller's node."""
    told, folder = tomllib.loads(profile.read_text()), profile.parent
    identity = TlsIdentity(
        (folder / told["certificate"]).read_bytes(), (folder / told["key"]).read_bytes()
    )
    credentials = channel_credentials(identity, server_ca_pem=(folder / told["ca"]).read_bytes())
    return grpc.aio.secure_channel(told["address"], credentials, options=options.API_CHANNEL)


class Load:
    """Keeps a number of questions in flight and times each."""

    def __init__(self, stub: Any, numbers: list[str], targets: list[str]) -> None:
        self.stub = stub
        self.questions = [question(number, targets) for number in numbers]
        self.times: list[float] = []
        self.wrong = 0

    async def lookup(self, asked: api.Question) -> Any:
        """One question by ``Lookup``."""
        return await self.stub.Lookup(api.LookupRequest(question=asked), timeout=30)

    async def search(self, asked: api.Question) -> Any:
        """One question by ``Search``; its last message."""
        last = None
        async for response in self.stub.Search(api.SearchRequest(question=asked), timeout=30):
            last = response
        return last

    async def run(self, way: str, rounds: int, in_flight: int) -> float:
        """Asks ``rounds`` questions; returns the seconds it took."""
        self.times.clear()
        if way == "Converse":
            return await self._converse(rounds, in_flight)
        call = self.lookup if way == "Lookup" else self.search
        left = iter(range(rounds))

        async def worker() -> None:
            for turn in left:
                began = time.perf_counter()
                reply = await call(self.questions[turn % len(self.questions)])
                self.times.append(time.perf_counter() - began)
                self.wrong += (
                    bool(reply.summary.not_searched) or not reply.summary.receipts_verified
                )

        began = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(in_flight):
                tasks.create_task(worker())
        return time.perf_counter() - began

    async def _converse(self, rounds: int, in_flight: int) -> float:
        stream = self.stub.Converse()
        began_at: dict[int, float] = {}
        sent = done = 0
        began = time.perf_counter()

        async def more(count: int) -> None:
            nonlocal sent
            asks = []
            for _ in range(min(count, rounds - sent)):
                began_at[sent] = time.perf_counter()
                asks.append(
                    api.Ask(correlation=sent, question=self.questions[sent % len(self.questions)])
                )
                sent += 1
            for at in range(0, len(asks), 64):
                await stream.write(api.ConverseRequest(asks=asks[at : at + 64]))

        await more(in_flight)
        while done < rounds:
            response = await stream.read()
            now = time.perf_counter()
            for told in response.tolds:
                self.times.append(now - began_at.pop(told.correlation))
                self.wrong += bool(told.refused.code) or not told.summary.receipts_verified
                done += 1
            await more(len(response.tolds))
        took = time.perf_counter() - began
        await stream.done_writing()
        return took


def federation(
    root: Path, agencies: tuple[Agency, ...], records: int
) -> tuple[Federation, list[str]]:
    """A running federation; the first agency asks, the others hold ``records`` rows each."""
    fed = Federation(root, agencies=agencies)
    fed.found()
    fed.join_all()
    numbers: list[str] = []
    for agency in agencies:
        fed.set(agency.id, "answer_floor_ms", 0)
        fed.set(agency.id, "log_level", "WARNING")
    path = root / "rows.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for row in registers("DE-LP", records, 1):
            if row["entity"] == "identity_document":
                numbers.append(row["fields"]["identity_document.number"])
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    for agency in agencies[1:]:
        fed.load(agency.id, "register", path)
    return fed, numbers[:500]


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


async def measure(
    fed: Federation, numbers: list[str], rounds: int
) -> tuple[list[Any], dict[str, Any]]:
    """Every way at every load; rows for people and figures."""
    profile = fed.profile(fed.agencies[0].id, "bench")
    targets = [fed.agencies[1].id]
    processes = {"client": os.getpid()} | {
        name: fed.servers[name].pid
        for name in (fed.agencies[0].id, fed.gateway_names[0], fed.agencies[1].id)
    }
    rows, figures = [], {}
    async with channel(profile) as open_channel:
        load = Load(api_grpc.QueryServiceStub(open_channel), numbers, targets)
        await asyncio.sleep(2)
        await load.run("Lookup", 300, 8)
        for way in ("Lookup", "Search", "Converse"):
            for in_flight in IN_FLIGHT:
                count = max(200, rounds // (4 if in_flight == 1 else 1))
                before = {name: cpu_seconds(pid) for name, pid in processes.items()}
                took = await load.run(way, count, in_flight)
                cpu = {
                    name: round((cpu_seconds(pid) - before[name]) / count * 1e6)
                    for name, pid in processes.items()
                }
                found = {
                    "p50_ms": round(median(load.times) * 1000, 2),
                    "p99_ms": round(percentile(load.times, 0.99) * 1000, 2),
                    "queries_per_s": round(count / took),
                    "cpu_us": cpu,
                }
                figures[f"{way.lower()}_{in_flight}"] = found
                rows.append(
                    {"what": f"{way} {in_flight} in flight"}
                    | {k: v for k, v in found.items() if k != "cpu_us"}
                    | {"cpu µs": " ".join(str(one) for one in cpu.values())}
                )
        if load.wrong:
            raise SystemExit(f"{load.wrong} questions were not answered or not proven")
    return rows, figures


async def fanout(fed: Federation, numbers: list[str], rounds: int) -> float:
    """One question to every node of a larger federation, alone."""
    async with channel(fed.profile(fed.agencies[0].id, "bench")) as open_channel:
        load = Load(api_grpc.QueryServiceStub(open_channel), numbers, [])
        await asyncio.sleep(4)
        await load.run("Lookup", 30, 1)
        await load.run("Lookup", rounds, 1)
        if load.wrong:
            raise SystemExit(f"{load.wrong} fan-outs were incomplete")
    return median(load.times) * 1000


class BareChain:
    """client → A → gateway → B in bare gRPC with mutual TLS."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[str]] = []
        target = ""
        for _ in range(3):
            arguments = ["--target", target] if target else ["--answer-bytes", str(ANSWER_BYTES)]
            process = subprocess.Popen(
                [sys.executable, "-m", "bench.bare", str(folder), *arguments],
                stdout=subprocess.PIPE,
                text=True,
            )
            self.processes.append(process)
            target = f"localhost:{process.stdout.readline().strip()}"  # type: ignore[union-attr]
        self.target = target

    async def measure(self, rounds: int) -> dict[str, float]:
        """Alone and at 64 in flight."""
        credentials = grpc.ssl_channel_credentials(
            *(
                (self.folder / name).read_bytes()
                for name in ("ca.pem", "key.pem", "certificate.pem")
            )
        )
        figures = {}
        async with grpc.aio.secure_channel(self.target, credentials) as open_channel:
            call = open_channel.unary_unary(METHOD)
            await call(bytes(400))
            for in_flight in (1, 64):
                count = max(200, rounds // (4 if in_flight == 1 else 1))
                times, took = await self._round(call, count, in_flight)
                figures[f"p50_ms_{in_flight}"] = median(times) * 1000
                figures[f"queries_per_s_{in_flight}"] = count / took
        return figures

    async def _round(self, call: Any, count: int, in_flight: int) -> tuple[list[float], float]:
        times: list[float] = []
        left = iter(range(count))

        async def worker() -> None:
            for _ in left:
                began = time.perf_counter()
                await call(bytes(400))
                times.append(time.perf_counter() - began)

        began = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(in_flight):
                tasks.create_task(worker())
        return times, time.perf_counter() - began

    def stop(self) -> None:
        """Ends the chain."""
        for process in self.processes:
            process.kill()
            process.wait()


def certificates(folder: Path) -> Path:
    """One certificate for the bare chain, signed by itself."""
    from comity.authority.ca import key_pem, new_key, self_signed  # noqa: PLC0415  # only here

    folder.mkdir()
    key = new_key()
    pem = self_signed(key, "bare", time.time_ns() // 1_000_000, hosts=("localhost", "127.0.0.1"))
    for name, content in (("ca.pem", pem), ("certificate.pem", pem), ("key.pem", key_pem(key))):
        (folder / name).write_bytes(content)
    return folder


def run(*, quick: bool) -> None:
    """Measures and prints."""
    rounds = 800 if quick else 6_000
    scratch = Path(tempfile.mkdtemp(prefix="comity-bench-"))
    try:
        bare = BareChain(certificates(scratch / "bare"))
        try:
            chain = uvloop.run(bare.measure(rounds))
        finally:
            bare.stop()
        fed, numbers = federation(
            scratch / "two", (AGENCIES[0], AGENCIES[1]), RECORDS // (10 if quick else 1)
        )
        try:
            fed.add_caller(fed.agencies[0].id, "bench", "system")
            fed.start_all()
            rows, ways = uvloop.run(measure(fed, numbers, rounds))
        finally:
            fed.stop()
        many = (
            AGENCIES[0],
            *(
                Agency(f"DE-{n:02}", f"Agency {n}", "DE", ("eu-member",))
                for n in range(1, FANOUT + 1)
            ),
        )
        fed, numbers = federation(scratch / "many", many, 200)
        try:
            fed.add_caller(fed.agencies[0].id, "bench", "system")
            fed.start_all()
            fan_ms = uvloop.run(fanout(fed, numbers, 40 if quick else 200))
        finally:
            fed.stop()
        disk_ms = commit_ms(scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    rows.append(
        {
            "what": "bare gRPC, 1 in flight",
            "p50_ms": chain["p50_ms_1"],
            "p99_ms": "",
            "queries_per_s": round(chain["queries_per_s_1"]),
            "cpu µs": "",
        }
    )
    rows.append(
        {
            "what": "bare gRPC, 64 in flight",
            "p50_ms": chain["p50_ms_64"],
            "p99_ms": "",
            "queries_per_s": round(chain["queries_per_s_64"]),
            "cpu µs": "",
        }
    )
    rows.append(
        {
            "what": f"fan-out to {FANOUT}",
            "p50_ms": fan_ms,
            "p99_ms": "",
            "queries_per_s": "",
            "cpu µs": "",
        }
    )
    figures = {
        "overhead_ms": round(ways["lookup_1"]["p50_ms"] - chain["p50_ms_1"], 2),
        "queries_per_s": ways["converse_128"]["queries_per_s"],
        "plain_queries_per_s": ways["lookup_64"]["queries_per_s"],
        "fanout_20_p50_ms": round(fan_ms, 1),
        "bare_chain_p50_ms": round(chain["p50_ms_1"], 2),
        "bare_chain_queries_per_s": round(chain["queries_per_s_64"]),
        "commit_p50_ms": round(disk_ms, 3),
        "answer_floor_ms": 0,
        **ways,
    }
    show("exchange", rows, figures)
