"""Many questions in flight over one held stream.

Rules:

* Each question has its own deadline; the stream itself has none, it ends with its ``async with`` block.
* A question that is given up (cancelled, or past its deadline) is given up at the node too.
* At most ``IN_FLIGHT_MAX`` are in flight; further ones wait their turn within their own deadline.
* When the stream breaks, every question in flight and every later one says so. Nothing is asked again.
"""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any, Final, Self

import grpc

from comity.api.query.v1 import query_service_pb2 as api
from comity.client import calls, wire
from comity.client.errors import (
    CUT_OFF,
    ClosedError,
    ComityCallError,
    FaultError,
    again,
    coded,
    from_rpc,
)
from comity.client.words import Stage, Urgency
from comity.errors import Reason
from comity.rpc.outbox import Outbox, OutboxFullError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from comity.client.model import Justification, Reply

# Half of what a node allows, so that questions given up, which it still counts for a moment, never make
# it refuse new ones.
IN_FLIGHT_MAX: Final = 256

ENDED: Final = "This conversation has ended."

# A question to send, or the number of one that is no longer wanted.
Frame = api.Ask | int


class Conversation:
    """A held stream; made by ``AsyncComity.converse`` and used with ``async with``."""

    __slots__ = (
        "_address",
        "_call",
        "_ended",
        "_numbers",
        "_open",
        "_outbox",
        "_sent",
        "_slots",
        "_tasks",
        "_waiting",
    )

    def __init__(self, opening: Callable[[], Awaitable[Any]], *, address: str) -> None:
        self._open = opening
        self._address = address
        self._call: Any = None
        self._outbox: Outbox[Frame] = Outbox()
        self._tasks = asyncio.TaskGroup()
        self._slots = asyncio.Semaphore(IN_FLIGHT_MAX)
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[api.Told | None]] = {}
        self._sent: set[int] = set()
        self._ended: ComityCallError | None = ClosedError("Enter the conversation: `async with`.")

    def __repr__(self) -> str:
        state = "ended" if self._ended else f"{len(self._waiting)} in flight"
        return f"{type(self).__name__}({self._address!r}, {state})"

    async def __aenter__(self) -> Self:
        if self._call is not None:
            raise ClosedError(ENDED)
        self._call = await self._open()
        await self._tasks.__aenter__()
        self._ended = None
        self._tasks.create_task(self._outbox.run(self._write))
        self._tasks.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._end(ClosedError(ENDED))
        self._call.cancel()
        # Not given the block's own error: a task group would hide it in a group of errors.
        await self._tasks.__aexit__(None, None, None)

    async def ask(
        self,
        selectors: calls.Selectors,
        justification: Justification,
        *,
        targets: Sequence[str] = (),
        stage: Stage = Stage.CORE,
        urgency: Urgency = Urgency.NORMAL,
        max_candidates: int = 0,
        wait_s: float = calls.WAIT_S_DEFAULT,
        subject_reference: str = "",
    ) -> Reply:
        """Asks one question; many may run at once, each in a task of the caller's.

        Arguments as for ``Comity.lookup``.

        Raises:
            ComityCallError: see ``comity.client.errors``.
        """
        asked = calls.question_of(
            selectors,
            justification,
            targets=targets,
            stage=stage,
            urgency=urgency,
            max_candidates=max_candidates,
            wait_s=wait_s,
            subject_reference=subject_reference,
        )
        deadline = asyncio.timeout(wait_s + calls.MARGIN_S)
        try:
            async with deadline, self._slots:
                told = await self._told(asked)
        except TimeoutError:
            raise coded(Reason.EXPIRED) from None
        if told.HasField("refused"):
            raise wire.refused(told.refused)
        return wire.reply(told)

    async def _told(self, asked: api.Question) -> api.Told:
        if self._ended is not None:
            raise self._failure()
        number = next(self._numbers)
        ask = api.Ask(correlation=number, question=asked)
        answer: asyncio.Future[api.Told | None] = asyncio.get_running_loop().create_future()
        try:
            self._outbox.put(ask, ask.ByteSize())
        except OutboxFullError:
            raise coded(Reason.OVERLOADED) from None
        self._waiting[number] = answer
        try:
            told = await answer
        finally:
            del self._waiting[number]
            self._give_up(number, answered=answer.done() and not answer.cancelled())
        if told is None:
            raise self._failure()
        return told

    def _failure(self) -> ComityCallError:
        return again(self._ended or ClosedError(ENDED))

    def _give_up(self, number: int, *, answered: bool) -> None:
        was_sent = number in self._sent
        self._sent.discard(number)
        if was_sent and not answered and self._ended is None:
            try:
                self._outbox.put_control(number)
            except OutboxFullError:
                self._end(coded(Reason.OVERLOADED))

    async def _write(self, batch: list[Frame]) -> None:
        message = api.ConverseRequest()
        for frame in batch:
            if isinstance(frame, int):
                message.cancels.append(frame)
            elif frame.correlation in self._waiting:  # not given up while it waited here
                self._sent.add(frame.correlation)
                message.asks.append(frame)
        if not message.asks and not message.cancels:
            return
        try:
            await self._call.write(message)
        except (grpc.RpcError, asyncio.InvalidStateError, asyncio.CancelledError):
            # The stream is over; the reader learns why.
            self._outbox.close()

    async def _read(self) -> None:
        try:
            async for response in self._call:
                for told in response.tolds:
                    answer = self._waiting.get(told.correlation)
                    if answer is not None and not answer.done():
                        answer.set_result(told)
            self._end(FaultError(CUT_OFF))
        except grpc.RpcError as error:
            self._end(from_rpc(error, address=self._address))
        except asyncio.CancelledError:
            # The call was cancelled: this conversation, or its client, was closed.
            self._end(ClosedError(ENDED))

    def _end(self, error: ComityCallError) -> None:
        if self._ended is None:
            self._ended = error
        self._outbox.close()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_result(None)
