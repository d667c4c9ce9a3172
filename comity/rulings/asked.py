"""Contexts as matchers see them: every word known, or ``unknown``; facts completed from tables of law."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from comity.rulings.conditions import MEMBER, PUBLIC
from comity.rulings.context import UNKNOWN
from comity.rulings.facts import Facts, RecordFacts
from comity.rulings.functions import (
    ADDRESSED_TO,
    CLOSED_TO,
    FLAGGED_BY,
    OF_COUNTRIES,
    REFUGEE,
    REFUGEE_FROM,
    TARGETED,
)
from comity.rulings.questions import UseContext

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from comity.rulings.context import RecordLabels, RequestContext
    from comity.rulings.questions import AskContext, RouteContext
    from comity.rulings.vocabulary import Vocabulary


# What was addressed to single countries is not there for others; who fled a country is a refugee, also where
# nobody can read which country it was.
_BESIDE: Final[Mapping[str, frozenset[str]]] = {
    ADDRESSED_TO: frozenset({TARGETED}),
    REFUGEE_FROM: frozenset({REFUGEE}),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """``r.req`` of the verbs release, match, duty and relation.

    ``end_user`` is whoever the answer is for: the agency itself, or the country it asks on behalf of.
    """

    agency: str
    country: str
    end_user: str
    end_user_country: str
    role: str
    case: str
    purpose: str
    instrument: str
    offence: str
    sought: str
    stage: int
    approval: str
    today: str
    treaty: str
    facts: Facts

    def with_approval(self, approval: str) -> Asked:
        """The same request, had somebody approved it."""
        return replace(self, approval=approval)


@dataclass(frozen=True, slots=True)
class Labelled:
    """``r.rec``."""

    entity_type: str
    subject: str
    markings: frozenset[str]
    facts: RecordFacts


@dataclass(frozen=True, slots=True)
class Edge:
    """``r.rec`` of the verb relation: the record it starts from, and the one it leads to."""

    subject: str
    other: str
    markings: frozenset[str]
    facts: RecordFacts


@dataclass(frozen=True, slots=True)
class AskedHere:
    """``r.req`` of the verb ask."""

    agency: str
    role: str
    purpose: str
    instrument: str
    offence: str
    sought: str
    entity: str
    stage: int
    today: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Routed:
    """``r.req`` of the verb route."""

    requester: str
    requester_country: str
    target: str
    target_country: str
    purpose: str
    instrument: str
    entity: str
    stage: int
    urgency: str
    today: str
    treaty: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Used:
    """``r.req`` of the verbs onward, evidence-use and retain."""

    holder: str
    holder_country: str
    receiver: str
    receiver_country: str
    purpose: str
    instrument: str
    offence: str
    age_days: int
    approval: str
    today: str
    facts: Facts


def _known(word: str, words: Collection[str]) -> str:
    return word if word in words else UNKNOWN


def _facts(
    context: RequestContext | AskContext | UseContext,
    words: Vocabulary,
    *,
    agencies: Collection[str],
    asker: str,
    owner: str,
    standing: str,
) -> Facts:
    """Facts with what the tables of law say of a member, an offence and an instrument."""
    offence = context.offence
    asked = words.penalty_months(asker, offence)
    here = words.penalty_months(owner, offence)
    both = None if asked is None or here is None else asked > 0 and here > 0
    return replace(
        context.facts,
        misuse=_misuse(context.facts, words, agencies, context.today),
        asker_penalty_months=asked,
        owner_penalty_months=here,
        double_criminality=both,
        list_offence=words.list_offence(offence),
        treaty=standing,
    )


def _misuse(facts: Facts, words: Vocabulary, agencies: Collection[str], today: date) -> int | None:
    """The worst decided score; what a test beside the rows supposes goes before it, a node supposes none."""
    if facts.misuse is not None:
        return facts.misuse
    told = [words.misuse_score(agency, today) for agency in agencies]
    known = [score for score in told if score is not None]
    return max(known, default=None) if len(known) == len(told) else None


def _behind(request: RequestContext, words: Vocabulary) -> list[str]:
    """Members that a question may be for: whoever asks, and every member of the country that it asks for."""
    if request.end_user_country == request.country:
        return [request.agency]
    behind = (one for one, country in words.agencies.items() if country == request.end_user_country)
    return [request.agency, *behind]


def asked(request: RequestContext, words: Vocabulary) -> Asked:
    """A request with unknown words replaced."""
    country = _known(request.country, words.countries)
    end_user_country = _known(request.end_user_country, words.countries)
    agency = _known(request.agency, words.agencies)
    own = request.end_user_country == request.country
    parties = (request.agency, country, end_user_country, request.owner_country)
    standing = _standing(words, request.instrument, request.purpose, parties, request.today)
    return Asked(
        agency=agency,
        country=country,
        end_user=agency if own else end_user_country,
        end_user_country=end_user_country,
        role=_known(request.role, words.roles),
        case=request.case,
        purpose=_known(request.purpose, words.purposes),
        instrument=_known(request.instrument, words.instruments),
        offence=_known(request.offence, words.offences),
        sought=_known(request.subject_category, words.subjects),
        stage=request.stage,
        approval=request.approval,
        today=request.today.isoformat(),
        treaty=standing,
        facts=_facts(
            request,
            words,
            agencies=_behind(request, words),
            asker=request.end_user_country,
            owner=request.owner_country,
            standing=standing,
        ),
    )


def _standing(
    words: Vocabulary, instrument: str, purpose: str, parties: Collection[str], today: date
) -> str:
    return words.standing(instrument, purpose=purpose, parties=parties, today=today)


def labelled(
    labels: RecordLabels, words: Vocabulary, request: RequestContext | UseContext | None = None
) -> Labelled:
    """A record's labels with unknown words replaced, as this request (or later use) sees them."""
    markings = frozenset().union(*(_marking(marking, words) for marking in labels.markings))
    facts = RecordFacts(markings=markings)
    if request is not None:
        askers = _askers(request)
        closed = {one for one in labels.markings if one.startswith(CLOSED_TO)}
        # To the public, the countries it is closed to among it; to a country that nobody can name, on either
        # side, it may be the same.
        everybody = (
            request.facts.receiver_kind == PUBLIC
            or not {one.removeprefix(CLOSED_TO) for one in closed} <= words.countries
            or not askers <= words.countries
        )
        facts = RecordFacts(
            own_national=_national(labels, {getattr(request, "owner_country", "")}),
            asker_national=_national(labels, askers),
            closed_to_asker=bool(
                closed if everybody else closed & {CLOSED_TO + one for one in askers}
            ),
            addressed_to_asker=all(ADDRESSED_TO + country in markings for country in askers),
            flagged_by_asker=any(FLAGGED_BY + country in markings for country in askers),
            markings=markings,
        )
    return Labelled(
        entity_type=_known(labels.entity_type, words.entities),
        subject=_known(labels.subject, words.subjects),
        markings=markings,
        facts=facts,
    )


