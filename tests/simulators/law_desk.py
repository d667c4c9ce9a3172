"""Lawmaking at a node's desk: real database, ledger, register and folder; laws that load at once."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from comity.clock import ManualClock
from comity.policytools.archive import Archive
from comity.rulings.shipped import Federated
from comity.store.engine import open_engine
from comity.store.journal import Journal
from comity.store.ledger_store import LedgerStore
from node.lawmaking.in_force import LawInForce
from node.lawmaking.lawmaking import Lawmaking, Surroundings
from node.rpc.policy_service import APPROVERS, EDITORS
from node.storage.callers import CallerRegister
from node.storage.migrating import migrate
from node.storage.policies import PolicyBook, StoredDraft
from tests.simulators.ledgers import ORIGIN, SIGNER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

FILES = Archive({"vocabulary.toml": b"", "core/release.csv": b""})


class LawDesk:
    """A draft with its approvals, and three policy approvers; ``while_loading`` happens in between."""

    def __init__(
        self, folder: Path, draft: StoredDraft, while_loading: Callable[[], Any] = lambda: None
    ) -> None:
        self._draft = replace(draft, packs=("core",), archive=FILES.encoded, digest=FILES.digest)
        self._while_loading = while_loading
        self._clock = ManualClock()
        self._engine = open_engine(folder / "node.db")
        migrate(self._engine)
        self._book = PolicyBook(self._engine)
        self.register = CallerRegister(self._engine, self._clock)
        for number, name in enumerate(("anna", "bert", "cleo")):
            key = bytes([number]) * 32
            self.register.add(name, role="policy-approver", public_key_sha256=key)
        self.in_force = LawInForce(
            home=folder, book=self._book, key=SIGNER.public, clock=self._clock
        )
        self.swapped: list[Any] = []
        self.journal: Journal

    @property
    def published(self) -> tuple[int, int, bool]:
        """The last revision's number, how often law changed here, and whether one is in force."""
        return self._book.last(), len(self.swapped), self.in_force.current is not None

    @contextlib.asynccontextmanager
    async def lawmaking(self) -> AsyncIterator[Lawmaking]:
        """The procedure, while the journal is open."""
        ledger = LedgerStore(self._engine, origin=ORIGIN, signer=SIGNER)
        async with Journal(ledger, clock=self._clock) as self.journal:
            await self.journal.write((), self._book.keep(self._draft))
            for name, at_ms in self._draft.approvals:
                work = self._book.approve(
                    self._draft.draft_id, approver=name, digest=FILES.digest, now_ms=at_ms
                )
                await self.journal.write((), work)
            yield Lawmaking(
                book=self._book,
                journal=self.journal,
                key=SIGNER,
                in_force=self.in_force,
                around=self._around(),
                clock=self._clock,
            )
        self._engine.dispose()

    def _around(self) -> Surroundings:
        def load(*_: Any) -> Any:
            self._while_loading()
            return SimpleNamespace(version="v1")

        async def examine(*_: Any) -> tuple[list[str], list[str]]:
            return [], []

        return Surroundings(
            directory=lambda: Federated({}, {}, ()),
            load=load,
            swap=lambda *law: self.swapped.append(law),
            may_approve=lambda name: self.register.standing(name) in APPROVERS,
            may_edit=lambda _: True,
            still=lambda approvers, publisher: self.register.holding(
                {publisher: EDITORS | APPROVERS} | dict.fromkeys(approvers, APPROVERS)
            ),
            examine=examine,
        )
