"""The law in force at a node, and the procedure that changes it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from comity.envelope import SigningSecret
from comity.policytools.archive import gathered
from comity.policytools.tree import MODEL
from comity.rulings import PolicyError
from comity.rulings.shipped import NODE_DEFAULT, shipped_policies
from node.exchange.pseudonyms import Pseudonyms
from node.lawmaking.examination import Law
from node.lawmaking.examiner import Examiner, Limits
from node.lawmaking.examining import ExaminingLaw
from node.lawmaking.in_force import POLICY_KEY_FILE, LawInForce
from node.lawmaking.lawmaking import Lawmaking, Surroundings
from node.lawmaking.looking import LookingAtLaw
from node.lawmaking.replaying import PastRulings
from node.opening import REFERENCE_KEY_FILE, secret_file
from node.policy.loading import load_folders, load_policies
from node.rpc.policy_service import APPROVERS, EDITORS
from node.storage.policies import PolicyBook, recorded_rulings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.rulings import Bundle
    from comity.rulings.shipped import Federated
    from node.app.foundation import Foundation
    from node.storage.policies import StoredDraft


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
        limits = Limits(
            cpu_s=base.settings.law_cpu_s, memory_bytes=base.settings.law_memory_mib << 20
        )
        self.examining = ExaminingLaw(
            in_force=self._files,
            directory=lambda: self.policies.directory,
            draft=self._draft,
            examiner=Examiner(limits),
            clock=base.clock,
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
                may_edit=lambda name: base.callers.standing(name) in EDITORS,
                still=lambda approvers, publisher: base.callers.holding(
                    {publisher: EDITORS | APPROVERS} | dict.fromkeys(approvers, APPROVERS)
                ),
                examine=self.examining.gates,
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

    def _draft(self, draft_id: str) -> StoredDraft:
        return self.lawmaking.draft(draft_id)

    def _load(self, folders: Sequence[str]) -> Bundle:
        return load_folders(folders, self.policies.directory)

    def _load_to_rule(self, folders: Sequence[str], directory: Federated) -> Bundle:
        """Law that is to be in force: a sample of its rulings is decided again."""
        return load_folders(folders, directory, self.policies.shadow.offer)

    def _files(self) -> Law:
        """The files of the law in force; raises ``PolicyError``."""
        revision = self.in_force.current
        if revision is not None:
            return Law(revision.statement.packs, revision.archive.encoded)
        folders = [Path(one) for one in self._folders]
        folders = folders or [shipped_policies() / one for one in NODE_DEFAULT]
        root, (model, *packs) = folders[0].parent, [one.name for one in folders]
        if model != MODEL or any(one.parent != root for one in folders):
            raise PolicyError(root, 0, "is not the one place of all folders that the settings name")
        return Law(tuple(packs), gathered(root, packs).encoded)
