"""``Comity``: the client for programs that wait."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final, Self

import grpc

from comity.api.query.v1 import mark_service_pb2 as marks_api
from comity.api.query.v1 import query_service_pb2 as api
from comity.client import calls, wire
from comity.client.errors import CLOSED, CUT_OFF, ClosedError, FaultError, Unreachable, from_rpc
from comity.client.profile import Profile
from comity.client.words import Stage, Urgency

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence

    from comity.client.errors import ComityCallError
    from comity.client.model import Justification, Mark, PastQuery, Reply, SourceAnswer, Summary

_HEALTH: Final = "/grpc.health.v1.Health/Check"


class Comity:
    """Asks questions of many registers through the agency's own node.

    One client holds one connection and may be shared by threads. Use it as a context manager, or call
    ``close``. Nothing is ever asked twice by itself: a repeated question is a new query.
    """

    def __init__(self, profile: Profile, *, connect_s: float = calls.CONNECT_S) -> None:
        credentials, options = calls.channel_arguments(profile)
        self._address = profile.address
        self._connect_s = connect_s
        self._channel = grpc.secure_channel(profile.address, credentials, options)
        self._stub = calls.stub_of(self._channel)
        self._marks = calls.marks_of(self._channel)
        self._reached = False
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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection; calls in flight end with ``ClosedError``. Closing twice is harmless."""
        if not self._closed:
            self._closed = True
            self._channel.close()

    def lookup(
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

        Args:
            selectors: what to search for; a record that fits any of them is a candidate.
            justification: why it may be asked.
            targets: members to ask; empty: every member that the directory lists.
            stage: how much is asked for.
            urgency: how soon; urgency without need is visible to every owner.
            max_candidates: candidates per source beyond which it asks to refine; 0: its own limit.
            wait_s: at most 60.
            subject_reference: your own reference of whom the question is about, which stays at your node;
                empty: the case. Marks about the same come with the answers (``mark``).

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
        return wire.reply(self._call(self._stub.Lookup, request, wait_s + calls.MARGIN_S))

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
    ) -> Iterator[SourceAnswer | Summary]:
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

    def query(self, query_id: str) -> PastQuery:
        """A query asked before, by its id (64 hexadecimal characters).

        Raises:
            MissingError: there is none that the caller may see.
            ComityCallError: see ``comity.client.errors``.
        """
        request = api.GetQueryRequest(query_id=query_id)
        response: api.GetQueryResponse = self._call(self._stub.GetQuery, request, calls.BOOK_S)
        return wire.past_query(response.query)

    def queries(self) -> Iterator[PastQuery]:
        """Queries asked before, newest first, fetched a page at a time.

        Raises:
            ComityCallError: see ``comity.client.errors``.
        """
        token = ""
        while True:
            request = api.ListQueriesRequest(page_size=calls.PAGE_SIZE, page_token=token)
            page: api.ListQueriesResponse = self._call(
                self._stub.ListQueries, request, calls.BOOK_S
            )
            yield from (wire.past_query(one) for one in page.queries)
            token = page.next_page_token
            if not token:
                return

    def mark(
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
        response: marks_api.SetMarkResponse = self._call(self._marks.SetMark, request, calls.BOOK_S)
        return wire.mark(response.mark)

    def withdraw_mark(self, mark_id: str, *, reason: str) -> Mark:
        """Takes a mark back.

        Raises:
            MissingError: there is none that counts.
            ComityCallError: see ``comity.client.errors``.
        """
        request = marks_api.WithdrawMarkRequest(mark_id=mark_id, reason=reason)
        response: marks_api.WithdrawMarkResponse = self._call(
            self._marks.WithdrawMark, request, calls.BOOK_S
        )
        return wire.mark(response.mark)

    def marks(self, subject_reference: str = "") -> Iterator[Mark]:
        """Marks about a person, newest first, withdrawn ones too; about everybody for supervisors.

        Raises:
            ComityCallError: see ``comity.client.errors``.
        """
        token = ""
        while True:
            request = marks_api.ListMarksRequest(
                subject_reference=subject_reference, page_size=calls.PAGE_SIZE, page_token=token
            )
            page: marks_api.ListMarksResponse = self._call(
                self._marks.ListMarks, request, calls.BOOK_S
            )
            for one in page.marks:
                yield wire.mark(one)
            token = page.next_page_token
            if not token:
                return

    def _connect(self) -> None:
        """Waits for the connection; without one the call itself reports why, and nothing was asked."""
        if self._closed:
            raise ClosedError(CLOSED)
        if not self._reached:
            # Asks nothing: any answer, or none in time, is all there is to learn.
            knock: Callable[..., bytes] = self._channel.unary_unary(_HEALTH)
            with contextlib.suppress(grpc.RpcError):
                knock(b"", timeout=self._connect_s, wait_for_ready=True)
            self._reached = True

    def _call(self, method: Callable[..., Any], request: Any, timeout_s: float) -> Any:
        self._connect()
        try:
            return method(request, timeout=timeout_s)
        except grpc.RpcError as error:
            raise self._failed(error) from None
        except ValueError as error:  # grpc's word for a channel that was closed meanwhile
            raise ClosedError(CLOSED) from error

    def _failed(self, error: grpc.RpcError) -> ComityCallError:
        found = from_rpc(error, address=self._address)
        if isinstance(found, Unreachable):
            self._reached = False  # the next call waits for the connection again
        return found

    def _stream(
        self, request: api.SearchRequest, timeout_s: float
    ) -> Iterator[SourceAnswer | Summary]:
        call = self._call(self._stub.Search, request, timeout_s)
        try:
            for response in call:
                yield from wire.answers(response.answers)
                if response.HasField("summary"):
                    yield wire.summary(response.summary, response.query_id)
                    return
        except grpc.RpcError as error:
            raise self._failed(error) from None
        finally:
            call.cancel()
        raise FaultError(CUT_OFF)
