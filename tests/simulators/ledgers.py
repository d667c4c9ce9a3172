"""Ledgers to attack: written by the real journal, then changed behind its back."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from comity.clock import ManualClock
from comity.envelope.keys import SigningSecret
from comity.ledger.audit import Audit
from comity.ledger.checkpoint import Verifier
from comity.ledger.note import vkey_of
from comity.store.engine import open_engine
from comity.store.journal import Draft, Journal
from comity.store.ledger_store import LedgerStore
from comity.store.reader import LedgerReader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from comity.ledger.checkpoint import VerifiedCheckpoint

ORIGIN: Final = "demo.comity/node/DE-LP/1"
SIGNER: Final = SigningSecret.from_seed(bytes(range(32)))
VKEY: Final = vkey_of(ORIGIN, SIGNER.public)
# What the directory says, whatever a database says.
VERIFIER: Final = Verifier(VKEY)


def envelope_id(number: int) -> bytes:
    """Id of an invented query."""
    return hashlib.sha256(b"query %d" % number).digest()


def draft(number: int) -> Draft:
    """An invented entry."""
    kind = "query.received" if number % 2 == 0 else "query.answered"
    return Draft(kind, envelope_id(number // 2), b'{"number":%d}' % number)


def store(where: str | Path, origin: str = ORIGIN, signer: SigningSecret = SIGNER) -> LedgerStore:
    """The store of a log; its engine is the caller's to dispose of."""
    return LedgerStore(open_engine(where), origin=origin, signer=signer)


def with_journal(
    where: str | Path,
    story: Callable[[Journal], Any],
    *,
    folder: Path | None = None,
    origin: str = ORIGIN,
    signer: SigningSecret = SIGNER,
    **options: Any,
) -> Any:
    """Runs an async story with an open journal."""

    async def run() -> Any:
        ledger = store(where, origin, signer)
        try:
            clock = options.pop("clock", None) or ManualClock()
            async with Journal(ledger, clock=clock, folder=folder, **options) as journal:
                return await story(journal)
        finally:
            ledger.engine.dispose()

    return asyncio.run(run())


def fill(
    where: str | Path, count: int, *, first: int = 0, groups: int = 3, folder: Path | None = None
) -> None:
    """Writes entries, in commits of ``groups``."""

    async def story(journal: Journal) -> None:
        for start in range(first, first + count, groups):
            numbers = range(start, min(start + groups, first + count))
            await journal.write([draft(number) for number in numbers])

    with_journal(where, story, folder=folder)


def tamper(where: str | Path, *statements: str, **given: Any) -> None:
    """What somebody with write access to the database can do."""
    engine = open_engine(where)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), given)
    engine.dispose()


def audited(
    where: str | Path, kept: Sequence[VerifiedCheckpoint] = (), verifier: Verifier = VERIFIER
) -> Audit:
    """An auditor's pass over the whole log, by a key from outside."""
    with LedgerReader.open(where) as log:
        audit = Audit(verifier, kept, log.tile, log.ids)
        for _ in audit.run(log.entries(), log.heads()):
            pass
    return audit


def head(where: str | Path) -> VerifiedCheckpoint:
    """The newest signed head, as somebody else would keep it."""
    with LedgerReader.open(where) as log:
        found = log.last_head()
    assert found is not None
    return VERIFIER.checkpoint(found.note)
