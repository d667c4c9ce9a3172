"""Answering: from a delivered envelope to a sealed answer, or to silence.

Rules:

* The gateway is not trusted: signer, recipient, expiry, routing and body are checked again here, before a
  copy counts as the query whose id it bears; an answer goes to every gateway that delivered a true one.
* The replay row and the intent are durable before anything is searched; the disclosure is durable
  before anything leaves.
* Each received query writes exactly two leaves, whatever its outcome; one that a killed process left
  unanswered gets its second when its replay row is forgotten.
* A repeat is never executed again: the sealed bytes are resent, after the requester's standing is
  checked again. The same message id with another envelope is refused and both are kept as proof.
* A repeat of what is answered costs no commit: that both its leaves are durable is known before, by its id.
  So a gateway that plays a query again and again costs what opening it costs.
* What desks have to do about a release, or about a silence, is written with the disclosure or nothing leaves.
* The ruling that decides is one of the policy in force at release, and the requester's standing is looked
  at again then: a member or key revoked while the search ran gets nothing.
* Nothing tells hit from no-hit but the sealed content: same size, same leaves, same moment.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from comity import envelope
from comity.envelope import Why
from comity.errors import Reason, Refusal
from comity.faults import record_fault
from comity.identity.directory import Freshness
from comity.store.journal import Draft
from node.exchange import disclosure
from node.exchange.deciding import Decided
from node.exchange.floor import pause_s
from node.exchange.model import (
    ANSWER_BUCKET_BYTES,
    ANSWER_BUCKET_FULL_BYTES,
    Outcome,
    Routing,
    SealedAnswer,
    SealedQuestion,
)
from node.exchange.repeats import Kept, Repeats

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from comity.clock import Clock
    from comity.envelope import Entropy, Kid, OpenedEnvelope, SigningSecret
    from comity.store.journal import Journal
    from node.exchange.deciding import Deciding
    from node.exchange.ports import Codec, Directories, Links, OwnKeys
    from node.exchange.tasking import AddsTasks
    from node.exchange.volumes import Volumes
    from node.storage.replay import ReplayBook

# Queries being answered at once; the link's credit keeps a gateway below it.
ANSWERS_OPEN_MAX: Final = 1_024
BUCKETS: Final = frozenset({ANSWER_BUCKET_BYTES, ANSWER_BUCKET_FULL_BYTES})

_SUSPENDED: Final = SealedAnswer(
    outcome=Outcome.REFUSED, reason=Reason.MEMBER_SUSPENDED, complete=False
)

log = logging.getLogger(__name__)


class Answering:
    """The owner's half of the exchange. ``run`` owns its tasks."""

    def __init__(
        self,
        *,
        agency: str,
        signing: SigningSecret,
        directories: Directories,
        own_keys: OwnKeys,
        deciding: Deciding,
        journal: Journal,
        replay: ReplayBook,
        tasks: AddsTasks,
        volumes: Volumes,
        codec: Codec,
        links: Links,
        clock: Clock,
        entropy: Entropy,
        floor_ms: int,
    ) -> None:
        self._agency = agency
        self._signing = signing
        self._directories = directories
        self._own_keys = own_keys
        self._deciding = deciding
        self._journal = journal
        self._replay = replay
        self._tasks_of = tasks
        self._volumes = volumes
        self._codec = codec
        self._links = links
        self._clock = clock
        self._entropy = entropy
        self._floor_s = floor_ms / 1000
        self._repeats = Repeats()
        # Queries being answered, with the gateways that delivered each.
        self._running: dict[bytes, set[str]] = {}
        self._tasks: asyncio.TaskGroup | None = None

    @property
    def in_flight(self) -> int:
        """Queries being answered."""
        return len(self._running)

    async def run(self, stop: asyncio.Event) -> None:
        """Owns the tasks of this half until ``stop`` is set and they are done."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            await stop.wait()
            self._tasks = None

    def receive(
        self,
        delivered: envelope.DeliveredEnvelope,
        remaining_ms: int,
        gateway: str,
        done: Callable[[], None],
    ) -> None:
        """Takes a query that a gateway delivered; its answer goes back to the open slot there.

        ``done`` is called when nothing of it is left to do.
        """
        known = self._running.get(delivered.id)
        if known is None and (self._tasks is None or len(self._running) >= ANSWERS_OPEN_MAX):
            # Several gateways together can go beyond what one's credit allows.
            log.warning(
                "query %s dropped: stopping, or too many being answered", delivered.id.hex()
            )
        elif (received := self._received(delivered)) is not None:
            if known is not None:
                known.add(gateway)  # asked again, another way
            elif self._tasks is not None:
                self._running[delivered.id] = {gateway}
                self._tasks.create_task(self._handle(*received, remaining_ms, done))
                return
        done()

    def _received(
        self, delivered: envelope.DeliveredEnvelope
    ) -> tuple[OpenedEnvelope, Routing, SealedQuestion] | None:
        """The query, opened; ``None`` for what is none: its id alone must not stand for the true one."""
        try:
            return self._open(delivered)
        except Refusal as refusal:
            log.info("query %s refused: %s", delivered.id.hex(), refusal.detail or refusal.reason)
        except Exception as error:  # noqa: BLE001  # one broken query must not end the link
            record_fault(error)
        return None

    async def forget(self, floor_ms: int) -> None:
        """Forgets replay rows of envelopes that ended by ``floor_ms``; the unanswered get their entry."""
        await self._journal.write(
            lambda unanswered: [disclosure.never_answered(one) for one in unanswered],
            self._replay.prune(floor_ms),
        )

    async def _handle(
        self,
        opened: OpenedEnvelope,
        routing: Routing,
        question: SealedQuestion,
        remaining_ms: int,
        done: Callable[[], None],
    ) -> None:
        try:
            await self._answer(opened, routing, question, remaining_ms)
        except Refusal as refusal:
            log.info("query %s refused: %s", opened.id.hex(), refusal.detail or refusal.reason)
        except Exception as error:  # noqa: BLE001  # one broken query must not end the others
            record_fault(error)
        finally:
            del self._running[opened.id]
            done()

    async def _answer(
        self,
        opened: OpenedEnvelope,
        routing: Routing,
        question: SealedQuestion,
        remaining_ms: int,
    ) -> None:
        arrived_s = self._clock.monotonic_s()
        query_id = opened.id
        received = Draft(
            kind=disclosure.RECEIVED,
            envelope_id=query_id,
            details=disclosure.received_details(
                routing,
                case=question.case,
                offence=question.offence,
                subject=question.subject_category,
                role=question.role,
                assurances=question.assurances,
                qualifications=question.qualifications,
            ),
        )
        claim = self._replay.claim(
            sender_kid=opened.sender_kid,
            msg_id=opened.msg_id,
            query_id=query_id,
            expires_ms=opened.expires_ms,
        )
        again = self._repeats.answer(query_id)
        if again is not None:
            self._send(query_id, again, remaining_ms)
            return
        claimed = await self._journal.write(lambda state: (received,) if state.new else (), claim)
        if claimed.result.conflict:
            reason = Reason.ENVELOPE_REFUSED
            raise self._repeats.end(query_id, reason, "same message id, other envelope")
        if not claimed.result.new:
            if claimed.result.answered:
                raise self._repeats.end(query_id)
            decided = Decided(SealedAnswer(outcome=Outcome.ERROR, complete=False))
        else:
            self._volumes.count(routing.sender, routing.entity_type)
            decided = await self._decide(routing, question)
            if not self._in_good_standing(opened.sender_kid):
                decided = Decided(_SUSPENDED, alerts=decided.alerts)
        sealed = await self._disclose(opened, routing, question, decided)
        wait_s = pause_s(self._clock.monotonic_s() - arrived_s, floor_s=self._floor_s)
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        if decided.answer is not _SUSPENDED and not self._in_good_standing(opened.sender_kid):
            raise Refusal(Reason.MEMBER_SUSPENDED, "revoked before the answer left; it stays here")
        left_ms = remaining_ms - int((self._clock.monotonic_s() - arrived_s) * 1000)
        self._send(query_id, sealed, max(1, left_ms))

    def _in_good_standing(self, sender_kid: Kid) -> bool:
        return self._directories.current.by_signing_kid(sender_kid) is not None

    def _send(self, query_id: bytes, kept: Kept, remaining_ms: int) -> None:
        for gateway in self._running[query_id]:
            self._links.send(
                kept.envelope, remaining_ms=remaining_ms, receipt=kept.receipt, via=gateway
            )

    def _open(
        self, delivered: envelope.DeliveredEnvelope
    ) -> tuple[OpenedEnvelope, Routing, SealedQuestion]:
        directory = self._directories.current
        if directory.freshness(self._clock.now_ms()) is Freshness.STOPPED:
            raise Refusal(Reason.DIRECTORY_STALE, "directory too old to answer by")
        found = directory.by_signing_kid(delivered.sender_kid)
        if found is None:
            raise Refusal(Reason.UNKNOWN_MEMBER, "signer not in the directory")
        member, entry = found
        secret = self._own_keys.secret(delivered.recipient_kid)
        if secret is None:
            raise envelope.EnvelopeRefused(Why.NOT_A_RECIPIENT)
        opened = envelope.open_delivered(
            delivered,
            expect=envelope.MessageType.QUERY,
            sender_key=entry.signing_key,
            recipient=secret,
            now_ms=self._clock.now_ms(),
            in_reply_to=None,
        )
        routing = self._codec.decode_routing(opened.routing)
        if routing.sender != member.agency or self._agency not in routing.recipients:
            raise Refusal(Reason.ENVELOPE_REFUSED, "routing names other parties")
        if routing.answer_bucket_bytes not in BUCKETS:
            raise Refusal(Reason.ENVELOPE_REFUSED, "routing asks for an unknown answer size")
        question = self._codec.decode_question(opened.body)
        envelope.encryption_public_key(question.reply_public_key)  # of low order: before any search
        return opened, routing, question

    async def _decide(self, routing: Routing, question: SealedQuestion) -> Decided:
        try:
            return await self._deciding.decide(routing, question)
        except Refusal as refusal:
            log.info("refused to %s: %s", routing.sender, refusal.reason)
            answer = SealedAnswer(outcome=Outcome.REFUSED, reason=refusal.reason, complete=False)
        except Exception as error:  # noqa: BLE001  # a fault is an ERROR outcome and releases nothing
            record_fault(error)
            answer = SealedAnswer(outcome=Outcome.ERROR, complete=False)
        return Decided(answer)

    async def _disclose(
        self,
        query: OpenedEnvelope,
        routing: Routing,
        question: SealedQuestion,
        decided: Decided,
    ) -> Kept:
        """Seals the answer and makes the disclosure durable, with its tasks; only then may it leave."""
        answer, ruling, alerts, duties = decided
        salt = self._entropy(disclosure.SALT_BYTES)
        commitment = disclosure.ruling_commitment(ruling, salt=salt)
        answer = answer._replace(directory_version=self._directories.current.version)
        body = self._codec.encode_answer(answer, receipt_salt=salt, ruling_digest=commitment)
        if len(body) + 4 > routing.answer_bucket_bytes:
            # More than one answer may hold: the requester is asked for a narrower question.
            answer = answer._replace(outcome=Outcome.REFINE, hits=(), complete=False)
            duties = ()  # nothing leaves
            body = self._codec.encode_answer(answer, receipt_salt=salt, ruling_digest=commitment)
        now_ms = self._clock.now_ms()
        sealed = envelope.seal(
            message_type=envelope.MessageType.ANSWER,
            sender=self._signing,
            recipients=[envelope.encryption_public_key(question.reply_public_key)],
            routing=self._codec.encode_answer_routing(
                sender=self._agency, requester=routing.sender
            ),
            body=body,
            created_ms=now_ms,
            expires_ms=max(query.expires_ms, now_ms + 1),
            in_reply_to=query.id,
            bucket_bytes=routing.answer_bucket_bytes,
        )
        draft = Draft(
            kind=disclosure.ANSWERED,
            envelope_id=query.id,
            details=disclosure.outcome_details(
                query_id=query.id,
                answer_id=sealed.id,
                outcome=answer.outcome,
                ruling_digest=commitment,
            ),
            salt=salt,
        )
        done = self._replay.answered(
            query_id=query.id,
            answer_id=sealed.id,
            ruling=ruling,
        )
        tasks = self._tasks_of(
            (*alerts, *duties), query_id=query.id, requester=routing.sender, now_ms=now_ms
        )

        def work(connection: Connection) -> None:
            done(connection)
            tasks(connection)

        committed = await self._journal.write((draft,), work)
        kept = Kept(sealed.encoded, committed.receipt(0))
        self._repeats.keep(query.id, kept)
        return kept
