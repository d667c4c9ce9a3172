"""Contexts as matchers see them: every word known, or ``unknown``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from comity.rulings.context import UNKNOWN
from comity.rulings.functions import REFUGEE_FROM

if TYPE_CHECKING:
    from collections.abc import Collection

    from comity.rulings.context import AskContext, RecordLabels, RequestContext, RouteContext
    from comity.rulings.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Asked:
    """``r.req`` of the verbs release, match and duty.

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

    def with_approval(self, approval: str) -> Asked:
        """The same request, had somebody approved it."""
        return replace(self, approval=approval)


@dataclass(frozen=True, slots=True)
class Labelled:
    """``r.rec``."""

    entity_type: str
    subject: str
    markings: frozenset[str]


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


def _known(word: str, words: Collection[str]) -> str:
    return word if word in words else UNKNOWN


def asked(request: RequestContext, words: Vocabulary) -> Asked:
    """A request with unknown words replaced."""
    country = _known(request.country, words.countries)
    end_user_country = _known(request.end_user_country, words.countries)
    agency = _known(request.agency, words.agencies)
    own = request.end_user_country == request.country
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
    )


def labelled(labels: RecordLabels, words: Vocabulary) -> Labelled:
    """A record's labels with unknown words replaced."""
    return Labelled(
        entity_type=_known(labels.entity_type, words.entities),
        subject=_known(labels.subject, words.subjects),
        markings=frozenset(_marking(marking, words) for marking in labels.markings),
    )


def _marking(marking: str, words: Vocabulary) -> str:
    country = marking.removeprefix(REFUGEE_FROM)
    if country != marking and country in words.countries:
        return marking
    return _known(marking, words.markings)


def asked_here(context: AskContext, words: Vocabulary) -> AskedHere:
    """An officer's question with unknown words replaced."""
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
    )


def routed(context: RouteContext, words: Vocabulary) -> Routed:
    """A query on its way with unknown words replaced."""
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
    )
