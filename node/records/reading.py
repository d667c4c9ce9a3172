"""Reading records for a decision: labels first, then only what a mask names.

Labels say what follows from the assertion, too (``node.records.judged``), and from the day: that its review
is overdue, that it does not hold any more, that an offence is time-barred. A record past its day of deletion
is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from comity.clock import day_of
from comity.rulings import RecordLabels
from node.records.ages import band_between
from node.records.births import TELLING, spans
from node.records.implied import SPENT, TIME_BARRED, time_barred
from node.records.indexing import edge_key
from node.records.judged import OUTSIDE_VALIDITY, outside_validity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from comity.clock import Clock
    from node.records.record import RecordId
    from node.records.store import RecordStore
    from node.records.values import Assertion

AGE_BAND: Final = "person.age_band"
NATIONALITIES: Final = "person.nationalities"
OVERDUE: Final = "review-overdue"
OFFENCE: Final = "offence"
# What records are labelled with; the same few recur.
LABELS_REMEMBERED: Final = 4_096
_labels: Final = lru_cache(maxsize=LABELS_REMEMBERED)(RecordLabels)
_BORN: Final = frozenset(TELLING["person"])
_KIND, _FROM, _TO, _SINCE, _UNTIL = (
    f"relation.{name}"
    for name in ("relation_type", "from_reference", "to_reference", "since", "until")
)
_EDGE_PATHS: Final = (_KIND, _FROM, _TO, _SINCE, _UNTIL)


@dataclass(frozen=True, slots=True)
class StoredEdge:
    """A relation of a record.

    Attributes:
        record_id: the relation's own record.
        relation: its kind.
        outward: whether it leads from the record to the other one.
        other: the record at its other end.
    """

    record_id: RecordId
    relation: str
    outward: bool
    other: RecordId
    since: str
    until: str


class Register:
    """Implements ``node.exchange.deciding.Reading`` over the store."""

    __slots__ = ("_clock", "_store")

    def __init__(self, store: RecordStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def labels(
        self, record_ids: Sequence[RecordId], *, nationalities: bool = False
    ) -> Mapping[RecordId, RecordLabels]:
        """What policies look at; records that had to be deleted are left out.

        Args:
            record_ids: the records.
            nationalities: whether some rule asks for them.
        """
        today = day_of(self._clock.now_ms()).isoformat()
        told = self._store.read(record_ids, (NATIONALITIES,)) if nationalities else {}
        facts = self._store.facts(record_ids)
        offences = [one for one, fact in facts.items() if fact.entity_type == OFFENCE]
        barred = self._store.read(offences, (TIME_BARRED,)) if offences else {}
        found = {}
        for record_id, fact in facts.items():
            if fact.delete_on and fact.delete_on < today:
                continue
            markings = fact.labels.markings
            if fact.review_on and fact.review_on < today:
                markings |= {OVERDUE}
            if outside_validity(fact.assertion, today):
                markings |= {OUTSIDE_VALIDITY}
            if time_barred(barred.get(record_id, {}), today):
                markings |= {SPENT}
            values: Any = told.get(record_id, {}).get(NATIONALITIES)
            found[record_id] = _labels(
                fact.entity_type,
                fact.labels.subject,
                markings,
                frozenset(values) if values else None,
            )
        return found

    def read(
        self, record_ids: Sequence[RecordId], paths: Iterable[str]
    ) -> Mapping[RecordId, Mapping[str, object]]:
        """Only these fields of these records; the age is reckoned on the day."""
        wanted = set(paths)
        if AGE_BAND not in wanted:
            return self._store.read(record_ids, wanted)
        told = self._store.read(record_ids, wanted | _BORN)
        today = day_of(self._clock.now_ms())
        for fields in told.values():
            born = spans("person", fields, today)
            band = born and band_between(
                min(span.first for span in born), max(span.last for span in born), today
            )
            if band:
                fields[AGE_BAND] = band
            for path in _BORN - wanted:
                fields.pop(path, None)
        return told

    def assertion(self, record_id: RecordId) -> Assertion | None:
        """How the record is to be judged and handled."""
        return self._store.assertion(record_id)

    def edges(self, record_id: RecordId, limit: int) -> list[StoredEdge]:
        """Relations of a record, at most ``limit``, to whatever is there."""
        fact = self._store.fact(record_id)
        if fact is None:
            return []
        key = self._store.hash_of(edge_key(fact.source, fact.source_key))
        found = self._store.find(key, limit)
        if not found:
            return []
        told = self._store.read([match.record_id for match in found], _EDGE_PATHS)
        ends = {
            match.record_id: (match.path == _FROM, told.get(match.record_id, {})) for match in found
        }
        wanted = [str(parts.get(_TO if out else _FROM, "")) for out, parts in ends.values()]
        others = self._store.of_source(fact.source, wanted)
        return [
            StoredEdge(
                edge,
                str(parts.get(_KIND, "")),
                outward=out,
                other=others[other],
                since=str(parts.get(_SINCE, "")),
                until=str(parts.get(_UNTIL, "")),
            )
            for (edge, (out, parts)), other in zip(ends.items(), wanted, strict=True)
            if other in others
        ]
