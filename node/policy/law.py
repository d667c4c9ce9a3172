"""Asking the policy in force about one query.

Rules:

* Country and groups come from the signed directory, never from the request's body. The end user's
  country decides: a request made on behalf of another country is judged as that country's.
* A view is of one policy: every question about one query is answered by the same bundle.
* What an asker states is judged by ``node.policy.facts``; about one record by the reference it was given.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol

from comity.clock import day_of
from comity.errors import Reason, Refusal
from comity.policytools.replaying import context_of, nameless, text_of
from comity.rulings import AskContext, Facts, Form, RequestContext
from node.policy.facts import (
    confirmable,
    member_facts,
    qualified_facts,
    relayed_facts,
    stated_facts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from comity.clock import Clock
    from comity.identity.directory import Member
    from comity.policytools.replaying import NamesCase
    from comity.rulings import Bundle, Decision, Mask, Policies, RecordLabels, Vocabulary
    from node.exchange.model import Caller, Question, Routing, SealedQuestion
    from node.exchange.ports import Directories
    from node.qualifications import Qualifications

# The stage at which nothing but a hit is told.
HIT: Final = 1
# Contexts remembered, of each kind: the same few classes of question recur, and making one, with the key it
# is known by, costs more than the ruling that is then found.
CONTEXTS_REMEMBERED: Final = 4_096
# Texts of contexts, each with the law it was ruled under; few, so that no old law stays for long.
RECORDED_REMEMBERED: Final = 512
# Parts of a name that make a search (Prüm II Article 43); a whole identifier counts as enough.
NAME_PARTS_MIN: Final = 2

_request: Final = lru_cache(maxsize=CONTEXTS_REMEMBERED)(RequestContext)
_asked: Final = lru_cache(maxsize=CONTEXTS_REMEMBERED)(AskContext)

__all__ = ["Form", "Law", "View"]


def _no_case(requester: str, case: str) -> str:
    """Where nobody gave a key, nothing of a case is recorded."""
    del requester, case
    return ""


@lru_cache(maxsize=RECORDED_REMEMBERED)
def _recorded(request: RequestContext, bundle: Bundle, name_case: NamesCase) -> str:
    return text_of(context_of(nameless(request, bundle.law.vocabulary, name_case)))


class View:
    """One query under one policy."""

    __slots__ = (
        "_bundle",
        "_confirmed",
        "_name_case",
        "_request",
        "asks_candidates",
        "asks_match",
        "asks_nationality",
        "stage",
        "version",
    )

    def __init__(
        self,
        bundle: Bundle,
        request: RequestContext,
        confirmed: frozenset[str] = frozenset(),
        name_case: NamesCase = _no_case,
    ) -> None:
        self._name_case = name_case
        self._bundle = bundle
        self._request = request
        self._confirmed = confirmed
        self.stage = request.stage
        self.version = bytes.fromhex(bundle.version)
        self.asks_nationality = bundle.asks_nationality
        self.asks_candidates = bundle.asks_candidates
        self.asks_match = bundle.asks_match

    @property
    def confirms(self) -> bool:
        """Whether its asker confirmed any match."""
        return bool(self._confirmed)

    def of_record(self, reference: str) -> View:
        """The same query about the record that this reference names to its asker."""
        if reference not in self._confirmed:
            return self
        facts = replace(self._request.facts, confirmed=True)
        return View(self._bundle, replace(self._request, facts=facts), name_case=self._name_case)

    def settled(self, *, candidates: int | None, match: str | None) -> View:
        """The same query, with so many records in its answer, about one that matches so well."""
        facts = replace(self._request.facts, candidates=candidates, match=match)
        request = replace(self._request, facts=facts)
        return View(self._bundle, request, self._confirmed, self._name_case)

    @property
    def recorded(self) -> str:
        """The request as it is recorded with a ruling, in JSON, so that a draft can be tried on it later.

        Nothing stands in it that somebody wrote freely.
        """
        return _recorded(self._request, self._bundle, self._name_case)

    @property
    def words(self) -> Vocabulary | None:
        """Words that the law in force knows."""
        return self._bundle.law.vocabulary

    def mask(self, labels: RecordLabels) -> Mask:
        """What may leave of a record like this."""
        return self._bundle.mask(self._request, labels)

    def searchable(self, labels: RecordLabels) -> frozenset[str]:
        """Fields of a record like this that may be searched on."""
        return self._bundle.match(self._request, labels)

    def relate(self, labels: RecordLabels, relation: str, other: RecordLabels) -> Decision:
        """Whether a relation may be told that leads from one record to another."""
        return self._bundle.relate(self._request, labels, relation, other)


class Law:
    """This agency's policies, asked as the owner of records and as the asker of questions."""

    def __init__(
        self,
        *,
        agency: str,
        policies: Policies,
        directories: Directories,
        clock: Clock,
        assurances_accepted: Collection[str] = (),
        over_capacity: Callable[[], bool] | None = None,
        volume: Callable[[str, str, Sequence[int]], int] | None = None,
        name_case: NamesCase = _no_case,
    ) -> None:
        """Names the parts.

        Args:
            agency: this one.
            policies: in force.
            directories: says what members are.
            clock: says what day it is.
            assurances_accepted: members whose assurances about sentences count here.
            over_capacity: whether this agency asked as much as it may today; unknown where nobody counts.
            volume: how much a member asked about a kind of record within a day, by the steps that rows name
                (``node.exchange.volumes``); unknown where nobody counts.
            name_case: makes the digest under which a case is recorded.
        """
        self._name_case = name_case
        self._agency = agency
        self._policies = policies
        self._directories = directories
        self._clock = clock
        self._assurances_accepted = frozenset(assurances_accepted)
        self._over_capacity = over_capacity
        self._volume = volume

    def view(self, routing: Routing, question: SealedQuestion) -> View:
        """The policy in force, for one query.

        Raises:
            Refusal: the requester is not an active member any more.
        """
        directory = self._directories.current
        member = directory.member(routing.sender)
        if member is None or not member.active:
            raise Refusal(Reason.UNKNOWN_MEMBER, "requester not an active member")
        stage = HIT if question.assurances.preservation else int(routing.stage)
        request = _request(
            agency=routing.sender,
            country=member.country,
            end_user_country=question.end_user_country or member.country,
            role=question.role,
            purpose=routing.purpose,
            instrument=routing.instrument,
            offence=question.offence,
            subject_category=question.subject_category,
            case=question.case,
            stage=stage,
            today=day_of(self._clock.now_ms()),
            owner_country=self._own_country,
            aim=question.aim,
            facts=self._of_others(routing, question, member),
        )
        confirmed = confirmable(question.assurances, role=question.role)
        return View(self._policies.current, request, confirmed, self._name_case)

    def _of_others(
        self, routing: Routing, question: SealedQuestion, member: Member | None
    ) -> Facts:
        """Facts about a question that another agency asks."""
        urgency = int(routing.urgency)
        shape = shape_of(question.selectors)
        own = not question.end_user_country or (
            member is not None and question.end_user_country == member.country
        )
        stated = stated_facts(
            member_facts(
                shape, member, case=question.case, urgency=urgency, toward=self._own_country
            ),
            question.assurances,
            urgency=urgency,
            accepted=own and routing.sender in self._assurances_accepted,
        )
        steps = self._policies.current.volumes
        if steps and self._volume is not None:
            reached = self._volume(routing.sender, routing.entity_type, steps)
            stated = _counted(stated, volume=reached)
        if not own:
            return relayed_facts(stated)
        return self._with_officer(stated, question.qualifications, role=question.role)

    @property
    def _own_country(self) -> str:
        own = self._directories.current.member(self._agency)
        return own.country if own else ""

    def _with_officer(self, facts: Facts, told: Qualifications, *, role: str) -> Facts:
        today = day_of(self._clock.now_ms())
        return qualified_facts(facts, told.counting(today, role=role))

    def admit(self, question: Question, caller: Caller) -> None:
        """Whether this agency lets its own caller ask this.

        Raises:
            Refusal: ADMISSION_DENIED, with the sentence of the row that says so.
        """
        why = question.justification
        own = self._directories.current.member(self._agency)
        urgency = int(question.urgency)
        facts = stated_facts(
            member_facts(shape_of(question.selectors), own, case=why.case, urgency=urgency),
            why.assurances,
            urgency=urgency,
            accepted=False,  # whether an assurance is one is for its receivers to say
        )
        facts = self._with_officer(facts, caller.qualifications, role=caller.role)
        # What a day's questions come to is for owners to count; here `over-quota` says it.
        facts = _counted(facts, volume=0)
        if self._over_capacity is not None:
            facts = _used_up(facts, over_quota=self._over_capacity())
        decision = self._policies.current.admit(
            _asked(
                agency=self._agency,
                role=caller.role,
                purpose=why.purpose,
                instrument=why.instrument,
                offence=why.offence,
                subject_category=why.subject_category,
                entity_type=question.entity_type,
                stage=int(question.stage),
                today=day_of(self._clock.now_ms()),
                country=self._own_country,
                aim=why.aim,
                facts=facts,
            )
        )
        if not decision.allowed:
            raise Refusal(
                Reason.ADMISSION_DENIED,
                f"row {decision.row}",
                field="question",
                hint=decision.sentence,
            )

    def accept(
        self, routing: Routing, question: SealedQuestion, *, about: str = ""
    ) -> Decision | None:
        """What bars a question that another agency admitted, or nothing.

        ``about`` names another entity type that the question came upon by a whole identifier, which says more
        than any two parts of a name: what bars questions about that type bars it, too.

        Bars and record rules on questions (what no agency may ask: one part of a name, one attribute)
        hold at the owner, too: the asker's node is not trusted to have applied them. Whom the asker's
        agency lets ask is its own affair.
        """
        bundle = self._policies.current
        member = self._directories.current.member(routing.sender)
        facts = self._of_others(routing, question, member)
        if about:
            facts = replace(facts, name_parts=NAME_PARTS_MIN)
        decision = bundle.admit(
            _asked(
                agency=routing.sender,
                role=question.role,
                purpose=routing.purpose,
                instrument=routing.instrument,
                offence=question.offence,
                subject_category=question.subject_category,
                entity_type=about or routing.entity_type,
                stage=int(routing.stage),
                today=day_of(self._clock.now_ms()),
                country=member.country if member else "",
                aim=question.aim,
                facts=facts,
            )
        )
        row = bundle.rows.get(decision.row)
        if decision.allowed or row is None or row.cells["tier"] not in HELD_BY_OWNERS:
            return None
        return decision


