"""What links bring, handed to whom it concerns. Nothing of it is believed here."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from comity.api.relay.v1 import relay_service_pb2 as relay
from node.exchange.model import Outcome, RecipientNews

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from comity import envelope
    from comity.authority.holder import DirectoryHolder
    from node.exchange.answering import Answering
    from node.exchange.asking import Asking
    from node.link.links import GatewayLinks
    from node.peer_keys import PeerKeyHolder

# How long another gateway has to agree with this machine's clock before anybody else is asked.
CLOCK_PATIENCE_S: Final = 3.0

log = logging.getLogger(__name__)

_NEWS: Final = {
    relay.RECIPIENT_STATE_OFFLINE: Outcome.OFFLINE,
    relay.RECIPIENT_STATE_OVERLOADED: Outcome.OVERLOADED,
    relay.RECIPIENT_STATE_REFUSED: Outcome.REFUSED,
    relay.RECIPIENT_STATE_LOST: Outcome.OFFLINE,
    relay.RECIPIENT_STATE_UNKNOWN: Outcome.REFUSED,
}
_REASONS: Final = {
    relay.RECIPIENT_STATE_REFUSED: ("ROUTE_DENIED", "the federation's rules do not allow it"),
    relay.RECIPIENT_STATE_LOST: ("", "its link ended before it answered"),
    relay.RECIPIENT_STATE_UNKNOWN: ("UNKNOWN_MEMBER", "not an active member"),
}


class Inbox:
    """Implements ``node.link.session.Events``.

    Args:
        asking: takes answers and news of queries.
        answering: takes queries.
        directories: takes signed metadata.
        peer_keys: takes other nodes' key statements.
        links: says whether another gateway agrees with this machine's clock.
        on_clock_doubted: called with the gateway and the difference when none does.
    """

    def __init__(
        self,
        *,
        asking: Asking,
        answering: Answering,
        directories: DirectoryHolder,
        peer_keys: PeerKeyHolder,
        links: GatewayLinks,
        on_clock_doubted: Callable[[str, int], None],
    ) -> None:
        self._asking = asking
        self._answering = answering
        self._directories = directories
        self._peer_keys = peer_keys
        self._links = links
        self._on_clock_doubted = on_clock_doubted

    def on_query(
        self,
        delivered: envelope.DeliveredEnvelope,
        remaining_ms: int,
        gateway: str,
        done: Callable[[], None],
    ) -> None:
        """A query for this node."""
        self._answering.receive(delivered, remaining_ms, gateway, done)

    def on_answer(self, delivered: envelope.DeliveredEnvelope, receipt: bytes) -> None:
        """An answer to a query of this node."""
        self._asking.receive(delivered, receipt)

    def on_status(self, status: relay.Status) -> None:
        """What became of a query so far."""
        news = []
        for one in status.recipients:
            reason, sentence = _REASONS.get(one.state, ("", ""))
            if one.state == relay.RECIPIENT_STATE_OFFLINE and one.offline_s:
                sentence = f"node offline for {one.offline_s} s"
            news.append(
                RecipientNews(one.agency, _NEWS.get(one.state), reason, one.offline_s, sentence)
            )
        self._asking.news(status.query_id, news, status.refused)

    def on_cancel(self, query_id: bytes) -> None:
        """The requester no longer waits; what is being answered ends in the ledger all the same."""

    def on_directory(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Signed metadata, unverified."""
        self._directories.apply(files)

    def on_key_statement(self, statement: bytes) -> None:
        """Another node's key statement, unverified."""
        self._peer_keys.accept(statement)

    def on_clock_skew(self, gateway: str, skew_ms: int) -> None:
        """A gateway's clock and ours differ: whose is wrong is not for that gateway to say.

        Another gateway that is linked agrees with ours; where there is none, the authority is asked.
        """

        def judge() -> None:
            if self._links.connected:
                log.error("the clock of %s is off by %d s; not linked", gateway, skew_ms // 1000)
            else:
                self._on_clock_doubted(gateway, skew_ms)

        asyncio.get_running_loop().call_later(CLOCK_PATIENCE_S, judge)
