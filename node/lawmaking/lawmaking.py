"""Proposing, approving, publishing and going back.

Rules:

* Nobody approves what they wrote, nobody twice, and nobody files that changed since they read them.
* An approval counts while its approver may approve: one whose access ended before the publication does not,
  nor does a publisher's; the database says so in the transaction that writes it.
* Before anything is published the law is loaded, tested, checked and proved again, against today's directory,
  and held against the red lines in force besides its own.
* A publication is durable, signed and in the ledger before it is in force; what fails on the way leaves the
  law in force as it is. Once it is durable it is in force, whoever goes meanwhile.
* Going back is a new revision of old files, by the same way.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from comity.clock import day_of
from comity.errors import Reason, Refusal, StartError
from comity.policytools.archive import Archive, ArchiveRefused, decoded
from comity.store.journal import Draft
from node.exchange.disclosure import canonical
from node.lawmaking.examination import Law
from node.lawmaking.examiner import NotExamined
from node.lawmaking.revision import (
    APPROVERS_MIN,
    Revision,
    RevisionRefused,
    Statement,
    StoredRevision,
    believe,
    check_approvers,
    sign,
)
from node.storage.policies import StoredDraft

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import date

    from comity.clock import Clock
    from comity.envelope import SigningSecret
    from comity.rulings import Bundle
    from comity.rulings.shipped import Federated
    from comity.store.journal import Committed, Journal
    from node.lawmaking.in_force import LawInForce
    from node.storage.policies import PolicyBook

PROPOSED: Final = "policy.proposed"
APPROVED: Final = "policy.approved"
PUBLISHED: Final = "policy.published"
DRAFT_ID_BYTES: Final = 6
# A publication may wait for its day this long (two years).
SCHEDULE_MS_MAX: Final = 2 * 366 * 24 * 3600 * 1000

log = logging.getLogger(__name__)


class Declined(Exception):
    """A rule of the procedure stands against it; the text is for the officer."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What lawmaking needs of the node.

    Attributes:
        directory: members, groups and instruments, as they are now.
        load: loads folders as the node would, for a directory; raises ``StartError``. Blocking.
        swap: puts a bundle in force, and the directory that it was loaded for.
        may_approve: whether an officer may still approve, by name.
        may_edit: whether an officer may still propose, by name.
        still: work beside a publication, by its approvers and its publisher, that raises ``Refusal`` unless
            they may still do what they do.
        examine: what keeps a law from being published, and what it would change against the one in force,
            a sentence each; raises ``NotExamined`` where it cannot be looked at within the limits.
    """

    directory: Callable[[], Federated]
    load: Callable[[Sequence[str], Federated], Bundle]
    swap: Callable[[Bundle, Federated], None]
    may_approve: Callable[[str], bool]
    may_edit: Callable[[str], bool]
    still: Callable[[Sequence[str], str], Callable[[Any], None]]
    examine: Callable[[Law, date], Awaitable[tuple[list[str], list[str]]]]


class _Loaded(NamedTuple):
    """A law, and the directory that it was loaded for."""

    bundle: Bundle
    directory: Federated


class Lawmaking:
    """The procedure at one node."""

    def __init__(
        self,
        *,
        book: PolicyBook,
        journal: Journal,
        key: SigningSecret,
        in_force: LawInForce,
        around: Surroundings,
        clock: Clock,
    ) -> None:
        self._book = book
        self._journal = journal
        self._key = key
        self._around = around
        self._clock = clock
        self._one = asyncio.Lock()
        self._seen: tuple[object, tuple[list[str], list[str]]] | None = None
        self.in_force = in_force

    # --- drafts --------------------------------------------------------------------------------------

    async def propose(
        self, encoded: bytes, *, packs: tuple[str, ...], reason: str, author: str
    ) -> StoredDraft:
        """Keeps a draft, with whatever is wrong with it.

        Raises:
            Declined: these are no files of law, a pack is missing, or looking at them takes too much.
        """
        try:
            archive = decoded(encoded)
        except ArchiveRefused as refused:
            raise Declined(f"These are no files of law: {refused}.") from refused
        missing = sorted(set(packs) - archive.packs)
        if missing:
            raise Declined(f"There is no pack {missing[0]} among the files.")
        found, changes = await self._looked_at(archive, packs)
        if not self._around.may_edit(author):  # looking at a law may take minutes
            raise Declined(f"{author} may not do this any more.")
        draft = StoredDraft(
            draft_id=secrets.token_hex(DRAFT_ID_BYTES),
            author=author,
            reason=reason,
            proposed_ms=self._clock.now_ms(),
            digest=archive.digest,
            packs=packs,
            archive=archive.encoded,
            problems=tuple(found),
            changes=tuple(changes),
        )
        told = {"author": author, "digest": draft.digest, "draft": draft.draft_id}
        await self._journal.write(
            (_entry(PROPOSED, draft.digest, {**told, "reason": reason}),), self._book.keep(draft)
        )
        return draft

    async def _looked_at(
        self, archive: Archive, packs: tuple[str, ...]
    ) -> tuple[list[str], list[str]]:
        """What is wrong with a law, and what it would change."""
        today = day_of(self._clock.now_ms())
        key = self._situation(archive, packs)
        if self._seen is not None and self._seen[0] == key:
            return self._seen[1]  # the same files, directory, day and law in force

        try:
            found = await self._around.examine(Law(packs, archive.encoded), today)
        except NotExamined as error:
            raise Declined(str(error)) from error
        self._seen = (key, found)
        return found

    def _situation(self, archive: Archive, packs: tuple[str, ...]) -> object:
        """What is found in a law depends on: its files, directory, day and the law in force."""
        today = day_of(self._clock.now_ms())
        return (archive.digest, packs, self._around.directory(), today, self.in_force.current)

    async def rollback(self, sequence: int, *, reason: str, author: str) -> StoredDraft:
        """Proposes the files of an earlier revision again.

        Raises:
            Refusal: NOT_FOUND.
        """
        revision = self.in_force.find(sequence)
        if revision is None:
            raise Refusal(Reason.NOT_FOUND, f"no revision {sequence}")
        told = f"back to revision {sequence}: {reason}"
        return await self.propose(
            revision.archive.encoded, packs=revision.statement.packs, reason=told, author=author
        )

    def draft(self, draft_id: str) -> StoredDraft:
        """One draft.

        Raises:
            Refusal: NOT_FOUND.
        """
        found = self._book.draft(draft_id)
        if found is None:
            raise Refusal(Reason.NOT_FOUND, "no such draft")
        return found

    def drafts(self, limit: int) -> list[StoredDraft]:
        """Drafts, newest first."""
        return self._book.drafts(limit)

    async def approve(self, draft_id: str, *, digest: str, approver: str) -> StoredDraft:
        """Approves exactly these files.

        Raises:
            Declined: by its author, a second time, other files, or published already.
        """
        async with self._one:
            draft = self.draft(draft_id)
            if approver == draft.author:
                raise Declined("Its author does not approve a draft; two others have to.")
            if digest != draft.digest:
                raise Declined("The files are not those of this draft; read it again.")
            if draft.sequence:
                raise Declined(f"It was published already, as revision {draft.sequence}.")
            if approver in {name for name, _ in draft.approvals}:
                raise Declined(f"{approver} approved it already; another person has to.")
            now_ms = self._clock.now_ms()
            told = {"approver": approver, "digest": digest, "draft": draft_id}
            await self._journal.write(
                (_entry(APPROVED, digest, told),),
                self._book.approve(draft_id, approver=approver, digest=digest, now_ms=now_ms),
            )
            return self.draft(draft_id)

    # --- revisions -----------------------------------------------------------------------------------

    async def publish(self, draft_id: str, *, publisher: str, effective_ms: int = 0) -> Revision:
        """Signs a draft as the next revision; in force at once, or from its day on.

        Raises:
            Declined: too few approvals, something wrong with it, published already, or a day that is past.
        """
        draft = self.draft(draft_id)
        self._statement(draft, publisher, effective_ms)
        archive = decoded(draft.archive)
        if archive.digest != draft.digest:
            raise Declined("Its files were changed since it was proposed.")
        # This may take minutes, or wait for others': nothing else of the procedure waits for it.
        looked_at = self._situation(archive, draft.packs)
        found, _ = await self._looked_at(archive, draft.packs)
        if found:
            raise Declined("It may not be published: " + "; ".join(found) + ".")
        async with self._one:
            if self._situation(archive, draft.packs) != looked_at:
                raise Declined(
                    "Law in force, directory or day changed meanwhile; publish it again."
                )
            draft = self.draft(draft_id)
            if draft.digest != archive.digest or decoded(draft.archive).digest != archive.digest:
                raise Declined("Its files were changed since it was proposed.")
            statement = self._statement(draft, publisher, effective_ms)
            stored = sign(statement, archive, self._key)
            revision = believe(stored, self._key.public)
            loaded = await self._loaded(revision)
            told = {
                "approvers": list(statement.approvers),
                "author": statement.author,
                "digest": statement.digest,
                "effective_ms": statement.effective_ms,
                "publisher": publisher,
                "sequence": statement.sequence,
                "signature": stored.signature.hex(),
                "version": loaded.bundle.version,
            }
            kept = self._book.publish(
                draft_id,
                sequence=statement.sequence,
                statement=stored.statement,
                signature=stored.signature,
                archive=stored.archive,
                still=self._around.still(statement.approvers, publisher),
            )
            written = self._journal.submit((_entry(PUBLISHED, statement.digest, told),), kept)
            try:
                await asyncio.shield(written)
            except Refusal as refusal:
                raise Declined(f"{refusal.detail}.") from refusal
            except asyncio.CancelledError:
                # Whoever published is gone; a law that is written is in force all the same.
                await asyncio.wait([written])
                if not written.cancelled() and written.exception() is None:
                    self._published(stored, revision, loaded, written.result())
                raise
            return self._published(stored, revision, loaded, written.result())

    def _published(
        self,
        stored: StoredRevision,
        revision: Revision,
        loaded: _Loaded,
        committed: Committed[Any],
    ) -> Revision:
        """A revision is durable: it takes force, or waits for its day."""
        (index,) = committed.indices
        revision = Revision(revision.statement, revision.archive, index)
        if revision.statement.effective_ms > self._clock.now_ms():
            self.in_force.scheduled.insert(0, revision)
        else:
            self._take(revision, loaded)
        number = revision.statement.sequence
        self._book.entered(number, index)
        try:
            self.in_force.keep(stored)
        except OSError as error:
            log.error("revision %d has no copy beside the database: %s", number, error)
        return revision

    def _statement(self, draft: StoredDraft, publisher: str, effective_ms: int) -> Statement:
        now_ms = self._clock.now_ms()
        approvers = tuple(name for name, _ in draft.approvals if self._around.may_approve(name))
        if draft.sequence:
            raise Declined(f"It was published already, as revision {draft.sequence}.")
        try:
            check_approvers(draft.author, approvers)
        except RevisionRefused as refused:
            have = len(approvers)
            raise Declined(f"{have} of {APPROVERS_MIN} approvals: {refused}.") from refused
        if effective_ms and not now_ms - 1000 <= effective_ms <= now_ms + SCHEDULE_MS_MAX:
            raise Declined("The day from which it is to be in force is past, or too far away.")
        if self.in_force.scheduled:
            waiting = self.in_force.scheduled[0].statement.sequence
            raise Declined(f"Revision {waiting} waits for its day; nothing is published before it.")
        previous = self.in_force.current
        return Statement(
            sequence=self.in_force.last + 1,
            draft_id=draft.draft_id,
            digest=draft.digest,
            packs=draft.packs,
            author=draft.author,
            approvers=approvers,
            reason=draft.reason,
            publisher=publisher,
            published_ms=now_ms,
            effective_ms=effective_ms or now_ms,
            previous=previous.statement.digest if previous else "",
        )

    async def _loaded(self, revision: Revision) -> _Loaded:
        self.in_force.unpack(revision)
        folders, directory = self.in_force.folders(revision), self._around.directory()
        loop = asyncio.get_running_loop()
        try:
            bundle = await loop.run_in_executor(None, self._around.load, folders, directory)
        except StartError as error:
            raise Declined(str(error)) from error
        return _Loaded(bundle, directory)

    def _take(self, revision: Revision, loaded: _Loaded) -> None:
        self.in_force.take(revision)
        self._around.swap(loaded.bundle, loaded.directory)
        log.info("revision %d of the law is in force", revision.statement.sequence)

    async def take_due(self) -> bool:
        """Puts a scheduled revision in force whose day has come; false when there is none.

        One that is not believed any more, or cannot be loaded, is told to the operator and stays out.
        """
        async with self._one:
            due = self.in_force.due()
            if due is None:
                return False
            try:
                loaded = await self._loaded(due)
            except Declined as declined:
                log.error("revision %d cannot be loaded: %s", due.statement.sequence, declined)
                return False
            self._take(due, loaded)
            number = due.statement.sequence
            waiting = [one for one in self.in_force.scheduled if one.statement.sequence > number]
            self.in_force.scheduled = waiting
            return True

    def revisions(self, limit: int) -> list[Revision]:
        """Revisions that are believed, newest first."""
        found = (self.in_force.find(row["sequence"]) for row in self._book.revisions(limit))
        return [one for one in found if one is not None]


def _entry(kind: str, digest: str, told: dict[str, Any]) -> Draft:
    """An entry of the ledger; all entries about the same files have one id."""
    name = hashlib.sha256(b"comity/policy\0" + digest.encode()).digest()
    return Draft(kind=kind, envelope_id=name, details=canonical(told))