class Shaped(Protocol):
    """A selector, as far as the law looks at it."""

    @property
    def shape(self) -> str:
        """How much was given, in a word."""
        ...

    @property
    def name_parts(self) -> int | None:
        """How many parts of a name there are."""
        ...

    @property
    def kinds(self) -> frozenset[str]:
        """What else the law asks of it, in words."""
        ...


# Tiers of rows on questions that an owner applies to what others ask it.
HELD_BY_OWNERS: Final = frozenset({"bar", "record"})


@lru_cache(maxsize=CONTEXTS_REMEMBERED)
def _used_up(facts: Facts, *, over_quota: bool) -> Facts:
    return replace(facts, over_quota=over_quota)


@lru_cache(maxsize=CONTEXTS_REMEMBERED)
def _counted(facts: Facts, *, volume: int) -> Facts:
    return replace(facts, volume=volume)


@lru_cache(maxsize=1_024)
def _shape(parts: int | None, shapes: frozenset[str]) -> Facts:
    return Facts(name_parts=parts, selectors=shapes, bulk=False)


def shape_of(selectors: Sequence[Shaped]) -> Facts:
    """How much was given to search by; the weakest selector counts."""
    if len(selectors) == 1:
        one = selectors[0]
        return _shape(one.name_parts, one.kinds | {one.shape})
    parts = [one.name_parts for one in selectors if one.name_parts is not None]
    shapes = frozenset(one.shape for one in selectors)
    return _shape(min(parts, default=None), shapes.union(*(one.kinds for one in selectors)))
