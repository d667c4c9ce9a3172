"""Asking the policy in force about one query.

Rules:

* Country and groups come from the signed directory, never from the request's body. The end user's
  country decides: a request made on behalf of another country is judged as that country's.
* A view is of one policy: every question about one query is answered by the same bundle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.clock import to_datetime
from comity.errors import Reason, Refusal
from comity.rulings import AskContext, Form, RequestContext

if TYPE_CHECKING:
    from comity.clock import Clock
    from comity.rulings import Bundle, Mask, Policies, RecordLabels
    from node.exchange.model import Caller, Question, Routing, SealedQuestion
    from node.exchange.ports import Directories

__all__ = ["Form", "Law", "View"]


class View:
    """One query under one policy."""

    __slots__ = ("_bundle", "_request", "version")

    def __init__(self, bundle: Bundle, request: RequestContext) -> None:
        self._bundle = bundle
        self._request = request
        self.version = bytes.fromhex(bundle.version)

    def mask(self, labels: RecordLabels) -> Mask:
        """What may leave of a record like this."""
        return self._bundle.mask(self._request, labels)

    def searchable(self, labels: RecordLabels) -> frozenset[str]:
        """Fields of a record like this that may be searched on."""
        return self._bundle.match(self._request, labels)


class Law:
    """This agency's policies, asked as the owner of records and as the asker of questions."""

    def __init__(
        self, *, agency: str, policies: Policies, directories: Directories, clock: Clock
    ) -> None:
        self._agency = agency
        self._policies = policies
        self._directories = directories
        self._clock = clock

    def view(self, routing: Routing, question: SealedQuestion) -> View:
        """The policy in force, for one query.

        Raises:
            Refusal: the requester is not an active member any more.
        """
        directory = self._directories.current
        member = directory.member(routing.sender)
        if member is None or not member.active:
            raise Refusal(Reason.UNKNOWN_MEMBER, "requester not an active member")
        own = directory.member(self._agency)
        request = RequestContext(
            agency=routing.sender,
            country=member.country,
            end_user_country=question.end_user_country or member.country,
            role=question.role,
            purpose=routing.purpose,
            instrument=routing.instrument,
            offence=question.offence,
            subject_category=question.subject_category,
            case=question.case,
            stage=int(routing.stage),
            today=to_datetime(self._clock.now_ms()).date(),
            owner_country=own.country if own else "",
            aim=question.aim,
        )
        return View(self._policies.current, request)

    def admit(self, question: Question, caller: Caller) -> None:
        """Whether this agency lets its own caller ask this.

        Raises:
            Refusal: ADMISSION_DENIED.
        """
        why = question.justification
        own = self._directories.current.member(self._agency)
        decision = self._policies.current.admit(
            AskContext(
                agency=self._agency,
                role=caller.role,
                purpose=why.purpose,
                instrument=why.instrument,
                offence=why.offence,
                subject_category=why.subject_category,
                entity_type=question.entity_type,
                stage=int(question.stage),
                today=to_datetime(self._clock.now_ms()).date(),
                country=own.country if own else "",
                aim=why.aim,
            )
        )
        if not decision.allowed:
            raise Refusal(Reason.ADMISSION_DENIED, f"row {decision.row}")
