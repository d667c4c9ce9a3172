"""Values of relaying: routing as the gateway reads it, a query under way, news for its requester."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gateway.relay.link import Link

# What an answer's envelope adds to its padded plaintext.
ENVELOPE_OVERHEAD_BYTES: Final = 1_024
# A query that was never closed by its answers is closed this long after its requester stopped waiting.
CLOSE_AFTER_MS: Final = 2_000


class State(IntEnum):
    """What became of one recipient; numbers as in ``comity.api.relay.v1.RecipientState``."""

    RELAYED = 1
    OFFLINE = 2
    OVERLOADED = 3
    REFUSED = 4
    LOST = 5
    UNKNOWN = 6


@dataclass(frozen=True, slots=True)
class Routing:
    """What the gateway may read of a query."""

    sender: str
    recipients: tuple[str, ...]
    instrument: str
    purpose: str
    entity_type: str
    stage: int
    urgency: str
    answer_bucket_bytes: int


@dataclass(frozen=True, slots=True)
class Ruled:
    """A class of request, ruled on: who may be asked. Dropped when directory, policy or day change."""

    routing: Routing
    refused: frozenset[str]


@dataclass(frozen=True, slots=True)
class News:
    """News of one recipient."""

    agency: str
    state: State
    offline_s: int = 0


class OpenQuery:
    """A query under way: one slot for each recipient that was handed its copy.

    Attributes:
        link: where its answers go; a repeat over another link moves it there.
        ends_ms: when nobody waits any more.
        reserved_bytes: room for the answers of everybody it was sealed to.
        accepted: its acceptance is durable; until then nothing may end it or pass it on.
        cancelled: its requester went before that.
        slots: recipients that still owe an answer.
        answers: answers handed to the requester and not acknowledged yet, by their ids.
    """

    __slots__ = (
        "accepted",
        "answers",
        "cancelled",
        "digests",
        "ends_ms",
        "link",
        "outcomes",
        "query_id",
        "requester",
        "reserved_bytes",
        "routing",
        "slots",
    )

    def __init__(
        self,
        *,
        query_id: bytes,
        requester: str,
        link: Link,
        routing: Routing,
        recipients: int,
        ends_ms: int,
    ) -> None:
        self.query_id = query_id
        self.requester = requester
        self.link = link
        self.routing = routing
        self.ends_ms = ends_ms
        self.reserved_bytes = recipients * (routing.answer_bucket_bytes + ENVELOPE_OVERHEAD_BYTES)
        self.slots: set[str] = set()
        self.answers: dict[bytes, str] = {}
        self.outcomes: dict[str, str] = {}
        self.digests: dict[str, str] = {}
        self.accepted = False
        self.cancelled = False
