"""Settling: how sure each record is, beside all others that may be shown to whoever asks.

Rules:

* Nothing but what is handed in counts. Whoever rules hands in only what may be shown, so that no record that
  is hidden lowers another's score or band, or gives it a reason.
* At most one person is the one asked for: the odds of each record by its name stand against those of all the
  others, too. Another that a date of birth supports more than this one weighs by as much more, never less.
  What speaks for several alike costs none of them anything: they may be records of one person.
* A name alone is never surer than 0.99. By name a record is probable at most, and only from a higher score
  where nothing but a year supports it or the register is very large (``Likeness.probable_min``).
* Whoever carries exactly the name asked for is at least possible, however common the name, unless what is
  known beside it contradicts; the score stays the honest one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from node.matching.found import Band, Candidate, Likeness
from node.matching.model import probability

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from node.records.record import RecordId

POSSIBLE_MIN: Final = 0.70
# Log-odds below which a record weighs on nobody: as many as are ranked weigh less than an even chance.
WEIGHED_MIN: Final = -5.0
# Log-odds of 0.99: as sure as a name alone can make anybody.
NAME_LOGIT_MAX: Final = 4.6
CARRIED_BY_SEVERAL: Final = "a name that several entries of this register carry"


def settle(met: Iterable[Candidate | Likeness]) -> list[Candidate]:
    """Each record once, with its score and band among all of them, best first.

    Args:
        met: what one selector came upon and may be shown; several of one record where several of its fields
            match.
    """
    settled: dict[RecordId, Candidate] = {}
    likest: dict[RecordId, Likeness] = {}
    for one in met:
        if isinstance(one, Candidate):
            previous = settled.get(one.record_id)
            if previous is None or previous.score < one.score:
                settled[one.record_id] = one
        else:
            other = likest.get(one.record_id)
            if other is None or weight(other) < weight(one):
                likest[one.record_id] = one
    namesakes = sum(one.alike for one in likest.values())
    for (key, one), others in zip(likest.items(), _odds_of_others([*likest.values()]), strict=True):
        candidate = _settled(one, others, namesakes)
        if candidate is not None and key not in settled:
            settled[key] = candidate
    return sorted(
        settled.values(),
        key=lambda one: (
            -one.score,
            -weight(likest[one.record_id]) if one.record_id in likest else 0.0,
            one.record_id,
        ),
    )


def weight(one: Likeness) -> float:
    """Log-odds of a record as if there was nobody else."""
    return one.name_logit + one.beside_logit


def may_be_told(one: Likeness) -> bool:
    """Whether it would be possible at least, if there was nobody else."""
    alone = probability(min(one.name_logit, NAME_LOGIT_MAX) + one.beside_logit)
    return alone >= POSSIBLE_MIN or (one.alike and not one.contradicted)


def _odds_of_others(every: Sequence[Likeness]) -> list[float]:
    """What all the others weigh against each."""
    if len(every) < 2:  # noqa: PLR2004  # nobody else
        return [0.0] * len(every)
    named = np.minimum([one.name_logit for one in every], NAME_LOGIT_MAX)
    beside = np.array([one.beside_logit for one in every])
    # One row for each, one column for each other.
    odds = np.exp(named[None, :] + np.maximum(beside[None, :] - beside[:, None], 0))
    np.fill_diagonal(odds, 0)
    found: list[float] = odds.sum(axis=1).tolist()
    return found


def _settled(one: Likeness, others: float, namesakes: int) -> Candidate | None:
    named = min(one.name_logit - math.log1p(others), NAME_LOGIT_MAX)
    score = probability(named + one.beside_logit)
    if score >= one.probable_min:
        band = Band.PROBABLE
    elif score >= POSSIBLE_MIN or (one.alike and not one.contradicted):
        band = Band.POSSIBLE
    else:
        return None
    carried = (CARRIED_BY_SEVERAL,) if one.alike and namesakes > 1 else ()
    return Candidate(
        one.record_id,
        round(score, 3),
        band,
        (*one.reasons, *carried, *one.reasons_beside),
        one.matched_on,
    )
