"""A busy agency system: questions to its own node in each of the three ways."""

from __future__ import annotations

import asyncio
import contextlib
import time
import tomllib
from typing import TYPE_CHECKING, Any

import grpc

from bench.kit.load import closed_loop
from comity.api.query.v1 import justification_pb2 as justification
from comity.api.query.v1 import query_service_pb2 as api
from comity.api.query.v1 import query_service_pb2_grpc as api_grpc
from comity.rpc import options
from comity.rpc.tls import TlsIdentity, channel_credentials

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

# Generated modules carry no types.
_stub: Any = api_grpc.QueryServiceStub

# Questions in one message of a held stream.
ASKS_MAX = 32
# A machine that is busy with other things must not end a round by impatience.
WAIT_MS = 30_000
CALL_S = 40.0
SETTLED_S = 120.0
SETTLED_STEP_S = 0.1


def question(number: str, targets: list[str]) -> api.Question:
    """A document looked up by number."""
    asked = api.Question(targets=targets, wait_ms=WAIT_MS)
    asked.selectors.add().document.number = number
    why = asked.justification
    why.purpose, why.aim = justification.PURPOSE_INVESTIGATE, justification.AIM_IDENTIFY
    why.subject_category = justification.SUBJECT_CATEGORY_OBJECT
    why.case_reference, why.offence = "FR-2026-118", "document-fraud"
    why.legal_basis = "EU-2023-977"
    return asked


@contextlib.asynccontextmanager
async def connected(profile: Path) -> AsyncIterator[Any]:
    """A stub over a channel to the caller's node."""
    address, credentials = _credentials(profile)
    async with grpc.aio.secure_channel(
        address, credentials, options=options.API_CHANNEL
    ) as channel:
        yield _stub(channel)


def _credentials(profile: Path) -> tuple[str, grpc.ChannelCredentials]:
    told, folder = tomllib.loads(profile.read_text()), profile.parent
    identity = TlsIdentity(
        (folder / told["certificate"]).read_bytes(), (folder / told["key"]).read_bytes()
    )
    credentials = channel_credentials(identity, server_ca_pem=(folder / told["ca"]).read_bytes())
    return told["address"], credentials


class UnansweredError(Exception):
    """A question was not answered by everybody asked, or not proven: its time would mean nothing."""


class Asker:
    """Asks about documents by their numbers, one after another."""

    def __init__(
        self, stub: Any, numbers: list[str], targets: list[str], processes: Mapping[str, int]
    ) -> None:
        self._stub = stub
        self._questions = [question(number, targets) for number in numbers]
        self.processes = processes

    def _question(self, turn: int) -> api.Question:
        return self._questions[turn % len(self._questions)]

    async def settled(self) -> None:
        """Returns once every source answers: keys have spread, links are up."""
        ends = time.perf_counter() + SETTLED_S
        while time.perf_counter() < ends:
            with contextlib.suppress(UnansweredError, grpc.RpcError):
                await self._lookup(0)
                return
            await asyncio.sleep(SETTLED_STEP_S)
        raise UnansweredError("the federation did not come up")

    async def run(self, way: str, *, in_flight: int, seconds: float) -> list[float]:
        """Asks for ``seconds`` and returns what each question took, in seconds.

        Raises:
            UnansweredError: an answer or its proof is missing.
        """
        if way == "Converse":
            return await self._converse(in_flight, seconds)
        call = self._lookup if way == "Lookup" else self._search
        return await closed_loop(call, in_flight=in_flight, seconds=seconds)

    async def _lookup(self, turn: int) -> None:
        request = api.LookupRequest(question=self._question(turn))
        _proven(await self._stub.Lookup(request, timeout=CALL_S))

    async def _search(self, turn: int) -> None:
        request = api.SearchRequest(question=self._question(turn))
        last = None
        async for response in self._stub.Search(request, timeout=CALL_S):
            last = response
        _proven(last)

    async def _converse(self, in_flight: int, seconds: float) -> list[float]:
        stream = self._stub.Converse()
        began_at: dict[int, float] = {}
        times: list[float] = []
        turn = 0
        ends = time.perf_counter() + seconds

        async def ask(count: int) -> None:
            nonlocal turn
            asks = []
            for _ in range(count):
                asks.append(api.Ask(correlation=turn, question=self._question(turn)))
                began_at[turn] = time.perf_counter()
                turn += 1
            for at in range(0, len(asks), ASKS_MAX):
                await stream.write(api.ConverseRequest(asks=asks[at : at + ASKS_MAX]))

        await ask(in_flight)
        while began_at:
            response = await stream.read()
            now = time.perf_counter()
            for told in response.tolds:
                _proven(told)
                times.append(now - began_at.pop(told.correlation))
            if now < ends:
                await ask(len(response.tolds))
        await stream.done_writing()
        return times


def _proven(reply: Any) -> None:
    summary = None if reply is None else reply.summary
    if (
        summary is None
        or not summary.asked
        or summary.not_searched
        or summary.receipts_verified != len(summary.asked)
    ):
        raise UnansweredError(str(reply)[:500])
