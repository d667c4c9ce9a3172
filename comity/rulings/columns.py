"""The columns of each verb's rows, and what a cell may say.

A verb is one kind of question to the law; each has a Casbin model of its own (docs/adr/0003). A row file
is called after its verb and starts with a header line; a column that is left out has its default.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from comity.rulings import cells
from comity.rulings.context import APPROVALS
from comity.rulings.functions import ANY, FORM_WORDS, NONE
from comity.rulings.reasons import ReasonCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from comity.rulings.cells import Words
    from comity.rulings.effects import Instead

# A cell beyond this is refused: sentences are short.
CELL_CHARACTERS_MAX: Final = 1_024
EFFECTS: Final = ("allow", "deny")
# Deciding order of tiers; inside one, deny comes before allow: what nobody may see; what the owner marked;
# emergencies and joint teams; the owner's own law; the ceiling of treaties; purpose and proportionality; what
# the receiver may lawfully hold; grants; and no.
TIERS: Final = {
    "bar": 1,
    "record": 2,
    "override": 3,
    "jurisdiction": 4,
    "treaty": 5,
    "purpose": 6,
    "receiver": 7,
    "grant": 8,
    "default": 9,
}
# Tiers in which a row can only deny.
DENYING_TIERS: Final = frozenset(
    {"bar", "jurisdiction", "treaty", "purpose", "receiver", "default"}
)
_ID: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{2,47}")
_CASE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:/._-]{0,63}")
_STAGE: Final = re.compile(r"(<|>=)[1-5]")
_AGE: Final = re.compile(r"(<=|>)[0-9]{1,5}")
_LAW_CHARACTERS_MIN: Final = 3
_SENTENCE_CHARACTERS_MIN: Final = 10


class Verb(StrEnum):
    """What is asked of the law."""

    RELEASE = "release"
    MATCH = "match"
    DUTY = "duty"
    ASK = "ask"
    ROUTE = "route"
    RELATION = "relation"
    ONWARD = "onward"
    EVIDENCE = "evidence-use"
    RETAIN = "retain"


# What a node needs to rule, and what a gateway needs.
NODE_VERBS: Final = tuple(verb for verb in Verb if verb is not Verb.ROUTE)
GATEWAY_VERBS: Final = (Verb.ROUTE,)


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        check: gives what is wrong with a cell, or nothing.
        default: the cell when the column is left out or empty; ``None`` where it must be filled.
        token: its name in the Casbin model; empty for what Casbin need not see.
    """

    check: Callable[[str, Words], str]
    default: str | None
    token: str = ""


_FORMS: Final = ("any", *(sign + word for sign in ("<=", ">") for word in FORM_WORDS))

_HEAD: Final[Mapping[str, Column]] = {
    "tier": Column(cells.choice("tier", *TIERS), None),
    "id": Column(cells.pattern("an id like EU-SUSPECT-ID", _ID), None, "id"),
}
_TAIL: Final[Mapping[str, Column]] = {
    "when": Column(cells.when, NONE, "when"),
    "from": Column(cells.day, NONE, "from"),
    "until": Column(cells.day, NONE, "until"),
    "effect": Column(cells.choice("effect", *EFFECTS), None, "eft"),
    "reason": Column(cells.choice("reason", *ReasonCode), str(ReasonCode.NO_LEGAL_BASIS)),
    "instead": Column(cells.instead, NONE),
    "tell": Column(cells.choice("tell", "yes", "no"), "yes"),
    "law": Column(cells.text("a legal reference", _LAW_CHARACTERS_MIN), None),
    "sentence": Column(cells.text("a sentence", _SENTENCE_CHARACTERS_MIN), None),
}
_WHO: Final = Column(cells.word("agency", "member, country or group"), ANY, "who")
_ROLE: Final = Column(cells.some("role"), ANY, "role")
_PURPOSE: Final = Column(cells.some("purpose"), ANY, "purpose")
_INSTRUMENT: Final = Column(cells.some("instrument"), ANY, "instrument")
_OFFENCE: Final = Column(cells.word("offence"), ANY, "offence")
_SUBJECT: Final = Column(cells.word("subject", "subject category"), ANY, "subject")
_SOUGHT: Final = Column(cells.word("subject", "subject category"), ANY, "sought")
_MARKING: Final = Column(cells.marking, ANY, "marking")
_STAGES: Final = Column(cells.pattern("a stage like <2 or >=3", _STAGE, NONE), NONE, "stage")
_FIELD: Final = Column(cells.word("field"), ANY, "field")
_ENTITY: Final = Column(cells.some("entity"), ANY, "entity")
_APPROVAL: Final = Column(cells.choice("approval", NONE, *APPROVALS[1:]), NONE, "approval")
_DUTIES: Final = Column(cells.duties, NONE)
_HOLDER: Final = Column(cells.word("agency", "member, country or group"), ANY, "holder")
_RECEIVER: Final = Column(cells.word("agency", "member, country or group"), ANY, "receiver")

