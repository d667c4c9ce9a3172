"""The columns of each verb's rows, and what a cell may say.

A verb is one kind of question to the law; each has a Casbin model of its own (docs/adr/0003). A row file
is called after its verb and starts with a header line; a column that is left out has its default.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from comity.rulings.context import APPROVALS, UNKNOWN
from comity.rulings.errors import nearest
from comity.rulings.functions import (
    ANY,
    FORM_WORDS,
    NONE,
    REFUGEE_FROM,
    REFUGEE_FROM_ASKER,
)
from comity.rulings.reasons import ReasonCode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# A cell beyond this is refused: sentences are short.
CELL_CHARACTERS_MAX: Final = 1_024
EFFECTS: Final = ("allow", "deny")
# Deciding order of tiers; inside one, deny comes before allow.
TIERS: Final = {
    "bar": 1,
    "record": 2,
    "override": 3,
    "jurisdiction": 4,
    "grant": 5,
    "default": 9,
}
_ID: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{2,47}")
_CASE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:/._-]{0,63}")
_STAGE: Final = re.compile(r"(<|>=)[1-5]")
_LAW_CHARACTERS_MIN: Final = 3
_SENTENCE_CHARACTERS_MIN: Final = 10


class Verb(StrEnum):
    """What is asked of the law."""

    RELEASE = "release"
    MATCH = "match"
    DUTY = "duty"
    ASK = "ask"
    ROUTE = "route"


# What a node needs to rule, and what a gateway needs.
NODE_VERBS: Final = (Verb.RELEASE, Verb.MATCH, Verb.DUTY, Verb.ASK)
GATEWAY_VERBS: Final = (Verb.ROUTE,)

# Words by kind, with the groups of that kind: "agency", "offence", "subject", "field", "purpose" …
Words = dict[str, frozenset[str]]


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


def _word(kind: str, called: str = "") -> Callable[[str, Words], str]:
    def check(cell: str, words: Words) -> str:
        known = words[kind]
        if cell in (ANY, UNKNOWN) or cell in known:
            return ""
        return f'unknown {called or kind} "{cell}"{nearest(cell, known)}'

    return check


def _some(kind: str) -> Callable[[str, Words], str]:
    one = _word(kind)

    def check(cell: str, words: Words) -> str:
        parts = cell.split("|")
        if ANY in parts and len(parts) > 1:
            return f'"{cell}" mixes * with words'
        return next((wrong for part in parts if (wrong := one(part, words))), "")

    return check


def _duties(cell: str, words: Words) -> str:
    return "" if cell == NONE else _some("duty")(cell, words)


def _marking(cell: str, words: Words) -> str:
    if cell == REFUGEE_FROM_ASKER:
        return ""
    if cell.startswith(REFUGEE_FROM):
        return _word("country")(cell.removeprefix(REFUGEE_FROM), words)
    return _word("marking")(cell, words)


def _choice(called: str, *allowed: str) -> Callable[[str, Words], str]:
    def check(cell: str, words: Words) -> str:
        del words
        if cell in allowed:
            return ""
        return f'bad {called} "{cell}": one of {", ".join(allowed)}{nearest(cell, allowed)}'

    return check


def _pattern(called: str, pattern: re.Pattern[str], *also: str) -> Callable[[str, Words], str]:
    def check(cell: str, words: Words) -> str:
        del words
        return "" if cell in also or pattern.fullmatch(cell) else f'"{cell}" is not {called}'

    return check


def _day(cell: str, words: Words) -> str:
    del words
    if cell == NONE:
        return ""
    try:
        right = date.fromisoformat(cell).isoformat() == cell
    except ValueError:
        right = False
    return "" if right else f'"{cell}" is not a day like 2026-11-24'


def _text(called: str, least: int) -> Callable[[str, Words], str]:
    def check(cell: str, words: Words) -> str:
        del words
        return "" if len(cell) >= least else f"a row needs {called}"

    return check


_FORMS: Final = ("any", *(sign + word for sign in ("<=", ">") for word in FORM_WORDS))

_HEAD: Final[Mapping[str, Column]] = {
    "tier": Column(_choice("tier", *TIERS), None),
    "id": Column(_pattern("an id like EU-SUSPECT-ID", _ID), None, "id"),
}
_TAIL: Final[Mapping[str, Column]] = {
    "from": Column(_day, NONE, "from"),
    "until": Column(_day, NONE, "until"),
    "effect": Column(_choice("effect", *EFFECTS), None, "eft"),
    "reason": Column(_choice("reason", *ReasonCode), str(ReasonCode.NO_LEGAL_BASIS)),
    "tell": Column(_choice("tell", "yes", "no"), "yes"),
    "law": Column(_text("a legal reference", _LAW_CHARACTERS_MIN), None),
    "sentence": Column(_text("a sentence", _SENTENCE_CHARACTERS_MIN), None),
}
_WHO: Final = Column(_word("agency", "member, country or group"), ANY, "who")
_ROLE: Final = Column(_some("role"), ANY, "role")
_PURPOSE: Final = Column(_some("purpose"), ANY, "purpose")
_INSTRUMENT: Final = Column(_some("instrument"), ANY, "instrument")
_OFFENCE: Final = Column(_word("offence"), ANY, "offence")
_SUBJECT: Final = Column(_word("subject", "subject category"), ANY, "subject")
_SOUGHT: Final = Column(_word("subject", "subject category"), ANY, "sought")
_MARKING: Final = Column(_marking, ANY, "marking")
_STAGES: Final = Column(_pattern("a stage like <2 or >=3", _STAGE, NONE), NONE, "stage")
_FIELD: Final = Column(_word("field"), ANY, "field")
_ENTITY: Final = Column(_some("entity"), ANY, "entity")

COLUMNS: Final[Mapping[Verb, Mapping[str, Column]]] = {
    Verb.RELEASE: {
        **_HEAD,
        "who": _WHO,
        "role": _ROLE,
        "case": Column(_pattern("a case reference", _CASE, ANY), ANY, "case"),
        "purpose": _PURPOSE,
        "instrument": _INSTRUMENT,
        "offence": _OFFENCE,
        "subject": _SUBJECT,
        "sought": _SOUGHT,
        "marking": _MARKING,
        "stage": _STAGES,
        "field": _FIELD,
        "form": Column(_choice("form", *_FORMS), None, "form"),
        "approval": Column(_choice("approval", NONE, *APPROVALS[1:]), NONE, "approval"),
        "duties": Column(_duties, NONE),
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
        "duty": Column(_word("duty"), None, "duty"),
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
        "requester": Column(_word("agency", "member, country or group"), ANY, "requester"),
        "target": Column(_word("agency", "member, country or group"), ANY, "target"),
        "purpose": _PURPOSE,
        "instrument": _INSTRUMENT,
        "entity": _ENTITY,
        "stage": _STAGES,
        "urgency": Column(_some("urgency"), ANY, "urgency"),
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

    def tokens(self, names: list[str]) -> list[str]:
        """The row as Casbin takes it, in the order of the model's columns (``p_who``)."""
        told = {"priority": str(self.priority)}
        for name, column in COLUMNS[self.verb].items():
            if column.token:
                told[column.token] = self.cells[name]
        return [told[name.removeprefix("p_")] for name in names]
