"""What an owner itself knows of people taken for each other (Regulation (EU) 2018/1862 Articles 61 and 62).

Rules:

* Two records that their owner holds apart (relation ``not-same-as``) and that fit one question are not both
  offered as probable: the one that fits less is possible at most. Only a relation that was told counts, so
  nothing is to be learned from a band that the law would not tell.
* That an identity is misused is said beside the match where the law lets at least a hit of it leave: whoever
  bears it by right is somebody else, of whom nothing is told.
* An identifier that agrees stays exact.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from node.matching.found import Band

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.exchange.model import Released

NOT_SAME: Final = "not-same-as"
MISUSED: Final = "person.misused_identity_of"
HELD_APART: Final = "its owner holds it apart from another record that fits better"
MISUSED_HERE: Final = "an identity of this record belongs by right to somebody else"


def held_apart(hits: Sequence[Released]) -> list[Released]:
    """The same hits, best first; of two that their owner holds apart the lesser is possible at most."""
    better: dict[str, tuple[int, float]] = {}
    for one in hits:
        for edge in one.edges:
            if edge.relation == NOT_SAME:
                reference = edge.other.reference
                better[reference] = max(better.get(reference, _fit(one)), _fit(one))
    return [
        _lowered(one) if one.reference in better and better[one.reference] > _fit(one) else one
        for one in hits
    ]


def _fit(hit: Released) -> tuple[int, float]:
    """How well a hit fits; a lower band is a stronger one."""
    return -hit.band, hit.score


def _lowered(hit: Released) -> Released:
    if hit.band < Band.PROBABLE:
        return hit
    reasons = (*hit.match_reasons, HELD_APART)
    return replace(hit, band=int(Band.POSSIBLE), match_reasons=reasons)
