"""Reading records for a decision: labels first, then only what a mask names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.rulings import RecordLabels

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from node.records.record import RecordId
    from node.records.store import RecordStore
    from node.records.values import Assertion


class Register:
    """Implements ``node.exchange.deciding.Reading`` over the store."""

    __slots__ = ("_store",)

    def __init__(self, store: RecordStore) -> None:
        self._store = store

    def labels(self, record_ids: Sequence[RecordId]) -> Mapping[RecordId, RecordLabels]:
        """What policies look at; handling code and contested flag of the assertion included."""
        found = {}
        for record_id, (entity_type, labels, _) in self._store.facts(record_ids).items():
            found[record_id] = RecordLabels(entity_type, labels.subject, labels.markings)
        return found

    def read(
        self, record_ids: Sequence[RecordId], paths: Iterable[str]
    ) -> Mapping[RecordId, Mapping[str, object]]:
        """Only these fields of these records."""
        return self._store.read(record_ids, paths)

    def assertion(self, record_id: RecordId) -> Assertion | None:
        """How the record is to be judged and handled."""
        return self._store.assertion(record_id)
