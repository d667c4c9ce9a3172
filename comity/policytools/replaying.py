"""Past rulings under a draft: what would have changed, for each country, purpose and field.

What is replayed is the recorded context of a disclosure: who asked for what and why, and the labels of the
record. Neither the person nor any value of the record is needed, and none is recorded there.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from comity.rulings import Form, RecordLabels, RequestContext
from comity.rulings.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.rulings import Bundle


class Kind(NamedTuple):
    """One kind of difference."""

    country: str
    purpose: str
    field: str
    before: str
    after: str
    row: str


@dataclass(slots=True)
class Replayed:
    """What a draft would have changed.

    Attributes:
        without_context: disclosures from before contexts were recorded.
    """

    disclosures: int
    without_context: int
    fields: int
    changes: Counter[Kind]


text_of: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
"""What is recorded, as canonical JSON."""


def context_of(request: RequestContext) -> dict[str, Any]:
    """A request as it is recorded with a ruling."""
    told = {one.name: getattr(request, one.name) for one in fields(request) if one.init}
    told["today"] = request.today.isoformat()
    facts: Facts = told.pop("facts")
    known = {one.name: getattr(facts, one.name) for one in fields(facts) if one.init}
    told["facts"] = {name: _plain(word) for name, word in known.items() if word is not None}
    return told


def labels_of(labels: RecordLabels) -> dict[str, Any]:
    """A record's labels as they are recorded with a ruling."""
    told = {one.name: getattr(labels, one.name) for one in fields(labels) if one.init}
    return {name: _plain(word) for name, word in told.items()}


def _plain(word: Any) -> Any:
    return sorted(word) if isinstance(word, frozenset) else word


def request_from(told: Mapping[str, Any]) -> RequestContext:
    """A recorded request.

    Raises:
        ValueError: it is of another version.
    """
    words = dict(told)
    try:
        words["today"] = date.fromisoformat(words["today"])
        facts: dict[str, Any] = {
            name: frozenset(word) if isinstance(word, list) else word
            for name, word in words.pop("facts", {}).items()
        }
        return RequestContext(**words, facts=Facts(**facts))
    except (TypeError, KeyError) as error:
        raise ValueError("recorded by another version") from error


def labels_from(told: Mapping[str, Any]) -> RecordLabels:
    """Recorded labels.

    Raises:
        ValueError: they are of another version.
    """
    words: dict[str, Any] = {
        name: frozenset(word) if isinstance(word, list) else word for name, word in told.items()
    }
    try:
        return RecordLabels(**words)
    except TypeError as error:
        raise ValueError("recorded by another version") from error


def _about(request: RequestContext, record: Mapping[str, Any]) -> RequestContext:
    """The request about one record: its match may have been confirmed, and its answer's records counted."""
    known: dict[str, Any] = {"confirmed": True} if record.get("confirmed") else {}
    if "candidates" in record:
        known["candidates"] = record["candidates"]
    return replace(request, facts=replace(request.facts, **known)) if known else request


def replay(rulings: Iterable[Mapping[str, Any]], draft: Bundle) -> Replayed:
    """Rules on recorded contexts again. Blocking.

    Args:
        rulings: as recorded with each disclosure.
        draft: the law to try.
    """
    done = Replayed(0, 0, 0, Counter())
    for ruling in rulings:
        done.disclosures += 1
        try:
            request = request_from(ruling["request"])
            records = [(one, labels_from(one["labels"])) for one in ruling["records"]]
        except (KeyError, ValueError):
            done.without_context += 1
            continue
        for record, labels in records:
            before = record["forms"]
            for path, now in draft.mask(_about(request, record), labels).items():
                done.fields += 1
                was = Form(before.get(path, 0))
                if now.form is not was:
                    row = now.row if now.form > was else now.capped_by or now.row
                    kind = Kind(
                        request.end_user_country,
                        request.purpose,
                        path,
                        was.name.lower(),
                        now.form.name.lower(),
                        row,
                    )
                    done.changes[kind] += 1
    return done
