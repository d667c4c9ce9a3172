"""Asking the federation's policy about one class of request; Casbin decides in ``comity.rulings``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.clock import day_of
from comity.rulings import RouteContext

if TYPE_CHECKING:
    from comity.clock import Clock
    from comity.rulings import Policies
    from gateway.relay.model import Routing
    from gateway.relay.ports import Directories


class FederationPolicy:
    """Implements ``gateway.relay.ports.RoutePolicy``; the relay remembers what it says."""

    def __init__(self, *, policies: Policies, directories: Directories, clock: Clock) -> None:
        self._policies = policies
        self._directories = directories
        self._clock = clock
        self._epoch = 0
        self._basis: tuple[object, object] = (None, None)

    @property
    def epoch(self) -> int:
        """Grows whenever the policy in force or the directory is another one than before."""
        policy, directory = self._policies.current, self._directories.current
        if policy is not self._basis[0] or directory is not self._basis[1]:
            self._basis = (policy, directory)
            self._epoch += 1
        return self._epoch

    def refused(self, routing: Routing) -> frozenset[str]:
        """Recipients that may not be asked this by this member; unknown ones are for others to name."""
        directory = self._directories.current
        requester = directory.member(routing.sender)
        if requester is None:
            return frozenset(routing.recipients)
        today = day_of(self._clock.now_ms())
        refused = set()
        for name in routing.recipients:
            target = directory.member(name)
            if target is None:
                continue
            context = RouteContext(
                requester=routing.sender,
                requester_country=requester.country,
                target=name,
                target_country=target.country,
                purpose=routing.purpose,
                instrument=routing.instrument,
                entity_type=routing.entity_type,
                stage=routing.stage,
                urgency=routing.urgency,
                today=today,
            )
            if not self._policies.current.route(context).allowed:
                refused.add(name)
        return frozenset(refused)
