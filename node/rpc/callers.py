"""Who calls: the certificate's name and key, checked against the agency's own register.

Rules:

* Unknown and revoked look the same.
* A call that lasts is held: it ends with its caller's certificate, and once the register no longer knows its
  caller in a role that may make it. What was asked for is not told then.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final, Protocol

from comity.clock import day_of
from comity.errors import Reason, Refusal
from comity.faults import record_fault
from comity.identity.names import SpiffeId
from comity.rpc.tls import peer_of
from node.exchange.model import Caller
from node.qualifications import qualifications

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    import grpc

    from comity.clock import Clock
    from comity.rpc.tls import Peer
    from node.qualifications import Entry

# How long a caller's role, and what it is entered with, is believed without asking the register again; and
# how often callers of calls that are held are looked up.
ROLE_BELIEVED_S: Final = 5.0
CALLERS_REMEMBERED: Final = 4_096


class Register(Protocol):
    """The agency's register of callers."""

    def role_of(self, name: str, public_key_sha256: bytes) -> str | None:
        """The role of an unrevoked caller with exactly this key."""
        ...

    def entries(self, name: str) -> Sequence[Entry]:
        """What an officer is entered with."""
        ...


class Callers:
    """Authenticates agency systems and officers."""

    def __init__(self, *, agency: str, federation: str, register: Register, clock: Clock) -> None:
        self._agency = agency
        self._federation = federation
        self._register = register
        self._clock = clock
        self._known: dict[Peer, tuple[Caller, float]] = {}
        self._held: dict[asyncio.Timeout, tuple[Peer, frozenset[str]]] = {}

    def of(self, context: grpc.aio.ServicerContext[Any, Any]) -> Caller:
        """The caller of this RPC.

        Raises:
            Refusal: UNAUTHENTICATED; unknown and revoked look the same.
        """
        return self.check(peer_of(context))

    def check(self, peer: Peer) -> Caller:
        """The caller behind a certificate, as the register knows it now."""
        now_s = self._clock.monotonic_s()
        known = self._known.get(peer)
        if known is not None and now_s < known[1] and self._clock.now_ms() < peer.not_after_ms:
            return known[0]
        if self._clock.now_ms() >= peer.not_after_ms:
            raise Refusal(Reason.UNAUTHENTICATED, "caller's certificate has expired")
        name = SpiffeId.parse(peer.spiffe_id).system_of(self._federation, self._agency)
        role = self._register.role_of(name, peer.public_key_sha256)
        if role is None:
            self._known.pop(peer, None)
            raise Refusal(Reason.UNAUTHENTICATED, "caller not in the register")
        today = day_of(self._clock.now_ms())
        told = qualifications(self._register.entries(name), today=today)
        caller = Caller(name=name, role=role, qualifications=told.counting(today, role=role))
        if len(self._known) >= CALLERS_REMEMBERED:
            self._known.clear()
        self._known[peer] = (caller, now_s + ROLE_BELIEVED_S)
        return caller

    def permitted(
        self, context: grpc.aio.ServicerContext[Any, Any], roles: frozenset[str]
    ) -> Caller:
        """The caller of this RPC, if it has one of these roles now.

        Raises:
            Refusal: UNAUTHENTICATED; NOT_PERMITTED.
        """
        return self._permitted(peer_of(context), roles)

    def _permitted(self, peer: Peer, roles: frozenset[str]) -> Caller:
        caller = self.check(peer)
        if caller.role not in roles:
            raise Refusal(Reason.NOT_PERMITTED, f"role {caller.role}")
        return caller

    @contextlib.asynccontextmanager
    async def held(
        self, context: grpc.aio.ServicerContext[Any, Any], roles: frozenset[str]
    ) -> AsyncIterator[Caller]:
        """The caller of an RPC that may last, which is cut when the caller's access ends.

        Args:
            context: of the RPC.
            roles: whose it may be.

        Raises:
            Refusal: UNAUTHENTICATED, at once or whenever it comes to that; NOT_PERMITTED.
        """
        peer = peer_of(context)
        caller = self._permitted(peer, roles)
        until = asyncio.timeout((peer.not_after_ms - self._clock.now_ms()) / 1000)
        try:
            async with until:
                self._held[until] = (peer, roles)
                yield caller
        except TimeoutError as error:
            if not until.expired():  # another's
                raise
            raise Refusal(Reason.UNAUTHENTICATED, "access ended during the call") from error
        finally:
            self._held.pop(until, None)

    async def review(self) -> None:
        """Looks callers of held calls up again and again; runs until it is cancelled."""
        while True:
            await asyncio.sleep(ROLE_BELIEVED_S)
            try:
                await self._look_up_again()
            except Exception as error:  # noqa: BLE001  # the register cannot be asked now; it is tried again
                record_fault(error)

    async def _look_up_again(self) -> None:
        for peer, roles in set(self._held.values()):
            self._known.pop(peer, None)
            try:
                self._permitted(peer, roles)
            except Refusal:
                self._cut(peer, roles)
            await asyncio.sleep(0)  # each asks a database; calls go on meanwhile

    def _cut(self, peer: Peer, roles: frozenset[str]) -> None:
        now_s = asyncio.get_running_loop().time()
        for until, held in self._held.items():
            if held == (peer, roles) and not until.expired():
                until.reschedule(now_s)
