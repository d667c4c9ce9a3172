"""`MarkService`: marking a record as not the person sought, and taking that back."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

from comity.api.query.v1 import mark_service_pb2 as api
from comity.api.query.v1 import mark_service_pb2_grpc as api_grpc
from comity.errors import Reason, Refusal
from comity.rpc import shapes
from node.exchange.marking import MARK_ID_BYTES
from node.rpc.marked import mark_message

if TYPE_CHECKING:
    import grpc

    from node.exchange.marking import Marking
    from node.rpc.callers import Callers

PAGE_SIZE_DEFAULT: Final = 50
_LATEST: Final = (2**62, "g")  # after every time and every id


class MarkServicer(api_grpc.MarkServiceServicer):
    """Authenticates, validates; the use case does the rest."""

    def __init__(self, *, marking: Marking, callers: Callers) -> None:
        self._marking = marking
        self._callers = callers

    async def SetMark(  # noqa: N802  # the contract's name
        self, request: api.SetMarkRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> api.SetMarkResponse:
        """Marks a record."""
        caller = self._callers.of(context)
        shapes.check(request)
        mark = await self._marking.set(
            caller,
            subject=request.subject_reference,
            source=request.source,
            record=request.record_reference,
            reason=request.reason,
        )
        return api.SetMarkResponse(mark=mark_message(mark))

    async def WithdrawMark(  # noqa: N802  # the contract's name
        self, request: api.WithdrawMarkRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> api.WithdrawMarkResponse:
        """Takes a mark back."""
        caller = self._callers.of(context)
        shapes.check(request)
        mark = await self._marking.withdraw(caller, mark_id=request.mark_id, reason=request.reason)
        return api.WithdrawMarkResponse(mark=mark_message(mark))

    async def ListMarks(  # noqa: N802  # the contract's name
        self, request: api.ListMarksRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> api.ListMarksResponse:
        """Marks, newest first."""
        caller = self._callers.of(context)
        shapes.check(request)
        size = request.page_size or PAGE_SIZE_DEFAULT
        before = _position(request.page_token)
        found = self._marking.page(caller, request.subject_reference, before=before, size=size + 1)
        token = ""
        if len(found) > size:
            last = found[size - 1]
            raw = last.set_ms.to_bytes(8, "big") + bytes.fromhex(last.mark_id)
            token = base64.urlsafe_b64encode(raw).decode()
        return api.ListMarksResponse(
            marks=[mark_message(one) for one in found[:size]], next_page_token=token
        )


def _position(token: str) -> tuple[int, str]:
    if not token:
        return _LATEST
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 8 + MARK_ID_BYTES or raw[0] & 0x80:
        raise Refusal(Reason.INVALID_REQUEST, field="page_token")
    return int.from_bytes(raw[:8], "big"), raw[8:].hex()
