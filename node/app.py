"""Composition root of a node: reads settings, builds the parts, runs them, stops them in order."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from comity.api.admin.v1 import policy_service_pb2, policy_service_pb2_grpc
from comity.api.ledger.v1 import ledger_service_pb2, ledger_service_pb2_grpc
from comity.api.query.v1 import (
    mark_service_pb2,
    mark_service_pb2_grpc,
    query_service_pb2,
    query_service_pb2_grpc,
)
from comity.api.relay.v1 import relay_service_pb2 as relay
from comity.authority.ca import load_key, spki_sha256
from comity.authority.holder import DirectoryHolder
from comity.authority.home import Home, ledger_origin
from comity.authority.renewing import renew, renewal_due
from comity.clock import SystemClock
from comity.envelope import SigningSecret
from comity.errors import ExitCode, Fault, Refusal, StartError
from comity.policytools.comparing import compare
from comity.policytools.situations import given
from comity.policytools.tree import MODEL, open_tree
from comity.rpc import options
from comity.rpc.serving import Listener, listen, stop_signals
from comity.rpc.tls import channel_credentials, renewable_server_credentials
from comity.rulings.shipped import federated
from comity.store.journal import Journal
from comity.store.ledger_store import LedgerStore
from node.exchange import disclosure
from node.exchange.answering import Answering
from node.exchange.asking import Asking
from node.exchange.deciding import Deciding, Pseudonyms
from node.exchange.marking import Marking
from node.exchange.receipts import Receipts
from node.lawmaking.in_force import LawInForce
from node.lawmaking.lawmaking import Lawmaking, Surroundings
from node.lawmaking.replaying import PastRulings
from node.link.codec import WireCodec
from node.link.inbox import Inbox
from node.link.links import GatewayLinks
from node.link.session import Session
from node.matching import fingerprints
from node.matching.fingerprints import Fingers
from node.matching.life import NameIndex
from node.matching.matcher import RegisterMatcher
from node.opening import NAME_INDEX, database_of, open_register, secret_file
from node.peer_keys import PeerKeyHolder
from node.policy.law import Law
from node.policy.loading import load_folders, load_policies
from node.records.name_index import PublishedNames
from node.records.reading import Register
from node.rpc.callers import Callers
from node.rpc.ledger_service import LedgerServicer
from node.rpc.mark_service import MarkServicer
from node.rpc.policy_service import APPROVERS, PolicyServicer
from node.rpc.query_service import QueryServicer
from node.settings import Settings
from node.storage.callers import CallerRegister
from node.storage.interrupted import interrupted
from node.storage.marks import SqlMarkBook
from node.storage.policies import PolicyBook, recorded_rulings
from node.storage.queries import SqlQueryBook
from node.storage.replay import ReplayBook
from node.systems import ListenerCertificate, systems_ca

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from comity.authority.home import NodeIdentity
    from comity.clock import Clock
    from comity.identity.directory import Directory, GatewayEntry
    from comity.rulings import Bundle

DAY_MS: Final = 24 * 60 * 60 * 1000
# Housekeeping: rotates keys, renews the certificate, prunes replay rows.
KEEP_S: Final = 60.0
# Replay rows outlive their envelopes by the clocks' tolerance, twice.
REPLAY_KEPT_MS: Final = 10 * 60 * 1000
GRACE_S: Final = 10.0
# What a draft would change is told in so many sentences; `comity policy diff` tells all.
CHANGES_TOLD_MAX: Final = 200
POLICY_KEY_FILE: Final = "policy.key"
REFERENCE_KEY_FILE: Final = "reference.key"

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

    async def run(self, stop: asyncio.Event, ready: Callable[[int], None]) -> None:
        """Runs until ``stop``; ``ready`` is called with the listener's port."""
        async with AsyncExitStack() as stack:
            await self._build(stack)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.answering.run(self._stop))
                tasks.create_task(self.links.run(self._stop))
                tasks.create_task(self.matcher.keep_up(self._stop, self._rebuild_index))
                keeping = tasks.create_task(self._keep(tasks))
                checking = tasks.create_task(self.policies.watch())
                listener = await self._listen(stack)
                stack.push_async_callback(listener.close)
                admin = await self._listen_admin()
                stack.push_async_callback(admin.close)
                self.admin_port = admin.port
                ready(listener.port)
                await _first(stop, self._stop)
                await listener.stop(GRACE_S)
                await admin.stop(GRACE_S)
                self._stop.set()
                keeping.cancel()
                checking.cancel()
        if self._fatal is not None:
            raise self._fatal

    async def _build(self, stack: AsyncExitStack) -> None:
        identity, settings, clock = self.identity, self.settings, self.clock
        self.engine, store = open_register(self.home, settings)
        stack.callback(self.engine.dispose)
        stack.callback(store.close)
        self.directories = DirectoryHolder(
            identity.directory_store, identity.directory_store.load(), clock
        )
        self.directories.on_change(self._directory_changed)
        self.peer_keys = PeerKeyHolder(self.home, self.directories, clock)
        self.own_keys = identity.own_keys()
        self.own_keys.maintain(clock.now_ms())
        law_book = PolicyBook(self.engine)
        policy_key = SigningSecret.from_seed(secret_file(self.home / POLICY_KEY_FILE))
        self.law_in_force = LawInForce(
            home=self.home, book=law_book, key=policy_key.public, clock=clock
        )
        self.law_in_force.start()
        self.policies = load_policies(settings, self.directories.current, self.law_in_force.folders)
        self.book = SqlQueryBook(self.engine)
        law = Law(
            agency=identity.agency,
            policies=self.policies.policies,
            directories=self.directories,
            clock=clock,
            assurances_accepted=settings.assurances_accepted,
            over_capacity=self._over_capacity,
        )
        member = self.directories.current.members[identity.agency]
        ledger = LedgerStore(
            self.engine, origin=ledger_origin(identity.name), signer=identity.ledger
        )
        self.journal = await stack.enter_async_context(
            Journal(
                ledger,
                clock=clock,
                in_flight=self._in_flight,
                folder=self.home,
            )
        )
        register = CallerRegister(self.engine, clock)
        names = PublishedNames(self.engine)
        self.lawmaking = Lawmaking(
            book=law_book,
            journal=self.journal,
            key=policy_key,
            in_force=self.law_in_force,
            around=Surroundings(
                directory=lambda: self.policies.directory,
                load=self._load_law_to_rule,
                swap=self.policies.put,
                may_approve=lambda name: register.standing(name) in APPROVERS,
                changes=self._law_changes,
            ),
            clock=clock,
        )
        comparer = fingerprints.installed()
        self.matcher = RegisterMatcher(
            store,
            names,
            NameIndex(names, self.home / NAME_INDEX),
            fingers=Fingers(store, comparer) if comparer else None,
        )
        stack.push_async_callback(self.matcher.close)
        await self.matcher.warm()
        self.links = GatewayLinks(
            gateways=lambda: self.directories.current.gateways,
            dial=self._dial,
            on_up=self._link_up,
            on_down=self._link_down,
            clock=clock,
            jitter=random.SystemRandom().random,
        )
        codec = WireCodec()
        self.marking = Marking(
            book=SqlMarkBook(self.engine),
            journal=self.journal,
            directories=self.directories,
            clock=clock,
        )
        with self.engine.connect() as connection:
            self.replay = ReplayBook.load(connection)
        self.asking = Asking(
            agency=identity.agency,
            country=member.country,
            signing=identity.signing,
            directories=self.directories,
            peer_keys=self.peer_keys,
            admission=law,
            journal=self.journal,
            book=self.book,
            codec=codec,
            receipts=Receipts(),
            links=self.links,
            clock=clock,
        )
        self.answering = Answering(
            agency=identity.agency,
            signing=identity.signing,
            directories=self.directories,
            own_keys=self.own_keys,
            deciding=Deciding(
                searching=self.matcher,
                reading=Register(store, clock),
                law=law,
                pseudonyms=Pseudonyms(secret_file(self.home / REFERENCE_KEY_FILE), member.country),
            ),
            journal=self.journal,
            replay=self.replay,
            codec=codec,
            links=self.links,
            clock=clock,
            entropy=os.urandom,
            floor_ms=settings.answer_floor_ms,
        )
        self.inbox = Inbox(
            asking=self.asking,
            answering=self.answering,
            directories=self.directories,
            peer_keys=self.peer_keys,
            links=self.links,
            on_wrong_clock=self._wrong_clock,
        )
        left = interrupted(self.engine, opening=disclosure.ASKED)
        await self.asking.close_interrupted(left)

    def _over_capacity(self) -> bool:
        """Whether this agency asked as much today (UTC) as its settings agree to."""
        agreed = self.settings.questions_per_day
        if not agreed:
            return False
        now_ms = self.clock.now_ms()
        return self.book.asked_since(now_ms - now_ms % DAY_MS, most=agreed) >= agreed

    def _in_flight(self) -> int:
        return self.asking.in_flight + self.answering.in_flight

    async def _listen(self, stack: AsyncExitStack) -> Listener:
        ca = systems_ca(self.home, self.identity.agency, self.clock.now_ms())
        shown = ListenerCertificate(self.identity, ca, self.settings.hosts, self.clock)
        callers = Callers(
            agency=self.identity.agency,
            federation=self.identity.federation,
            register=CallerRegister(self.engine, self.clock),
            clock=self.clock,
        )
        servicer = QueryServicer(
            asking=self.asking,
            callers=callers,
            book=self.book,
            journal=self.journal,
            marking=self.marking,
        )
        name = query_service_pb2.DESCRIPTOR.services_by_name["QueryService"].full_name
        add: Any = query_service_pb2_grpc.add_QueryServiceServicer_to_server
        auditing = LedgerServicer(
            callers=callers,
            journal=self.journal,
            where=database_of(self.home, self.settings),
            origin=ledger_origin(self.identity.name),
            vkey=self.identity.ledger_vkey,
        )
        stack.callback(auditing.close)
        ledger_name = ledger_service_pb2.DESCRIPTOR.services_by_name["LedgerService"].full_name
        add_ledger: Any = ledger_service_pb2_grpc.add_LedgerServiceServicer_to_server
        marks = MarkServicer(marking=self.marking, callers=callers)
        marks_name = mark_service_pb2.DESCRIPTOR.services_by_name["MarkService"].full_name
        add_marks: Any = mark_service_pb2_grpc.add_MarkServiceServicer_to_server
        return await listen(
            address=self.settings.listen,
            credentials=renewable_server_credentials(shown),
            options=options.API_SERVER,
            services=[
                (name, lambda server: add(servicer, server)),
                (ledger_name, lambda server: add_ledger(auditing, server)),
                (marks_name, lambda server: add_marks(marks, server)),
            ],
        )

    async def _listen_admin(self) -> Listener:
        """The listener for policy officers and auditors."""
        ca = systems_ca(self.home, self.identity.agency, self.clock.now_ms())
        shown = ListenerCertificate(self.identity, ca, self.settings.hosts, self.clock)
        callers = Callers(
            agency=self.identity.agency,
            federation=self.identity.federation,
            register=CallerRegister(self.engine, self.clock),
            clock=self.clock,
        )
        servicer = PolicyServicer(
            lawmaking=self.lawmaking,
            callers=callers,
            version=lambda: self.policies.policies.current.version,
            past=PastRulings(partial(recorded_rulings, self.engine), self._load_law),
        )
        name = policy_service_pb2.DESCRIPTOR.services_by_name["PolicyService"].full_name
        add: Any = policy_service_pb2_grpc.add_PolicyServiceServicer_to_server
        return await listen(
            address=self.settings.admin_address,
            credentials=renewable_server_credentials(shown),
            options=options.ADMIN_SERVER,
            services=[(name, lambda server: add(servicer, server))],
        )

    def _load_law(self, folders: Sequence[str]) -> Bundle:
        return load_folders(folders, self.policies.directory)

    def _load_law_to_rule(self, folders: Sequence[str]) -> Bundle:
        """Law that is to be in force: a sample of its rulings is decided again."""
        policies = self.policies
        return load_folders(folders, policies.directory, policies.shadow.offer)

    def _law_changes(self, root: Path, packs: tuple[str, ...]) -> list[str]:
        """What a folder of law would change, for whoever has to approve it."""
        new = self._load_law([str(root / one) for one in (MODEL, *packs)])
        ground = given(replace(open_tree(root), chosen=packs))
        return compare(self.policies.policies.current, new, ground).sentences[:CHANGES_TOLD_MAX]

    # --- links ---------------------------------------------------------------------------------------

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
        self.policies.follow(federated(directory), lambda: None)
        me = directory.members.get(self.identity.agency)
        if me is None or not me.active:
            log.warning("this agency is suspended; its queries will be refused")

    def _wrong_clock(self, sentence: str) -> None:
        self._fatal = StartError(sentence, exit_code=ExitCode.CONFIG)
        self._stop.set()

    async def _rebuild_index(self) -> bool:
        """Builds the name index in a process of its own; ends it when this node stops."""
        command = ("-m", "node.cli.main", "index", "rebuild", "--home", str(self.home), "--json")
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            return await process.wait() == 0
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()

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
        await self.lawmaking.take_due()
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
