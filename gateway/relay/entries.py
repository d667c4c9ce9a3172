"""What the gateway's ledger says of a query: that it was accepted, and how it ended. Never what it said."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from comity.store.journal import Draft

if TYPE_CHECKING:
    from gateway.relay.model import OpenQuery, Routing

ACCEPTED: Final = "relay.accepted"
CLOSED: Final = "relay.closed"
KIB: Final = 1024
# Classes of request whose first entry is remembered.
CLASSES_REMEMBERED: Final = 4_096
# Outcome of every recipient when the gateway itself ended before it could write one.
INTERRUPTED: Final = "GATEWAY_ENDED"

_text: Final = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


def accepted(query: OpenQuery, body_bytes: int) -> Draft:
    """The first entry: who asks whom, under what; sizes in whole KiB."""
    details = _accepted(query.routing, query.requester, body_bytes // KIB)
    return Draft(ACCEPTED, query.query_id, details)


@lru_cache(maxsize=CLASSES_REMEMBERED)
def _accepted(routing: Routing, requester: str, kib: int) -> bytes:
    """The same for every query of a class, and so written once."""
    details = {
        "entity": routing.entity_type,
        "instrument": routing.instrument,
        "kib": kib,
        "purpose": routing.purpose,
        "recipients": routing.recipients,
        "requester": requester,
        "stage": routing.stage,
        "urgency": routing.urgency,
    }
    return _text(details).encode()


def closed(query: OpenQuery) -> Draft:
    """The second: digests of the answers, and what became of each recipient."""
    return _closing(query.query_id, answers=query.digests, outcomes=query.outcomes)


def interrupted(query_id: bytes, accepted_details: bytes | None) -> Draft:
    """The second entry of a query that was open when the process died."""
    recipients = json.loads(accepted_details)["recipients"] if accepted_details else []
    return _closing(query_id, answers={}, outcomes=dict.fromkeys(recipients, INTERRUPTED))


def _closing(query_id: bytes, *, answers: dict[str, str], outcomes: dict[str, str]) -> Draft:
    details = {"answers": answers, "outcomes": outcomes}
    return Draft(CLOSED, query_id, _text(details).encode())
