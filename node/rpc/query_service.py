"""`QueryService`: one question, one reply; answers as they arrive; many questions on a held stream.

Who may see what others asked leaves a trace of that: it is in the ledger before it is handed out.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
from typing import TYPE_CHECKING, Any, Final

import grpc

from comity.api.query.v1 import query_service_pb2 as api
from comity.api.query.v1 import query_service_pb2_grpc as api_grpc
from comity.api.query.v1 import reason_pb2
from comity.errors import CATALOGUE, Reason, Refusal
from comity.ledger.entry import ENVELOPE_ID_BYTES
from comity.rpc import shapes
from comity.rpc.errors import as_refusal
from comity.rpc.outbox import Outbox, OutboxFullError
from node.exchange import disclosure
from node.records.selectors import HINTS
from node.rpc import convert, marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractAsyncContextManager

    from google.protobuf.message import Message

    from comity.store.journal import Journal
    from node.exchange.asking import Asking
    from node.exchange.marking import Marking
    from node.exchange.model import Caller, Question, Reply, SourceAnswer
    from node.rpc.callers import Callers
    from node.storage.queries import PastQuery, SqlQueryBook

# Roles that may ask, and roles that may see everybody's queries.
ASKING_ROLES: Final = frozenset(
    {"system", "officer", "supervisor", "reviewer", "judge", "authority"}
)
SEEING_ROLES: Final = frozenset({"supervisor", "auditor"})
PAGE_SIZE_DEFAULT: Final = 50
# Questions one held stream may have in flight.
CONVERSE_IN_FLIGHT_MAX: Final = 512
# Questions, and cancellations, in one message; as in the contract, each question is checked by itself.
CONVERSE_BATCH_MAX: Final = 64
SELECTORS_PREFIX: Final = "question.selectors"
JUSTIFICATION_PREFIX: Final = "question.justification"
_LATEST_MS: Final = 2**62

log = logging.getLogger(__name__)


def check(message: Message) -> None:
    """Holds a request against the contract's own rules.

    Raises:
        Refusal: INVALID_REQUEST, or JUSTIFICATION_REQUIRED, naming the first field at fault.
    """
    try:
        shapes.check(message)
    except Refusal as refusal:
        field = refusal.field or ""
        if field.startswith(SELECTORS_PREFIX) and (hint := HINTS.get(field.rpartition(".")[2])):
            raise Refusal(refusal.reason, refusal.detail, field=field, hint=hint) from None
        if not field.startswith(JUSTIFICATION_PREFIX):
            raise
        reason = Reason.JUSTIFICATION_REQUIRED
        raise Refusal(reason, refusal.detail, field=field) from None


class QueryServicer(api_grpc.QueryServiceServicer):
    """Authenticates, validates, asks; the use case does the rest."""

    def __init__(
        self,
        *,
        asking: Asking,
        callers: Callers,
        book: SqlQueryBook,
        journal: Journal,
        marking: Marking,
    ) -> None:
        self._asking = asking
        self._callers = callers
        self._book = book
        self._journal = journal
        self._marking = marking

    def tell(
        self,
        told: api.LookupResponse | api.SearchResponse | api.Told,
        question: Question,
        answers: Iterable[SourceAnswer],
    ) -> None:
        """Puts answers into a reply as this caller gets them."""
        marked.tell(told, question, answers, marking=self._marking)

    def _asker(
        self, context: grpc.aio.ServicerContext[Any, Any]
    ) -> AbstractAsyncContextManager[Caller]:
        return self._callers.held(context, ASKING_ROLES)

    def asking_now(self, context: grpc.aio.ServicerContext[Any, Any]) -> Caller:
        """The caller of a held call, as the register knows it now.

        Raises:
            Refusal: UNAUTHENTICATED; NOT_PERMITTED.
        """
        return self._callers.permitted(context, ASKING_ROLES)

    async def Lookup(  # noqa: N802  # the contract's name
        self, request: api.LookupRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> api.LookupResponse:
        """Asks and waits."""
        async with self._asker(context) as caller:
            check(request)
            question = convert.question_of(request.question, remaining_s=context.time_remaining())
            wording = convert.wording(request.question)
            reply = await self._asking.ask(question, caller, wording=wording)
            told = api.LookupResponse(
                query_id=reply.query_id.hex(), summary=convert.summary(reply.summary)
            )
            self.tell(told, question, reply.answers)
            return told

    async def Search(  # noqa: N802  # the contract's name
        self, request: api.SearchRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> None:
        """Asks and writes answers as they arrive, the summary with the last."""
        async with self._asker(context) as caller:
            await self._search(request, context, caller)

    async def _search(
        self,
        request: api.SearchRequest,
        context: grpc.aio.ServicerContext[Any, Any],
        caller: Caller,
    ) -> None:
        check(request)
        question = convert.question_of(request.question, remaining_s=context.time_remaining())
        stream = _AnswerStream(context, lambda told, some: self.tell(told, question, some))
        wording = convert.wording(request.question)
        refused: Refusal | None = None
        reply: Reply | None = None
        async with asyncio.TaskGroup() as tasks:
            if len(question.targets) != 1:  # a single answer comes with the summary
                tasks.create_task(stream.run())
            try:
                reply = await self._asking.ask(
                    question,
                    caller,
                    wording=wording,
                    on_answer=stream.on_answer,
                    on_open=stream.on_open,
                )
            except Refusal as refusal:
                refused = refusal
            finally:
                stream.finish()
        if reply is None:
            raise refused or Refusal(Reason.INTERNAL)
        rest = [answer for answer in reply.answers if answer.source not in stream.told]
        last = api.SearchResponse(
            query_id=reply.query_id.hex(), summary=convert.summary(reply.summary)
        )
        self.tell(last, question, rest)
        await context.write(last)

    async def Converse(  # noqa: N802  # the contract's name
        self, request_iterator: Any, context: grpc.aio.ServicerContext[Any, Any]
    ) -> None:
        """Many questions over one held stream."""
        del request_iterator  # read through the context: one batch at a time, in order
        async with self._asker(context):
            await _Conversation(self, context).run()

    async def GetQuery(  # noqa: N802  # the contract's name
        self, request: api.GetQueryRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> api.GetQueryResponse:
        """One query asked before."""
        caller = self._callers.of(context)
        check(request)
        past = self._book.one(
            bytes.fromhex(request.query_id),
            name=caller.name,
            everyone=caller.role in SEEING_ROLES,
        )
        if past is None:
            raise Refusal(Reason.NOT_FOUND, "no such query for this caller")
        await self._note_reading(caller, [past], query_id=past.query_id)
        return api.GetQueryResponse(query=convert.query_record(past))

    async def ListQueries(  # noqa: N802  # the contract's name
        self, request: api.ListQueriesRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> api.ListQueriesResponse:
        """Queries asked before, newest first."""
        caller = self._callers.of(context)
        check(request)
        before_ms, before_id = _position(request.page_token)
        size = request.page_size or PAGE_SIZE_DEFAULT
        found = self._book.page(
            name=caller.name,
            everyone=caller.role in SEEING_ROLES,
            before_ms=before_ms,
            before_id=before_id,
            size=size + 1,
        )
        found, more = found[:size], len(found) > size
        await self._note_reading(caller, found, query_id=bytes(ENVELOPE_ID_BYTES))
        token = ""
        if more:
            last = found[-1]
            raw = last.asked_ms.to_bytes(8, "big") + last.query_id
            token = base64.urlsafe_b64encode(raw).decode()
        return api.ListQueriesResponse(
            queries=[convert.query_record(past) for past in found], next_page_token=token
        )

    async def _note_reading(
        self, caller: Caller, shown: Sequence[PastQuery], *, query_id: bytes
    ) -> None:
        """Others' queries are shown once the ledger says to whom; one's own are one's own."""
        others = [one.query_id for one in shown if one.asked_by != caller.name]
        if others:
            await self._journal.write((disclosure.queries_read(caller, others, query_id=query_id),))


