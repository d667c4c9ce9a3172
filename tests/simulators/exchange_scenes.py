"""What the scenes of tests/e2e share: who is there, what the registers hold, how one question goes."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import grpc

from comity import envelope
from comity.authority.ca import load_key, spki_sha256
from comity.authority.holder import DirectoryHolder
from comity.authority.home import Home
from comity.client import (
    Aim,
    Comity,
    ComityCallError,
    Justification,
    Outcome,
    Purpose,
    SubjectCategory,
    Vehicle,
)
from comity.client.profile import Profile
from comity.clock import SystemClock
from comity.rpc.tls import channel_credentials
from node.exchange.model import ANSWER_BUCKET_BYTES
from node.link.codec import WireCodec
from node.peer_keys import PeerKeyHolder
from tests.simulators.car_question import QUESTION, ROUTING, VIN
from tests.simulators.federation import BOUNDLESS, RawLink
from tests.simulators.installed import rows, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from comity.demo.federation import Federation

ASKER, OWNER, OTHER = "FR-PJ", "DE-LP", "GB-CA"
# Invented; each occurs nowhere else, so that finding it means it was there.
QUERY_CANARY = "Quetzalkanarie"
ANSWER_CANARY = "Zwölfkanarienvogelweg"
PERSON = f"{QUERY_CANARY} Mustermann"
CASE = "FR-CASE-8842-KANARIE"
SECRETS = (QUERY_CANARY, ANSWER_CANARY, CASE, VIN)


def _row(key: str, entity: str, fields: dict[str, object], subject: str) -> dict[str, object]:
    labels = {"subject": subject, "markings": []}
    return {"key": key, "entity": entity, "fields": fields, "labels": labels}


_car = _row("car", "vehicle", {"vehicle.vin": VIN, "vehicle.colour": "blue"}, "object")
_person = _row(
    "person",
    "person",
    {
        "person.names": [{"kind": "LEGAL", "full": PERSON}],
        "person.birth_date": "1974-03-09",
        "person.summary": ANSWER_CANARY,
        "person.birth_place": ANSWER_CANARY,
        "person.nationalities": ["DE"],
    },
    "suspect",
)
REGISTERS: dict[str, list[dict[str, object]]] = {OWNER: [_car, _person], OTHER: [_car]}


def why() -> Justification:
    return Justification(
        purpose=Purpose.INVESTIGATE,
        case_reference=CASE,
        offence="drug-trafficking",
        subject_category=SubjectCategory.SUSPECT,
        aim=Aim.IDENTIFY,
        legal_basis="EU-2023-977",
    )


def outcomes(
    fed: Federation, selector: Any = None, *, targets: tuple[str, ...] = (), **more: Any
) -> dict[str, Outcome]:
    """One question of the asker's officer, on its own connection: what became of each source."""
    with Comity.open(Profile.load(fed.profile(ASKER, "officer"))) as node:
        reply = node.lookup(selector or Vehicle(vin=VIN), why(), targets=targets, **more)
    return {one.source: one.outcome for one in reply.answers}


def settled(fed: Federation) -> None:
    """Returns once every source answers a question of the asker as it should."""

    def fine() -> bool:
        try:
            found = outcomes(fed, wait_s=2)
        except ComityCallError:
            return False
        return all(found.get(name) in {Outcome.HIT, Outcome.NO_HIT} for name in (OWNER, OTHER))

    until(fine, within_s=30)


def meanwhile(call: Callable[[], Any]) -> Future[Any]:
    """Runs a blocking call in a thread; its result or error waits in the future."""
    future: Future[Any] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001  # kept in the future
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def entries(fed: Federation, name: str, kind: str) -> list[bytes]:
    """Envelope ids of a ledger's entries of one kind, in order."""
    file = "gateway.db" if name in fed.gateway_names else "node.db"
    statement = "select envelope_id from ledger_entry where kind = ? order by position"
    return [one for (one,) in rows(fed.home(name) / file, statement, kind)]


def everything_closed(fed: Federation) -> bool:
    """Whether every query that a gateway accepted, or the asker asked, has its closing entry."""
    pairs = dict.fromkeys(fed.gateway_names, ("relay.accepted", "relay.closed"))
    pairs[ASKER] = ("query.asked", "query.closed")
    return all(
        sorted(entries(fed, name, opening)) == sorted(entries(fed, name, closing))
        for name, (opening, closing) in pairs.items()
    )


class Puppet:
    """A node's keys in the hands of whoever wrote the test."""

    def __init__(self, fed: Federation, agency: str = ASKER) -> None:
        self.identity = Home.load(fed.home(agency))
        clock = SystemClock()
        store = self.identity.directory_store
        self._directories = DirectoryHolder(store, store.load(), clock)
        self._keys = PeerKeyHolder(fed.home(agency), self._directories, clock)
        self._now_ms = clock.now_ms()

    def query(
        self, target: str, *, reply: envelope.EncryptionSecret | None = None, **changes: Any
    ) -> envelope.SealedEnvelope:
        """A sound question about the car, sealed to one member; ``changes`` make it another."""
        key = self._keys.encryption_key(target, self._now_ms)
        assert key is not None
        codec = WireCodec()
        routing = replace(ROUTING, sender=self.identity.agency, recipients=(target,))
        public = (reply or envelope.EncryptionSecret.generate()).public
        question = replace(QUESTION, reply_public_key=public, case=CASE)
        return envelope.seal(
            message_type=envelope.MessageType.QUERY,
            sender=self.identity.signing,
            recipients=[key],
            routing=codec.encode_routing(routing),
            body=codec.encode_question(replace(question, **changes)),
            created_ms=self._now_ms,
            expires_ms=self._now_ms + 60_000,
            in_reply_to=None,
            bucket_bytes=None,
        )

    def stray_answer(self) -> envelope.SealedEnvelope:
        """An answer to nothing that anybody asked."""
        return envelope.seal(
            message_type=envelope.MessageType.ANSWER,
            sender=self.identity.signing,
            recipients=[envelope.EncryptionSecret.generate().public],
            routing=WireCodec().encode_answer_routing(sender=self.identity.agency, requester=OWNER),
            body=b"",
            created_ms=self._now_ms,
            expires_ms=self._now_ms + 60_000,
            in_reply_to=envelope.EnvelopeId(bytes(32)),
            bucket_bytes=ANSWER_BUCKET_BYTES,
        )

    def address(self, gateway: str) -> str:
        """Where a gateway listens."""
        return self._directories.current.gateways[gateway].address

    @contextlib.asynccontextmanager
    async def link(self, gateway: str, **tls: Any) -> AsyncIterator[RawLink]:
        """A link that says whatever it is told to."""
        address = self.address(gateway)
        credentials = channel_credentials(
            tls.get("identity", self.identity.tls), server_ca_pem=self.identity.gateway_ca_pem
        )
        async with grpc.aio.secure_channel(address, credentials, options=BOUNDLESS) as channel:
            link = RawLink(channel, self.identity, gateway)
            try:
                yield link
            finally:
                link.call.cancel()

    @property
    def tls_key(self) -> bytes:
        return spki_sha256(load_key(self.identity.tls.key_pem).public_key())


def play(scene: Any, within_s: float = 30) -> Any:
    """Runs a coroutine, bounded."""

    async def bounded() -> Any:
        async with asyncio.timeout(within_s):
            return await scene

    return asyncio.run(bounded())
