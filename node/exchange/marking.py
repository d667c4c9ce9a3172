"""Marks of this agency: a record of another agency is not the person sought.

Two people share a name, and an officer has found out that the record of one is not the other. From then on a
question about the same person shows that record as marked, and not as probable again. The person is named by
the agency's own reference (its number for the person; without one, the case), the record by its owner's
reference, which is this agency's alone and is never given to another record.

Rules:

* A mark hides nothing: the record stays in the answer, last, with who marked it and when.
* A mark counts once it is in the ledger, with its reason, and ends once its withdrawal is.
* Marks stay at this node: no envelope carries one, and no owner can set one.
* Whoever set a mark may take it back; so may those who look after officers.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from comity.errors import Reason, Refusal
from comity.ledger.entry import ENVELOPE_ID_BYTES
from comity.store.journal import Draft
from node.exchange.disclosure import canonical
from node.storage.marks import Mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from comity.clock import Clock
    from comity.store.journal import Journal
    from node.exchange.model import Caller
    from node.exchange.ports import Directories

MARK_ID_BYTES: Final = 6
SET: Final = "mark.set"
WITHDRAWN: Final = "mark.withdrawn"
# Roles that may mark; roles that may take back what another one marked; roles that see everybody's marks.
MARKING_ROLES: Final = frozenset({"officer", "reviewer", "supervisor"})
WITHDRAWING_ROLES: Final = frozenset({"reviewer", "supervisor"})
SEEING_ROLES: Final = frozenset({"supervisor", "auditor"})
# No query stands behind these entries.
_NO_ENVELOPE: Final = bytes(ENVELOPE_ID_BYTES)


class MarkBook(Protocol):
    """Where marks are kept; rows are written inside the journal's transactions."""

    def put(self, mark: Mark) -> Callable[[Connection], bool]:
        """Work for the journal: a new mark; false when the record is marked already."""
        ...

    def end(self, mark: Mark) -> Callable[[Connection], bool]:
        """Work for the journal: the withdrawal; false when it was withdrawn already."""
        ...

    def one(self, mark_id: str) -> Mark | None:
        """One mark."""
        ...

    def counting(self, subject: str, records: Iterable[tuple[str, str]]) -> Sequence[Mark]:
        """Marks that count about a person, on these records (source and reference)."""
        ...

    def subjects(self) -> Iterable[str]:
        """Everybody about whom there are marks that count."""
        ...

    def page(self, subject: str, *, before: tuple[int, str], size: int) -> Sequence[Mark]:
        """Marks older than a position, newest first; about anybody when ``subject`` is empty."""
        ...


class Marking:
    """Sets, withdraws and finds marks."""

    def __init__(
        self, *, book: MarkBook, journal: Journal, directories: Directories, clock: Clock
    ) -> None:
        self._book = book
        self._journal = journal
        self._directories = directories
        self._clock = clock
        # People about whom there are marks: for all others nothing is looked up.
        self._subjects = set(book.subjects())

    def any_about(self, subject: str) -> bool:
        """Whether there may be marks about a person."""
        return subject in self._subjects

    async def set(
        self, caller: Caller, *, subject: str, source: str, record: str, reason: str
    ) -> Mark:
        """Marks a record.

        Raises:
            Refusal: NOT_PERMITTED, UNKNOWN_MEMBER, or DUPLICATE when it is marked already.
        """
        if caller.role not in MARKING_ROLES:
            raise Refusal(Reason.NOT_PERMITTED, f"role {caller.role} may not mark")
        if self._directories.current.member(source) is None:
            raise Refusal(Reason.UNKNOWN_MEMBER, field="source")
        mark = Mark(
            mark_id=secrets.token_hex(MARK_ID_BYTES),
            subject=subject,
            source=source,
            record=record,
            reason=reason,
            set_by=caller.name,
            set_ms=self._clock.now_ms(),
        )
        draft = _draft(SET, mark, caller, reason)
        done = await self._journal.write(lambda new: (draft,) if new else (), self._book.put(mark))
        if not done.result:
            raise Refusal(Reason.DUPLICATE, "marked already", field="record_reference")
        self._subjects.add(subject)
        return mark

    async def withdraw(self, caller: Caller, *, mark_id: str, reason: str) -> Mark:
        """Takes a mark back.

        Raises:
            Refusal: NOT_FOUND, also for one that was taken back; NOT_PERMITTED.
        """
        if caller.role not in MARKING_ROLES:
            raise Refusal(Reason.NOT_PERMITTED, f"role {caller.role} may not withdraw marks")
        mark = self._book.one(mark_id)
        if mark is None or mark.withdrawn_ms:
            raise Refusal(Reason.NOT_FOUND, "no mark that counts", field="mark_id")
        if mark.set_by != caller.name and caller.role not in WITHDRAWING_ROLES:
            raise Refusal(Reason.NOT_PERMITTED, "set by somebody else")
        ended = replace(
            mark,
            withdrawn_by=caller.name,
            withdrawn_ms=self._clock.now_ms(),
            withdrawal_reason=reason,
        )
        draft = _draft(WITHDRAWN, ended, caller, reason)
        done = await self._journal.write(lambda new: (draft,) if new else (), self._book.end(ended))
        if not done.result:
            raise Refusal(Reason.NOT_FOUND, "withdrawn meanwhile", field="mark_id")
        return ended

    def about(
        self, subject: str, records: Iterable[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Mark]:
        """Marks that count about a person, by source and reference of the record."""
        wanted = list(records)
        found = self._book.counting(subject, wanted) if wanted else ()
        return {(one.source, one.record): one for one in found}

    def page(
        self, caller: Caller, subject: str, *, before: tuple[int, str], size: int
    ) -> Sequence[Mark]:
        """Marks older than a position, newest first.

        Raises:
            Refusal: NOT_PERMITTED.
        """
        allowed = SEEING_ROLES if not subject else SEEING_ROLES | MARKING_ROLES
        if caller.role not in allowed:
            raise Refusal(Reason.NOT_PERMITTED, f"role {caller.role} may not see these marks")
        return self._book.page(subject, before=before, size=size)


def _draft(kind: str, mark: Mark, caller: Caller, reason: str) -> Draft:
    details = {
        "by": caller.name,
        "mark": mark.mark_id,
        "reason": reason,
        "record": mark.record,
        "role": caller.role,
        "source": mark.source,
        "subject": mark.subject,
    }
    return Draft(kind=kind, envelope_id=_NO_ENVELOPE, details=canonical(details))
