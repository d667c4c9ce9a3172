"""`PolicyService`: who may do what in lawmaking, and its values on the wire."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from google.protobuf.json_format import ParseDict
from google.protobuf.timestamp_pb2 import Timestamp

from comity.api.admin.v1 import policy_service_pb2 as api
from comity.api.admin.v1 import policy_service_pb2_grpc as api_grpc
from comity.errors import Reason, Refusal
from comity.rulings import Verb
from node.lawmaking.examination import Law, What
from node.lawmaking.examiner import NotExamined
from node.lawmaking.lawmaking import Declined
from node.rpc import policy_words
from node.rpc.query_service import check

if TYPE_CHECKING:
    from node.lawmaking.examining import ExaminingLaw
    from node.lawmaking.lawmaking import Lawmaking
    from node.lawmaking.looking import LookingAtLaw
    from node.lawmaking.replaying import PastRulings
    from node.lawmaking.revision import Revision
    from node.rpc.callers import Callers
    from node.storage.policies import StoredDraft

EDITORS: Final = frozenset({"policy-editor"})
APPROVERS: Final = frozenset({"policy-approver"})
READERS: Final = EDITORS | APPROVERS | {"auditor"}
PAGE_SIZE_DEFAULT: Final = 20
REPLAYED_DEFAULT: Final = 10_000
# Kinds of differences that one reply holds; the rest is counted.
CHANGES_MAX: Final = 2_000

# What is examined, and where its result stands in the reply.
_EXAMINATIONS: Final = {
    api.EXAMINATION_CHECK: (What.CHECK, "checked"),
    api.EXAMINATION_TEST: (What.TEST, "tested"),
    api.EXAMINATION_PROVE: (What.PROVE, "proved"),
    api.EXAMINATION_COMPARE: (What.COMPARE, "compared"),
}

Context = Any


class PolicyServicer(api_grpc.PolicyServiceServicer):
    """Authenticates, looks at the role, validates; lawmaking does the rest."""

    def __init__(
        self,
        *,
        lawmaking: Lawmaking,
        callers: Callers,
        version: Any,
        past: PastRulings,
        looking: LookingAtLaw,
        examining: ExaminingLaw,
    ) -> None:
        self._lawmaking = lawmaking
        self._callers = callers
        self._version = version
        self._past = past
        self._looking = looking
        self._examining = examining

    async def GetPolicy(  # noqa: N802  # the contract's name
        self, request: api.GetPolicyRequest, context: Context
    ) -> api.GetPolicyResponse:
        """The law in force."""
        self._callers.permitted(context, READERS)
        check(request)
        law = self._lawmaking.in_force
        told = api.GetPolicyResponse(version=self._version())
        if law.current is not None:
            told.in_force.CopyFrom(_revision(law.current))
            told.packs.extend(law.current.statement.packs)
        if law.scheduled:
            told.scheduled.CopyFrom(_revision(law.scheduled[0]))
        return told

    async def ProposeDraft(  # noqa: N802  # the contract's name
        self, request: api.ProposeDraftRequest, context: Context
    ) -> api.ProposeDraftResponse:
        """Takes a draft."""
        caller = self._callers.permitted(context, EDITORS)
        check(request)
        try:
            draft = await self._lawmaking.propose(
                request.archive,
                packs=tuple(request.packs),
                reason=request.reason,
                author=caller.name,
            )
        except Declined as declined:
            return api.ProposeDraftResponse(refused=str(declined))
        return api.ProposeDraftResponse(draft=_draft(draft))

    async def ListDrafts(  # noqa: N802  # the contract's name
        self, request: api.ListDraftsRequest, context: Context
    ) -> api.ListDraftsResponse:
        """Drafts, newest first."""
        self._callers.permitted(context, READERS)
        check(request)
        found = self._lawmaking.drafts(request.page_size or PAGE_SIZE_DEFAULT)
        return api.ListDraftsResponse(drafts=[_draft(one) for one in found])

    async def GetDraft(  # noqa: N802  # the contract's name
        self, request: api.GetDraftRequest, context: Context
    ) -> api.GetDraftResponse:
        """One draft with its files."""
        self._callers.permitted(context, READERS)
        check(request)
        found = self._lawmaking.draft(request.draft_id)
        return api.GetDraftResponse(draft=_draft(found), archive=found.archive)

    async def ApproveDraft(  # noqa: N802  # the contract's name
        self, request: api.ApproveDraftRequest, context: Context
    ) -> api.ApproveDraftResponse:
        """An approval."""
        caller = self._callers.permitted(context, APPROVERS)
        check(request)
        try:
            draft = await self._lawmaking.approve(
                request.draft_id, digest=request.digest, approver=caller.name
            )
        except Declined as declined:
            return api.ApproveDraftResponse(refused=str(declined))
        return api.ApproveDraftResponse(draft=_draft(draft))

    async def PublishDraft(  # noqa: N802  # the contract's name
        self, request: api.PublishDraftRequest, context: Context
    ) -> api.PublishDraftResponse:
        """A publication."""
        caller = self._callers.permitted(context, EDITORS | APPROVERS)
        check(request)
        at = request.effective_at
        effective_ms = at.ToMilliseconds() if request.HasField("effective_at") else 0
        try:
            revision = await self._lawmaking.publish(
                request.draft_id, publisher=caller.name, effective_ms=effective_ms
            )
        except Declined as declined:
            return api.PublishDraftResponse(refused=str(declined))
        return api.PublishDraftResponse(revision=_revision(revision))

    async def RollbackPolicy(  # noqa: N802  # the contract's name
        self, request: api.RollbackPolicyRequest, context: Context
    ) -> api.RollbackPolicyResponse:
        """A draft of old files."""
        caller = self._callers.permitted(context, EDITORS)
        check(request)
        try:
            draft = await self._lawmaking.rollback(
                request.sequence, reason=request.reason, author=caller.name
            )
        except Declined as declined:
            return api.RollbackPolicyResponse(refused=str(declined))
        return api.RollbackPolicyResponse(draft=_draft(draft))

    async def ListRevisions(  # noqa: N802  # the contract's name
        self, request: api.ListRevisionsRequest, context: Context
    ) -> api.ListRevisionsResponse:
        """Revisions, newest first."""
        self._callers.permitted(context, READERS)
        check(request)
        found = self._lawmaking.revisions(request.page_size or PAGE_SIZE_DEFAULT)
        return api.ListRevisionsResponse(revisions=[_revision(one) for one in found])

    async def ReplayDraft(  # noqa: N802  # the contract's name
        self, request: api.ReplayDraftRequest, context: Context
    ) -> api.ReplayDraftResponse:
        """What a draft would have changed."""
        async with self._callers.held(context, READERS):
            check(request)
            draft = self._lawmaking.draft(request.draft_id)
            limit = request.disclosures_max or REPLAYED_DEFAULT
            loop = asyncio.get_running_loop()
            done = await loop.run_in_executor(None, self._past.under, draft, limit)
        told = api.ReplayDraftResponse(
            disclosures=done.disclosures,
            without_context=done.without_context,
            fields=done.fields,
        )
        for kind, count in done.changes.most_common(CHANGES_MAX):
            told.changes.add(**kind._asdict(), count=count)
        return told

    async def ExplainRuling(  # noqa: N802  # the contract's name
        self, request: api.ExplainRulingRequest, context: Context
    ) -> api.ExplainRulingResponse:
        """One situation, field by field, or one question of yes or no."""
        async with self._callers.held(context, READERS):
            check(request)
            told = {one.name: one.word for one in request.attributes}
            loop = asyncio.get_running_loop()
            if request.verb:
                judge = partial(self._looking.judge, request.draft_id, Verb(request.verb), told)
                return policy_words.judged(*await loop.run_in_executor(None, judge))
            explain = partial(self._looking.explain, request.draft_id, told)
            return policy_words.explained(*await loop.run_in_executor(None, explain))

    async def WhoCan(  # noqa: N802  # the contract's name
        self, request: api.WhoCanRequest, context: Context
    ) -> api.WhoCanResponse:
        """Ways to learn a field."""
        async with self._callers.held(context, READERS):
            check(request)
            found = await self._examining.who_can(request.field, request.draft_id)
        return ParseDict(found, api.WhoCanResponse())

    async def ExamineLaw(  # noqa: N802  # the contract's name
        self, request: api.ExamineLawRequest, context: Context
    ) -> None:
        """A law as a whole."""
        async with self._callers.held(context, READERS):
            check(request)
            what, told_in = _EXAMINATIONS[request.examination]
            law = _handed_in(request)
            try:
                law = law or await self._examining.law(request.draft_id)
                found = self._examining.examine(what, law, today=_day(request.day))
                async with contextlib.aclosing(found) as told:
                    async for one in told:
                        if isinstance(one, str):
                            said = api.ExamineLawResponse(progress=one)
                        else:
                            said = ParseDict({told_in: one}, api.ExamineLawResponse())
                        await context.write(said)
            except NotExamined as error:
                await context.write(api.ExamineLawResponse(refused=str(error)))


def _handed_in(request: api.ExamineLawRequest) -> Law | None:
    """The files that came with a request; none where it is about a draft or the law in force."""
    if bool(request.archive) is not bool(request.packs):
        field = "packs" if request.archive else "archive"
        hint = "an archive comes with the packs to be in force, and packs with their archive"
        raise Refusal(Reason.INVALID_REQUEST, hint, field=field, hint=hint)
    if not request.archive:
        return None
    if request.draft_id:
        hint = "an archive or a draft, not both"
        raise Refusal(Reason.INVALID_REQUEST, hint, field="draft_id", hint=hint)
    return Law(tuple(request.packs), request.archive)


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told) if told else None
    except ValueError as error:
        hint = "a day such as 2027-01-01"
        raise Refusal(Reason.INVALID_REQUEST, "no day", field="day", hint=hint) from error


def _time(at_ms: int) -> Timestamp:
    stamp = Timestamp()
    stamp.FromMilliseconds(at_ms)
    return stamp


def _draft(draft: StoredDraft) -> api.Draft:
    return api.Draft(
        draft_id=draft.draft_id,
        author=draft.author,
        reason=draft.reason,
        proposed_at=_time(draft.proposed_ms),
        digest=draft.digest,
        packs=draft.packs,
        approvals=[
            api.Approval(approver=name, approved_at=_time(at_ms)) for name, at_ms in draft.approvals
        ],
        problems=draft.problems,
        changes=draft.changes,
        sequence=draft.sequence,
    )


def _revision(revision: Revision) -> api.Revision:
    told = revision.statement
    return api.Revision(
        sequence=told.sequence,
        draft_id=told.draft_id,
        digest=told.digest,
        packs=told.packs,
        author=told.author,
        approvers=told.approvers,
        reason=told.reason,
        publisher=told.publisher,
        published_at=_time(told.published_ms),
        effective_at=_time(told.effective_ms),
        ledger_index=revision.ledger_index,
    )
