"""All links of this node: one to every gateway process that the directory names.

Reconnects with full jitter, 1 s doubling to 60 s, reset only after a minute of health. A renewed
certificate opens a second link first and drains the old one then, so that no query is lost.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

import grpc

from comity.api.relay.v1 import relay_service_pb2 as relay
from comity.errors import Reason, Refusal
from comity.faults import record_fault
from comity.rpc.errors import refusal_of
from node.link.session import LinkError, Session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from comity.clock import Clock
    from comity.identity.directory import GatewayEntry

BACKOFF_FIRST_S: Final = 1.0
BACKOFF_MAX_S: Final = 60.0
# A link that held this long was healthy: the next failure starts from the first backoff again.
HEALTHY_S: Final = 60.0
# How often the set of links is compared with the directory.
REVIEW_S: Final = 1.0
# What a drained link gets to finish what is on it.
DRAIN_S: Final = 15.0

log = logging.getLogger(__name__)


class GatewayLinks:
    """Implements ``node.exchange.ports.Links`` over the sessions that are up."""

    def __init__(
        self,
        *,
        gateways: Callable[[], Mapping[str, GatewayEntry]],
        dial: Callable[[GatewayEntry], Session],
        on_up: Callable[[Session], None],
        on_down: Callable[[str], None],
        on_refused: Callable[[str], None],
        clock: Clock,
        jitter: Callable[[], float],
    ) -> None:
        """Wires the links.

        Args:
            gateways: gateway processes by name, as in the directory in force; one whose address or key
                changed there is dialled anew.
            dial: makes a session with the current certificate.
            on_up: a session is welcomed.
            on_down: a gateway has no session any more.
            on_refused: a gateway does not know this node as an active member's.
            clock: durations.
            jitter: a fresh number in [0, 1) for each backoff.
        """
        self._gateways = gateways
        self._dial = dial
        self._on_up = on_up
        self._on_down = on_down
        self._on_refused = on_refused
        self._clock = clock
        self._jitter = jitter
        self._sessions: list[Session] = []
        self._wake = asyncio.Event()

    # --- ports.Links -------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether any link is up."""
        return any(session.usable for session in self._sessions)

    @property
    def states(self) -> dict[str, bool]:
        """Gateways of the directory, and whether each is linked."""
        up = {session.gateway for session in self._sessions if session.usable}
        return {name: name in up for name in self._gateways()}

    def send(
        self, envelope: bytes, *, remaining_ms: int, receipt: bytes = b"", via: str = ""
    ) -> str:
        """Queues an envelope on the link to ``via``, else the least loaded; returns the gateway's name."""
        sessions = self._sessions
        if len(sessions) == 1 and sessions[0].usable:
            sessions[0].send(envelope, remaining_ms=remaining_ms, receipt=receipt)
            return sessions[0].gateway
        refused: Refusal | None = None
        usable = [session for session in sessions if session.usable]
        for session in sorted(usable, key=lambda one: (one.gateway != via, one.load)):
            try:
                session.send(envelope, remaining_ms=remaining_ms, receipt=receipt)
            except Refusal as refusal:
                refused = refusal
                continue
            return session.gateway
        raise refused or Refusal(Reason.GATEWAY_UNREACHABLE, "no link")

    def acknowledge(self, envelope_id: bytes, *, accepted: bool) -> None:
        """Tells every gateway; only the one that delivered it remembers.

        That an answer was accepted can wait for the next message; one that was refused leaves its slot open.
        """
        verdict = relay.VERDICT_ACCEPTED if accepted else relay.VERDICT_REFUSED
        frame = relay.NodeFrame(ack=relay.Ack(envelope_id=envelope_id, verdict=verdict))
        self.broadcast(frame, pressing=not accepted)

    def cancel(self, query_id: bytes) -> None:
        """Tells every gateway that nobody waits for a query any more."""
        self.broadcast(relay.NodeFrame(cancel=relay.Cancel(query_id=query_id)))

    def broadcast(self, frame: relay.NodeFrame, *, pressing: bool = True) -> None:
        """Queues a control frame on every link."""
        for session in self._sessions:
            if session.up.is_set():
                session.control(frame, pressing=pressing)

    # --- life ------------------------------------------------------------------------------------

    def review(self) -> None:
        """Looks at the directory again, now."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Holds links until ``stop``; follows the directory as it changes."""
        keepers: dict[str, tuple[GatewayEntry, asyncio.Task[None]]] = {}
        async with asyncio.TaskGroup() as tasks:
            ending = tasks.create_task(stop.wait())
            while not stop.is_set():
                wanted = self._gateways()
                for name, (entry, task) in list(keepers.items()):
                    if wanted.get(name) != entry:
                        task.cancel()
                        del keepers[name]
                        for session in [one for one in self._sessions if one.gateway == name]:
                            session.end()  # a renewed one has no keeper
                for name, entry in wanted.items():
                    if name not in keepers:
                        keepers[name] = (entry, tasks.create_task(self._keep(entry)))
                self._wake.clear()
                waking = tasks.create_task(self._wake.wait())
                await asyncio.wait(
                    {ending, waking}, timeout=REVIEW_S, return_when=asyncio.FIRST_COMPLETED
                )
                waking.cancel()
            await self._part()
            for _, task in keepers.values():
                task.cancel()
            for session in self._sessions:  # renewed ones have no keeper yet
                session.end()

    async def _part(self) -> None:
        """Ends the links that are up; they say their last words."""
        parting = {session for session in self._sessions if session.up.is_set()}
        for session in parting:
            session.end()
        while not parting.isdisjoint(self._sessions):
            self._wake.clear()
            await self._wake.wait()

    async def renew(self, tasks: asyncio.TaskGroup) -> None:
        """Opens a second link with the renewed certificate, then drains the first."""
        for old in [session for session in self._sessions if session.usable]:
            entry = self._gateways().get(old.gateway)
            if entry is None:
                continue
            fresh = self._dial(entry)
            tasks.create_task(self._hold(fresh))
            try:
                async with asyncio.timeout(DRAIN_S):
                    await fresh.up.wait()
            except TimeoutError:
                log.warning("renewed link to %s did not come up; the old one stays", old.gateway)
                fresh.end()
                continue
            old.draining = True
            # From here on the gateway delivers on the fresh link; what is on the old one has its time.
            old.control(relay.NodeFrame(draining=True))
            asyncio.get_running_loop().call_later(DRAIN_S, old.end)

    async def _keep(self, entry: GatewayEntry) -> None:
        backoff_s = BACKOFF_FIRST_S
        while True:
            started_s = self._clock.monotonic_s()
            await self._hold(self._dial(entry))
            for renewed in [one for one in self._sessions if one.gateway == entry.name]:
                await renewed.ended()  # a renewed link took over; dial again when it ends too
            if self._clock.monotonic_s() - started_s > HEALTHY_S:
                backoff_s = BACKOFF_FIRST_S
            await asyncio.sleep(self._jitter() * backoff_s)
            backoff_s = min(backoff_s * 2, BACKOFF_MAX_S)

    async def _hold(self, session: Session) -> None:
        """Runs one session to its end; its failure is news, not an error of the node."""
        self._sessions.append(session)
        try:
            async with asyncio.TaskGroup() as tasks:
                announcing = tasks.create_task(self._announce(session))
                try:
                    await session.run()
                finally:
                    announcing.cancel()
        except* (LinkError, TimeoutError) as group:
            log.warning("link to %s ended: %s", session.gateway, _first(group))
        except* grpc.RpcError as group:
            error = _first(group)
            refusal = refusal_of(error) if isinstance(error, grpc.RpcError) else None
            log.warning("link to %s ended: %s", session.gateway, refusal or _code_of(error))
            if refusal is not None and refusal.reason is Reason.UNAUTHENTICATED:
                self._on_refused(session.gateway)
        # Whatever one gateway makes go wrong must not end the links to the others.
        except* Exception as group:  # noqa: BLE001
            record_fault(_first(group))
        finally:
            self._sessions.remove(session)
            self._wake.set()
            if not any(one.gateway == session.gateway and one.usable for one in self._sessions):
                self._on_down(session.gateway)

    async def _announce(self, session: Session) -> None:
        await session.up.wait()
        log.info("link to %s is up", session.gateway)
        self._on_up(session)


def _first(error: BaseException) -> BaseException:
    """What happened first, out of however many groups it comes in: one of each task that had a part in it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _code_of(error: BaseException) -> str:
    code = getattr(error, "code", None)
    return str(code()) if callable(code) else type(error).__name__
