"""Values of the exchange: question, justification, outcomes, answers, the accounting at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from node.qualifications import NOT_QUALIFIED, Qualifications

if TYPE_CHECKING:
    from node.records.selectors import Selector

# How long a caller waits for sources when it does not say (five seconds), and at most.
WAIT_MS_DEFAULT: Final = 5_000
WAIT_MS_MAX: Final = 60_000
# Interactive queries live this long in every replay store, whatever the caller's patience.
INTERACTIVE_LIFETIME_MS: Final = 5 * 60 * 1000
# Plaintext size of every answer at stages 0 and 1, so that size never tells hit from no-hit; a full
# record may need more room.
ANSWER_BUCKET_BYTES: Final = 16 * 1024
ANSWER_BUCKET_FULL_BYTES: Final = 64 * 1024
# Relations of one record that are told at most.
EDGES_MAX: Final = 12
# Candidates one source shows when the question sets no smaller limit.
CANDIDATES_MAX: Final = 5


class Outcome(IntEnum):
    """How one source's part ended; numbers as in ``comity.api.query.v1.Outcome``."""

    HIT = 1
    NO_HIT = 2
    REFINE = 3
    UNSUITABLE = 4
    PENDING = 5
    REFUSED = 6
    OFFLINE = 7
    TIMEOUT = 8
    OVERLOADED = 9
    INCOMPATIBLE = 10
    ERROR = 11

    @property
    def searched(self) -> bool:
        """Whether the source looked; only then does its outcome say anything about what it holds."""
        return self <= Outcome.REFINE or self is Outcome.PENDING


# What a caller is told of an outcome that has no reason of its own.
SENTENCES: Final[dict[Outcome, str]] = {
    Outcome.REFINE: "too many candidates: ask more precisely",
    Outcome.UNSUITABLE: "this selector cannot be searched here",
    Outcome.PENDING: "a person at the source has to decide first",
    Outcome.REFUSED: "refused by the source",
    Outcome.OFFLINE: "node offline",
    Outcome.TIMEOUT: "no answer in time",
    Outcome.OVERLOADED: "the source or the gateway is overloaded",
    Outcome.INCOMPATIBLE: "no common version",
    Outcome.ERROR: "something broke at the source",
}


class Stage(IntEnum):
    """How much is asked for; numbers as in ``comity.api.record.v1.Stage``."""

    HIT = 1
    CORE = 2
    FULL = 3
    JUDICIAL = 4


class Urgency(IntEnum):
    """How soon; numbers as in ``comity.api.query.v1.Urgency``."""

    NORMAL = 1
    URGENT = 2
    EMERGENCY = 3


class TargetCheck(IntEnum):
    """Whether the asker's agency looked into who is asked about; numbers as in the contract."""

    UNSAID = 0
    ORDINARY = 1
    SENSITIVE = 2


@dataclass(frozen=True, slots=True)
class Assurances:
    """What the asking agency states and answers for; ``node.policy.facts`` says what becomes of it.

    Attributes:
        confirmed: references of records that a person compared with the case.
        facts: the facts of the case.
        threat: an imminent threat.
        sentence: an assurance about the sentence.
        exculpatory: sought for the defence.
        preservation: only keeping is asked for.
        confidential: the person must not come to know of it.
        target: who is asked about.
    """

    confirmed: tuple[str, ...] = ()
    facts: str = field(default="", repr=False)
    threat: str = field(default="", repr=False)
    sentence: str = field(default="", repr=False)
    exculpatory: bool = False
    preservation: bool = False
    confidential: bool = False
    target: TargetCheck = TargetCheck.UNSAID

    @property
    def sensitive(self) -> bool | None:
        """Whether the person is staff, public, or close to the asker; ``None`` where nobody looked."""
        return None if self.target is TargetCheck.UNSAID else self.target is TargetCheck.SENSITIVE

    @property
    def stated(self) -> list[str]:
        """What was stated, in words without content, for ledgers; empty where nothing was."""
        told = {
            "confidential": self.confidential,
            "confirmed": self.confirmed,
            "exculpatory": self.exculpatory,
            "facts": self.facts,
            "preservation": self.preservation,
            "sentence": self.sentence,
            "target-ordinary": self.target is TargetCheck.ORDINARY,
            "target-sensitive": self.target is TargetCheck.SENSITIVE,
            "threat": self.threat,
        }
        return [word for word, said in told.items() if said]


NOTHING_STATED: Final = Assurances()


