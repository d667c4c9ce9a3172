"""What the gateway's ledger says of a query: that it was accepted, and how it ended. Never what it said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from comity.store.journal import Draft

if TYPE_CHECKING:
    from gateway.relay.model import OpenQuery

ACCEPTED: Final = "relay.accepted"
CLOSED: Final = "relay.closed"
KIB: Final = 1024
# Outcome of every recipient when the gateway itself ended before it could write one.
INTERRUPTED: Final = "GATEWAY_ENDED"


def accepted(query: OpenQuery, body_bytes: int) -> Draft:
    """The first entry: who asks whom, under what; sizes in whole KiB."""
    routing = query.routing
    details = {
        "entity": routing.entity_type,
        "instrument": routing.instrument,
        "kib": body_bytes // KIB,
        "purpose": routing.purpose,
        "recipients": routing.recipients,
        "requester": query.requester,
        "stage": routing.stage,
        "urgency": routing.urgency,
    }
    return Draft(ACCEPTED, query.query_id, json.dumps(details, separators=(",", ":")).encode())


def closed(query: OpenQuery) -> Draft:
    """The second: digests of the answers, and what became of each recipient."""
    return _closing(query.query_id, answers=query.digests, outcomes=query.outcomes)


def interrupted(query_id: bytes, accepted_details: bytes | None) -> Draft:
    """The second entry of a query that was open when the process died."""
    recipients = json.loads(accepted_details)["recipients"] if accepted_details else []
    return _closing(query_id, answers={}, outcomes=dict.fromkeys(recipients, INTERRUPTED))


def _closing(query_id: bytes, *, answers: dict[str, str], outcomes: dict[str, str]) -> Draft:
    details = {"answers": answers, "outcomes": outcomes}
    text = json.dumps(details, separators=(",", ":"), sort_keys=True)
    return Draft(CLOSED, query_id, text.encode())
