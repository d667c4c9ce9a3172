"""Rows, situations and forms in words that a lawyer reads without a key."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from comity.rulings import Form
from comity.rulings.columns import COLUMNS, Verb
from comity.rulings.facts import Facts
from comity.rulings.functions import ANY, NONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.rulings import AskContext, RecordLabels, RequestContext, RouteContext, UseContext
    from comity.rulings.columns import Row

FORMS: Final[Mapping[Form, str]] = {
    Form.NOTHING: "withheld",
    Form.HIT: "as a hit",
    Form.MASKED: "covered",
    Form.GENERALISED: "coarser",
    Form.FULL: "in full",
}
# Columns that say what a row does, not when.
_NOT_CONDITIONS: Final = frozenset(
    {
        *("id", "tier", "effect", "reason", "tell", "law", "sentence", "duties", "form", "field"),
        *("duty", "how", "instead", "relation"),
    }
)
_PHRASES: Final[Mapping[str, str]] = {
    "who": "when {} asks",
    "requester": "when {} asks",
    "target": "when {} is asked",
    "role": "asked by the role {}",
    "case": "in the case {}",
    "purpose": "for {}",
    "instrument": "under {}",
    "offence": "where the offence is {}",
    "subject": "about those recorded as {}",
    "sought": "about those sought as {}",
    "marking": "where the record is marked {}",
    "stage": "at stage {}",
    "entity": "about {}",
    "approval": "once the {} has agreed",
    "from": "from {} on",
    "until": "until {}",
    "urgency": "when it is {}",
    "holder": "when {} holds the data",
    "receiver": "when {} is to get them",
    "other": "in relation to those recorded as {}",
    "age": "when the copy is {} days old",
    "when": "where {}",
}
_ATTRIBUTES: Final[Mapping[str, str]] = {
    "agency": "who asks",
    "end_user": "whoever the answer is for",
    "end_user_country": "the end user's country",
    "subject_category": "the person's part in the asking side's case",
    "sought": "the person's part in the asking side's case",
    "subject": "the person's part in the owner's case",
    "markings": "marks on the record",
    "today": "the day",
    "entity_type": "the kind of record",
    "requester_country": "the requester's country",
    "target_country": "the target's country",
}


def listed(words: Iterable[str], last: str = "or") -> str:
    """``a, b or c``."""
    told = list(words)
    return ", ".join(told[:-1]) + f" {last} " + told[-1] if len(told) > 1 else "".join(told)


def either(cell: str) -> str:
    """A cell with bars, as a list."""
    return listed(cell.split("|"))


def attribute(name: str) -> str:
    """An attribute of a question, in words."""
    return _ATTRIBUTES.get(name, name.replace("_", " "))


def form_words(form: Form, how: str = "") -> str:
    """``coarser (year)``."""
    return f"{FORMS[form]} ({how})" if form is Form.GENERALISED and how else FORMS[form]


def conditions(row: Row) -> str:
    """When a row applies: ``when eu asks, for INVESTIGATE, …``; ``always`` where it says nothing."""
    told = []
    for column, shape in COLUMNS[row.verb].items():
        cell = row.cells.get(column, "")
        if column in _NOT_CONDITIONS or cell in ("", ANY, NONE, shape.default):
            continue
        if column == "approval" and row.cells["effect"] == "deny":
            told.append(f"unless the {cell} has agreed")
        else:
            phrase = _PHRASES.get(column, f"where {attribute(column)} is {{}}")
            told.append(phrase.format(either(cell)))
    return ", ".join(told) or "always"


def row_words(row: Row) -> str:
    """A row as one sentence: what it does, when, and why."""
    field = row.cells.get("field", row.cells.get("duty", ""))
    what = "everything" if field == ANY else either(field) if field else "the question"
    form = row.cells.get("form", "")
    if row.cells["effect"] == "allow":
        does = f"allows {what}"
        does += f", {FORMS[Form[form[2:].upper()]]} at most" if form.startswith("<=") else ""
    else:
        above = f" more than {FORMS[Form[form[1:].upper()]]}" if form.startswith(">") else ""
        does = f"refuses {what}{above}"
    return f"{row.id} {does}, {conditions(row)}. {row.sentence}"


def request_words(context: RequestContext | AskContext | RouteContext) -> str:
    """Who asks for what and why, in one line."""
    told = {one.name: getattr(context, one.name) for one in fields(context) if one.init}
    if "requester" in told:
        head = f"{told['requester']} ({told['requester_country']}) asks {told['target']}"
        head += f" ({told['target_country']})"
    else:
        country = f" ({told['country']})" if "country" in told else ""
        head = f"{told['role']} of {told['agency']}{country}"
        end_user = told.get("end_user_country")
        if end_user and end_user != told.get("country"):
            head += f" on behalf of {end_user}"
    skipped = {"agency", "role", "country", "end_user_country", "requester", "requester_country"}
    skipped |= {"target", "target_country", "today"}
    rest = [_attribute_words(name, word) for name, word in told.items() if name not in skipped]
    return ", ".join((head, *filter(None, rest), f"on {told['today']}"))


def use_words(verb: Verb, context: UseContext) -> str:
    """Who holds data and what is to be done with them, in one line."""
    told = {one.name: getattr(context, one.name) for one in fields(context) if one.init}
    holder = f"{told.pop('holder')} ({told.pop('holder_country')})"
    receiver = f"{told.pop('receiver')} ({told.pop('receiver_country')})"
    does = {
        Verb.ONWARD: f"passes data on to {receiver}",
        Verb.EVIDENCE: "uses data in court",
        Verb.RETAIN: "keeps a copy",
    }[verb]
    day = told.pop("today")
    rest = [_attribute_words(name, word) for name, word in told.items()]
    return ", ".join((f"{holder} {does}", *filter(None, rest), f"on {day}"))


def record_words(labels: RecordLabels) -> str:
    """What an owner's record is, in one line."""
    told = {one.name: getattr(labels, one.name) for one in fields(labels) if one.init}
    kind, subject = told.pop("entity_type"), told.pop("subject")
    marks = sorted(told.pop("markings"))
    rest = [_attribute_words(name, word) for name, word in told.items()]
    marked = "marked " + listed(marks, "and") if marks else ""
    return ", ".join(filter(None, (f"{kind}, {subject}", marked, *rest)))


