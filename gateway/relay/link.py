"""A node's link as the relay sees it: whose it is, what it may send, and the queue towards it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from comity.errors import Reason, Refusal

if TYPE_CHECKING:
    from comity.rpc.outbox import Outbox

# What a node may have outstanding towards this gateway.
CREDIT_ENVELOPES: Final = 2_048
CREDIT_BYTES: Final = 64 * 1024 * 1024
# Bad envelopes a link may send before it ends; one a second is forgiven. A node dials again with backoff.
STRIKES_MAX: Final = 64


class Frames(Protocol):
    """Makes the frames that the relay sends; the contract's types stay outside."""

    def deliver(self, envelope: bytes, *, remaining_ms: int, receipt: bytes) -> Any:
        """An envelope for a node."""
        ...

    def status(self, query_id: bytes, news: Any, *, refused: str = "") -> Any:
        """What became of a query so far."""
        ...

    def cancel(self, query_id: bytes) -> Any:
        """Nobody waits any more."""
        ...


class Link:
    """One attached node.

    Attributes:
        agency: whose.
        tls_key: SHA-256 of its certificate's public key.
        signing_kid: id of its signing key; only envelopes of this key are taken from it.
        outbox: frames towards it.
    """

    __slots__ = (
        "_ended",
        "_strikes",
        "_struck_s",
        "agency",
        "credit_bytes",
        "credit_envelopes",
        "draining",
        "granted_bytes",
        "granted_envelopes",
        "outbox",
        "signing_kid",
        "tls_key",
        "why_ended",
    )

    def __init__(
        self, *, agency: str, tls_key: bytes, signing_kid: bytes, outbox: Outbox[Any], ended: Any
    ) -> None:
        self.agency = agency
        self.tls_key = tls_key
        self.signing_kid = signing_kid
        self.outbox = outbox
        self._ended = ended
        self.why_ended: Reason | None = None
        # The node has another link up and wants nothing more on this one.
        self.draining = False
        # What the node lets us have outstanding; what we let it.
        self.credit_envelopes = 0
        self.credit_bytes = 0
        self.granted_envelopes = CREDIT_ENVELOPES
        self.granted_bytes = CREDIT_BYTES
        self._strikes = 0.0
        self._struck_s = 0.0

    def end(self, why: Reason) -> None:
        """Ends the link."""
        if self.why_ended is None:
            self.why_ended = why
        self._ended.set()

    def spend(self, size_bytes: int) -> None:
        """Counts an envelope from the node against what it was granted.

        Raises:
            Refusal: OVERLOADED; a node that sends beyond its credit loses the link.
        """
        self.granted_envelopes -= 1
        self.granted_bytes -= size_bytes
        if self.granted_envelopes < 0 or self.granted_bytes < 0:
            raise Refusal(Reason.OVERLOADED, f"{self.agency} sends beyond its credit")

    def grant(self, *, envelopes: int, size_bytes: int) -> None:
        """Gives credit back."""
        self.granted_envelopes += envelopes
        self.granted_bytes += size_bytes

    def may_take(self, size_bytes: int) -> bool:
        """Whether the node has room for an envelope."""
        return self.credit_envelopes >= 1 and self.credit_bytes >= size_bytes

    def take(self, size_bytes: int) -> None:
        """An envelope goes to the node."""
        self.credit_envelopes -= 1
        self.credit_bytes -= size_bytes

    def strike(self, now_s: float) -> None:
        """Counts a bad envelope.

        Raises:
            Refusal: ENVELOPE_REFUSED after too many; the link ends.
        """
        self._strikes = max(0.0, self._strikes - (now_s - self._struck_s)) + 1
        self._struck_s = now_s
        if self._strikes > STRIKES_MAX:
            raise Refusal(Reason.ENVELOPE_REFUSED, f"{self.agency} sends bad envelopes without end")
