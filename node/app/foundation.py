"""What everything in a node stands on: database, directory, keys and ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.authority.holder import DirectoryHolder
from comity.authority.home import ledger_origin
from comity.store.journal import Journal
from comity.store.ledger_store import LedgerStore
from node.opening import open_register
from node.peer_keys import PeerKeyHolder
from node.storage.callers import CallerRegister

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AsyncExitStack
    from pathlib import Path

    from sqlalchemy import Engine

    from comity.authority.home import NodeIdentity
    from comity.clock import Clock
    from comity.identity.directory import Member
    from comity.identity.own_keys import OwnKeys
    from node.records.store import RecordStore
    from node.settings import Settings


@dataclass(frozen=True, slots=True)
class Foundation:
    """Opened, and closed with the stack it was opened on.

    Attributes:
        home: the node's folder.
        identity: who the node is, as it started; a renewed certificate is not in it.
        settings: as read at the start.
        clock: tells the time.
        engine: the database.
        store: the records in it.
        callers: the agency's systems and officers.
        directories: the verified directory in force.
        peer_keys: other nodes' encryption keys.
        own_keys: this node's.
        ledger: the log.
        journal: what writes it, and rows that are written with it.
    """

    home: Path
    identity: NodeIdentity
    settings: Settings
    clock: Clock
    engine: Engine
    store: RecordStore
    callers: CallerRegister
    directories: DirectoryHolder
    peer_keys: PeerKeyHolder
    own_keys: OwnKeys
    ledger: LedgerStore
    journal: Journal

    @property
    def member(self) -> Member:
        """This agency, as the directory in force has it."""
        return self.directories.current.members[self.identity.agency]


async def lay_foundation(
    home: Path,
    identity: NodeIdentity,
    settings: Settings,
    *,
    clock: Clock,
    in_flight: Callable[[], int],
    stack: AsyncExitStack,
) -> Foundation:
    """Opens it all.

    Args:
        home: the node's folder.
        identity: from it.
        settings: from it.
        clock: tells the time.
        in_flight: queries in flight, for the journal's pace.
        stack: closes what is opened.
    """
    engine, store = open_register(home, settings)
    stack.callback(engine.dispose)
    stack.callback(store.close)
    directories = DirectoryHolder(identity.directory_store, identity.directory_store.load(), clock)
    own_keys = identity.own_keys()
    own_keys.maintain(clock.now_ms())
    ledger = LedgerStore(engine, origin=ledger_origin(identity.name), signer=identity.ledger)
    return Foundation(
        home=home,
        identity=identity,
        settings=settings,
        clock=clock,
        engine=engine,
        store=store,
        callers=CallerRegister(engine, clock),
        directories=directories,
        peer_keys=PeerKeyHolder(home, directories, clock),
        own_keys=own_keys,
        ledger=ledger,
        journal=await stack.enter_async_context(
            Journal(ledger, clock=clock, in_flight=in_flight, folder=home)
        ),
    )
