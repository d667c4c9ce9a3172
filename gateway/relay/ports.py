"""What relaying needs from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from comity.identity.directory import Directory
    from gateway.relay.model import Routing


class Directories(Protocol):
    """The verified directory in force."""

    @property
    def current(self) -> Directory:
        """The last view that passed every check."""
        ...


class RoutingCodec(Protocol):
    """Reads routings; refuses whatever is not in its one canonical form."""

    def decode(self, data: bytes) -> Routing:
        """A query's routing; raises ``Refusal``."""
        ...


class RoutePolicy(Protocol):
    """The federation's coarse policy."""

    @property
    def epoch(self) -> int:
        """Grows whenever what it said before may no longer hold."""
        ...

    def refused(self, routing: Routing) -> frozenset[str]:
        """Recipients that may not be asked this by this member."""
        ...


class KeyIndex(Protocol):
    """Whose encryption key an id belongs to."""

    def agencies_of(self, kid: bytes) -> Collection[str]:
        """Agencies whose verified key statements name it; a statement proves no possession."""
        ...


class Quota(Protocol):
    """Queries a member may still send today."""

    def take(self, agency: str) -> bool:
        """Counts one; ``False`` when the agreed capacity is used up."""
        ...
