"""What is asked and what is told, as frozen values. No ``repr`` of theirs shows personal data.

Selectors and ``Justification`` go out, ``Reply`` and what is inside comes back. Field names are the
contract's, so that ``docs/integrator`` and the ``.proto`` files describe both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from comity.client.grouping import grouped
from comity.client.selectors import Covered
from comity.client.words import (
    Aim,
    Band,
    Form,
    Outcome,
    Purpose,
    Stage,
    SubjectCategory,
    TargetCheck,
    Urgency,
)

if TYPE_CHECKING:
    from datetime import datetime

    from comity.client.grouping import Group
    from comity.client.selectors import Selector

# One field's value as released: a string, or for a field with several values one entry each; a composite
# value (a name, an address) is a mapping of its parts.
Part = str | bool | Mapping[str, str]
Value = Part | tuple[Part, ...]


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Assurances(Covered):
    """What your agency states about a question and answers for: signed with it, named in both ledgers.

    Attributes:
        confirmed_references: records of an earlier reply that a qualified person compared and confirmed.
        facts: the facts of the case, and how the person is connected with them.
        threat: an imminent threat to life or public security; counts with ``Urgency.EMERGENCY`` only.
        sentence: an assurance about the sentence, for example that death will not be sought.
        exculpatory: the data are sought for the defence or to exonerate.
        preservation: only that data be kept is asked for; no more than a hit is answered.
        confidential: the person must not come to know that you asked (UNTOC Article 18(20)).
        target_check: whether your agency looked into who is asked about; ``None``: it did not.
    """

    confirmed_references: tuple[str, ...] = ()
    facts: str = ""
    threat: str = ""
    sentence: str = ""
    exculpatory: bool = False
    preservation: bool = False
    confidential: bool = False
    target_check: TargetCheck | None = None


NOTHING_STATED = Assurances()


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Justification(Covered):
    """Why a question may be asked; mandatory, logged, and traceable to the question.

    Attributes:
        case_reference: the requester's case, in its own numbering.
        offence: from the federation's vocabulary, for example ``drug-trafficking``; ``none`` for none.
        legal_basis: legal instrument from the federation's directory, for example ``EU-2023-977``.
        necessity: why it is necessary, in words; stays in the requester's own ledger.
        on_behalf_of_country: ISO 3166-1 alpha-2 of the end user when asking for another agency.
        assurances: what your agency states and answers for.
    """

    purpose: Purpose
    case_reference: str
    offence: str
    subject_category: SubjectCategory
    aim: Aim
    legal_basis: str
    necessity: str = ""
    on_behalf_of_country: str = ""
    assurances: Assurances = NOTHING_STATED


@dataclass(frozen=True, slots=True)
class Question:
    """One question, as it goes to the node.

    Attributes:
        targets: members to ask; empty: every member that the directory lists.
        max_candidates: candidates per source beyond which it asks to refine; 0: the source's own limit.
        wait_ms: milliseconds to wait for sources.
        subject_reference: the asker's own reference of whom it asks about; empty: the case.
    """

    selectors: tuple[Selector, ...]
    justification: Justification | None
    targets: tuple[str, ...] = ()
    stage: Stage = Stage.CORE
    urgency: Urgency = Urgency.NORMAL
    max_candidates: int = 0
    wait_ms: int = 0
    subject_reference: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """What a human decision at the owner would change: who, to which form, by which row."""

    role: str
    form: Form
    row: str


@dataclass(frozen=True, slots=True)
class Treatment:
    """What the owner's law made of one field; row, law and sentence where the owner tells them."""

    field: str
    form: Form
    reason: str
    row: str = ""
    law: str = ""
    sentence: str = ""
    approval: Approval | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Assertion(Covered):
    """What surrounds a record, so that the receiver can judge and handle it (LED Article 7)."""

    nature: str = ""
    source_reliability: str = ""
    information_accuracy: str = ""
    handling_code: str = ""
    handling_conditions: str = ""
    collected_on: str = ""
    review_on: str = ""
    delete_on: str = ""
    contested: bool = False
    classification: str = ""
    collected_at: str = ""
    valid_from: str = ""
    valid_until: str = ""
    contested_since: str = ""
    third_party_origin: str = ""
    acquired_under: str = ""
    restrictions: tuple[str, ...] = ()
    tlp: str = ""


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record, holding only what was released: dotted path to value."""

    entity_type: str
    fields: Mapping[str, Value] = field(repr=False)
    assertion: Assertion | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One record that matched, as far as the requester may see it.

    Attributes:
        record_reference: the owner's reference for this requester; different for each requester.
        score: probability that it is the same, 0 to 1; 0 where the owner does not tell.
        obligations: what binds the receiver: ``retain-90d``, ``no-onward`` …
    """

    record_reference: str
    entity_type: str
    band: Band
    score: float
    match_reasons: tuple[str, ...] = field(repr=False)
    record: RecordView
    treatments: tuple[Treatment, ...]
    obligations: tuple[str, ...]
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """One relation of a record, released by a decision of its own; ``other`` as far as it may be seen.

    Attributes:
        relation: ``owner``, ``user``, ``associate`` …
        outward: whether it leads from the record to the other one.
    """

    relation: str
    outward: bool
    other: Hit
    since: str = ""
    until: str = ""
    assertion: Assertion | None = None
    row: str = ""
    law: str = ""
    obligations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """That a record of another agency is not the person sought; set by one's own agency.

    Attributes:
        subject_reference: the own agency's reference of the person: its number, or the case.
        record_reference: the owner's reference of the record, whole.
        withdrawn_at: ``None`` while it counts.
    """

    mark_id: str
    subject_reference: str
    source: str
    record_reference: str
    reason: str = field(repr=False)
    set_by: str
    set_at: datetime
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None
    withdrawal_reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """What one source said, or why it could not; ``elapsed_ms`` is from asking to having it."""

    source: str
    outcome: Outcome
    reason: str = ""
    sentence: str = ""
    hits: tuple[Hit, ...] = ()
    complete: bool = False
    elapsed_ms: float = 0.0
    answer_digest: bytes = b""
    receipt: bytes = field(default=b"", repr=False)
    marks: tuple[Mark, ...] = ()

    def mark_on(self, hit: Hit) -> Mark | None:
        """The own agency's mark that this record is not the person sought, where there is one."""
        reference = hit.record_reference
        return next((one for one in self.marks if one.record_reference == reference), None)


