"""An approval counts while its approver may approve, and for nothing once that access has ended."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from comity.clock import ManualClock
from comity.errors import StartError
from comity.store.engine import open_engine
from node.lawmaking.lawmaking import Declined, Lawmaking
from node.rpc.policy_service import APPROVERS
from node.storage.callers import CallerRegister
from node.storage.migrating import migrate
from node.storage.policies import StoredDraft

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
