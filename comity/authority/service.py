"""The authority's gRPC edge: shapes checked against the contract, values passed to the use cases."""

from __future__ import annotations

import asyncio
from collections import Counter
from ipaddress import IPv4Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

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
# Of one host: what a site runs of them. Who is refused fetches, and learns the same a moment later.
WATCHERS_PER_HOST_MAX: Final = 32
# Whoever has one address of an IPv6 network has all of them.
HOST_BITS: Final = 64

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
        # By host: whoever reads the directory shows no certificate.
        self.watchers: Counter[str] = Counter()

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
        self, request: directory_service_pb2.WatchRequest, context: Any
    ) -> AsyncIterator[directory_service_pb2.WatchResponse]:
        """What the reader lacks, now and whenever it changes."""
        check(request)
        host, watchers = _host(context.peer()), self._news.watchers
        if watchers.total() >= WATCHERS_MAX or watchers[host] >= WATCHERS_PER_HOST_MAX:
            raise Refusal(Reason.OVERLOADED, "too many watch")
        watchers[host] += 1
        held = {one.role: one.version for one in request.held}
        try:
            while not self._news.over:
                changed = self._news.next()
                trust = self._authority.trust
                files, held = trust.since(held), trust.held()
                if files:  # while it is written, more may be published: that is not held yet
                    yield directory_service_pb2.WatchResponse(files=_files(files))
                await changed.wait()
        finally:
            watchers[host] -= 1
            if not watchers[host]:
                del watchers[host]


def _host(peer: str) -> str:
    """Where a call comes from, of gRPC's ``ipv4:192.0.2.1:4711`` and ``ipv6:%5B2001:db8::1%5D:4711``."""
    text = unquote(peer).partition(":")[2].rpartition(":")[0].strip("[]")
    try:
        address = ip_address(text)
    except ValueError:  # no address: a socket of this machine
        return peer
    if isinstance(address, IPv4Address):
        return text
    return str(address.ipv4_mapped or ip_network((address, HOST_BITS), strict=False))


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
