"""A federation in one process: real ports, real gRPC on loopback, real SQLite, an injected clock.

The clock does not move TLS: certificates are minted around the machine's own time.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import grpc
from sqlalchemy import select

from comity.api.relay.v1 import relay_service_pb2 as relay
from comity.api.relay.v1 import relay_service_pb2_grpc as relay_grpc
from comity.authority.ca import load_key, spki_sha256
from comity.authority.enrolment import Enrolments
from comity.authority.home import Home
from comity.authority.joining import join_gateway, join_node
from comity.authority.publishing import Authority
from comity.authority.serving import running
from comity.client import AsyncComity
from comity.client.profile import Profile
from comity.clock import ManualClock, SystemClock
from comity.demo.federation import AGENCIES
from comity.demo.processes import free_port
from comity.identity.directory import Revocations
from comity.identity.link_proof import LinkEnds, hello_message
from comity.identity.names import AgencyId
from comity.rpc import options
from comity.rpc.errors import refusal_of
from comity.rpc.tls import channel_credentials
from comity.rulings.shipped import shipped_policies
from comity.store.ledger_schema import entry
from gateway.app import GatewayApp
from node.app import NodeApp
from node.opening import open_register
from node.settings import Settings
from node.storage.callers import CallerRegister
from node.systems import issue_system, systems_ca
from tests.simulators.authority import Founded

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Engine

    from node.records.record import Record

# Members that the demonstration does not have.
OTHERS = {
    "US-FB": ("US", ("us",)),
    "CH-FP": ("CH", ("ch",)),
    "NL-NP": ("NL", ("eu-member",)),
}
COUNTRIES = {agency.id: agency.country for agency in AGENCIES} | {
    agency: country for agency, (country, _) in OTHERS.items()
}
PACKS = {agency.id: agency.packs for agency in AGENCIES} | {
    agency: packs for agency, (_, packs) in OTHERS.items()
}
SOON_S = 10.0
# A peer that keeps to no bound of its own.
BOUNDLESS = (
    *(one for one in options.LINK_CHANNEL if one[0] != "grpc.max_send_message_length"),
    ("grpc.max_send_message_length", -1),
)


class Running:
    """An app of this process, until it is stopped."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.stop = asyncio.Event()
        self.port = 0
        self._ready = asyncio.Event()
        self.error: BaseException | None = None
        self.task: asyncio.Task[None] | None = None

    async def start(self, tasks: asyncio.TaskGroup) -> None:
        def ready(port: int) -> None:
            self.port = port
            self._ready.set()

        async def run() -> None:
            try:
                await self.app.run(self.stop, ready)
            except BaseException as error:  # noqa: BLE001  # told to whoever waits for it
                self.error = error
            finally:
                self._ready.set()

        self.task = tasks.create_task(run())
        await self._ready.wait()
        if self.error is not None:
            raise self.error

    async def end(self) -> None:
        self.stop.set()
        if self.task is not None:
            await self.task

    async def crash(self) -> None:
        """Ends without any goodbye that takes time."""
        if self.task is not None:
            self.task.cancel()
            await asyncio.wait([self.task])


