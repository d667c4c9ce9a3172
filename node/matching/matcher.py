"""The matcher: exact tier for identifiers, name tier for persons, organisations and objects.

Cap and refine: a search that finds more than the limit says so and never lists on.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, Protocol

from node.matching import exact, score
from node.matching.found import Band, Candidate, Found
from node.matching.score import Evidence
from node.records import names
from node.records.selectors import PersonSelector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.records.name_index import NameIndex, NameRow
    from node.records.record import RecordId
    from node.records.selectors import Selector
    from node.records.store import RecordStore

# Distinct tokens looked at for one token of the query, and those kept after comparing.
TOKENS_LOOKED_AT_MAX: Final = 600
TOKENS_KEPT_MAX: Final = 60
# Postings read for one query: the rarest tokens first, the rest only reinforces what they found.
POSTINGS_MAX: Final = 20_000
# Names that are weighed in full.
WEIGHED_MAX: Final = 100
POSSIBLE_MIN: Final = 0.70
PROBABLE_MIN: Final = 0.85


class Matcher(Protocol):
    """Search over one register."""

    async def search(self, selector: Selector, limit: int) -> Found:
        """Candidates, best first, at most ``limit``, and whether there are more."""
        ...


class RegisterMatcher:
    """Searches the node's own store. Name searches run in one thread, so that exact ones never wait."""

    def __init__(self, store: RecordStore, index: NameIndex) -> None:
        self._store = store
        self._index = index
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._total = 0

    async def warm(self) -> None:
        """Makes the first query as fast as the next."""
        loop = asyncio.get_running_loop()
        self._total = await loop.run_in_executor(self._thread, self._index.size)

    async def close(self) -> None:
        """Ends the search thread."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._index.close)
        self._thread.shutdown()

    async def search(self, selector: Selector, limit: int) -> Found:
        """Candidates, best first, at most ``limit``, and whether there are more."""
        found = exact.search(self._store, selector, limit)
        if found is not None:
            return found
        asked = named(selector)
        if asked is None:
            return Found()
        text, entity_type, beside = asked
        tokens = names.tokens(text)
        if not tokens:
            return Found()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._thread, self._by_name, tokens, entity_type, beside, limit
        )

    def _by_name(
        self, asked: tuple[str, ...], entity_type: str, beside: Evidence, limit: int
    ) -> Found:
        self._total = self._total or self._index.size()
        gathered, weights = self._gather(asked)
        ranked = sorted(gathered, key=lambda one: (-gathered[one], one))[:WEIGHED_MAX]
        if not ranked:
            return Found()
        rows = self._index.names(ranked, entity_type)
        known = self._evidence([row.record_id for row in rows]) if entity_type == "person" else {}
        best: dict[RecordId, Candidate] = {}
        for row in rows:
            candidate = self._weigh(asked, row, weights, beside, known.get(row.record_id))
            held = best.get(row.record_id)
            if candidate is not None and (held is None or held.score < candidate.score):
                best[row.record_id] = candidate
        ordered = sorted(best.values(), key=lambda one: (-one.score, one.record_id))
        return Found(tuple(ordered[:limit]), more=len(ordered) > limit)

    def _gather(self, asked: Sequence[str]) -> tuple[dict[int, float], dict[str, float]]:
        """Names that share something with the query, by how much; and each token's weight."""
        near: list[tuple[int, float, float]] = []
        weights: dict[str, float] = {}
        for one in dict.fromkeys(asked):
            tokens = self._index.tokens(names.keys(one), TOKENS_LOOKED_AT_MAX)
            alike = sorted(
                (
                    (likeness, token_id)
                    for token_id, text in tokens.items()
                    if (likeness := score.similarity(one, text)) >= score.ALIKE_MIN
                ),
                reverse=True,
            )[:TOKENS_KEPT_MAX]
            frequencies = self._index.frequencies([token_id for _, token_id in alike])
            # A name is as common as all its spellings together.
            together = sum(frequencies.values())
            weights[one] = score.weight(together, self._total)
            near.extend(
                (token_id, likeness * weights[one], frequencies.get(token_id, 0))
                for likeness, token_id in alike
            )
        gathered: dict[int, float] = defaultdict(float)
        budget = POSTINGS_MAX
        for token_id, worth, count in sorted(near, key=lambda one: (one[2], -one[1], one[0])):
            if budget <= 0:
                break
            postings = self._index.postings(token_id, int(min(count, budget)))
            budget -= len(postings)
            for name_id in postings:
                gathered[name_id] += worth
        return gathered, weights

    def _evidence(self, record_ids: Sequence[RecordId]) -> dict[RecordId, Evidence]:
        parts: dict[RecordId, dict[str, tuple[str, ...]]] = defaultdict(dict)
        for record_id, path, stored in self._index.evidence(record_ids):
            value = json.loads(stored)
            parts[record_id][path] = tuple(value) if isinstance(value, list) else (value,)
        return {
            record_id: Evidence(
                found.get("person.birth_date", ()),
                found.get("person.nationalities", ()),
                "".join(found.get("person.sex", ())),
            )
            for record_id, found in parts.items()
        }

    def _weigh(
        self,
        asked: Sequence[str],
        row: NameRow,
        weights: dict[str, float],
        beside: Evidence,
        stored: Evidence | None,
    ) -> Candidate | None:
        weighed = score.weigh(
            asked,
            row.folded.split(),
            weights,
            asked_beside=beside,
            stored_beside=stored or Evidence(),
        )
        if weighed.score < POSSIBLE_MIN:
            return None
        band = Band.PROBABLE if weighed.score >= PROBABLE_MIN else Band.POSSIBLE
        return Candidate(
            row.record_id,
            round(weighed.score, 3),
            band,
            weighed.reasons,
            weighed.used | {row.path},
        )


def named(selector: Selector) -> tuple[str, str, Evidence] | None:
    """Name, entity type and evidence of a selector that searches by name."""
    match selector:
        case PersonSelector():
            beside = Evidence(
                (selector.birth_date,) if selector.birth_date else (),
                (selector.nationality,) if selector.nationality else (),
                selector.sex,
            )
            return selector.text, "person", beside
        case _ if selector.text:
            return selector.text, selector.entity_type, Evidence()
        case _:
            return None
