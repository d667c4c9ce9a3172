"""``AsyncComity``: the client for programs that run an event loop."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Self

import grpc

from comity.api.query.v1 import mark_service_pb2 as marks_api
from comity.api.query.v1 import query_service_pb2 as api
from comity.client import calls, wire
from comity.client.conversation import Conversation
from comity.client.errors import CLOSED, CUT_OFF, ClosedError, FaultError, from_rpc
from comity.client.profile import Profile
from comity.client.words import Stage, Urgency

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Callable, Sequence

    from comity.client.model import Justification, Mark, PastQuery, Reply, SourceAnswer, Summary


class AsyncComity:
    """Asks questions of many registers through the agency's own node.

    One client holds one connection and belongs to one event loop. Use it as a context manager, or call
    ``close``. Nothing is ever asked twice by itself: a repeated question is a new query. A cancelled
    call is cancelled at the node too.
    """

    def __init__(self, profile: Profile, *, connect_s: float = calls.CONNECT_S) -> None:
        credentials, options = calls.channel_arguments(profile)
        self._address = profile.address
        self._connect_s = connect_s
        self._channel = grpc.aio.secure_channel(profile.address, credentials, options)
        self._stub = calls.stub_of(self._channel)
        self._marks = calls.marks_of(self._channel)
        self._closed = False

    @classmethod
    def open(
        cls,
        profile: Profile | str | os.PathLike[str] | None = None,
        *,
        connect_s: float = calls.CONNECT_S,
    ) -> Self:
        """A client for a profile: the value, its file, or by default the one ``COMITY_PROFILE`` names.

        Raises:
            ProfileError: the profile cannot be used.
        """
        found = profile if isinstance(profile, Profile) else Profile.load(profile)
        return cls(found, connect_s=connect_s)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._address!r}{', closed' if self._closed else ''})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the connection; calls in flight end with ``ClosedError``. Closing twice is harmless."""
        if not self._closed:
            self._closed = True
            await self._channel.close()

    async def lookup(
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
        """Asks, waits at most ``wait_s`` seconds for sources, and returns every source's outcome.

        Arguments as for ``Comity.lookup``.

        Raises:
            ComityCallError: see ``comity.client.errors``.
        """
        request = api.LookupRequest(
            question=calls.question_of(
                selectors,
                justification,
                targets=targets,
                stage=stage,
                urgency=urgency,
                max_candidates=max_candidates,
                wait_s=wait_s,
                subject_reference=subject_reference,
            )
        )
        return wire.reply(await self._call(self._stub.Lookup, request, wait_s + calls.MARGIN_S))

    def search(
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
    ) -> AsyncIterator[SourceAnswer | Summary]:
        """Asks as ``lookup`` does and yields answers as they arrive, the ``Summary`` last.

        Leaving the loop early gives the rest up. The question is put when iteration begins.

        Raises:
            ComityCallError: see ``comity.client.errors``.
        """
        request = api.SearchRequest(
            question=calls.question_of(
                selectors,
                justification,
                targets=targets,
                stage=stage,
                urgency=urgency,
                max_candidates=max_candidates,
                wait_s=wait_s,
                subject_reference=subject_reference,
            )
        )
        return self._stream(request, wait_s + calls.MARGIN_S)

    def converse(self) -> Conversation:
        """Many questions in flight over one held stream, for busy systems such as e-gates.

        async with client.converse() as conversation:
            reply = await conversation.ask(Document("AB123456"), why)
        """
        return Conversation(self._held, address=self._address)

    async def query(self, query_id: str) -> PastQuery:
        """A query asked before, by its id (64 hexadecimal characters).

        Raises:
            MissingError: there is none that the caller may see.
            ComityCallError: see ``comity.client.errors``.
        """
        request = api.GetQueryRequest(query_id=query_id)
        response: api.GetQueryResponse = await self._call(
            self._stub.GetQuery, request, calls.BOOK_S
        )
        return wire.past_query(response.query)

    async def queries(self) -> AsyncIterator[PastQuery]:
        """Queries asked before, newest first, fetched a page at a time.

        Raises:
            ComityCallError: see ``comity.client.errors``.
        """
        token = ""
        while True:
            request = api.ListQueriesRequest(page_size=calls.PAGE_SIZE, page_token=token)
            page: api.ListQueriesResponse = await self._call(
                self._stub.ListQueries, request, calls.BOOK_S
            )
            for one in page.queries:
                yield wire.past_query(one)
            token = page.next_page_token
            if not token:
                return

    async def mark(
        self, source: str, record_reference: str, *, subject_reference: str, reason: str
    ) -> Mark:
        """Marks a record as not the person sought; from then on it comes last and is probable no more.

        Args:
            source: member that holds it.
            record_reference: whole, as its hit had it.
            subject_reference: your own reference of the person, as in your questions; or the case.
            reason: how that was found out; stays at your node, in its ledger too.

        Raises:
            ComityCallError: see ``comity.client.errors``.
        """
        request = marks_api.SetMarkRequest(
            subject_reference=subject_reference,
            source=source,
            record_reference=record_reference,
            reason=reason,
        )
        response: marks_api.SetMarkResponse = await self._call(
            self._marks.SetMark, request, calls.BOOK_S
        )
        return wire.mark(response.mark)

    async def withdraw_mark(self, mark_id: str, *, reason: str) -> Mark:
        """Takes a mark back.

        Raises:
            MissingError: there is none that counts.
            ComityCallError: see ``comity.client.errors``.
        """
        request = marks_api.WithdrawMarkRequest(mark_id=mark_id, reason=reason)
        response: marks_api.WithdrawMarkResponse = await self._call(
            self._marks.WithdrawMark, request, calls.BOOK_S
        )
        return wire.mark(response.mark)

    async def marks(self, subject_reference: str = "") -> AsyncIterator[Mark]:
        """Marks about a person, newest first, withdrawn ones too; about everybody for supervisors.

        Raises:
            ComityCallError: see ``comity.client.errors``.
        """
        token = ""
        while True:
            request = marks_api.ListMarksRequest(
                subject_reference=subject_reference, page_size=calls.PAGE_SIZE, page_token=token
            )
            page: marks_api.ListMarksResponse = await self._call(
                self._marks.ListMarks, request, calls.BOOK_S
            )
            for one in page.marks:
                yield wire.mark(one)
            token = page.next_page_token
            if not token:
                return

    async def _held(self) -> Any:
        await self._connect()
        return self._stub.Converse()

    async def _connect(self) -> None:
        """Waits for the connection; without one the call itself reports why, and nothing was asked."""
        if self._closed:
            raise ClosedError(CLOSED)
        state = self._channel.get_state(try_to_connect=True)
        if state is grpc.ChannelConnectivity.READY:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._connect_s):
                while state is not grpc.ChannelConnectivity.READY:
                    await self._channel.wait_for_state_change(state)
                    state = self._channel.get_state(try_to_connect=True)

    async def _call(self, method: Callable[..., Any], request: Any, timeout_s: float) -> Any:
        await self._connect()
        try:
            return await method(request, timeout=timeout_s)
        except grpc.RpcError as error:
            raise from_rpc(error, address=self._address) from None
        except (asyncio.CancelledError, grpc.aio.UsageError):
            # A channel that was closed meanwhile cancels its calls; so does whoever cancels the caller.
            if self._closed:
                raise ClosedError(CLOSED) from None
            raise

    async def _stream(
        self, request: api.SearchRequest, timeout_s: float
    ) -> AsyncIterator[SourceAnswer | Summary]:
        await self._connect()
        call = self._stub.Search(request, timeout=timeout_s)
        try:
            async for response in call:
                for answer in wire.answers(response.answers):
                    yield answer
                if response.HasField("summary"):
                    yield wire.summary(response.summary, response.query_id)
                    return
        except grpc.RpcError as error:
            raise from_rpc(error, address=self._address) from None
        except asyncio.CancelledError:
            if self._closed:
                raise ClosedError(CLOSED) from None
            raise
        finally:
            call.cancel()
        raise FaultError(CUT_OFF)
