"""Asking: from a caller's question to every source's outcome.

Rules:

* Nothing is sent before the intent is durable in the ledger.
* Every source asked ends with an outcome; one that was not searched says so.
* An answer counts only if its signer is the source asked, by the directory in force now, and it is
  sealed to this query's one-time key, in the size that the routing fixed; a bad one leaves the slot open.
* A retry resends the sealed bytes (``addressing`` sealed them once).
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final

from comity import envelope
from comity.clock import day_of
from comity.errors import Reason, Refusal
from comity.identity.directory import Freshness
from comity.store.journal import Draft
from node.exchange import disclosure
from node.exchange.model import (
    SENTENCES,
    Outcome,
    Reply,
    SourceAnswer,
)
from node.exchange.open_query import OpenQuery, summarise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from comity.clock import Clock
    from comity.store.journal import Committed, Journal
    from node.exchange.addressing import Addressing
    from node.exchange.model import Caller, Question, RecipientNews, Summary
    from node.exchange.ports import Admission, Codec, Directories, Links, QueryBook
    from node.exchange.receipts import Receipts

# Questions of this node's callers that it may have at once, from before their intent is entered until their
# reply; beyond it callers are told OVERLOADED.
QUERIES_OPEN_MAX: Final = 4_096
# Of one caller: a system that asks without end leaves room for the others.
QUERIES_PER_CALLER_MAX: Final = 1_024
ID_BYTES: Final = 32

log = logging.getLogger(__name__)


class Asking:
    """The requester's half of the exchange."""

    def __init__(
        self,
        *,
        addressing: Addressing,
        directories: Directories,
        admission: Admission,
        journal: Journal,
        book: QueryBook,
        codec: Codec,
        receipts: Receipts,
        links: Links,
        clock: Clock,
    ) -> None:
        self._addressing = addressing
        self._directories = directories
        self._admission = admission
        self._journal = journal
        self._book = book
        self._codec = codec
        self._receipts = receipts
        self._links = links
        self._clock = clock
        self._open: dict[bytes, OpenQuery] = {}
        # Questions that callers wait for, entered and out or not yet.
        self._held = 0
        self._by_caller: dict[str, int] = {}

    @property
    def in_flight(self) -> int:
        """Queries that are out."""
        return len(self._open)

    async def ask(
        self,
        question: Question,
        caller: Caller,
        *,
        wording: bytes,
        on_answer: Callable[[SourceAnswer], None] | None = None,
        on_open: Callable[[bytes], None] | None = None,
    ) -> Reply:
        """Asks and returns when every source is accounted for, at the latest after ``wait_ms``.

        Args:
            question: its shape already checked.
            caller: who asks, as authenticated.
            wording: the question as the caller sent it; kept for ``GetQuery``, never sent.
            on_answer: called as each source is settled.
            on_open: called with the query's id before anything is sent.

        Raises:
            Refusal: with the reason the caller is told; nothing was sent.
        """
        name, held = caller.name, self._by_caller.get(caller.name, 0)
        if self._held >= QUERIES_OPEN_MAX or held >= QUERIES_PER_CALLER_MAX:
            raise Refusal(Reason.OVERLOADED, "too many queries open")
        self._held += 1
        self._by_caller[name] = held + 1
        try:
            return await self._ask(
                question, caller, wording=wording, on_answer=on_answer, on_open=on_open
            )
        finally:
            self._held -= 1
            self._by_caller[name] -= 1
            if not self._by_caller[name]:
                del self._by_caller[name]

    async def _ask(
        self,
        question: Question,
        caller: Caller,
        *,
        wording: bytes,
        on_answer: Callable[[SourceAnswer], None] | None,
        on_open: Callable[[bytes], None] | None,
    ) -> Reply:
        started_s = self._clock.monotonic_s()
        now_ms = self._clock.now_ms()
        if self._directories.current.freshness(now_ms) is Freshness.STOPPED:
            raise Refusal(Reason.DIRECTORY_STALE, "directory older than its limit")
        self._admission.admit(question, caller)
        if not self._links.connected:
            raise Refusal(Reason.GATEWAY_UNREACHABLE, "no link")
        keys, settled = self._addressing.recipients(question.targets, now_ms)
        recipients = tuple(sorted(keys))
        query = self._addressing.seal(question, caller, keys)
        query.begin(settled, started_s=started_s, on_answer=on_answer)
        draft = Draft(
            kind=disclosure.ASKED,
            envelope_id=query.query_id,
            details=disclosure.asked_details(question, caller, recipients),
        )
        opened = self._book.opened(
            query_id=query.query_id, asked_ms=now_ms, caller=caller, question=wording
        )
        await self._entered(query, self._journal.submit((draft,), opened))
        if on_open is not None:
            on_open(query.query_id)
        if on_answer is not None and query.awaiting:
            for answer in settled:
                on_answer(answer)
        try:
            await self._collect(query, question.wait_ms / 1000)
        except asyncio.CancelledError:
            # The caller is gone; how its question ended is entered all the same.
            query.give_up(Outcome.TIMEOUT, elapsed_ms=self._elapsed_ms(query))
            self._submit_closing(query)
            raise
        reply = await self._close(query, question.warnings(day_of(now_ms).isoformat()))
        if query.refused is not None:
            raise Refusal(query.refused, "refused by the gateway")
        return reply

    async def _entered(self, query: OpenQuery, written: asyncio.Future[Committed[Any]]) -> None:
        """Waits for the intent; a caller who goes meanwhile leaves no intent without an end."""

        def close(done: asyncio.Future[Committed[Any]]) -> None:
            if not done.cancelled() and done.exception() is None:
                query.give_up(Outcome.TIMEOUT, elapsed_ms=self._elapsed_ms(query))
                self._submit_closing(query)

        try:
            await asyncio.shield(written)
        except asyncio.CancelledError:
            written.add_done_callback(close)
            raise

    async def _collect(self, query: OpenQuery, wait_s: float) -> None:
        """Sends, and waits for every slot or for the end of the caller's patience."""
        if not query.awaiting:
            return
        self._open[query.query_id] = query
        waited = self._clock.monotonic_s() - query.started_s
        loop = asyncio.get_running_loop()
        timer = loop.call_later(max(0.0, wait_s - waited), self._expire, query)
        try:
            self._send(query, max(1, int((wait_s - waited) * 1000)))
            await query.done
        finally:
            timer.cancel()
            del self._open[query.query_id]
            if query.awaiting:
                self._links.cancel(query.query_id)

    def _send(self, query: OpenQuery, remaining_ms: int) -> None:
        try:
            query.gateway = self._links.send(query.envelope, remaining_ms=remaining_ms)
        except Refusal as refusal:
            if refusal.reason is Reason.GATEWAY_UNREACHABLE:
                query.gateway = ""  # a link that comes back in time takes it: see ``link_up``
                return
            query.give_up(Outcome.OVERLOADED, elapsed_ms=self._elapsed_ms(query))

    def _expire(self, query: OpenQuery) -> None:
        query.give_up(
            Outcome.TIMEOUT if query.gateway else Outcome.OFFLINE,
            elapsed_ms=self._elapsed_ms(query),
        )

    async def _close(self, query: OpenQuery, warnings: tuple[str, ...]) -> Reply:
        summary, written = self._submit_closing(query)
        await written
        told = summary._replace(elapsed_ms=self._elapsed_ms(query), warnings=warnings)
        return Reply(query.query_id, tuple(query.answers), told)

    def _submit_closing(self, query: OpenQuery) -> tuple[Summary, asyncio.Future[Committed[Any]]]:
        summary = summarise(
            query.answers, elapsed_ms=self._elapsed_ms(query), ended_ms=self._clock.now_ms()
        )
        draft = Draft(
            kind=disclosure.CLOSED,
            envelope_id=query.query_id,
            details=disclosure.closed_details(query.answers),
        )
        closed = self._book.closed(query_id=query.query_id, answers=query.answers, summary=summary)
        return summary, self._journal.owe((draft,), closed)

    def _elapsed_ms(self, query: OpenQuery) -> float:
        return (self._clock.monotonic_s() - query.started_s) * 1000

    async def close_interrupted(self, interrupted: Sequence[tuple[bytes, bytes | None]]) -> None:
        """Closes questions that were out when this node last ended, by their ids and intents."""
        for query_id, intent in interrupted:
            names = disclosure.recipients_asked(intent) if intent else ()
            sentence = "this node ended before the answer came"
            answers = [
                SourceAnswer(source=name, outcome=Outcome.ERROR, sentence=sentence)
                for name in names
            ]
            summary = summarise(answers, elapsed_ms=0, ended_ms=self._clock.now_ms())
            draft = Draft(
                kind=disclosure.CLOSED,
                envelope_id=query_id,
                details=disclosure.closed_details(answers),
            )
            closed = self._book.closed(query_id=query_id, answers=answers, summary=summary)
            await self._journal.write((draft,), closed)

    # --- what links bring --------------------------------------------------------------------------

    def receive(self, delivered: envelope.DeliveredEnvelope, receipt: bytes) -> None:
        """Takes an answer that a gateway delivered."""
        query = self._open.get(delivered.in_reply_to)
        if query is None:
            return  # late or never asked: nobody waits, nothing is opened
        found = self._directories.current.by_signing_kid(delivered.sender_kid)
        if found is None:
            log.warning("answer by an unknown signer dropped, query %s", query.query_id.hex())
            return
        member, entry = found
        source = member.agency
        if source not in query.awaiting:
            return
        try:
            opened = envelope.open_delivered(
                delivered,
                expect=envelope.MessageType.ANSWER,
                sender_key=entry.signing_key,
                recipient=query.reply_secret,
                now_ms=self._clock.now_ms(),
                in_reply_to=query.query_id,
                bucket_bytes=query.answer_bucket_bytes,
            )
            answer, salt, ruling = self._codec.decode_answer(opened.body)
        except Refusal as refusal:
            # A bad answer leaves the slot open: whoever sent it must not be able to close it.
            log.warning("answer of %s refused: %s", source, refusal.detail or refusal.reason)
            self._links.acknowledge(delivered.id, accepted=False)
            return
        details = disclosure.outcome_details(
            query_id=query.query_id,
            answer_id=opened.id,
            outcome=answer.outcome,
            ruling_digest=ruling,
        )
        proven = self._receipts.check(
            receipt, entry=entry, query_id=query.query_id, salt=salt, details=details
        )
        self._links.acknowledge(opened.id, accepted=True)
        query.settle(
            SourceAnswer(
                source=source,
                outcome=answer.outcome,
                reason=answer.reason,
                sentence=SENTENCES.get(answer.outcome, ""),
                hits=answer.hits,
                fields_released=answer.fields_released,
                fields_withheld=answer.fields_withheld,
                complete=answer.complete,
                elapsed_ms=self._elapsed_ms(query),
                digest=opened.id,
                receipt=proven,
                receipt_verified=bool(proven),
            )
        )

    def news(self, query_id: bytes, recipients: Sequence[RecipientNews], refused: str) -> None:
        """Takes a gateway's report: who is offline, overloaded, refused by the federation's rules."""
        query = self._open.get(query_id)
        if query is None:
            return
        if refused:
            self._refused(query, refused)
            return
        for one in recipients:
            if one.outcome is not None:
                query.settle(
                    SourceAnswer(
                        source=one.agency,
                        outcome=one.outcome,
                        reason=one.reason,
                        sentence=one.sentence or SENTENCES[one.outcome],
                        elapsed_ms=self._elapsed_ms(query),
                    )
                )

    def _refused(self, query: OpenQuery, refused: str) -> None:
        """The gateway refused the whole query: its caller gets the reason once that is logged."""
        reason = Reason(refused) if refused in Reason.__members__ else Reason.INTERNAL
        if reason is Reason.OVERLOADED:
            query.give_up(Outcome.OVERLOADED, elapsed_ms=self._elapsed_ms(query))
            return
        query.refused = reason
        query.give_up(Outcome.REFUSED, elapsed_ms=self._elapsed_ms(query))

    def link_up(self) -> None:
        """A link came up: queries that lost theirs are resent, byte for byte."""
        for query in list(self._open.values()):
            if not query.gateway and query.awaiting:
                remaining = query.expires_ms - self._clock.now_ms()
                self._send(query, max(1, remaining))

    def link_down(self, gateway: str) -> None:
        """A link went down: its queries go over another one, or wait for one to come back."""
        for query in list(self._open.values()):
            if query.gateway == gateway and query.awaiting:
                query.gateway = ""
        self.link_up()
