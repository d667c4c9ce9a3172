"""A ledger's entries in words that a lawyer reads: when, what happened, about which query."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from comity.api.query.v1 import answer_pb2, query_service_pb2
from comity.api.record.v1 import options_pb2
from comity.cli.grid import clean
from comity.cli.wording import plain_word
from comity.clock import to_datetime

if TYPE_CHECKING:
    from collections.abc import Callable

# Every kind that this release writes; the table in docs/reference/ledger-events.md says the same.
KINDS: Final = {
    "query.asked": "asked",
    "query.closed": "result received",
    "query.received": "question received",
    "query.answered": "answer released",
    "query.read": "past queries read",
    "mark.set": "record marked as not the person",
    "mark.withdrawn": "mark taken back",
    "task.done": "task of a desk done",
    "relay.accepted": "question accepted for relaying",
    "relay.closed": "relaying ended",
    "ledger.read": "ledger read",
    "policy.proposed": "law proposed",
    "policy.approved": "law approved",
    "policy.published": "law published",
}
NOTHING: Final = "nothing further"
ERASED: Final = "erased under retention rules; its place in the log is proven"
UNREADABLE: Final = "in a form that this release does not know; --json shows it"
_ID_SHOWN: Final = 12


def when(at_ms: int) -> str:
    """A time as a person reads it, UTC."""
    try:
        return f"{to_datetime(at_ms):%Y-%m-%d %H:%M:%S}"
    except (OverflowError, ValueError, OSError):
        return "no time"


def short_id(envelope_id: bytes) -> str:
    """The beginning of a query's id, as ``comity query list`` shows it."""
    return envelope_id.hex()[:_ID_SHOWN]


def what(kind: str) -> str:
    """What happened."""
    return KINDS.get(kind, plain_word(kind.replace(".", ": ")))


def said(kind: str, details: bytes | None) -> str:
    """The details in one sentence."""
    if details is None:
        return ERASED
    try:
        told = json.loads(details)
        words = _SAY.get(kind, _other)(told)
    except (ValueError, KeyError, TypeError, AttributeError):
        return UNREADABLE
    return clean(words)


def _asked(told: dict[str, Any]) -> str:
    whom = ", ".join(told["recipients"]) or "nobody"
    parts = [f"{told['asker']} ({told['role']}) asks {whom}", *_why(told)]
    if told["necessity"]:
        parts.append(f"necessary because: {told['necessity']}")
    return " · ".join(parts)


def _received(told: dict[str, Any]) -> str:
    return " · ".join([f"{told['requester']} asks, by its {told['role']}", *_why(told)])


def _why(told: dict[str, Any]) -> list[str]:
    return [
        f"{plain_word(told['purpose'])}, {plain_word(told['offence'])}",
        told["instrument"],
        f"case {told['case']}",
        f"about a {plain_word(told['subject'])}",
        *_how(told),
    ]


def _how(told: dict[str, Any]) -> list[str]:
    urgency = told["urgency"]
    name = _name(query_service_pb2.Urgency, urgency) if isinstance(urgency, int) else urgency
    hurry = plain_word(name.removeprefix("URGENCY_"))
    scope = f"{plain_word(told['entity'])}, {_stage(told['stage'])}"
    return [scope, *([hurry] if hurry not in {"normal", ""} else [])]


def _stage(number: int) -> str:
    return {
        1: "hit or no hit only",
        2: "core data",
        3: "full record",
        4: "judicial channel",
    }.get(number, _name(options_pb2.Stage, number))


def _closed(told: dict[str, Any]) -> str:
    return "; ".join(_source(one) for one in told["answers"]) or "no source was asked"


def _source(one: dict[str, Any]) -> str:
    words = f"{one['source']}: {_outcome(one['outcome'])}"
    if one["released"] or one["withheld"]:
        words += f", {one['released']} fields released, {one['withheld']} withheld"
    if one["reason"]:
        words += f" ({plain_word(one['reason'])})"
    if one["digest"] and any(character != "0" for character in one["digest"]):
        words += ", receipt verified" if one["receipt"] else ", no valid receipt"
    return words


def _answered(told: dict[str, Any]) -> str:
    return f"{_outcome(told['outcome'])} · answer {told['answer'][:_ID_SHOWN]}"


def _accepted(told: dict[str, Any]) -> str:
    whom = ", ".join(told["recipients"])
    purpose = plain_word(told["purpose"])
    parts = [f"{told['requester']} asks {whom}", purpose, told["instrument"], *_how(told)]
    return " · ".join(parts)


def _relayed(told: dict[str, Any]) -> str:
    outcomes = told["outcomes"].items()
    return "; ".join(f"{agency}: {plain_word(outcome)}" for agency, outcome in outcomes)


def _read(told: dict[str, Any]) -> str:
    return f"by {told['reader']} ({told['role']}): {told['what']}"


def _queries_read(told: dict[str, Any]) -> str:
    queries = [one[:_ID_SHOWN] for one in told["queries"]]
    return f"by {told['reader']} ({told['role']}): {', '.join(queries)}"


def _mark(told: dict[str, Any]) -> str:
    record = f"{told['source']} {told['record']}"
    return (
        f"by {told['by']} ({told['role']}): {record} · about {told['subject']} · {told['reason']}"
    )


def _task(told: dict[str, Any]) -> str:
    return (
        f"by {told['by']} ({told['role']}): {told['what']} of the {told['desk']} · {told['task']}"
    )


def _other(told: dict[str, Any]) -> str:
    return " · ".join(f"{plain_word(name)}: {value}" for name, value in told.items()) or NOTHING


def _outcome(number: int) -> str:
    return plain_word(_name(answer_pb2.Outcome, number).removeprefix("OUTCOME_"))


def _name(kind: Any, number: int) -> str:
    found = kind.DESCRIPTOR.values_by_number.get(number)
    return f"unknown ({number})" if found is None else str(found.name)


def _proposed(told: dict[str, Any]) -> str:
    return f"{told['author']}: {told['reason']} · draft {told['draft']}"


def _approved(told: dict[str, Any]) -> str:
    return f"{told['approver']} · draft {told['draft']}"


def _published(told: dict[str, Any]) -> str:
    approvers = " and ".join(told["approvers"])
    start = when(told["effective_ms"])
    return (
        f"revision {told['sequence']} by {told['author']}, approved by {approvers}, published by "
        f"{told['publisher']}, in force from {start} UTC"
    )


_SAY: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "policy.proposed": _proposed,
    "policy.approved": _approved,
    "policy.published": _published,
    "query.asked": _asked,
    "query.closed": _closed,
    "query.received": _received,
    "query.answered": _answered,
    "query.read": _queries_read,
    "mark.set": _mark,
    "mark.withdrawn": _mark,
    "task.done": _task,
    "relay.accepted": _accepted,
    "relay.closed": _relayed,
    "ledger.read": _read,
}
