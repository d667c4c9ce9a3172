"""Relations of a record that leaves: each one is ruled on by itself.

Rules:

* A relation is told only when the law lets this very kind lead from one to the other (verb ``relation``), and
  only when both ends may be shown; otherwise nothing shows that there is one (Regulation (EU) 2018/1862
  Article 63(3)).
* The relation's own markings count beside those of what it leads to.
* Relations that may not be told take no other's place: the limit counts what is told.
* Of the other record no more leaves than had it been asked for itself, at the same stage.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from node.exchange.model import EDGES_MAX, Edge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from comity.rulings import Mask, RecordLabels
    from node.exchange.model import Released
    from node.policy.law import View
    from node.records.record import RecordId


# Relations of one record that are ruled on, told or not.
EDGES_RULED_MAX: Final = 64


class Stored(Protocol):
    """A relation as the register keeps it."""

    @property
    def record_id(self) -> RecordId:
        """The relation's own record."""
        ...

    @property
    def relation(self) -> str:
        """Its kind."""
        ...

    @property
    def outward(self) -> bool:
        """Whether it leads from the record to the other one."""
        ...

    @property
    def other(self) -> RecordId:
        """The record at its other end."""
        ...

    @property
    def since(self) -> str:
        """Since when."""
        ...

    @property
    def until(self) -> str:
        """Until when."""
        ...


class Reading(Protocol):
    """The register's reading of relations."""

    def edges(self, record_id: RecordId, limit: int) -> Sequence[Stored]:
        """Relations of a record."""
        ...

    def labels(
        self, record_ids: Sequence[RecordId], *, nationalities: bool = False
    ) -> Mapping[RecordId, RecordLabels]:
        """What policies look at."""
        ...

    def assertion(self, record_id: RecordId) -> object | None:
        """How a record is to be judged and handled."""
        ...


@dataclass(frozen=True, slots=True)
class Relating:
    """Rules on the relations of one record under one view.

    Attributes:
        release: what may leave of another record; given its labels and mask.
    """

    reading: Reading
    view: View
    release: Callable[[RecordId, RecordLabels, Mask], Released]

    def edges(
        self, record_id: RecordId, label: RecordLabels
    ) -> tuple[tuple[Edge, ...], list[dict[str, Any]]]:
        """Relations that may be told, and the trail of every decision for the owner's own record."""
        stored = self.reading.edges(record_id, EDGES_RULED_MAX)
        told: list[Edge] = []
        trail: list[dict[str, Any]] = []
        if not stored:
            return (), trail
        labels = self.reading.labels(
            [*(one.record_id for one in stored), *(one.other for one in stored)],
            nationalities=self.view.asks_nationality,
        )
        for one in stored:
            if len(told) == EDGES_MAX:
                break
            own, other = labels.get(one.record_id), labels.get(one.other)
            if own is None or other is None:
                continue
            # All that is known of the other one counts, or a foreigner would be ruled on as a national.
            bound = replace(other, markings=other.markings | own.markings)
            ends = (label, bound) if one.outward else (bound, label)
            decision = self.view.relate(ends[0], one.relation, ends[1])
            trail.append(
                {"edge": int(one.record_id), "row": decision.row, "told": decision.allowed}
            )
            if not decision.allowed:
                continue
            told.append(
                Edge(
                    relation=one.relation,
                    outward=one.outward,
                    since=one.since,
                    until=one.until,
                    assertion=self.reading.assertion(one.record_id),
                    row=decision.row if decision.tell else "",
                    law=decision.law if decision.tell else "",
                    obligations=decision.duties,
                    other=self.release(one.other, bound, self.view.mask(bound)),
                )
            )
        return tuple(told), trail
