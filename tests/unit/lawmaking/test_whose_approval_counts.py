"""An approval counts while its approver may approve, and for nothing once that access has ended."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from comity.clock import ManualClock
from comity.errors import StartError
from comity.policytools.archive import Archive
from comity.rulings.shipped import Federated
from comity.store.engine import open_engine
from comity.store.journal import Journal
from comity.store.ledger_store import LedgerStore
from node.lawmaking.in_force import LawInForce
from node.lawmaking.lawmaking import Declined, Lawmaking, Surroundings
from node.rpc.policy_service import APPROVERS, EDITORS
from node.storage.callers import CallerRegister
from node.storage.migrating import migrate
from node.storage.policies import PolicyBook, StoredDraft
from tests.simulators.ledgers import ORIGIN, SIGNER

if TYPE_CHECKING:
    from pathlib import Path

DRAFT = StoredDraft(
    draft_id="d1",
    author="anna",
    reason="",
    proposed_ms=0,
    digest="00",
    packs=(),
    archive=b"no archive",
    problems=(),
    changes=(),
    approvals=(("bert", 1), ("cleo", 2)),
)


def test_nobody_is_two_callers_by_one_key(tmp_path: Path) -> None:
    """Author and approver in one person: the same certificate request, certified for two names."""
    engine, clock = open_engine(tmp_path / "node.db"), ManualClock()
    migrate(engine)
    register = CallerRegister(engine, clock)
    register.add("anna", role="policy-editor", public_key_sha256=b"a" * 32)
    for _ in range(2):
        with pytest.raises(StartError, match="that of 'anna' already"):
            register.add("anna-2", role="policy-approver", public_key_sha256=b"a" * 32)
        register.revoke("anna")  # nor later, under another name
    assert register.names() == [("anna", "policy-editor", True)]
    engine.dispose()


@pytest.mark.parametrize("gone", ["nobody", "bert", "cleo"])
def test_whoever_lost_access_before_the_publication_has_not_approved_it(
    tmp_path: Path, gone: str
) -> None:
    stand_in: Any = SimpleNamespace
    engine, clock = open_engine(tmp_path / "node.db"), ManualClock()
    migrate(engine)
    register = CallerRegister(engine, clock)
    for number, name in enumerate(("bert", "cleo")):
        register.add(name, role="policy-approver", public_key_sha256=bytes([number]) * 32)
    register.revoke(gone)
    lawmaking = Lawmaking(
        book=stand_in(draft=lambda _: DRAFT),
        journal=stand_in(),
        key=stand_in(),
        in_force=stand_in(scheduled=[], current=None, last=0),
        around=stand_in(may_approve=lambda name: register.standing(name) in APPROVERS),
        clock=clock,
    )
    # With both approvals it comes as far as reading the files, which are none.
    refused = "no archive of law" if gone == "nobody" else "1 of 2 approvals"
    with pytest.raises((Declined, ValueError), match=refused):
        asyncio.run(lawmaking.publish("d1", publisher="anna"))
    engine.dispose()


@pytest.mark.parametrize("gone", ["", "anna", "bert", "cleo"])
def test_whoever_loses_access_while_the_law_is_loaded_has_nothing_published(
    tmp_path: Path, gone: str
) -> None:
    """Loading takes seconds; a publication is written with everybody's access, or not at all."""
    files = Archive({"vocabulary.toml": b"", "core/release.csv": b""})
    draft = replace(DRAFT, packs=("core",), archive=files.encoded, digest=files.digest)
    engine, clock = open_engine(tmp_path / "node.db"), ManualClock()
    migrate(engine)
    register, book, key = CallerRegister(engine, clock), PolicyBook(engine), SIGNER
    roles = {"anna": "policy-approver", "bert": "policy-approver", "cleo": "policy-approver"}
    for number, (name, role) in enumerate(roles.items()):
        register.add(name, role=role, public_key_sha256=bytes([number]) * 32)
    in_force = LawInForce(home=tmp_path, book=book, key=key.public, clock=clock)
    swapped: list[Any] = []

    def load(*_: Any) -> Any:
        register.revoke(gone)
        return SimpleNamespace(version="v1")

    async def examine(*_: Any) -> tuple[list[str], list[str]]:
        return [], []

    async def publish() -> None:
        ledger = LedgerStore(engine, origin=ORIGIN, signer=key)
        async with Journal(ledger, clock=clock) as journal:
            await journal.write((), book.keep(draft))
            for name, at_ms in draft.approvals:
                work = book.approve(
                    draft.draft_id, approver=name, digest=draft.digest, now_ms=at_ms
                )
                await journal.write((), work)
            around = Surroundings(
                directory=lambda: Federated({}, {}, ()),
                load=load,
                swap=lambda *law: swapped.append(law),
                may_approve=lambda name: register.standing(name) in APPROVERS,
                may_edit=lambda _: True,
                still=lambda approvers, publisher: register.holding(
                    {publisher: EDITORS | APPROVERS} | dict.fromkeys(approvers, APPROVERS)
                ),
                examine=examine,
            )
            lawmaking = Lawmaking(
                book=book,
                journal=journal,
                key=key,
                in_force=in_force,
                around=around,
                clock=clock,
            )
            await lawmaking.publish(draft.draft_id, publisher="anna")

    if gone:
        with pytest.raises(Declined, match=f"{gone} may not do this any more"):
            asyncio.run(publish())
    else:  # approvers publish, too
        asyncio.run(publish())
    assert (book.last(), len(swapped), bool(in_force.current)) == (
        (0, 0, False) if gone else (1, 1, True)
    )
    engine.dispose()
