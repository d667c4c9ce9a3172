"""Relaying: every check before anything is passed on, every recipient accounted for.

Rules:

* A query is relayed only after: its envelope parses, its signer is the link's own key, its signature,
  routing, slots and body verify, it has not expired, its routing is canonical and names the link's agency
  and exactly the agencies its slots are for, they are members, the quota holds, the federation's policy
  allows it, and its acceptance is durable in the ledger.
* An answer fills the open slot (query, agency) of its own link and nothing else.
* Two entries for each accepted query; repeats of the same envelope from its own sender add none.
* Nothing waits in an unbounded place: room for the answers is reserved when the query is accepted.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from comity import envelope
from comity.errors import Reason, Refusal
from comity.rpc.outbox import OutboxFullError
from gateway.relay import entries
from gateway.relay.model import (
    CLOSE_AFTER_MS,
    ENVELOPE_OVERHEAD_BYTES,
    QUERIES_OPEN_MAX,
    QUERIES_OPEN_PER_MEMBER_MAX,
    QUERIES_REMEMBERED,
    RESERVED_BYTES_MAX,
    News,
    OpenQuery,
    Ruled,
    State,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.clock import Clock
    from comity.store.journal import Committed, Journal
    from gateway.relay.link import Frames, Link
    from gateway.relay.ports import Directories, KeyIndex, Quota, RoutePolicy, RoutingCodec

# Classes of request whose ruling is remembered.
ROUTINGS_REMEMBERED: Final = 8_192
DAY_MS: Final = 24 * 3600 * 1000

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
    ) -> None:
        self._directories = directories
        self._codec = codec
        self._policy = policy
        self._keys = keys
        self._quota = quota
        self._journal = journal
        self._frames = frames
        self._clock = clock
        self._links: dict[str, list[Link]] = {}
        self._last_seen_s: dict[str, float] = {}
        self._open: dict[bytes, OpenQuery] = {}
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._open_by_member: dict[str, int] = {}
        self._reserved_bytes = 0
        self._done: OrderedDict[bytes, OpenQuery] = OrderedDict()
        self._unacknowledged: dict[bytes, OpenQuery] = {}
        self._ruled: dict[bytes, Ruled] = {}
        self._ruled_for: object = None

    @property
    def in_flight(self) -> int:
        """Queries whose requester still waits."""
        return len(self._open)

    async def quiet(self) -> None:
        """Returns when no query is under way."""
        await self._quiet.wait()

    # --- links -----------------------------------------------------------------------------------

    @property
    def links(self) -> Iterable[Link]:
        """Every attached link."""
        return [link for group in self._links.values() for link in group]

    def attach(self, link: Link) -> None:
        """A link is welcomed; it displaces no other."""
        self._links.setdefault(link.agency, []).append(link)

    def detach(self, link: Link) -> None:
        """A link ended: its agency's open slots are lost unless another link of it is up."""
        group = self._links.get(link.agency, [])
        if link in group:
            group.remove(link)
        if group:
            return
        self._links.pop(link.agency, None)
        self._last_seen_s[link.agency] = self._clock.monotonic_s()
        for query in list(self._open.values()):
            if link.agency in query.slots:
                self._settle(query, link.agency, State.LOST)

    def review(self) -> None:
        """The directory changed: links of whoever is no longer in it end now."""
        directory = self._directories.current
        self._ruled.clear()
        for link in self.links:
            found = directory.node_by_tls_key(link.tls_key)
            if found is None or found[0].agency != link.agency or found[1].kid != link.signing_kid:
                link.end(Reason.MEMBER_SUSPENDED)

    def _link_to(self, agency: str) -> Link | None:
        group = self._links.get(agency)
        if not group:
            return None
        return group[0] if len(group) == 1 else min(group, key=lambda link: len(link.outbox))

    # --- queries ---------------------------------------------------------------------------------

    def send(self, link: Link, data: bytes, *, remaining_ms: int, receipt: bytes) -> None:
        """Takes an envelope from a link.

        Raises:
            Refusal: the envelope cannot even be parsed; the caller decides about the link.
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
            log.info("query of %s refused: %s", link.agency, refusal.detail or refusal.reason)
            self._tell(link, self._frames.status(sent.id, (), refused=refusal.reason.value))

    def _query(self, link: Link, sent: envelope.SentEnvelope, remaining_ms: int) -> None:
        if sent.id in self._open or sent.id in self._done:
            self._repeat(link, sent.id, remaining_ms)
            return
        if sent.message_type is not envelope.MessageType.QUERY:
            raise Refusal(Reason.ENVELOPE_REFUSED, "neither query nor answer")
        now_ms = self._clock.now_ms()
        found = self._directories.current.by_signing_kid(sent.sender_kid)
        if found is None or found[0].agency != link.agency:
            raise Refusal(Reason.MEMBER_SUSPENDED, "signer not in the directory")
        verified = envelope.verify_sent(sent, found[1].signing_key, now_ms=now_ms)
        ruled = self._rule(sent.routing, link.agency, now_ms)
        copies, news = self._copies(verified, ruled)
        query = OpenQuery(
            query_id=sent.id,
            requester=link.agency,
            link=link,
            routing=ruled.routing,
            copies=copies,
            ends_ms=min(now_ms + remaining_ms + CLOSE_AFTER_MS, sent.expires_ms),
        )
        self._reserve(query)
        for one in news:
            query.outcomes[one.agency] = one.state.name
        written = self._journal.submit((entries.accepted(query, len(sent.body)),))
        written.add_done_callback(lambda done: self._forward(query, news, remaining_ms, done))

    def _rule(self, routing: bytes, sender: str, now_ms: int) -> Ruled:
        """The ruling on this class of request: decoded and decided once for each distinct routing."""
        today = now_ms // DAY_MS
        if today != self._ruled_for or len(self._ruled) >= ROUTINGS_REMEMBERED:
            self._ruled.clear()
            self._ruled_for = today
        ruled = self._ruled.get(routing)
        if ruled is None:
            decoded = self._codec.decode(routing)
            ruled = self._ruled[routing] = Ruled(decoded, self._policy.refused(decoded))
        if ruled.routing.sender != sender:
            raise Refusal(Reason.ENVELOPE_REFUSED, "routing names another sender")
        if len(ruled.refused) == len(ruled.routing.recipients):
            raise Refusal(Reason.ROUTE_DENIED, "no recipient may be asked this")
        return ruled

    def _copies(
        self, verified: envelope.VerifiedEnvelope, ruled: Ruled
    ) -> tuple[dict[str, bytes], list[News]]:
        """Each allowed recipient's form; and what is clear about the others already."""
        directory = self._directories.current
        copies: dict[str, bytes] = {}
        strangers = 0
        for kid, form in verified.deliveries():
            agency = self._keys.agency_of(kid)
            if agency is None:
                strangers += 1
            elif agency not in ruled.routing.recipients or agency in copies:
                raise Refusal(Reason.ENVELOPE_REFUSED, "a slot for somebody the routing omits")
            else:
                copies[agency] = form
        missing = [one for one in ruled.routing.recipients if one not in copies]
        if len(missing) != strangers:
            raise Refusal(Reason.ENVELOPE_REFUSED, "routing and slots name different recipients")
        news = [News(one, State.UNKNOWN) for one in missing]
        for agency in list(copies):
            member = directory.member(agency)
            if member is None or not member.active:
                del copies[agency]
                news.append(News(agency, State.UNKNOWN))
            elif agency in ruled.refused:
                del copies[agency]
                news.append(News(agency, State.REFUSED))
        return copies, news

    def _reserve(self, query: OpenQuery) -> None:
        mine = self._open_by_member.get(query.requester, 0)
        if (
            len(self._open) >= QUERIES_OPEN_MAX
            or mine >= QUERIES_OPEN_PER_MEMBER_MAX
            or self._reserved_bytes + query.reserved_bytes > RESERVED_BYTES_MAX
        ):
            raise Refusal(Reason.OVERLOADED, "no room for the answers")
        if not self._quota.take(query.requester):
            raise Refusal(Reason.QUOTA_EXCEEDED, "daily capacity used up")
        self._hold(query)

    def _hold(self, query: OpenQuery) -> None:
        self._open[query.query_id] = query
        self._quiet.clear()
        mine = self._open_by_member.get(query.requester, 0)
        self._open_by_member[query.requester] = mine + 1
        self._reserved_bytes += query.reserved_bytes

    def _forward(
        self,
        query: OpenQuery,
        news: list[News],
        remaining_ms: int,
        written: asyncio.Future[Committed[Any]],
    ) -> None:
        """The acceptance is durable (or could not be made so): pass the copies on."""
        if written.cancelled() or written.exception() is not None:
            self._release(query)
            refused = self._frames.status(query.query_id, (), refused=Reason.OVERLOADED.value)
            self._tell(query.link, refused)
            return
        news = [*news, *self._deliver(query, remaining_ms)]
        if news:
            self._tell(query.link, self._frames.status(query.query_id, news))
        for one in news:
            query.slots.discard(one.agency)
            query.outcomes[one.agency] = one.state.name
        self._close_if_done(query)

    def _deliver(self, query: OpenQuery, remaining_ms: int) -> list[News]:
        news = []
        for agency in list(query.slots):
            form = query.copies[agency]
            link = self._link_to(agency)
            if link is None:
                seen_s = self._last_seen_s.get(agency)
                away_s = 0 if seen_s is None else int(self._clock.monotonic_s() - seen_s)
                news.append(News(agency, State.OFFLINE, away_s))
                continue
            if link.credit_envelopes < 1 or link.credit_bytes < len(form):
                news.append(News(agency, State.OVERLOADED))
                continue
            frame = self._frames.deliver(form, remaining_ms=remaining_ms, receipt=b"")
            try:
                link.outbox.put(frame, len(form), source=query.requester)
            except OutboxFullError:
                news.append(News(agency, State.OVERLOADED))
                continue
            link.credit_envelopes -= 1
            link.credit_bytes -= len(form)
        return news

    def _repeat(self, link: Link, query_id: bytes, remaining_ms: int) -> None:
        """The same envelope again: passed on again, neither counted nor logged again."""
        query = self._open.get(query_id)
        if query is not None:
            query.link = link
            self._deliver(query, remaining_ms)
            return
        done = self._done[query_id]
        again = OpenQuery(
            query_id=query_id,
            requester=link.agency,
            link=link,
            routing=done.routing,
            copies=done.copies,
            ends_ms=self._clock.now_ms() + remaining_ms + CLOSE_AFTER_MS,
        )
        again.closed = True  # its two entries are written
        self._hold(again)
        news = self._deliver(again, remaining_ms)
        if news:
            self._tell(link, self._frames.status(query_id, news))
            for one in news:
                again.slots.discard(one.agency)
        self._close_if_done(again)

    # --- answers ---------------------------------------------------------------------------------

    def _answer(self, link: Link, sent: envelope.SentEnvelope, receipt: bytes) -> None:
        query = self._open.get(sent.in_reply_to)
        if query is None or link.agency not in query.slots:
            log.info("answer of %s without an open slot dropped", link.agency)
            return
        room = query.routing.answer_bucket_bytes + ENVELOPE_OVERHEAD_BYTES
        if len(sent.body) > room:
            log.warning("answer of %s larger than the routing fixed, dropped", link.agency)
            return
        ((_, form),) = envelope.deliveries_unverified(sent)
        target = query.link if query.link.why_ended is None else self._link_to(query.requester)
        if target is None:
            log.info("answer of %s dropped: its requester is offline", link.agency)
            return
        frame = self._frames.deliver(form, remaining_ms=0, receipt=receipt)
        try:
            target.outbox.put(frame, len(form) + len(receipt), source=link.agency)
        except OutboxFullError:
            log.warning("answer of %s dropped: %s does not read", link.agency, query.requester)
            return
        # Its room was reserved with the query; the node gives this back like any other credit.
        target.credit_envelopes -= 1
        target.credit_bytes -= len(form) + len(receipt)
        query.slots.discard(link.agency)
        query.answers[sent.id] = link.agency
        self._unacknowledged[sent.id] = query
        query.digests[link.agency] = sent.id.hex()

    def acknowledge(self, link: Link, answer_id: bytes, *, accepted: bool) -> None:
        """The requester's verdict on an answer: accepted closes the slot, refused opens it again."""
        query = self._unacknowledged.get(answer_id)
        if query is None or query.requester != link.agency:
            return
        del self._unacknowledged[answer_id]
        agency = query.answers.pop(answer_id)
        if accepted:
            query.outcomes[agency] = "ANSWERED"
            self._close_if_done(query)
        else:
            query.outcomes[agency] = "ANSWER_REFUSED"
            query.slots.add(agency)

    def cancel(self, link: Link, query_id: bytes) -> None:
        """The requester no longer waits."""
        query = self._open.get(query_id)
        if query is None or query.requester != link.agency:
            return
        for agency in list(query.slots):
            target = self._link_to(agency)
            if target is not None:
                self._tell(target, self._frames.cancel(query_id))
            query.outcomes[agency] = "CANCELLED"
        self._abandon(query)

    def sweep(self) -> None:
        """Closes queries whose time is over."""
        now_ms = self._clock.now_ms()
        for query in [one for one in self._open.values() if one.ends_ms <= now_ms]:
            for agency in query.slots | set(query.answers.values()):
                query.outcomes.setdefault(agency, "NO_ANSWER_IN_TIME")
            self._abandon(query)

    def _abandon(self, query: OpenQuery) -> None:
        query.slots.clear()
        for answer_id in query.answers:
            self._unacknowledged.pop(answer_id, None)
        query.answers.clear()
        self._close_if_done(query)

    def _settle(self, query: OpenQuery, agency: str, state: State) -> None:
        query.slots.discard(agency)
        query.outcomes[agency] = state.name
        self._tell(query.link, self._frames.status(query.query_id, [News(agency, state)]))
        self._close_if_done(query)

    # --- the end of a query ------------------------------------------------------------------------

    def _close_if_done(self, query: OpenQuery) -> None:
        if query.slots or query.answers or query.query_id not in self._open:
            return
        self._release(query)
        self._done[query.query_id] = query
        if len(self._done) > QUERIES_REMEMBERED:
            self._done.popitem(last=False)
        if not query.closed:
            query.closed = True
            self._journal.owe((entries.closed(query),))

    def _release(self, query: OpenQuery) -> None:
        if self._open.pop(query.query_id, None) is None:
            return
        if not self._open:
            self._quiet.set()
        self._reserved_bytes -= query.reserved_bytes
        left = self._open_by_member.get(query.requester, 1) - 1
        if left:
            self._open_by_member[query.requester] = left
        else:
            self._open_by_member.pop(query.requester, None)

    def _tell(self, link: Link, frame: Any) -> None:
        try:
            link.outbox.put_control(frame)
        except OutboxFullError:
            link.end(Reason.OVERLOADED)
