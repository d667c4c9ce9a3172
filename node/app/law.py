"""The law in force at a node, and the procedure that changes it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from comity.envelope import SigningSecret
from comity.policytools.comparing import compare
from comity.policytools.situations import given
from comity.policytools.tree import MODEL, open_tree
from comity.rulings.shipped import shipped_policies
from node.exchange.pseudonyms import Pseudonyms
from node.lawmaking.in_force import POLICY_KEY_FILE, LawInForce
from node.lawmaking.lawmaking import Lawmaking, Surroundings
from node.lawmaking.looking import LookingAtLaw
from node.lawmaking.replaying import PastRulings
from node.opening import REFERENCE_KEY_FILE, secret_file
from node.policy.loading import load_folders, load_policies
from node.rpc.policy_service import APPROVERS
from node.storage.policies import PolicyBook, recorded_rulings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comity.rulings import Bundle
    from node.app.foundation import Foundation

# What a draft would change is told in so many sentences; `comity policy diff` tells all.
CHANGES_TOLD_MAX: Final = 200


class NodeLaw:
    """Law, loaded; drafts and revisions of it."""

    def __init__(self, base: Foundation) -> None:
        book = PolicyBook(base.engine)
        key = SigningSecret.from_seed(secret_file(base.home / POLICY_KEY_FILE))
        self.in_force = LawInForce(home=base.home, book=book, key=key.public, clock=base.clock)
        self.in_force.start()
        self.policies = load_policies(
            base.settings, base.directories.current, self.in_force.folders
        )
        names = Pseudonyms(secret_file(base.home / REFERENCE_KEY_FILE), base.member.country)
        self.past = PastRulings(
            partial(recorded_rulings, base.engine, log=base.ledger.log), self._load, names.case
        )
        self.lawmaking = Lawmaking(
            book=book,
            journal=base.journal,
            key=key,
            in_force=self.in_force,
            around=Surroundings(
                directory=lambda: self.policies.directory,
                load=self._load_to_rule,
                swap=self.policies.put,
                may_approve=lambda name: base.callers.standing(name) in APPROVERS,
                changes=self._changes,
            ),
            clock=base.clock,
        )

        self.looking = LookingAtLaw(
            in_force=self._in_force,
            load=self._load,
            draft=self.lawmaking.draft,
            clock=base.clock,
        )
        self._folders = base.settings.policies

    def _in_force(self) -> tuple[Bundle, str]:
        """The law in force, and one of its folders."""
        folders = self.in_force.folders() or self._folders or (str(shipped_policies() / MODEL),)
        return self.policies.policies.current, folders[0]

    def _load(self, folders: Sequence[str]) -> Bundle:
        return load_folders(folders, self.policies.directory)

    def _load_to_rule(self, folders: Sequence[str]) -> Bundle:
        """Law that is to be in force: a sample of its rulings is decided again."""
        return load_folders(folders, self.policies.directory, self.policies.shadow.offer)

    def _changes(self, root: Path, packs: tuple[str, ...]) -> list[str]:
        """What a folder of law would change, for whoever has to approve it."""
        new = self._load([str(root / one) for one in (MODEL, *packs)])
        ground = given(replace(open_tree(root), chosen=packs))
        return compare(self.policies.policies.current, new, ground).sentences[:CHANGES_TOLD_MAX]