@dataclass(frozen=True, slots=True)
class Summary:
    """The end of a query: every source asked, accounted for. "No hit" says nothing of ``not_searched``."""

    query_id: str
    asked: tuple[str, ...]
    not_searched: tuple[str, ...]
    fields_released: int
    fields_withheld: int
    receipts_verified: int
    receipts_due: int
    elapsed_ms: float
    ended_at: datetime | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer: one ``SourceAnswer`` for each source asked, and the accounting."""

    query_id: str
    answers: tuple[SourceAnswer, ...]
    summary: Summary

    @property
    def hits(self) -> tuple[tuple[str, Hit], ...]:
        """Every hit with its source."""
        return tuple((answer.source, hit) for answer in self.answers for hit in answer.hits)

    @property
    def groups(self) -> tuple[Group, ...]:
        """Records of several sources that may be about the same, with what agrees and what contradicts."""
        return grouped(self.answers)

    @property
    def not_searched(self) -> tuple[str, ...]:
        """Sources about which this reply says nothing, in doubt one too many.

        What the node lists, every source whose outcome is not one of looking, and every source that was
        asked and is missing among the answers.
        """
        looked = {answer.source for answer in self.answers if answer.outcome.searched}
        looked -= set(self.summary.not_searched)
        sources = (*self.summary.asked, *(answer.source for answer in self.answers))
        every = dict.fromkeys((*sources, *self.summary.not_searched))
        return tuple(source for source in every if source not in looked)


@dataclass(frozen=True, slots=True)
class PastQuery:
    """A query asked before, as far as the node still holds it; released data is not kept there.

    ``summary`` is ``None`` while it runs, or when it was cut off.
    """

    query_id: str
    asked_at: datetime
    asked_by: str
    question: Question | None
    answers: tuple[SourceAnswer, ...]
    summary: Summary | None
