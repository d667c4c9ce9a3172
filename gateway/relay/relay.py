"""Relaying: every check before anything is passed on, every recipient accounted for.

Rules:

* A query is relayed only after: its envelope parses, its signer is the link's own key, its signature,
  routing, slots and body verify, it has not expired, its routing is canonical and names the link's agency
  and exactly the agencies its slots are for, they are members, the quota holds, the federation's policy
  allows it, and its acceptance is durable in the ledger.
* A repeat of the same envelope from its own sender passes the same checks; it is neither counted nor
  logged again, and goes to whoever still owes an answer. What ended stays ended: the ledger says how, and
  nothing is passed on behind it.
* An answer fills the open slot (query, agency) of its own link and nothing else.
* Two entries for each accepted query, whatever ends it. While the first is being written nothing ends it: a
  query that could be taken back and repeated meanwhile would be passed on without it.
* Nothing waits in an unbounded place: ``open_queries`` and the links' outboxes hold what there is.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from comity import envelope
from comity.errors import Reason, Refusal
from comity.identity.directory import Freshness
from comity.logs import about
from comity.rpc.outbox import OutboxFullError
from gateway.relay import entries
from gateway.relay.class_rulings import ClassRulings
from gateway.relay.link_table import LinkTable
from gateway.relay.model import CLOSE_AFTER_MS, ENVELOPE_OVERHEAD_BYTES, News, OpenQuery, State
from gateway.relay.open_queries import OpenQueries

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from comity.clock import Clock
    from comity.store.journal import Committed, Journal
    from gateway.relay.link import Frames, Link
    from gateway.relay.model import Ruled
    from gateway.relay.open_queries import Bounds
    from gateway.relay.ports import Directories, KeyIndex, Quota, RoutePolicy, RoutingCodec

# Largest receipt that comes with an answer; as in the contract.
RECEIPT_BYTES_MAX: Final = 8_192

log = logging.getLogger(__name__)


class Relay:
    """The gateway's heart: links in, links out, open slots between."""

    def __init__(
        self,
        *,
        directories: Directories,
        codec: RoutingCodec,
        policy: RoutePolicy,
        keys: KeyIndex,
        quota: Quota,
        journal: Journal,
        frames: Frames,
        clock: Clock,
        bounds: Bounds | None = None,
    ) -> None:
        self._directories = directories
        self._keys = keys
        self._quota = quota
        self._journal = journal
        self._frames = frames
        self._clock = clock
        self._rulings = ClassRulings(codec, policy)
        self._open = OpenQueries(bounds)
        self.links = LinkTable(clock)

    @property
    def in_flight(self) -> int:
        """Queries whose requester still waits."""
        return len(self._open)

    async def quiet(self) -> None:
        """Returns when no query is under way."""
        await self._open.quiet()

    # --- links -----------------------------------------------------------------------------------

    def attach(self, link: Link) -> None:
        """A link is welcomed; it displaces no other.

        Its hello took a while: whoever left the directory meanwhile was no link yet when links were reviewed.
        """
        self.links.add(link)
        self._review(link)

    def detach(self, link: Link) -> None:
        """A link ended: its agency's open slots are lost unless another link of it is up."""
        if self.links.remove(link):
            for query in list(self._open.all()):
                if link.agency in query.slots:
                    self._settle(query, link.agency, State.LOST)

    def review(self) -> None:
        """The directory changed: links of whoever is no longer in it end now."""
        for link in self.links:
            self._review(link)

    def _review(self, link: Link) -> None:
        found = self._directories.current.node_by_tls_key(link.tls_key)
        if found is None or found[0].agency != link.agency or found[1].kid != link.signing_kid:
            link.end(Reason.MEMBER_SUSPENDED)

    # --- queries ---------------------------------------------------------------------------------

    def send(self, link: Link, data: bytes, *, remaining_ms: int, receipt: bytes) -> None:
        """Takes an envelope from a link.

        Raises:
            Refusal: it cannot even be parsed, is another's, or one too many was bad: the link ends.
        """
        sent = envelope.parse_sent(data)
        if sent.sender_kid != link.signing_kid:
            raise Refusal(Reason.ENVELOPE_REFUSED, f"{link.agency} relays another's envelope")
        if sent.message_type is envelope.MessageType.ANSWER:
            self._answer(link, sent, receipt)
            return
        try:
            self._query(link, sent, remaining_ms)
        except Refusal as refusal:
            why = refusal.detail or refusal.reason
            log.info("query of %s refused: %s", link.agency, why, extra=about(link.agency))
            self._tell(link, self._frames.status(sent.id, (), refused=refusal.reason.value))
            if refusal.reason is Reason.ENVELOPE_REFUSED:
                link.strike(self._clock.monotonic_s())

    def _query(self, link: Link, sent: envelope.SentEnvelope, remaining_ms: int) -> None:
        repeated = self._open.repeated(sent.id)
        if not repeated:
            self._open.check_room(link.agency)  # before the signature: a flood costs little
        verified, ruled = self._check(link, sent)
        copies, news = self._copies(verified, ruled)
        if repeated:
            self._repeat(link, sent.id, ruled, copies, remaining_ms)
            return
        query = self._opened(link, sent, ruled, copies, remaining_ms)
        self._open.check_room(link.agency, query.reserved_bytes)
        if not self._quota.take(link.agency):
            raise Refusal(Reason.QUOTA_EXCEEDED, "daily capacity used up")
        self._open.hold(query)
        self._open.remember(query.query_id)
        for one in news:
            query.outcomes[one.agency] = one.state.name
        written = self._journal.submit((entries.accepted(query, len(sent.body)),))
        written.add_done_callback(
            lambda done: self._forward(query, copies, news, remaining_ms, done)
        )

    def _check(
        self, link: Link, sent: envelope.SentEnvelope
    ) -> tuple[envelope.VerifiedEnvelope, Ruled]:
        """Everything that is decided by envelope, directory and policy."""
        if sent.message_type is not envelope.MessageType.QUERY:
            raise Refusal(Reason.ENVELOPE_REFUSED, "neither query nor answer")
        now_ms = self._clock.now_ms()
        directory = self._directories.current
        if directory.freshness(now_ms) is Freshness.STOPPED:
            raise Refusal(Reason.DIRECTORY_STALE, "directory too old to relay by")
        found = directory.by_signing_kid(sent.sender_kid)
        if found is None or found[0].agency != link.agency:
            raise Refusal(Reason.MEMBER_SUSPENDED, "signer not in the directory")
        verified = envelope.verify_sent(sent, found[1].signing_key, now_ms=now_ms)
        return verified, self._rulings.rule(sent.routing, link.agency, now_ms)

    def _copies(
        self, verified: envelope.VerifiedEnvelope, ruled: Ruled
    ) -> tuple[dict[str, bytes], list[News]]:
        """Each allowed recipient's form; and what is clear about the others already."""
        directory = self._directories.current
        recipients = ruled.routing.recipients
        copies = self._addressed(verified, recipients)
        news = []
        for agency in recipients:
            member = directory.member(agency)
            if member is None or not member.active:
                state = State.UNKNOWN
            elif agency in ruled.refused:
                state = State.REFUSED
            elif agency not in copies:
                state = State.OFFLINE  # a member whose node announced no key to this process yet
            else:
                continue
            copies.pop(agency, None)
            news.append(News(agency, state))
        return copies, news

    def _addressed(
        self, verified: envelope.VerifiedEnvelope, recipients: Sequence[str]
    ) -> dict[str, bytes]:
        """Whose form is which, by the keys that their nodes stated.

        A statement proves no possession of the key. A form that several may be meant by goes to one of them
        who has none of its own; whoever stated another's key cannot open it.
        """
        copies: dict[str, bytes] = {}
        strangers = 0
        doubtful = []
        for kid, form in verified.deliveries():
            named = [one for one in self._keys.agencies_of(kid) if one in recipients]
            if len(named) > 1:
                doubtful.append((named, form))
            elif not named:
                strangers += 1
            elif copies.setdefault(named[0], form) is not form:
                raise Refusal(Reason.ENVELOPE_REFUSED, "two slots for one recipient")
        for named, form in doubtful:
            left = sorted(one for one in named if one not in copies)
            if not left:
                raise Refusal(Reason.ENVELOPE_REFUSED, "two slots for one recipient")
            copies[left[0]] = form
        if len(recipients) - len(copies) != strangers:
            raise Refusal(Reason.ENVELOPE_REFUSED, "routing and slots name different recipients")
        return copies

    def _opened(
        self,
        link: Link,
        sent: envelope.SentEnvelope,
        ruled: Ruled,
        copies: dict[str, bytes],
        remaining_ms: int,
    ) -> OpenQuery:
        ends_ms = min(self._clock.now_ms() + remaining_ms + CLOSE_AFTER_MS, sent.expires_ms)
        return OpenQuery(
            query_id=sent.id,
            requester=link.agency,
            link=link,
            routing=ruled.routing,
            recipients=len(copies),
            ends_ms=ends_ms,
        )

    def _forward(
        self,
        query: OpenQuery,
        copies: dict[str, bytes],
        news: list[News],
        remaining_ms: int,
        written: asyncio.Future[Committed[Any]],
    ) -> None:
        """The acceptance is durable (or could not be made so): pass the copies on."""
        if written.cancelled() or written.exception() is not None:
            self._open.drop(query)
            self._open.forget(query.query_id)
            refused = self._frames.status(query.query_id, (), refused=Reason.OVERLOADED.value)
            self._tell(query.link, refused)
            return
        query.accepted = True
        if query.cancelled:
            query.outcomes |= dict.fromkeys(copies, "CANCELLED")
            self._close(query)
            return
        for agency, form in copies.items():
            failed = self._deliver(query, agency, form, remaining_ms)
            if failed is not None:
                news.append(failed)
                query.outcomes[agency] = failed.state.name
        if news:
            self._tell(query.link, self._frames.status(query.query_id, news))
        self._close_if_done(query)

    def _deliver(
        self, query: OpenQuery, agency: str, form: bytes, remaining_ms: int
    ) -> News | None:
        """Hands a recipient its copy; ``None``, or why it could not."""
        link = self.links.to(agency)
        if link is None:
            return News(agency, State.OFFLINE, self.links.away_s(agency))
        if not link.may_take(len(form)):
            return News(agency, State.OVERLOADED)
        fresh = agency not in query.slots
        if fresh and not self._open.open_slot(query, agency):
            return News(agency, State.OVERLOADED)
        frame = self._frames.deliver(form, remaining_ms=remaining_ms, receipt=b"")
        try:
            link.outbox.put(frame, len(form), source=query.requester)
        except OutboxFullError:
            if fresh:
                self._open.close_slot(query, agency)
            return News(agency, State.OVERLOADED)
        link.take(len(form))
        return None

    def _repeat(
        self,
        link: Link,
        query_id: bytes,
        ruled: Ruled,
        copies: dict[str, bytes],
        remaining_ms: int,
    ) -> None:
        """The same envelope again, checked again: to whoever still owes an answer."""
        query = self._open.by_id(query_id)
        if query is None:
            news = [News(agency, State.LOST) for agency in ruled.routing.recipients]
            self._tell(link, self._frames.status(query_id, news))
            return
        query.link = link
        query.cancelled = False
        self._open.reopen(query)  # an answer without verdict went astray
        for agency in query.slots & copies.keys():
            self._deliver(query, agency, copies[agency], remaining_ms)

    # --- answers ---------------------------------------------------------------------------------

    def _answer(self, link: Link, sent: envelope.SentEnvelope, receipt: bytes) -> None:
        query, who = self._open.by_id(sent.in_reply_to), link.agency
        if query is None or link.agency not in query.slots:
            log.info("answer of %s without an open slot dropped", who, extra=about(who))
            return
        room = query.routing.answer_bucket_bytes + ENVELOPE_OVERHEAD_BYTES
        if len(sent.body) > room or len(receipt) > RECEIPT_BYTES_MAX:
            log.warning(
                "answer of %s larger than the routing fixed, dropped", who, extra=about(who)
            )
            return
        ((_, form),) = envelope.deliveries_unverified(sent)
        target = query.link if query.link.why_ended is None else self.links.to(query.requester)
        if target is None:
            log.info("answer of %s dropped: its requester is offline", who, extra=about(who))
            return
        frame = self._frames.deliver(form, remaining_ms=0, receipt=receipt)
        try:
            target.outbox.put(frame, len(form) + len(receipt), source=link.agency)
        except OutboxFullError:
            log.warning(
                "answer of %s dropped: %s does not read", who, query.requester, extra=about(who)
            )
            return
        self._open.answered(query, link.agency, sent.id)

    def acknowledge(self, link: Link, answer_id: bytes, *, accepted: bool) -> None:
        """The requester's verdict on an answer: accepted closes the slot, refused opens it again."""
        found = self._open.judged(link.agency, answer_id)
        if found is None:
            return
        query, agency = found
        if accepted:
            query.outcomes[agency] = "ANSWERED"
            self._close_if_done(query)
        else:
            query.outcomes[agency] = "ANSWER_REFUSED"
            self._open.open_slot(query, agency)

    def cancel(self, link: Link, query_id: bytes) -> None:
        """The requester no longer waits."""
        query = self._open.by_id(query_id)
        if query is None or query.requester != link.agency:
            return
        if not query.accepted:
            query.cancelled = True
            return
        for agency in query.slots:
            target = self.links.to(agency)
            if target is not None:
                self._tell(target, self._frames.cancel(query_id))
            query.outcomes[agency] = "CANCELLED"
        self._close(query)

    def sweep(self) -> None:
        """Closes queries whose time is over."""
        now_ms = self._clock.now_ms()
        over = [one for one in self._open.all() if one.accepted and one.ends_ms <= now_ms]
        for query in over:
            for agency in query.slots | set(query.answers.values()):
                query.outcomes.setdefault(agency, "NO_ANSWER_IN_TIME")
            self._close(query)

    # --- the end of a query ------------------------------------------------------------------------

    def _settle(self, query: OpenQuery, agency: str, state: State) -> None:
        self._open.close_slot(query, agency)
        query.outcomes[agency] = state.name
        self._tell(query.link, self._frames.status(query.query_id, [News(agency, state)]))
        self._close_if_done(query)

    def _close_if_done(self, query: OpenQuery) -> None:
        if not query.slots and not query.answers:
            self._close(query)

    def _close(self, query: OpenQuery) -> None:
        if query not in self._open:
            return
        self._open.drop(query)
        self._journal.owe((entries.closed(query),), pressing=False)

    def _tell(self, link: Link, frame: Any) -> None:
        try:
            link.outbox.put_control(frame)
        except OutboxFullError:
            link.end(Reason.OVERLOADED)
