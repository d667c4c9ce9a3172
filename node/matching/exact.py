"""The exact tier: records that hold an identifier, or everything that is known of them.

What the record said it is unique within (a plate's country, an address's port) counts as matched on, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.catalogue import FIELDS
from node.matching.found import Band, Candidate, Found
from node.records import normalise
from node.records.indexing import COUNTRY, FROM, TO

if TYPE_CHECKING:
    from collections.abc import Iterable

    from node.records.identifiers import Key
    from node.records.record import RecordId
    from node.records.selectors import Selector, Span
    from node.records.store import RecordStore

# Look-ups read this many more than the limit, to know whether there are more.
BEYOND: Final = 1
# Records that fit what is known of something and are then held against its time.
SPANNED_MAX: Final = 500
# Why a batch of stolen blanks matches, and the fields that say so.
INSIDE: Final = "inside a batch of blank documents"
_BATCH: Final = frozenset({FROM, TO})
_WITHIN: Final = {
    info.path: frozenset(f"{entity}.{name}" for name in info.within.split())
    for entity, infos in FIELDS.items()
    for info in infos
    if info.within
}


def search(store: RecordStore, selector: Selector, limit: int) -> Found | None:
    """Candidates by number or by what is known; nothing when the selector has neither."""
    keys = selector.keys()
    span = selector.span()
    most = SPANNED_MAX if span is not None else limit
    if keys:
        found = _any(store, keys, most)
        if (batch := selector.batch()) is not None:
            found = _with_batches(store, found, *batch, limit=most)
    elif groups := selector.terms():
        found = _all(store, groups, most)
    else:
        return None
    more = len(found) > most
    if span is not None:
        found = _during(store, found[:most], span)
        more = more or len(found) > limit
    return Found(tuple(found[:limit]), more=more)


def _any(store: RecordStore, keys: Iterable[Key], limit: int) -> list[Candidate]:
    found: dict[RecordId, Candidate] = {}
    for key in keys:
        for match in store.find(store.hash_of(key), limit + BEYOND):
            matched = frozenset({match.path})
            if key.within:
                matched |= _WITHIN.get(match.path, frozenset())
            found.setdefault(match.record_id, _candidate(match.record_id, (key.reason,), matched))
    return [found[one] for one in sorted(found)]


def _with_batches(
    store: RecordStore, found: list[Candidate], number: str, country: str, *, limit: int
) -> list[Candidate]:
    """What holds the number itself, and the batches of blank documents that it lies in."""
    asked = normalise.in_series(number)
    if asked is None:
        return found
    known = {one.record_id for one in found}
    used = _BATCH | ({COUNTRY} if country else frozenset())
    inside = store.batches_with(asked, country, limit + BEYOND)
    return found + [_candidate(one, (INSIDE,), used) for one in inside if one not in known]


def _all(store: RecordStore, groups: tuple[tuple[Key, ...], ...], limit: int) -> list[Candidate]:
    hashes = [[store.hash_of(key) for key in group] for group in groups]
    reasons = tuple(dict.fromkeys(group[0].reason for group in groups))
    found = store.find_all(hashes, limit + BEYOND)
    return [_candidate(record_id, reasons, paths) for record_id, paths in found.items()]


def _candidate(record_id: RecordId, reasons: tuple[str, ...], paths: frozenset[str]) -> Candidate:
    return Candidate(record_id, 1.0, Band.EXACT, reasons, paths)


def _during(store: RecordStore, found: list[Candidate], span: Span) -> list[Candidate]:
    """Those whose own time touches what is asked; a record that says nothing of its time stays."""
    paths = (span.since, span.until)
    told = store.read([one.record_id for one in found], paths)
    kept = []
    for one in found:
        values = told.get(one.record_id, {})
        since, until = (str(values.get(path, "")) for path in paths)
        if not touches(since, until or since, span.first, span.last):
            continue
        used = one.matched_on | frozenset(values)
        kept.append(_candidate(one.record_id, (*one.reasons, "at that time"), used))
    return kept


def touches(since: str, until: str, first: str, last: str) -> bool:
    """Whether two stretches of time may overlap; a partial date is all of its year or month."""
    ends_before = bool(until and first) and _latest(until) < first
    begins_after = bool(since and last) and since > _latest(last)
    return not (ends_before or begins_after)


def _latest(moment: str) -> str:
    """Sorts after every moment that a partial one may mean."""
    return f"{moment}~"