def _position(token: str) -> tuple[int, bytes]:
    if not token:
        return _LATEST_MS, b"\xff" * 32
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 8 + 32 or raw[0] & 0x80:  # no time of a query has its highest bit set
        raise Refusal(Reason.INVALID_REQUEST, field="page_token")
    return int.from_bytes(raw[:8], "big"), raw[8:]


class _AnswerStream:
    """Answers of one `Search`, written as they arrive. It ends by itself: a write is never cut short."""

    def __init__(
        self,
        context: grpc.aio.ServicerContext[Any, Any],
        tell: Callable[[api.SearchResponse, Iterable[SourceAnswer]], None],
    ) -> None:
        self._context = context
        self._tell = tell
        self._early: list[SourceAnswer] = []
        self._fresh = asyncio.Event()
        self._finished = False
        self._query_id = ""
        self.told: set[str] = set()

    def on_open(self, query_id: bytes) -> None:
        self._query_id = query_id.hex()

    def on_answer(self, answer: SourceAnswer) -> None:
        self._early.append(answer)
        self._fresh.set()

    def finish(self) -> None:
        """What is not written by now comes with the summary."""
        self._finished = True
        self._fresh.set()

    async def run(self) -> None:
        while True:
            await self._fresh.wait()
            self._fresh.clear()
            if self._finished:
                return
            batch, self._early = self._early, []
            self.told.update(answer.source for answer in batch)
            told = api.SearchResponse(query_id=self._query_id)
            self._tell(told, batch)
            await self._context.write(told)


