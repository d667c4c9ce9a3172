"""Composition root of a gateway process: reads settings, builds the parts, runs them, stops in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Final

from comity.api.relay.v1 import relay_service_pb2 as relay
from comity.api.relay.v1 import relay_service_pb2_grpc as relay_grpc
from comity.authority.ca import load_key
from comity.authority.client import connect
from comity.authority.following import follow
from comity.authority.holder import DirectoryHolder
from comity.authority.home import Home, ledger_origin
from comity.authority.renewing import renew, renewal_due
from comity.clock import SystemClock
from comity.errors import ExitCode, Reason, Refusal, StartError
from comity.identity.join import CLOCK_SKEW_MS_MAX
from comity.rpc import options
from comity.rpc.outbox import OutboxFullError
from comity.rpc.serving import listen, stop_signals
from comity.rpc.tls import Shown, renewable_server_credentials
from comity.rulings.shipped import federated
from comity.store.engine import open_engine
from comity.store.journal import Journal
from comity.store.ledger_store import LedgerStore
from gateway.directory.mirror import Mirror
from gateway.policy.loading import load_policies
from gateway.policy.route import FederationPolicy
from gateway.relay import entries
from gateway.relay.relay import Relay
from gateway.rpc.directory_frames import directory_frames
from gateway.rpc.frames import ProtoFrames, ProtoRouting
from gateway.rpc.relay_service import RelayServicer
from gateway.settings import Settings
from gateway.storage.migrating import migrate
from gateway.storage.quota import LeasedQuota
from gateway.storage.unclosed import unclosed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from comity.clock import Clock
    from comity.identity.directory import Directory

SWEEP_S: Final = 0.5
KEEP_S: Final = 60.0
# What links get to move before the listener closes, and how long calls may finish.
DRAIN_S: Final = 2.0
GRACE_S: Final = 1.0
# A start waits this long for the authority's time; without it, it goes on.
CLOCK_ASKED_S: Final = 3.0

log = logging.getLogger(__name__)

# Generated modules carry no types.
_add_relay: Any = relay_grpc.add_RelayServiceServicer_to_server


class GatewayApp:
    """One running gateway process."""

    def __init__(self, home: Path, clock: Clock | None = None) -> None:
        self.home = home
        self.clock = clock or SystemClock()
        self.settings = Settings.load(home)
        self.identity = Home.load_gateway(home)
        self._stopping = asyncio.Event()

    async def run(self, stop: asyncio.Event, ready: Callable[[int], None]) -> None:
        """Runs until ``stop``; ``ready`` is called with the listener's port."""
        async with AsyncExitStack() as stack:
            await self._build(stack)
            await self._compare_clocks()
            listener = await listen(
                address=self._address(),
                credentials=renewable_server_credentials(self._shown),
                options=options.LINK_SERVER,
                services=[
                    (
                        relay.DESCRIPTOR.services_by_name["RelayService"].full_name,
                        lambda server: _add_relay(self.servicer, server),
                    )
                ],
            )
            stack.push_async_callback(listener.close)
            ready(listener.port)
            async with asyncio.TaskGroup() as tasks:
                work = [
                    tasks.create_task(follow(self.identity, self.directories)),
                    tasks.create_task(self._sweep()),
                    tasks.create_task(self._keep()),
                    tasks.create_task(self.policies.watch()),
                ]
                await stop.wait()
                await self._drain()
                await listener.stop(GRACE_S)
                for task in work:
                    task.cancel()

    async def _build(self, stack: AsyncExitStack) -> None:
        identity, settings, clock = self.identity, self.settings, self.clock
        where = settings.database if "://" in settings.database else self.home / settings.database
        engine = open_engine(where)
        stack.callback(engine.dispose)
        migrate(engine)
        holder = DirectoryHolder(identity.directory_store, identity.directory_store.load(), clock)
        self.directories = holder
        self.mirror = Mirror(holder, clock)
        self.mirror.on_statement(self._spread_statement)
        holder.on_change(self._directory_changed)
        ledger = LedgerStore(engine, origin=ledger_origin(identity.name), signer=identity.ledger)
        journal = await stack.enter_async_context(
            Journal(
                ledger,
                clock=clock,
                in_flight=lambda: self.relay.in_flight,
                folder=self.home,
            )
        )
        self.policies = load_policies(settings, holder.current)
        self.relay = Relay(
            directories=holder,
            codec=ProtoRouting(),
            policy=FederationPolicy(
                policies=self.policies.policies, directories=holder, clock=clock
            ),
            keys=self.mirror,
            quota=LeasedQuota(engine, per_day=settings.quota_per_day, clock=clock),
            journal=journal,
            frames=ProtoFrames(),
            clock=clock,
        )
        left = unclosed(engine, log=ledger.log, opening=entries.ACCEPTED, closing=entries.CLOSED)
        await journal.write([entries.interrupted(*one) for one in left])
        self.servicer = RelayServicer(
            name=identity.name.name,
            key=load_key(identity.tls.key_pem),  # a renewed certificate is for the same key
            relay_=self.relay,
            mirror=self.mirror,
            clock=clock,
            entropy=os.urandom,
            stopping=self._stopping,
        )

    async def _compare_clocks(self) -> None:
        """A gateway whose clock is off refuses everybody's envelopes; the authority tells it.

        Raises:
            StartError: the two clocks differ by more than two minutes.
        """
        identity = self.identity
        try:
            async with (
                asyncio.timeout(CLOCK_ASKED_S),
                connect(identity.authority_address, identity.authority_ca_pem) as client,
            ):
                files, now_ms = await client.files(self.directories.held())
        except (Refusal, TimeoutError):
            log.warning("the authority is away: this machine's clock could not be compared")
            return
        self.directories.apply(files)
        skew_ms = self.clock.now_ms() - now_ms
        if abs(skew_ms) > CLOCK_SKEW_MS_MAX:
            sentence = (
                f"This machine's clock and the authority's differ by {abs(skew_ms) // 1000} seconds; "
                "more than two minutes make every envelope invalid. Set this machine's clock and start "
                "again."
            )
            raise StartError(sentence, exit_code=ExitCode.CONFIG)

    def _shown(self) -> Shown:
        return Shown(self.identity.tls, self.directories.current.authorities.node_ca_pem)

    def _address(self) -> str:
        return (
            self.settings.listen
            or self.directories.current.gateways[self.identity.name.name].address
        )

    # --- what changes -------------------------------------------------------------------------------

    def _directory_changed(self, directory: Directory) -> None:
        self.relay.review()
        self.policies.follow(federated(directory), lambda: None)
        self._spread(*directory_frames(self.directories.files()))
        log.info("directory version %d passed on", directory.version)

    def _spread_statement(self, content: bytes) -> None:
        self._spread(relay.GatewayFrame(key_statement=content))

    def _spread(self, *frames: relay.GatewayFrame) -> None:
        for link in self.relay.links:
            try:
                for frame in frames:
                    link.outbox.put_control(frame, frame.ByteSize())
            except OutboxFullError:
                link.end(Reason.OVERLOADED)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            self.relay.sweep()

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(KEEP_S)
            await self.keep()

    async def keep(self) -> None:
        """Renews the certificate when it is due; it is shown from the next handshake on."""
        if not renewal_due(self.identity, self.clock.now_ms()):
            return
        try:
            await renew(self.identity, self.clock)
            self.identity = Home.load_gateway(self.home)
        except (Refusal, StartError) as error:
            log.error("certificate not renewed: %s", error)
            return
        log.info("certificate renewed")

    async def _drain(self) -> None:
        """Tells every link to move, gives what is under way a moment, then ends them."""
        self._stopping.set()
        self._spread(relay.GatewayFrame(drain=relay.Drain(within_ms=int(DRAIN_S * 1000))))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                await self.relay.quiet()
        for link in list(self.relay.links):
            link.end(Reason.SHUTTING_DOWN)


async def serve(home: Path, ready: Callable[[int], None]) -> None:
    """Runs a gateway process until SIGTERM or SIGINT."""
    async with stop_signals() as stop:
        await GatewayApp(home).run(stop, ready)
