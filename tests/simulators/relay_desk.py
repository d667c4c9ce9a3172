"""A gateway's relay with links by hand: real envelopes, real routings, a real ledger, no network.

Nodes are keys; what the relay hands them lies in their outboxes. The federation's policy is a set of names.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from comity import envelope
from comity.clock import ManualClock
from comity.errors import Reason
from comity.identity.directory import (
    Authorities,
    Directory,
    Member,
    MemberStatus,
    NodeEntry,
    Revocations,
)
from comity.identity.names import AgencyId, FederationId, InstanceName
from comity.rpc.outbox import Outbox
from comity.store.engine import open_engine
from comity.store.journal import Journal
from comity.store.ledger_store import LedgerStore
from gateway.relay.link import Link
from gateway.relay.relay import Relay
from gateway.rpc.frames import ProtoFrames, ProtoRouting, message_of
from node.exchange.model import ANSWER_BUCKET_BYTES, Routing, Stage, Urgency
from node.link.codec import WireCodec
from tests.simulators.envelopes import reader, signer
from tests.simulators.federation import entries_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection
    from pathlib import Path

    from gateway.relay.open_queries import Bounds

ROOM = 65_536
CREDIT_BYTES = 64 * 1024 * 1024


class NamedPolicy:
    """Refuses whoever is named in ``no``; counts how often it was asked."""

    def __init__(self) -> None:
        self.no: set[str] = set()
        self.asked = 0
        self.epoch = 1

    def refused(self, routing: Any) -> frozenset[str]:
        self.asked += 1
        return frozenset(self.no & set(routing.recipients))


class CountedQuota:
    def __init__(self) -> None:
        self.left = 1_000_000

    def take(self, agency: str) -> bool:
        self.left -= 1
        return self.left >= 0


class Desk:
    """The relay and everything around it."""

    def __init__(
        self, names: tuple[str, ...], journal: Journal, store: LedgerStore, bounds: Bounds | None
    ) -> None:
        self.clock = ManualClock()
        self.store = store
        self.signers = {name: signer(name) for name in names}
        self.readers = {name: reader(name) for name in names}
        self.policy, self.quota, self.journal = NamedPolicy(), CountedQuota(), journal
        self.current = self.directory_of(names, self.clock.now_ms())
        self.known_keys: dict[bytes, set[str]] = {self.readers[name].kid: {name} for name in names}
        self._seen: dict[int, list[Any]] = {}
        self.relay = Relay(
            directories=self,
            codec=ProtoRouting(),
            policy=self.policy,
            keys=self,
            quota=self.quota,
            journal=journal,
            frames=ProtoFrames(),
            clock=self.clock,
            bounds=bounds,
        )

    @classmethod
    @contextlib.asynccontextmanager
    async def of(
        cls, folder: Path, *names: str, bounds: Bounds | None = None
    ) -> AsyncIterator[Desk]:
        engine = open_engine(folder / "gateway.db")
        store = LedgerStore(engine, origin="comity.test/gateway", signer=signer("ledger"))
        async with Journal(store, clock=ManualClock()) as journal:
            yield cls(names or ("FR-PJ", "DE-LP", "GB-CA"), journal, store, bounds)
        engine.dispose()

    def agencies_of(self, kid: bytes) -> Collection[str]:
        return self.known_keys.get(kid, ())

    @staticmethod
    def directory_of(names: tuple[str, ...], now_ms: int) -> Directory:
        """Members by name, each with one node whose keys are ``signer(name)``'s."""
        members = {
            AgencyId(name): Member(
                agency=AgencyId(name),
                name=name,
                country=name[:2],
                nodes=(NodeEntry(InstanceName("1"), signer(name).public, name.encode(), "vkey"),),
            )
            for name in names
        }
        return Directory(
            federation=FederationId("test.comity"),
            versions={"snapshot": 1},
            members=members,
            gateways={},
            instruments={},
            authorities=Authorities(b"", b"", b"", ""),
            revocations=Revocations(),
            as_of_ms=now_ms,
            expires_ms=now_ms + 10**12,
        )

    def suspend(self, name: str) -> None:
        agency = AgencyId(name)
        gone = replace(self.current.members[agency], status=MemberStatus.SUSPENDED)
        self.current = replace(self.current, members={**self.current.members, agency: gone})

    # --- links -------------------------------------------------------------------------------------

    def link(self, name: str, *, credit: int = ROOM, **outbox: int) -> Link:
        """A welcomed link of an agency."""
        link = Link(
            agency=name,
            tls_key=name.encode(),
            signing_kid=self.signers[name].kid,
            outbox=Outbox(**outbox),
            ended=asyncio.Event(),
        )
        link.credit_envelopes, link.credit_bytes = credit, CREDIT_BYTES
        self.relay.attach(link)
        return link

    def seal(
        self,
        sender: str,
        *recipients: str,
        slots: tuple[str, ...] | None = None,
        routing: Callable[[Routing], Routing] = lambda found: found,
        **changes: Any,
    ) -> envelope.SealedEnvelope:
        """A query; ``slots`` seals to others than the routing names."""
        found = routing(
            Routing(
                sender=sender,
                recipients=tuple(sorted(recipients)),
                instrument="EU-2023-977",
                purpose="INVESTIGATE",
                entity_type="vehicle",
                stage=Stage.CORE,
                urgency=Urgency.NORMAL,
                answer_bucket_bytes=ANSWER_BUCKET_BYTES,
            )
        )
        now_ms = self.clock.now_ms()
        parts: dict[str, Any] = {
            "message_type": envelope.MessageType.QUERY,
            "sender": self.signers[sender],
            "recipients": [self.readers[one].public for one in slots or recipients],
            "routing": WireCodec().encode_routing(found),
            "body": b"sealed",
            "created_ms": now_ms,
            "expires_ms": now_ms + 300_000,
            "in_reply_to": None,
            "bucket_bytes": None,
        }
        return envelope.seal(**parts | changes)

    def answer(
        self, source: str, query: envelope.SealedEnvelope, **changes: Any
    ) -> envelope.SealedEnvelope:
        now_ms = self.clock.now_ms()
        parts: dict[str, Any] = {
            "message_type": envelope.MessageType.ANSWER,
            "sender": self.signers[source],
            "recipients": [reader("reply").public],
            "routing": WireCodec().encode_answer_routing(sender=source, requester="FR-PJ"),
            "body": b"sealed answer",
            "created_ms": now_ms,
            "expires_ms": now_ms + 300_000,
            "in_reply_to": query.id,
            "bucket_bytes": ANSWER_BUCKET_BYTES,
        }
        return envelope.seal(**parts | changes)

    async def send(
        self, link: Link, sealed: envelope.SealedEnvelope | bytes, *, receipt: bytes = b""
    ) -> None:
        """Hands the relay an envelope and lets its ledger write."""
        data = sealed if isinstance(sealed, bytes) else sealed.encoded
        self.relay.send(link, data, remaining_ms=5_000, receipt=receipt)
        await self.journal.write(())
        await asyncio.sleep(0)

    def got(self, link: Link, kind: str) -> list[Any]:
        """What was put into a link's outbox since the last look, of one kind."""
        frames = self._seen.setdefault(id(link), [])
        while batch := link.outbox._take():
            frames += message_of(batch).frames
        found = [frame for frame in frames if frame.HasField(kind)]
        self._seen[id(link)] = [frame for frame in frames if not frame.HasField(kind)]
        return [getattr(frame, kind) for frame in found]

    def states(self, link: Link) -> dict[str, int]:
        """What the requester was told of each recipient."""
        told = self.got(link, "status")
        return {one.agency: one.state for status in told for one in status.recipients}

    def refusals(self, link: Link) -> list[Reason]:
        return [Reason(one.refused) for one in self.got(link, "status") if one.refused]

    def kinds(self, query_id: bytes) -> list[str]:
        """Kinds of the ledger's entries for a query, in order."""
        return entries_of(self.store.engine, query_id)