@dataclass(frozen=True, slots=True)
class Justification:
    """Why a question may be asked (Regulation (EU) 2024/982 Article 33).

    Words come from the federation's vocabulary: purpose (``INVESTIGATE``), offence
    (``drug-trafficking``), instrument (``EU-2023-977``); categories and aim in lower case.
    """

    purpose: str
    case: str
    offence: str
    subject_category: str
    aim: str
    instrument: str
    necessity: str = ""
    end_user_country: str = ""
    assurances: Assurances = NOTHING_STATED


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a caller, its shape already checked."""

    selectors: tuple[Selector, ...]
    entity_type: str
    justification: Justification
    targets: tuple[str, ...] = ()
    stage: Stage = Stage.CORE
    urgency: Urgency = Urgency.NORMAL
    max_candidates: int = 0
    wait_ms: int = WAIT_MS_DEFAULT
    subject_reference: str = ""

    @property
    def subject(self) -> str:
        """This agency's own reference of whom it asks about: its number for the person, or the case."""
        return self.subject_reference or self.justification.case

    def warnings(self, today: str) -> tuple[str, ...]:
        """What looks wrong in it on this day (ISO 8601) and may be right all the same."""
        told = [one for selector in self.selectors for one in selector.warnings]
        if any(getattr(selector, "birth_date", "") > today for selector in self.selectors):
            told.append("birth date: that day is still to come")
        return tuple(told)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks at this node: the name in its certificate, and what this agency entered beside it."""

    name: str
    role: str
    qualifications: Qualifications = NOT_QUALIFIED


@dataclass(frozen=True, slots=True)
class Routing:
    """What the gateway may read of an envelope; words as in ``comity.wire.v1.Routing``."""

    sender: str
    recipients: tuple[str, ...]
    instrument: str
    purpose: str
    entity_type: str
    stage: Stage
    urgency: Urgency
    answer_bucket_bytes: int


@dataclass(frozen=True, slots=True)
class SealedQuestion:
    """What a question's envelope holds; purpose, instrument, type and stage stand in the routing."""

    reply_public_key: bytes
    selectors: tuple[Selector, ...]
    case: str
    offence: str
    subject_category: str
    aim: str
    end_user_country: str
    role: str
    asker: bytes
    max_candidates: int
    directory_version: int = 0
    assurances: Assurances = NOTHING_STATED
    qualifications: Qualifications = NOT_QUALIFIED


@dataclass(frozen=True, slots=True)
class Treatment:
    """What the owner's law made of one field, as far as the requester is told."""

    field: str
    form: int
    reason: str
    row: str = ""
    law: str = ""
    sentence: str = ""
    approval_role: str = ""
    approval_form: int = 0
    approval_row: str = ""


@dataclass(frozen=True, slots=True)
class Released:
    """One record as it leaves: only what the mask named, in the forms it named."""

    reference: str
    entity_type: str
    band: int
    score: float
    match_reasons: tuple[str, ...]
    fields: dict[str, object]
    assertion: object | None
    treatments: tuple[Treatment, ...]
    obligations: tuple[str, ...]
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """One relation of a record as it leaves, and as much of the other record as may leave."""

    relation: str
    outward: bool
    since: str
    until: str
    assertion: object | None
    row: str
    law: str
    obligations: tuple[str, ...]
    other: Released


class SealedAnswer(NamedTuple):
    """What an answer's envelope holds, at its owner."""

    outcome: Outcome
    reason: str = ""
    hits: tuple[Released, ...] = ()
    complete: bool = True
    policy_version: bytes = b""
    directory_version: int = 0


@dataclass(frozen=True, slots=True)
class OpenedAnswer:
    """An answer as the requester opened it.

    ``hits`` stay as they were decoded: no use case looks inside what was released, it belongs to the
    caller.
    """

    outcome: Outcome
    reason: str
    hits: tuple[object, ...]
    fields_released: int
    fields_withheld: int
    complete: bool
    directory_version: int


class SourceAnswer(NamedTuple):
    """One source's part of a query, as the caller is told."""

    source: str
    outcome: Outcome
    reason: str = ""
    sentence: str = ""
    hits: tuple[object, ...] = ()
    fields_released: int = 0
    fields_withheld: int = 0
    complete: bool = False
    elapsed_ms: float = 0.0
    digest: bytes = b""
    receipt: bytes = b""
    receipt_verified: bool = False


class Summary(NamedTuple):
    """Every source asked, accounted for."""

    asked: tuple[str, ...]
    not_searched: tuple[str, ...]
    fields_released: int
    fields_withheld: int
    receipts_verified: int
    receipts_due: int
    elapsed_ms: float
    ended_ms: int
    warnings: tuple[str, ...] = ()


class Reply(NamedTuple):
    """A query's end: its id, one answer for each source asked, and the accounting."""

    query_id: bytes
    answers: tuple[SourceAnswer, ...]
    summary: Summary


@dataclass(frozen=True, slots=True)
class RecipientNews:
    """News from a gateway about one recipient of a query."""

    agency: str
    outcome: Outcome | None
    reason: str = ""
    offline_s: int = 0
    sentence: str = field(default="")
