"""The authority's gRPC edge: shapes checked against the contract, values passed to the use cases."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from comity.api.directory.v1 import (
    directory_file_pb2,
    directory_service_pb2,
    enrolment_service_pb2,
)
from comity.authority.asks import JoinAsk, NodeAsk
from comity.authority.enrolment import APPROVED, PENDING, Enrolments
from comity.authority.issuing import Issuing
from comity.errors import Reason, Refusal
from comity.rpc.shapes import check

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from comity.authority.publishing import Authority

# Streams that may watch at once: every node and gateway of a large federation.
WATCHERS_MAX: Final = 2_048

_STATES: Final = {
    PENDING: enrolment_service_pb2.JOIN_STATE_PENDING,
    APPROVED: enrolment_service_pb2.JOIN_STATE_APPROVED,
}


def _files(files: Iterable[tuple[str, bytes]]) -> list[directory_file_pb2.DirectoryFile]:
    return [directory_file_pb2.DirectoryFile(name=name, content=content) for name, content in files]


class News:
    """Wakes everyone who watches."""

    __slots__ = ("_changed", "over", "watchers")

    def __init__(self) -> None:
        self._changed = asyncio.Event()
        self.over = False
        self.watchers = 0

    def tell(self) -> None:
        """Something was published."""
        self._changed.set()
        self._changed = asyncio.Event()

    def end(self) -> None:
        """Nothing comes any more: everyone who watches is let go, rather than cut off."""
        self.over = True
        self.tell()

    def next(self) -> asyncio.Event:
        """Set with the next change."""
        return self._changed


class DirectoryServicer:
    """Hands out published files."""

    def __init__(self, authority: Authority, news: News) -> None:
        self._authority = authority
        self._news = news

    async def GetFiles(  # noqa: N802  # the contract's name
        self, request: directory_service_pb2.GetFilesRequest, _context: Any
    ) -> directory_service_pb2.GetFilesResponse:
        """What the reader lacks."""
        check(request)
        held = {one.role: one.version for one in request.held}
        return directory_service_pb2.GetFilesResponse(
            files=_files(self._authority.trust.since(held)), now_ms=self._authority.clock.now_ms()
        )

    async def Watch(  # noqa: N802  # the contract's name
        self, request: directory_service_pb2.WatchRequest, _context: Any
    ) -> AsyncIterator[directory_service_pb2.WatchResponse]:
        """What the reader lacks, now and whenever it changes."""
        check(request)
        if self._news.watchers >= WATCHERS_MAX:
            raise Refusal(Reason.OVERLOADED, "too many watch")
        self._news.watchers += 1
        held = {one.role: one.version for one in request.held}
        try:
            while not self._news.over:
                changed = self._news.next()
                files = self._authority.trust.since(held)
                if files:
                    yield directory_service_pb2.WatchResponse(files=_files(files))
                    held = self._authority.trust.held()
                await changed.wait()
        finally:
            self._news.watchers -= 1


class EnrolmentServicer:
    """Admits and renews."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._enrolments = Enrolments(authority)
        self._issuing = Issuing(authority)

    async def Join(  # noqa: N802  # the contract's name
        self, request: enrolment_service_pb2.JoinRequest, _context: Any
    ) -> enrolment_service_pb2.JoinResponse:
        """Takes an invitation up."""
        check(request)
        node = None
        if request.HasField("node"):
            node = NodeAsk(
                request.node.signing_key,
                request.node.agency_key,
                request.node.agency_metadata,
                request.node.key_statement,
                request.node.signature,
            )
        ask = JoinAsk(
            request.token_id,
            request.token_secret,
            request.csr,
            request.ledger_vkey,
            request.directory_version,
            request.now_ms,
            node,
        )
        return enrolment_service_pb2.JoinResponse(join_id=self._enrolments.join(ask))

    async def GetJoin(  # noqa: N802  # the contract's name
        self, request: enrolment_service_pb2.GetJoinRequest, _context: Any
    ) -> enrolment_service_pb2.GetJoinResponse:
        """What became of a join."""
        check(request)
        status = self._enrolments.status(request.join_id)
        response = enrolment_service_pb2.GetJoinResponse(
            state=_STATES.get(status.enrolment.state, enrolment_service_pb2.JOIN_STATE_REFUSED),
            approvals=status.approvals,
            approvals_needed=status.approvals_needed,
        )
        if status.enrolment.state == APPROVED:
            response.certificate = self._issuing.first(status.enrolment)
            response.files.extend(_files(self._authority.trust.files()))
        return response

    async def Renew(  # noqa: N802  # the contract's name
        self, request: enrolment_service_pb2.RenewRequest, _context: Any
    ) -> enrolment_service_pb2.RenewResponse:
        """The next certificate."""
        check(request)
        certificate = self._issuing.renew(
            name=request.spiffe_id,
            csr=request.csr,
            now_ms=request.now_ms,
            signature=request.signature,
            agency_metadata=request.agency_metadata,
        )
        return enrolment_service_pb2.RenewResponse(certificate=certificate)