class Federation:
    """Authority, gateways and nodes; ``async with Federation.of(...)``."""

    def __init__(self, root: Path, tasks: asyncio.TaskGroup, clock: ManualClock) -> None:
        self.root = root
        self.clock = clock
        self.founded: Founded
        self.nodes: dict[str, Running] = {}
        self.gateways: dict[str, Running] = {}
        self._tasks = tasks

    @classmethod
    @contextlib.asynccontextmanager
    async def of(
        cls,
        root: Path,
        agencies: Sequence[str] = ("FR-PJ", "DE-LP"),
        *,
        gateways: int = 1,
        databases: Mapping[str, str] | None = None,
        groups: Mapping[str, tuple[str, ...]] | None = None,
        settings: Mapping[str, str] | None = None,
        policies: Path | None = None,
    ) -> AsyncIterator[Federation]:
        """Founds, joins and starts everything.

        Args:
            root: folder of everything.
            agencies: members with a node.
            gateways: how many.
            databases: URLs for nodes and gateways that do not keep theirs in their homes.
            groups: what the directory says a member is.
            settings: lines for a node's settings.
            policies: folder of law of every node, where it is not the shipped one.
        """
        clock = ManualClock(SystemClock().now_ms())
        async with asyncio.TaskGroup() as tasks:
            fed = cls(root, tasks, clock)
            address = f"127.0.0.1:{free_port()}"
            fed.founded = Founded.found(root / "authority", address=address, clock=clock)
            async with running(root / "authority", address, clock=clock):
                try:
                    law = policies or shipped_policies()
                    await fed._join(list(agencies), gateways, groups or {}, law)
                    for name, lines in (settings or {}).items():
                        with (fed.home(name) / "node.toml").open("a") as out:
                            out.write(lines + "\n")
                    for name, url in (databases or {}).items():
                        file = "node.toml" if name in agencies else "gateway.toml"
                        with (fed.home(name) / file).open("a") as out:
                            out.write(f'database = "{url}"\n')
                    for name in list(fed.gateways):
                        await fed.start_gateway(name)
                    await until(lambda: all(map(fed.known_everywhere, agencies)))
                    for agency in agencies:
                        await fed.start_node(agency)
                    await fed.linked()
                    yield fed
                finally:
                    for running_one in (*fed.nodes.values(), *fed.gateways.values()):
                        await running_one.end()

    def home(self, name: str) -> Path:
        return self.root / name

    async def _join(
        self,
        agencies: list[str],
        gateways: int,
        groups: Mapping[str, tuple[str, ...]],
        policies: Path,
    ) -> None:
        for number in range(1, gateways + 1):
            name = f"gw{number}"
            token = self.founded.invite_gateway(name, f"127.0.0.1:{free_port()}")
            await join_gateway(
                self.home(name),
                token.encode(),
                self.founded.fingerprint,
                on_phrase=self._approve,
                clock=self.clock,
            )
            self.gateways[name] = Running(None)
        for agency in agencies:
            token = self.founded.invite(
                agency, country=COUNTRIES[agency], groups=groups.get(agency, ())
            )
            await join_node(
                self.home(agency),
                token.encode(),
                self.founded.fingerprint,
                on_phrase=self._approve,
                clock=self.clock,
            )
            folders = [str(policies / one) for one in ("model", "core", *PACKS[agency])]
            (self.home(agency) / "node.toml").write_text(
                f'listen = "127.0.0.1:0"\nanswer_floor_ms = 0\npolicies = {folders!r}\n'.replace(
                    "'", '"'
                )
            )

    def _approve(self, join_id: str, phrase: str) -> None:
        enrolments = Enrolments(self.founded.authority)
        assert enrolments.status(join_id).phrase == phrase
        for number in (1, 2):
            enrolments.approve(join_id, self.founded.officer(number))

    async def start_gateway(self, name: str) -> Running:
        self.gateways[name] = Running(GatewayApp(self.home(name), self.clock))
        await self.gateways[name].start(self._tasks)
        return self.gateways[name]

    async def start_node(self, agency: str) -> Running:
        self.nodes[agency] = Running(NodeApp(self.home(agency), self.clock))
        await self.nodes[agency].start(self._tasks)
        return self.nodes[agency]

    def known_everywhere(self, agency: str) -> bool:
        """Whether every gateway holds a directory with this agency's node."""
        directories = [one.app.directories.current for one in self.gateways.values()]
        members = [one.member(agency) for one in directories]
        return all(one is not None and one.nodes for one in members)

    async def linked(self) -> None:
        """Returns once every node has every link and knows every other node's key."""

        def complete() -> bool:
            names = list(self.nodes)
            return all(
                all(one.app.links.states.values())
                and all(
                    one.app.peer_keys.encryption_key(other, self.clock.now_ms())
                    for other in names
                    if other != name
                )
                for name, one in self.nodes.items()
            )

        await until(complete)

    def hold(self, agency: str, *records: Record) -> None:
        """Puts records into a node's register."""
        engine, store = open_register(self.home(agency), Settings.load(self.home(agency)))
        store.upsert_many(records)
        store.close()
        engine.dispose()

    def caller(self, agency: str, name: str = "officer", role: str = "officer") -> AsyncComity:
        """A client of a node with a fresh certificate."""
        return AsyncComity.open(Profile.load(self.profile(agency, name, role)))

    def profile(self, agency: str, name: str, role: str) -> Path:
        """A fresh certificate for a caller of a node, with its profile."""
        identity = Home.load(self.home(agency))
        folder = self.root / "callers" / agency / name
        now_ms = self.clock.now_ms()
        ca = systems_ca(self.home(agency), agency, now_ms)
        public = issue_system(identity, ca, name, folder, now_ms)
        app = self.nodes[agency].app
        CallerRegister(app.engine, self.clock).add(name, role=role, public_key_sha256=public)
        (folder / "profile.toml").write_text(
            f'address = "127.0.0.1:{self.nodes[agency].port}"\n'
            f'admin_address = "127.0.0.1:{app.admin_port}"\n'
            'certificate = "certificate.pem"\nkey = "key.pem"\nca = "ca.pem"\n'
        )
        return folder / "profile.toml"

    def suspend(self, agency: str) -> None:
        opened = Authority(self.root / "authority", self.clock)
        opened.revoke(Revocations(frozenset({AgencyId(agency)})))

    @contextlib.asynccontextmanager
    async def raw_link(self, agency: str, gateway: str = "gw1") -> AsyncIterator[RawLink]:
        """A link that says whatever a test wants, with a real node's keys."""
        identity = Home.load(self.home(agency))
        address = self.founded.authority.directory.gateways[gateway].address
        credentials = channel_credentials(identity.tls, server_ca_pem=identity.gateway_ca_pem)
        async with grpc.aio.secure_channel(address, credentials, options=BOUNDLESS) as channel:
            link = RawLink(channel, identity, gateway)
            try:
                yield link
            finally:
                link.call.cancel()


