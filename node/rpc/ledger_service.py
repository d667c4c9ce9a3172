"""`LedgerService`: auditors read their own node's ledger, and that they did stands in it.

Rules:

* Auditors read entries; operators get the signed head and nothing else.
* That somebody reads is durable before anything is handed out (LED Article 25).
* What is handed out can be checked without trusting this node: each entry comes with its proof, and the key
  that verifies it is the directory's.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from comity.api.ledger.v1 import ledger_service_pb2 as api
from comity.api.ledger.v1 import ledger_service_pb2_grpc as api_grpc
from comity.errors import Reason, Refusal
from comity.ledger.entry import ENVELOPE_ID_BYTES, Statement
from comity.ledger.proof import open_receipt
from comity.rpc import shapes
from comity.store.journal import Draft
from comity.store.reader import LedgerReader
from node.exchange import disclosure

if TYPE_CHECKING:
    from pathlib import Path

    import grpc

    from comity.ledger.audit import Entry
    from comity.store.journal import Journal
    from node.exchange.model import Caller
    from node.rpc.callers import Callers

HEAD_ROLES: Final = frozenset({"auditor", "operator"})
ENTRY_ROLES: Final = frozenset({"auditor"})
PAGE_SIZE_DEFAULT: Final = 50
# A page ends early rather than beyond what a message may hold.
PAGE_BYTES_MAX: Final = 2 * 1024 * 1024
# Above every position, and the longest token that can be one.
_END: Final = (1 << 63) - 1
_TOKEN_DIGITS_MAX: Final = 19


class LedgerServicer(api_grpc.LedgerServiceServicer):
    """Reads the log of one database, on a thread of its own."""

    def __init__(
        self, *, callers: Callers, journal: Journal, where: str | Path, origin: str, vkey: str
    ) -> None:
        self._callers = callers
        self._journal = journal
        self._where = where
        self._origin = origin
        self._vkey = vkey
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")

    def close(self) -> None:
        """Waits for what is being read."""
        self._thread.shutdown()

    async def GetCheckpoint(  # noqa: N802  # the contract's name
        self, request: api.GetCheckpointRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> api.GetCheckpointResponse:
        """The newest signed head."""
        self._callers.permitted(context, HEAD_ROLES)
        shapes.check(request)
        loop = asyncio.get_running_loop()
        note = await loop.run_in_executor(self._thread, self._head)
        return api.GetCheckpointResponse(checkpoint=note, verification_key=self._vkey)

    def _head(self) -> bytes:
        with LedgerReader.open(self._where, self._origin) as log:
            head = log.last_head()
        return b"" if head is None else head.note

    async def ListEntries(  # noqa: N802  # the contract's name
        self, request: api.ListEntriesRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> api.ListEntriesResponse:
        """A page of entries, newest first; the reading is logged first."""
        caller = self._callers.permitted(context, ENTRY_ROLES)
        shapes.check(request)
        envelope_id = request.envelope_id
        if len(envelope_id) not in {0, ENVELOPE_ID_BYTES}:
            raise Refusal(Reason.INVALID_REQUEST, "an id has 32 bytes", field="envelope_id")
        before = _before(request.page_token)
        size = request.page_size or PAGE_SIZE_DEFAULT
        await self._journal.write((_read(caller, envelope_id, size, before),))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._page, envelope_id, size, before)

    def _page(self, envelope_id: bytes, size: int, before: int) -> api.ListEntriesResponse:
        with LedgerReader.open(self._where, self._origin) as log:
            found = log.latest(size + 1, before=before, about=envelope_id)
            response = api.ListEntriesResponse()
            room = PAGE_BYTES_MAX
            for one in reversed(found):
                entry = _entry(one, log.try_prove(one))
                room -= entry.ByteSize()
                if response.entries and (room < 0 or len(response.entries) == size):
                    response.next_page_token = str(response.entries[-1].index)
                    break
                response.entries.append(entry)
        return response


def _before(token: str) -> int:
    if not token:
        return _END
    if not (token.isascii() and token.isdigit()) or len(token) > _TOKEN_DIGITS_MAX:
        raise Refusal(Reason.INVALID_REQUEST, "no page's token", field="page_token")
    return min(int(token), _END)


def _read(caller: Caller, envelope_id: bytes, size: int, before: int) -> Draft:
    what = "entries of this query" if envelope_id else f"{size} entries"
    where = "" if before == _END else f" before entry {before}"
    details = {"reader": caller.name, "role": caller.role, "what": what + where}
    return Draft(
        disclosure.LEDGER_READ,
        envelope_id or bytes(ENVELOPE_ID_BYTES),
        disclosure.canonical(details),
    )


def _entry(entry: Entry, proof: bytes | None) -> api.Entry:
    if proof and entry.salt is not None and entry.details is not None:
        said = Statement(entry.at_ms, entry.envelope_id, entry.kind, entry.details)
        proof = open_receipt(proof, said, salt=entry.salt)
    message = api.Entry(
        index=entry.position,
        kind=entry.kind,
        envelope_id=entry.envelope_id,
        details=(entry.details or b"").decode(errors="replace"),
        proof=proof or b"",
    )
    message.at.FromMilliseconds(entry.at_ms)
    return message