class _Conversation:
    """One held stream: a reader, a task for each question, one coalescing writer."""

    def __init__(
        self, servicer: QueryServicer, context: grpc.aio.ServicerContext[Any, Any]
    ) -> None:
        self._servicer = servicer
        self._context = context
        self._outbox: Outbox[api.Told] = Outbox()
        self._asks: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(self._outbox.run(self._write))
            async with asyncio.TaskGroup() as asks:
                while True:
                    request = await self._context.read()
                    if request is grpc.aio.EOF:
                        break
                    for part in ("asks", "cancels"):
                        if len(getattr(request, part)) > CONVERSE_BATCH_MAX:
                            raise Refusal(Reason.INVALID_REQUEST, "too many at once", field=part)
                    # What the register knows of the caller may have changed meanwhile.
                    caller = self._servicer.asking_now(self._context)
                    for number in request.cancels:
                        task = self._asks.get(number)
                        if task is not None:
                            task.cancel()
                    for ask in request.asks:
                        self._start(asks, ask, caller)
            self._outbox.close()
            await writing

    def _start(self, tasks: asyncio.TaskGroup, ask: api.Ask, caller: Caller) -> None:
        if ask.correlation in self._asks or len(self._asks) >= CONVERSE_IN_FLIGHT_MAX:
            twice = ask.correlation in self._asks
            reason = Reason.DUPLICATE if twice else Reason.OVERLOADED
            self._tell(_refused(ask.correlation, Refusal(reason)))
            return
        task = tasks.create_task(self._answer(ask, caller))
        self._asks[ask.correlation] = task
        task.add_done_callback(lambda _: self._asks.pop(ask.correlation, None))

    async def _answer(self, ask: api.Ask, caller: Caller) -> None:
        try:
            check(ask)
            question = convert.question_of(ask.question, remaining_s=None)
            reply = await self._servicer._asking.ask(  # noqa: SLF001  # its other half
                question, caller, wording=convert.wording(ask.question)
            )
            told = api.Told(
                correlation=ask.correlation,
                query_id=reply.query_id.hex(),
                summary=convert.summary(reply.summary),
            )
            self._servicer.tell(told, question, reply.answers)
            self._tell(told)
        except Exception as error:  # noqa: BLE001  # a refused question does not end the stream
            refusal, reference = as_refusal(error)
            self._tell(_refused(ask.correlation, refusal, reference or ""))

    def _tell(self, told: api.Told) -> None:
        try:
            self._outbox.put(told, told.ByteSize())
        except OutboxFullError as error:
            raise Refusal(Reason.OVERLOADED, "the caller does not read its replies") from error

    async def _write(self, batch: list[api.Told]) -> None:
        await self._context.write(api.ConverseResponse(tolds=batch))


def _refused(correlation: int, refusal: Refusal, reference: str = "") -> api.Told:
    public = CATALOGUE[refusal.reason]
    return api.Told(
        correlation=correlation,
        refused=api.Refused(
            code=grpc.StatusCode[public.status].value[0],
            reason=reason_pb2.ErrorReason.Value(f"ERROR_REASON_{refusal.reason}"),
            sentence=public.sentence,
            field=refusal.field or "",
            reference=reference,
            hint=refusal.hint,
        ),
    )
