"""A node while it runs: what starts in which order, what changes, housekeeping, and the end."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from comity.api.relay.v1 import relay_service_pb2 as relay
from comity.authority.ca import load_key, spki_sha256
from comity.authority.home import Home
from comity.authority.renewing import renew, renewal_due
from comity.clock import SystemClock
from comity.errors import Fault, Refusal, StartError
from comity.rpc.serving import stop_signals
from comity.rpc.tls import channel_credentials
from comity.rulings.shipped import federated
from node.app.exchange import LinkEvents, open_exchange
from node.app.foundation import lay_foundation
from node.app.law import NodeLaw
from node.app.listeners import callers_of, listen_to_officers, listen_to_systems
from node.app.searching import open_matcher, rebuild_index
from node.app.second_opinion import SecondOpinion, standing
from node.link.session import Session
from node.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from comity.authority.home import NodeIdentity
    from comity.clock import Clock
    from comity.identity.directory import Directory, GatewayEntry

# Housekeeping: rotates keys, renews the certificate, prunes replay rows.
KEEP_S: Final = 60.0
# Replay rows outlive their envelopes by the clocks' tolerance, twice.
REPLAY_KEPT_MS: Final = 10 * 60 * 1000
GRACE_S: Final = 10.0

log = logging.getLogger(__name__)


class NodeApp:
    """One running node."""

    def __init__(self, home: Path, clock: Clock | None = None) -> None:
        self.home = home
        self.clock = clock or SystemClock()
        self.settings = Settings.load(home)
        self.identity: NodeIdentity = Home.load(home)
        self.admin_port = 0
        self._tls = self.identity.tls
        self._fatal: StartError | None = None
        self._stop = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None
        self._opinions: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event, ready: Callable[[int], None]) -> None:
        """Runs until ``stop``; ``ready`` is called with the listener's port."""
        async with AsyncExitStack() as stack:
            await self._build(stack)
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                tasks.create_task(self.answering.run(self._stop))
                tasks.create_task(self.links.run(self._stop))
                tasks.create_task(
                    self.matcher.keep_up(self._stop, partial(rebuild_index, self.home))
                )
                keeping = tasks.create_task(self._keep(tasks))
                checking = tasks.create_task(self.law.policies.watch())
                callers = callers_of(self.base)
                reviewing = tasks.create_task(callers.review())
                listener = await listen_to_systems(self.base, self.exchange, callers, stack)
                stack.push_async_callback(listener.close)
                admin = await listen_to_officers(self.base, self.law, callers)
                stack.push_async_callback(admin.close)
                self.admin_port = admin.port
                ready(listener.port)
                await _first(stop, self._stop)
                async with asyncio.TaskGroup() as stopping:
                    stopping.create_task(listener.stop(GRACE_S))
                    stopping.create_task(admin.stop(GRACE_S))
                self._stop.set()
                keeping.cancel()
                checking.cancel()
                reviewing.cancel()
                for asking in self._opinions:
                    asking.cancel()
        if self._fatal is not None:
            raise self._fatal

    async def _build(self, stack: AsyncExitStack) -> None:
        self.base = await lay_foundation(
            self.home,
            self.identity,
            self.settings,
            clock=self.clock,
            in_flight=lambda: self.exchange.in_flight,
            stack=stack,
        )
        self.second_opinion = SecondOpinion(
            identity=self.identity,
            directories=self.base.directories,
            clock=self.clock,
            on_wrong_clock=self._wrong_clock,
        )
        self.law = NodeLaw(self.base)
        self.matcher = await open_matcher(self.base, stack)
        events = LinkEvents(
            dial=self._dial,
            on_up=self._link_up,
            on_down=self._link_down,
            on_refused=lambda gateway: self._ask(self.second_opinion.on_membership(gateway)),
            on_clock_doubted=lambda gateway, skew_ms: self._ask(
                self.second_opinion.on_time(gateway, skew_ms)
            ),
        )
        self.exchange = await open_exchange(self.base, self.law, self.matcher, events)
        self.engine, self.directories = self.base.engine, self.base.directories
        self.peer_keys, self.own_keys = self.base.peer_keys, self.base.own_keys
        self.journal = self.base.journal
        self.links, self.inbox = self.exchange.links, self.exchange.inbox
        self.asking, self.answering = self.exchange.asking, self.exchange.answering
        self.directories.on_change(self._directory_changed)

    # --- what changes --------------------------------------------------------------------------------

    def _dial(self, gateway: GatewayEntry) -> Session:
        key = load_key(self._tls.key_pem)
        return Session(
            gateway=gateway,
            credentials=channel_credentials(
                self._tls, server_ca_pem=self.directories.current.authorities.gateway_ca_pem
            ),
            agency=self.identity.agency,
            signing=self.identity.signing,
            tls_public_key_sha256=spki_sha256(key.public_key()),
            events=self.inbox,
            clock=self.clock,
        )

    def _link_up(self, session: Session) -> None:
        for statement in self.own_keys.statements()[-1:]:
            session.control(relay.NodeFrame(key_statement=statement))
        self.asking.link_up()

    def _link_down(self, gateway: str) -> None:
        self.asking.link_down(gateway)

    def _directory_changed(self, directory: Directory) -> None:
        self.links.review()
        self.law.policies.follow(federated(directory), lambda: None)
        against = standing(directory, self.identity)
        if against:
            log.error("%s", against)

    def _ask(self, asking: Coroutine[Any, Any, None]) -> None:
        """Puts something before the authority, unless the node is ending."""
        if self._tasks is None or self._stop.is_set():
            asking.close()
        else:
            task = self._tasks.create_task(asking)
            self._opinions.add(task)
            task.add_done_callback(self._opinions.discard)

    def _wrong_clock(self, error: StartError) -> None:
        self._fatal = error
        self._stop.set()

    # --- housekeeping --------------------------------------------------------------------------------

    async def _keep(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            await asyncio.sleep(KEEP_S)
            try:
                await self.keep(tasks)
            except Fault as fault:
                log.error("housekeeping put off: %s", fault)  # the disk; it is tried again

    async def keep(self, tasks: asyncio.TaskGroup) -> None:
        """Rotates keys, forgets replay rows, takes scheduled law, renews: each when it is due."""
        self.keep_keys()
        now_ms = self.clock.now_ms()
        await self.answering.forget(now_ms - REPLAY_KEPT_MS)
        await self.law.lawmaking.take_due()
        if renewal_due(self.identity, now_ms):
            await self._renew(tasks)

    def keep_keys(self) -> None:
        """Destroys what is due for it; makes and announces a new key when it is time."""
        statement = self.own_keys.maintain(self.clock.now_ms())
        if statement is not None:
            self.links.broadcast(relay.NodeFrame(key_statement=statement.content))

    async def _renew(self, tasks: asyncio.TaskGroup) -> None:
        try:
            self._tls = await renew(self.identity, self.clock)
            self.identity = Home.load(self.home)
        except (Refusal, StartError) as error:
            log.error("certificate not renewed: %s", error)
            return
        await self.links.renew(tasks)


async def _first(*events: asyncio.Event) -> None:
    """Returns when any of the events is set."""
    async with asyncio.TaskGroup() as tasks:
        waiting = [tasks.create_task(event.wait()) for event in events]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()


async def serve(home: Path, ready: Callable[[int], None]) -> None:
    """Runs a node until SIGTERM or SIGINT."""
    async with stop_signals() as stop:
        await NodeApp(home).run(stop, ready)
