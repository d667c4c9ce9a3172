"""The exact tier: records that hold an identifier, or everything that is known of them.

What the record said it is unique within (a plate's country, an address's port) counts as matched on, too.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, product
from typing import TYPE_CHECKING, Final

from comity.catalogue import FIELDS
from node.matching.found import NOTHING_PASSED, Band, Candidate, Found
from node.records import normalise
from node.records.indexing import COUNTRY, FROM, TO

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from node.matching.found import Passed
    from node.records.identifiers import Key
    from node.records.record import RecordId
    from node.records.selectors import Selector, Span
    from node.records.store import RecordStore

# Look-ups read this many more than the limit, to know whether there are more.
BEYOND: Final = 1
# Records that fit what is known of something and are then held against its time.
SPANNED_MAX: Final = 2_000
# Ways in which the fields of one record meet everything that was asked; beyond it the first count.
WAYS_MAX: Final = 16
# Why a batch of stolen blanks matches, and the fields that say so.
INSIDE: Final = "inside a batch of blank documents"
AT_THAT_TIME: Final = "at that time"
TIME_UNKNOWN: Final = "the record says nothing of its time"
_BATCH: Final = frozenset({FROM, TO})
_WITHIN: Final = {
    info.path: frozenset(f"{entity}.{name}" for name in info.within.split())
    for entity, infos in FIELDS.items()
    for info in infos
    if info.within
}


def search(
    store: RecordStore, selector: Selector, limit: int, passed: Passed = NOTHING_PASSED
) -> Found | None:
    """Candidates by number or by what is known; nothing when the selector has neither.

    Each way in which a record's fields match is a candidate of its own: which of them may be searched on is
    for the law to say, after.

    Args:
        store: the register.
        selector: what to look for.
        limit: at most so many records.
        passed: records that are as if they were not there.
    """
    span = selector.span()
    most = limit if span is None else SPANNED_MAX
    read = most + BEYOND + len(passed.records)
    if keys := selector.keys():
        found = _any(store, keys, read)
        if (batch := selector.batch()) is not None:
            found += _in_batches(store, *batch, limit=read)
    elif groups := selector.terms():
        found = _all(store, groups, read)
    else:
        return None
    found = [one for one in found if one.record_id not in passed.records]
    if stated := selector.stated():
        found = _holding(store, found, stated)
    within = _first(found, most)
    unseen = span is not None and len(within) < len(found)
    if span is not None:
        found = _during(store, within, span)
        within = _first(found, limit)
    return Found(tuple(within), more=unseen or len(within) < len(found), unseen=unseen)


def _first(found: list[Candidate], records: int) -> list[Candidate]:
    """The candidates of the first so many records."""
    first = set(sorted({one.record_id for one in found})[:records])
    return [one for one in found if one.record_id in first]


def _any(store: RecordStore, keys: Iterable[Key], limit: int) -> list[Candidate]:
    found: list[Candidate] = []
    for key in keys:
        for match in store.find(store.hash_of(key), limit):
            matched = frozenset({match.path})
            if key.within:
                matched |= _WITHIN.get(match.path, frozenset())
            found.append(_candidate(match.record_id, (key.reason,), matched))
    return sorted(found, key=lambda one: one.record_id)


def _in_batches(store: RecordStore, number: str, country: str, *, limit: int) -> list[Candidate]:
    """The batches of blank documents that a number lies in."""
    asked = normalise.in_series(number)
    if asked is None:
        return []
    used = _BATCH | ({COUNTRY} if country else frozenset())
    return [_candidate(one, (INSIDE,), used) for one in store.batches_with(asked, country, limit)]


def _all(store: RecordStore, groups: tuple[tuple[Key, ...], ...], limit: int) -> list[Candidate]:
    hashes = [[store.hash_of(key) for key in group] for group in groups]
    reasons = tuple(dict.fromkeys(group[0].reason for group in groups))
    return [
        _candidate(record_id, reasons, frozenset(way))
        for record_id, paths in store.find_all(hashes, limit).items()
        for way in islice(product(*paths), WAYS_MAX)
    ]


def _holding(
    store: RecordStore, found: list[Candidate], stated: Mapping[str, str]
) -> list[Candidate]:
    """Those that hold exactly what the question stated of them; one that does not say so is none."""
    told = store.read(sorted({one.record_id for one in found}), tuple(stated))
    return [
        replace(one, matched_on=one.matched_on | frozenset(stated))
        for one in found
        if all(told.get(one.record_id, {}).get(path) == word for path, word in stated.items())
    ]


def _candidate(record_id: RecordId, reasons: tuple[str, ...], paths: frozenset[str]) -> Candidate:
    return Candidate(record_id, 1.0, Band.EXACT, reasons, paths)


def _during(store: RecordStore, found: list[Candidate], span: Span) -> list[Candidate]:
    """Those whose own time touches what is asked; a record that says nothing of its time stays."""
    paths = (span.since, span.until)
    told = store.read(sorted({one.record_id for one in found}), paths)
    kept = []
    for one in found:
        values = told.get(one.record_id, {})
        since, until = (str(values.get(path, "")) for path in paths)
        if not touches(since, until or since, span.first, span.last):
            continue
        used = one.matched_on | frozenset(values)
        when = AT_THAT_TIME if values else TIME_UNKNOWN
        kept.append(_candidate(one.record_id, (*one.reasons, when), used))
    return kept


def touches(since: str, until: str, first: str, last: str) -> bool:
    """Whether two stretches of time may overlap; a partial date is all of its year or month."""
    ends_before = bool(until and first) and _latest(until) < first
    begins_after = bool(since and last) and since > _latest(last)
    return not (ends_before or begins_after)


def _latest(moment: str) -> str:
    """Sorts after every moment that a partial one may mean."""
    return f"{moment}~"
