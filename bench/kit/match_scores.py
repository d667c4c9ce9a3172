"""What the answers of a search by name come to: recall, precision, false alarms, by class."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.kit.people_set import Query

PROBABLE = 2
# Slips and hopeless classes are told apart from published names.
COUNTED = frozenset(
    {
        *("name", "alias", "file", "Arabic", "Cyrillic", "Chinese", "Korean", "Japanese", "Hebrew"),
        *("Greek", "Indic", "other script"),
    }
)


def counts(query: Query) -> bool:
    """Whether a query counts in the total."""
    return query.expected is not None and query.kind in COUNTED


def judged(queries: Sequence[Query], found: Sequence[Any]) -> dict[str, Any]:
    """Ranking figures and those of what was said to be probable."""
    probable = right = alarms = nobody = 0
    for query, hits in zip(queries, found, strict=True):
        likely = bool(hits) and hits[0][2] == PROBABLE
        nobody += query.expected is None
        alarms += likely and query.expected is None
        probable += likely
        right += likely and hits[0][0] == query.expected
    return {
        **ranked(queries, found),
        "false_alarm_probable": round(alarms / nobody, 4) if nobody else None,
        "precision_probable": round(right / probable, 4) if probable else None,
        "recall_probable": round(right / max(1, len(queries) - nobody), 4),
        "nobody_queries": nobody,
    }


def ranked(queries: Sequence[Query], found: Sequence[Any]) -> dict[str, Any]:
    """How often the right one is first, and among the first ten."""
    counted = [
        ([hit[0] for hit in hits], query.expected)
        for query, hits in zip(queries, found, strict=True)
        if counts(query)
    ]
    total = max(1, len(counted))
    ten = sum(expected in hits for hits, expected in counted) / total
    one = sum(hits[:1] == [expected] for hits, expected in counted) / total
    return {
        "recall_at_1": round(one, 4),
        "recall_at_10": round(ten, 4),
        "recall_margin": round(_margin(ten, total), 4),
        "queries": len(counted),
    }


def _margin(share: float, count: int) -> float:
    """Half of Wilson's 95 % interval: what another sample of queries may give."""
    z = 1.96
    spread = math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return z / (1 + z * z / count) * spread


def by_class(queries: Sequence[Query], found: Sequence[Any]) -> dict[str, Any]:
    """The same for each class of query."""
    groups: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for query, hits in zip(queries, found, strict=True):
        if query.expected is not None:
            ids = [hit[0] for hit in hits]
            groups[query.kind].append((query.expected in ids, ids[:1] == [query.expected]))
    return {
        kind: {
            "queries": len(some),
            "recall_at_10": round(share := sum(ten for ten, _ in some) / len(some), 3),
            "recall_margin": round(_margin(share, len(some)), 3),
            "recall_at_1": round(sum(one for _, one in some) / len(some), 3),
        }
        for kind, some in sorted(groups.items())
    }
