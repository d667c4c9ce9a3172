"""Past rulings under a draft: what would have changed, for each country, purpose and field.

What is replayed is the recorded context of a disclosure: who asked for what and why, and the labels of the
record. Neither the person nor any value of the record is needed, and none is recorded there.

Rules:

* What people write freely stands in no context. A word outside the vocabulary is recorded as ``unknown``,
  which is what it was ruled as; of a case's reference, which may be a name, a keyed digest is recorded.
* A row that names a case is tried on that case all the same: the digests of the cases that a draft names are
  made when it is tried (``cases``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from comity.rulings import Form, RecordLabels, RequestContext
from comity.rulings.asked import labelled
from comity.rulings.columns import Verb
from comity.rulings.context import UNKNOWN
from comity.rulings.facts import Facts
from comity.rulings.functions import ANY

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from comity.rulings import Bundle, Vocabulary


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


# Makes the digest of a case's reference for the agency that gave it.
NamesCase = Callable[[str, str], str]
# Words of a request, each with the vocabulary's list that it stands in.
_LISTED: Final = {
    "agency": "agencies",
    "country": "countries",
    "end_user_country": "countries",
    "role": "roles",
    "purpose": "purposes",
    "instrument": "instruments",
    "offence": "offences",
    "subject_category": "subjects",
    "owner_country": "countries",
}
_AIMS: Final = frozenset({"", "identify", "more_data"})


def nameless(request: RequestContext, words: Vocabulary, name_case: NamesCase) -> RequestContext:
    """A request without anything that somebody wrote freely; it is ruled on as before.

    Args:
        request: as it was ruled on.
        words: that the law in force knew.
        name_case: of this node.
    """
    unknown: dict[str, Any] = {
        name: UNKNOWN
        for name, listed in _LISTED.items()
        if (word := getattr(request, name)) and word not in getattr(words, listed)
    }
    return replace(
        request,
        **unknown,
        case=name_case(request.agency, request.case) if request.case else "",
        aim=request.aim if request.aim in _AIMS else UNKNOWN,
    )


def context_of(request: RequestContext) -> dict[str, Any]:
    """A request as it is recorded with a ruling, once it is ``nameless``."""
    told = {one.name: getattr(request, one.name) for one in fields(request) if one.init}
    told["today"] = request.today.isoformat()
    facts: Facts = told.pop("facts")
    known = {one.name: getattr(facts, one.name) for one in fields(facts) if one.init}
    told["facts"] = {name: _plain(word) for name, word in known.items() if word is not None}
    return told


def labels_of(labels: RecordLabels, words: Vocabulary | None = None) -> dict[str, Any]:
    """A record's labels as they are recorded with a ruling: by words that the law in force knew."""
    if words is not None:
        known = labelled(labels, words)
        of = labels.nationalities
        countries = None if of is None else frozenset(_word(one, words.countries) for one in of)
        labels = RecordLabels(known.entity_type, known.subject, known.markings, countries)
    told = {one.name: getattr(labels, one.name) for one in fields(labels) if one.init}
    return {name: _plain(word) for name, word in told.items()}


def _word(word: str, words: Container[str]) -> str:
    return word if word in words else UNKNOWN


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
    """The request about one record: its match confirmed or weighed, its answer's records counted."""
    known: dict[str, Any] = {"confirmed": True} if record.get("confirmed") else {}
    known |= {name: record[name] for name in ("candidates", "match") if name in record}
    return replace(request, facts=replace(request.facts, **known)) if known else request


def _of_case(
    request: RequestContext, cases: Iterable[str], name_case: NamesCase | None
) -> RequestContext:
    """The request with its case in words, where it is one of these."""
    if name_case is None:
        return request
    named = (case for case in cases if name_case(request.agency, case) == request.case)
    return replace(request, case=next(named, request.case))


def replay(
    rulings: Iterable[Mapping[str, Any]], draft: Bundle, name_case: NamesCase | None = None
) -> Replayed:
    """Rules on recorded contexts again. Blocking.

    Args:
        rulings: as recorded with each disclosure.
        draft: the law to try.
        name_case: of the node that recorded them; without it no recorded case is one that a row names.
    """
    done = Replayed(0, 0, 0, Counter())
    cases = {row.cells.get("case", ANY) for row in draft.law.rows.get(Verb.RELEASE, ())} - {ANY}
    for ruling in rulings:
        done.disclosures += 1
        try:
            request = request_from(ruling["request"])
            request = _of_case(request, cases, name_case)
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
