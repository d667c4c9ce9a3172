"""Both halves of the exchange, and what they stand on besides: marks, past queries, replay rows, links."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.clock import DAY_MS
from node.exchange import disclosure
from node.exchange.addressing import Addressing
from node.exchange.answering import Answering
from node.exchange.asking import Asking
from node.exchange.deciding import Deciding
from node.exchange.marking import Marking
from node.exchange.pseudonyms import Pseudonyms
from node.exchange.receipts import Receipts
from node.exchange.volumes import Volumes
from node.link.codec import WireCodec
from node.link.inbox import Inbox
from node.link.links import GatewayLinks
from node.opening import REFERENCE_KEY_FILE, secret_file
from node.policy.law import Law
from node.records.reading import Register
from node.storage.interrupted import interrupted
from node.storage.marks import SqlMarkBook
from node.storage.queries import SqlQueryBook
from node.storage.replay import ReplayBook
from node.storage.tasks import SqlTaskBook

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.identity.directory import GatewayEntry
    from node.app.foundation import Foundation
    from node.app.law import NodeLaw
    from node.link.session import Session
    from node.matching.matcher import RegisterMatcher


@dataclass(frozen=True, slots=True)
class LinkEvents:
    """What the node does about its links.

    Attributes:
        dial: makes a session with the current certificate.
        on_up: a session is welcomed.
        on_down: a gateway has no session any more.
        on_refused: a gateway does not let this node in.
        on_clock_doubted: a gateway and this machine differ about the time, called with how far.
    """

    dial: Callable[[GatewayEntry], Session]
    on_up: Callable[[Session], None]
    on_down: Callable[[str], None]
    on_refused: Callable[[str], None]
    on_clock_doubted: Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Exchange:
    """The parts that ask and answer."""

    links: GatewayLinks
    asking: Asking
    answering: Answering
    marking: Marking
    book: SqlQueryBook
    replay: ReplayBook
    inbox: Inbox

    @property
    def in_flight(self) -> int:
        """Queries that are out, and queries being answered."""
        return self.asking.in_flight + self.answering.in_flight


async def open_exchange(
    base: Foundation, law: NodeLaw, matcher: RegisterMatcher, events: LinkEvents
) -> Exchange:
    """Builds it, and closes the questions that were out when this node last ended."""
    book = SqlQueryBook(base.engine)
    pseudonyms = Pseudonyms(secret_file(base.home / REFERENCE_KEY_FILE), base.member.country)
    volumes = Volumes(base.clock)
    ruling = Law(
        agency=base.identity.agency,
        policies=law.policies.policies,
        directories=base.directories,
        clock=base.clock,
        assurances_accepted=base.settings.assurances_accepted,
        over_capacity=lambda: over_capacity(base, book),
        volume=volumes.reached,
        name_case=pseudonyms.case,
    )
    links = GatewayLinks(
        gateways=lambda: base.directories.current.gateways,
        dial=events.dial,
        on_up=events.on_up,
        on_down=events.on_down,
        on_refused=events.on_refused,
        clock=base.clock,
        jitter=random.SystemRandom().random,
    )
    with base.engine.connect() as connection:
        replay = ReplayBook.load(connection)
    asking = _asking(base, ruling, links, book)
    answering = _answering(
        *(base, ruling, links),
        matcher=matcher,
        replay=replay,
        pseudonyms=pseudonyms,
        volumes=volumes,
    )
    left = interrupted(base.engine, about=base.ledger.about, opening=disclosure.ASKED)
    await asking.close_interrupted(left)
    return Exchange(
        links=links,
        asking=asking,
        answering=answering,
        marking=Marking(
            book=SqlMarkBook(base.engine),
            journal=base.journal,
            directories=base.directories,
            clock=base.clock,
        ),
        book=book,
        replay=replay,
        inbox=Inbox(
            asking=asking,
            answering=answering,
            directories=base.directories,
            peer_keys=base.peer_keys,
            links=links,
            on_clock_doubted=events.on_clock_doubted,
        ),
    )


def _asking(base: Foundation, ruling: Law, links: GatewayLinks, book: SqlQueryBook) -> Asking:
    codec = WireCodec()
    return Asking(
        addressing=Addressing(
            agency=base.identity.agency,
            country=base.member.country,
            signing=base.identity.signing,
            directories=base.directories,
            peer_keys=base.peer_keys,
            codec=codec,
            clock=base.clock,
        ),
        directories=base.directories,
        admission=ruling,
        journal=base.journal,
        book=book,
        codec=codec,
        receipts=Receipts(),
        links=links,
        clock=base.clock,
    )


def _answering(
    base: Foundation,
    ruling: Law,
    links: GatewayLinks,
    *,
    matcher: RegisterMatcher,
    replay: ReplayBook,
    pseudonyms: Pseudonyms,
    volumes: Volumes,
) -> Answering:
    return Answering(
        agency=base.identity.agency,
        signing=base.identity.signing,
        directories=base.directories,
        own_keys=base.own_keys,
        deciding=Deciding(
            searching=matcher,
            reading=Register(base.store, base.clock),
            law=ruling,
            pseudonyms=pseudonyms,
        ),
        journal=base.journal,
        replay=replay,
        tasks=SqlTaskBook.add,
        volumes=volumes,
        codec=WireCodec(),
        links=links,
        clock=base.clock,
        entropy=os.urandom,
        floor_ms=base.settings.answer_floor_ms,
    )


def over_capacity(base: Foundation, book: SqlQueryBook) -> bool:
    """Whether this agency asked as much today (UTC) as its settings agree to."""
    agreed = base.settings.questions_per_day
    if not agreed:
        return False
    now_ms = base.clock.now_ms()
    return book.asked_since(now_ms - now_ms % DAY_MS, most=agreed) >= agreed