def _askers(request: RequestContext | UseContext) -> frozenset[str]:
    """Countries that are to learn of it: whoever asks and whoever it is for; of a later use, its receiver."""
    if isinstance(request, UseContext):
        return frozenset({request.receiver_country})
    return frozenset({request.country, request.end_user_country})


def _national(labels: RecordLabels, countries: Collection[str]) -> bool | None:
    if labels.nationalities is None or "" in countries:
        return None
    return any(country in labels.nationalities for country in countries)


def edge(one: Labelled, other: Labelled) -> Edge:
    """A relation between two records: bears the markings of both."""
    markings = one.markings | other.markings
    first, second = one.facts, other.facts
    facts = replace(
        first,
        closed_to_asker=first.closed_to_asker or second.closed_to_asker,
        addressed_to_asker=first.addressed_to_asker and second.addressed_to_asker,
        flagged_by_asker=first.flagged_by_asker or second.flagged_by_asker,
        markings=markings,
    )
    return Edge(subject=one.subject, other=other.subject, markings=markings, facts=facts)


def _marking(marking: str, words: Vocabulary) -> frozenset[str]:
    """What a marking counts as: itself, or unknown; and what one that names a country says of every other."""
    prefix, colon, country = marking.partition(":")
    kind = prefix + colon
    if kind not in OF_COUNTRIES:
        return frozenset({_known(marking, words.markings)})
    beside = frozenset(_BESIDE.get(kind, ())) & words.markings
    return beside | {marking if country in words.countries else UNKNOWN}


def asked_here(context: AskContext, words: Vocabulary) -> AskedHere:
    """An officer's question with unknown words replaced."""
    parties = (context.agency, context.country)
    return AskedHere(
        agency=_known(context.agency, words.agencies),
        role=_known(context.role, words.roles),
        purpose=_known(context.purpose, words.purposes),
        instrument=_known(context.instrument, words.instruments),
        offence=_known(context.offence, words.offences),
        sought=_known(context.subject_category, words.subjects),
        entity=_known(context.entity_type, words.entities),
        stage=context.stage,
        today=context.today.isoformat(),
        facts=_facts(
            context,
            words,
            agencies=[context.agency],
            asker=context.country or words.agencies.get(context.agency, ""),
            owner="",
            standing=_standing(words, context.instrument, context.purpose, parties, context.today),
        ),
    )


def routed(context: RouteContext, words: Vocabulary) -> Routed:
    """A query on its way with unknown words replaced."""
    parties = (
        context.requester,
        context.requester_country,
        context.target,
        context.target_country,
    )
    standing = _standing(words, context.instrument, context.purpose, parties, context.today)
    return Routed(
        requester=_known(context.requester, words.agencies),
        requester_country=_known(context.requester_country, words.countries),
        target=_known(context.target, words.agencies),
        target_country=_known(context.target_country, words.countries),
        purpose=_known(context.purpose, words.purposes),
        instrument=_known(context.instrument, words.instruments),
        entity=_known(context.entity_type, words.entities),
        stage=context.stage,
        urgency=_known(context.urgency, words.urgencies),
        today=context.today.isoformat(),
        treaty=standing,
        facts=replace(
            context.facts,
            treaty=standing,
            misuse=_misuse(context.facts, words, [context.requester], context.today),
        ),
    )


def used(context: UseContext, words: Vocabulary) -> Used:
    """A later use with unknown words replaced."""
    parties = (context.holder_country, context.receiver_country)
    kind, listed = context.facts.receiver_kind, context.receiver in words.agencies
    if kind is None or kind == MEMBER:
        kind = MEMBER if listed else None  # the directory says so, and nobody else
    context = replace(context, facts=replace(context.facts, receiver_kind=kind))
    return Used(
        holder=_known(context.holder, words.agencies),
        holder_country=_known(context.holder_country, words.countries),
        receiver=_known(context.receiver, words.agencies),
        receiver_country=_known(context.receiver_country, words.countries),
        purpose=_known(context.purpose, words.purposes),
        instrument=_known(context.instrument, words.instruments),
        offence=_known(context.offence, words.offences),
        age_days=context.age_days,
        approval=context.approval,
        today=context.today.isoformat(),
        facts=_facts(
            context,
            words,
            agencies=[context.receiver],
            asker=context.receiver_country,
            owner=context.holder_country,
            standing=_standing(words, context.instrument, context.purpose, parties, context.today),
        ),
    )
