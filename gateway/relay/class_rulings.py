"""Rulings on classes of request, remembered: the same few routings recur, the policy is asked once for each.

Dropped when directory, policy or day change, so that nothing is decided by what no longer holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.clock import DAY_MS
from comity.errors import Reason, Refusal
from gateway.relay.model import Ruled

if TYPE_CHECKING:
    from gateway.relay.ports import RoutePolicy, RoutingCodec

# Classes of request whose ruling is remembered.
ROUTINGS_REMEMBERED: Final = 8_192


class ClassRulings:
    """Routings, decoded and decided."""

    __slots__ = ("_basis", "_codec", "_known", "_policy")

    def __init__(self, codec: RoutingCodec, policy: RoutePolicy) -> None:
        self._codec = codec
        self._policy = policy
        self._known: dict[bytes, Ruled] = {}
        # What the rulings known rest on: the day, and the policy's epoch.
        self._basis = (-1, -1)

    def rule(self, routing: bytes, sender: str, now_ms: int) -> Ruled:
        """The ruling on this class of request.

        Raises:
            Refusal: ENVELOPE_REFUSED for what is not canonical or another's; ROUTE_DENIED when no
                recipient may be asked.
        """
        basis = (now_ms // DAY_MS, self._policy.epoch)
        if basis != self._basis or len(self._known) >= ROUTINGS_REMEMBERED:
            self._known.clear()
            self._basis = basis
        ruled = self._known.get(routing)
        if ruled is None:
            decoded = self._codec.decode(routing)
            if decoded.sender != sender:
                raise Refusal(Reason.ENVELOPE_REFUSED, "routing names another sender")
            ruled = self._known[routing] = Ruled(decoded, self._policy.refused(decoded))
        if ruled.routing.sender != sender:
            raise Refusal(Reason.ENVELOPE_REFUSED, "routing names another sender")
        if len(ruled.refused) == len(ruled.routing.recipients):
            raise Refusal(Reason.ROUTE_DENIED, "no recipient may be asked this")
        return ruled