_WORDS: Final[Mapping[str, str]] = {
    "purpose": "for {}",
    "instrument": "under {}",
    "offence": "offence {}",
    "subject_category": "sought as {}",
    "stage": "stage {}",
    "case": "{}",
    "approval": "approved by the {}",
    "urgency": "{}",
    "entity_type": "{}",
}


# Facts that say nothing where they are 0 or "no": nothing was decided, counted or wished.
_ORDINARY: Final = frozenset({"confidential", "misuse", "volume"})


def facts_words(facts: Facts) -> str:
    """What is known besides: ``confirmed, not sworn, clearance 2``."""
    told = []
    for one in fields(facts):
        word = getattr(facts, one.name) if one.init else None
        if one.name in _ORDINARY and word == 0:
            continue
        if isinstance(word, bool):
            told.append(("" if word else "not ") + attribute(one.name))
        elif word is not None:
            shown = listed(sorted(word), "and") if isinstance(word, frozenset) else word
            told.append(f"{attribute(one.name)} {shown}")
    return ", ".join(told)


def _attribute_words(name: str, word: Any) -> str:
    """One attribute; nothing where it says nothing."""
    if word in (None, "", False, "none", frozenset(), ()) and name != "offence":
        return ""
    if isinstance(word, Facts):
        return facts_words(word)
    shown = listed(sorted(map(str, word)), "and") if isinstance(word, frozenset) else str(word)
    known = _WORDS.get(name)
    if known is not None:
        return known.format(shown)
    return attribute(name) if word is True else f"{attribute(name)} {shown}"