_USE: Final[Mapping[str, Column]] = {
    "purpose": _PURPOSE,
    "instrument": _INSTRUMENT,
    "offence": _OFFENCE,
    "subject": _SUBJECT,
    "marking": _MARKING,
    "approval": _APPROVAL,
    "duties": _DUTIES,
}
COLUMNS: Final[Mapping[Verb, Mapping[str, Column]]] = {
    Verb.RELEASE: {
        **_HEAD,
        "who": _WHO,
        "role": _ROLE,
        "case": Column(cells.pattern("a case reference", _CASE, ANY), ANY, "case"),
        "purpose": _PURPOSE,
        "instrument": _INSTRUMENT,
        "offence": _OFFENCE,
        "subject": _SUBJECT,
        "sought": _SOUGHT,
        "marking": _MARKING,
        "stage": _STAGES,
        "field": _FIELD,
        "form": Column(cells.choice("form", *_FORMS), None, "form"),
        "how": Column(cells.how, NONE),
        "approval": _APPROVAL,
        "duties": _DUTIES,
        **_TAIL,
    },
    Verb.MATCH: {
        **_HEAD,
        "who": _WHO,
        "purpose": _PURPOSE,
        "instrument": _INSTRUMENT,
        "offence": _OFFENCE,
        "subject": _SUBJECT,
        "sought": _SOUGHT,
        "marking": _MARKING,
        "field": _FIELD,
        **_TAIL,
    },
    Verb.DUTY: {
        "id": _HEAD["id"],
        "who": _WHO,
        "purpose": _PURPOSE,
        "instrument": _INSTRUMENT,
        "offence": _OFFENCE,
        "subject": _SUBJECT,
        "marking": _MARKING,
        "duty": Column(cells.word("duty"), None, "duty"),
        **_TAIL,
    },
    Verb.ASK: {
        **_HEAD,
        "who": _WHO,
        "role": _ROLE,
        "purpose": _PURPOSE,
        "instrument": _INSTRUMENT,
        "offence": _OFFENCE,
        "sought": _SOUGHT,
        "entity": _ENTITY,
        "stage": _STAGES,
        **_TAIL,
    },
    Verb.ROUTE: {
        **_HEAD,
        "requester": Column(cells.word("agency", "member, country or group"), ANY, "requester"),
        "target": Column(cells.word("agency", "member, country or group"), ANY, "target"),
        "purpose": _PURPOSE,
        "instrument": _INSTRUMENT,
        "entity": _ENTITY,
        "stage": _STAGES,
        "urgency": Column(cells.some("urgency"), ANY, "urgency"),
        **_TAIL,
    },
    Verb.RELATION: {
        **_HEAD,
        "who": _WHO,
        "purpose": _PURPOSE,
        "instrument": _INSTRUMENT,
        "offence": _OFFENCE,
        "subject": _SUBJECT,
        "other": Column(cells.word("subject", "subject category"), ANY, "other"),
        "marking": _MARKING,
        "relation": Column(cells.some("relation"), ANY, "relation"),
        "stage": _STAGES,
        "approval": _APPROVAL,
        "duties": _DUTIES,
        **_TAIL,
    },
    Verb.ONWARD: {**_HEAD, "holder": _HOLDER, "receiver": _RECEIVER, **_USE, **_TAIL},
    Verb.EVIDENCE: {**_HEAD, "holder": _HOLDER, "receiver": _RECEIVER, **_USE, **_TAIL},
    Verb.RETAIN: {
        **_HEAD,
        "holder": _HOLDER,
        **_USE,
        "age": Column(cells.pattern("an age in days like <=90", _AGE, NONE), NONE, "age"),
        **_TAIL,
    },
}
# A row that says nothing of its tier (duties have none) is ordered as one.
TIER_NONE: Final = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One row of law, checked.

    Attributes:
        priority: Casbin's deciding order: tier, then deny before allow.
        cells: column to word, defaults filled in.
        how: ways of making a value coarser that this row asks for; empty for the field's usual one.
        instead: how a denial is carried out, where it is more than withholding.
    """

    verb: Verb
    id: str
    priority: int
    cells: Mapping[str, str]
    reason: ReasonCode
    duties: tuple[str, ...]
    tell: bool
    law: str
    sentence: str
    how: str = ""
    instead: Instead | None = None

    def tokens(self, names: Sequence[str]) -> list[str]:
        """The row as Casbin takes it, in the order of the model's columns (``p_who``)."""
        return as_casbin(self.verb, (self,), names)[0]


def as_casbin(verb: Verb, rows: Iterable[Row], names: Sequence[str]) -> list[list[str]]:
    """Rows of a verb with their cells in the order of the model's columns (``p_who``)."""
    cell_of = {column.token: name for name, column in COLUMNS[verb].items() if column.token}
    wanted = [name.removeprefix("p_") for name in names]
    if wanted[0] == "priority":
        picked = itemgetter(*(cell_of[name] for name in wanted[1:]))
        return [[str(row.priority), *picked(row.cells)] for row in rows]
    picked = itemgetter(*(cell_of[name] for name in wanted))
    return [list(picked(row.cells)) for row in rows]