class RawLink:
    """An ``Attach`` stream by hand."""

    def __init__(self, channel: Any, identity: Any, gateway: str) -> None:
        self.identity = identity
        self.gateway = gateway
        self.call: Any = relay_grpc.RelayServiceStub(channel).Attach()
        self._frames: list[Any] = []

    async def attach(self, challenge: relay.Challenge | None = None, **forged: Any) -> None:
        """Challenge, hello, welcome; ``forged`` replaces parts of the hello."""
        challenge = challenge or (await self.next()).challenge
        key = forged.pop("tls_key", None) or spki_sha256(
            load_key(self.identity.tls.key_pem).public_key()
        )
        nonce = forged.pop("nonce", challenge.nonce)
        signed = hello_message(nonce, LinkEnds(key, self.gateway))
        hello = {
            "agency": self.identity.agency,
            "signature": self.identity.signing.sign(signed),
            "wire_versions": [1],
        } | forged
        await self.say(relay.NodeFrame(hello=relay.Hello(**hello)))
        frame = await self.next()
        assert frame.HasField("welcome"), frame

    async def say(self, *frames: relay.NodeFrame) -> None:
        await self.call.write(relay.AttachRequest(frames=frames))

    async def grant(self) -> None:
        """Lets the gateway have as much outstanding as a node does."""
        credit = relay.Credit(envelopes=1_024, bytes=64 * 1024 * 1024)
        await self.say(relay.NodeFrame(credit=credit))

    async def send(self, envelope: bytes, remaining_ms: int = 5000) -> None:
        await self.say(
            relay.NodeFrame(send=relay.Send(envelope=envelope, remaining_ms=remaining_ms))
        )

    async def next(self, kind: str = "") -> Any:
        """The next frame, or the next of a kind."""
        async with asyncio.timeout(SOON_S):
            while True:
                while self._frames:
                    frame = self._frames.pop(0)
                    if not kind or frame.HasField(kind):
                        return frame
                message = await self.call.read()
                if message is grpc.aio.EOF:
                    raise EOFError
                self._frames.extend(message.frames)

    async def refusal(self) -> str:
        """The coded reason with which the gateway ended the link."""
        try:
            async with asyncio.timeout(SOON_S):
                while await self.call.read() is not grpc.aio.EOF:
                    pass
                code = await self.call.code()
                if code is not grpc.StatusCode.OK:
                    trailing = await self.call.trailing_metadata()
                    error = grpc.aio.AioRpcError(code, trailing, trailing)
                    found = refusal_of(error)
                    return found.reason.value if found else str(code)
        except grpc.aio.AioRpcError as error:
            found = refusal_of(error)
            return found.reason.value if found else str(error.code())
        return "OK"


def entries_of(engine: Engine, envelope_id: bytes) -> list[str]:
    """Kinds of a ledger's entries for an envelope, in order."""
    statement = select(entry.c.kind).where(entry.c.envelope_id == envelope_id)
    with engine.connect() as connection:
        return list(connection.execute(statement.order_by(entry.c.position)).scalars())


async def until(check: Any, within_s: float = SOON_S) -> None:
    """Returns once ``check`` holds; asyncio runs in between."""
    async with asyncio.timeout(within_s):
        while not check():  # noqa: ASYNC110  # conditions of real processes have no event
            await asyncio.sleep(0.01)
