"""Reading the ledger of one's own node over the network: for auditors, and logged there.

What comes is what the node says; whoever reads it checks the proofs that come along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import grpc

from comity.api.ledger.v1 import ledger_service_pb2 as api
from comity.api.ledger.v1 import ledger_service_pb2_grpc as api_grpc
from comity.client import calls
from comity.client.errors import from_rpc

if TYPE_CHECKING:
    from comity.client.profile import Profile

# As the contract bounds a page.
PAGE_MAX: Final = 500

# The generated module carries no types.
_stub_of: Any = api_grpc.LedgerServiceStub


class Read(NamedTuple):
    """A signed head, and entries newest first; all unverified."""

    checkpoint: bytes
    entries: list[api.Entry]


def read_entries(profile: Profile, *, envelope_id: bytes, limit: int, before: int | None) -> Read:
    """The newest entries, of one query or of all, and the head over them.

    Raises:
        ComityCallError: the node refuses, or is not there.
    """
    credentials, options = calls.channel_arguments(profile)
    entries: list[api.Entry] = []
    token = "" if before is None else str(before)
    with grpc.secure_channel(profile.address, credentials, options) as channel:
        stub = _stub_of(channel)
        try:
            while len(entries) < limit:
                request = api.ListEntriesRequest(
                    envelope_id=envelope_id,
                    page_size=min(limit - len(entries), PAGE_MAX),
                    page_token=token,
                )
                page: api.ListEntriesResponse = stub.ListEntries(request, timeout=calls.BOOK_S)
                entries.extend(page.entries)
                token = page.next_page_token
                if not token:
                    break
            head: api.GetCheckpointResponse = stub.GetCheckpoint(
                api.GetCheckpointRequest(), timeout=calls.BOOK_S
            )
        except grpc.RpcError as error:
            raise from_rpc(error, address=profile.address) from None
    return Read(head.checkpoint, entries)
