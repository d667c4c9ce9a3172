"""The matcher: exact tier for identifiers, name tier for whatever has a name.

Rules:

* The index proposes, the register confirms: a name that is no longer stored is no candidate.
* A name alone never confirms. By name a candidate is probable at most, and only from a higher score when
  nothing but a year supports it or the register is very large.
* Whoever carries exactly the name asked for is at least possible, however common the name, unless what is
  known beside it contradicts; the score stays the honest one.
* A register that is still taking names in says that it has not seen them all.
* A record that several of its fields match is a candidate by each of them, so that one that may not be
  searched hides none that may.
* Cap and refine: a search that finds more than the limit says so and never lists on.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from node.matching import evidence, exact
from node.matching.evidence import Beside, Evidence
from node.matching.found import Band, Candidate, Found
from node.matching.model import probability, shipped
from node.matching.query import asked_for
from node.matching.ranking import NAME_LOGIT_MAX, rank, warm
from node.matching.reasons import reasons
from node.records.name_index import NamesUnreadable
from node.records.selectors import PersonSelector

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from node.matching.fingerprints import Fingers
    from node.matching.index.frequencies import Frequencies
    from node.matching.life import NameIndex
    from node.matching.ranking import Ranked
    from node.records.name_index import PublishedNames
    from node.records.record import RecordId
    from node.records.selectors import Selector
    from node.records.store import RecordStore

    Rebuild = Callable[[], Awaitable[bool]]

POSSIBLE_MIN: Final = 0.70
PROBABLE_MIN: Final = 0.85
# Where only a year supports a name, or so many names are there to be met by chance.
PROBABLE_MIN_UNSUPPORTED: Final = 0.90
LARGE_REGISTER_NAMES: Final = 1_000_000


# News are looked for this often beside the queries; a failed rebuild is tried again after so long.
KEEP_UP_S: Final = 1.0
REBUILD_AGAIN_S: Final = 600.0
UNREADABLE_AGAIN_S: Final = 10.0

log = logging.getLogger(__name__)


class Matcher(Protocol):
    """Search over one register."""

    async def search(self, selector: Selector, limit: int) -> Found:
        """Candidates, best first, at most ``limit``, and whether there are more."""
        ...

    def can_search(self, selector: Selector) -> bool:
        """Whether this register can look for such a thing at all."""
        ...


class Judged(NamedTuple):
    """A ranked row with what stands beside it."""

    ranked: Ranked
    beside: Beside
    score: float
    band: Band | None


class RegisterMatcher:
    """Searches the node's own store. Name searches run in one thread, so that exact ones never wait."""

    def __init__(
        self,
        store: RecordStore,
        names: PublishedNames,
        index: NameIndex,
        *,
        fingers: Fingers | None = None,
    ) -> None:
        self._store = store
        self._fingers = fingers
        self._names = names
        self._index = index
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="index")

    async def warm(self) -> None:
        """Makes the first query as fast as the next."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._open)

    def _open(self) -> None:
        self._index.open()
        warm(*self._index.segments("person"), shipped())
        # Comparing dates and telling reasons come with what is found, which may be nothing yet.
        self._names.held([])

    async def close(self) -> None:
        """Ends the search thread."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._index.close)
        await loop.run_in_executor(self._thread, self._names.close)
        self._thread.shutdown()
        self._beside.shutdown()

    async def keep_up(self, stop: asyncio.Event, rebuild: Rebuild) -> None:
        """Takes in what the register gained, until ``stop``; has the snapshot rebuilt when it is due.

        Args:
            stop: ends it.
            rebuild: builds a snapshot in a process of its own, so that no query waits for it; false when
                that failed.
        """
        loop = asyncio.get_running_loop()
        names = self._names.another()
        patience_s = KEEP_UP_S
        try:
            while not await _set_within(stop, patience_s):
                try:
                    await loop.run_in_executor(self._beside, self._index.keep_up, names)
                except NamesUnreadable as error:
                    log.error("new names cannot be read (%s); trying again", error)
                    patience_s = UNREADABLE_AGAIN_S
                    continue
                patience_s = KEEP_UP_S
                if self._index.overdue:
                    if await rebuild():
                        await loop.run_in_executor(self._beside, self._index.renew)
                    else:
                        log.error("the name index was not rebuilt; it goes on growing in memory")
                        patience_s = REBUILD_AGAIN_S
        finally:
            await loop.run_in_executor(self._beside, names.close)

    def can_search(self, selector: Selector) -> bool:
        """Whether this register can look for such a thing; fingers need a comparer."""
        return self._fingers is not None or not getattr(selector, "template", b"")

    async def search(self, selector: Selector, limit: int) -> Found:
        """Candidates, best first, at most ``limit``, and whether there are more."""
        probe = getattr(selector, "template", b"")
        if probe and self._fingers is not None:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, self._fingers.search, probe, limit)
        found = exact.search(self._store, selector, limit)
        if found is not None:
            return found
        asked = named(selector)
        if asked is None:
            return Found()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self.by_name, *asked, limit)

    def by_name(self, text: str, entity_type: str, beside: Evidence, limit: int) -> Found:
        """Candidates by name; called in the searching thread."""
        segments, frequencies = self._index.segments(entity_type)
        behind = self._index.behind
        organisation = entity_type == "organisation"
        asked = asked_for(text, frequencies, organisation=organisation)
        ranked = rank(segments, asked, frequencies, shipped())
        if not ranked:
            return Found(behind=behind)
        held = self._names.held([one.name_id for one in ranked])
        real = [one for one in ranked if held.get(one.name_id, (None,))[0] == one.record_id]
        # The best by each field that holds names: which of them may be searched is the law's to say, after.
        best: dict[tuple[int, str], Judged] = {}
        known = self._known({one.record_id for one in real}, beside)
        for one in real:
            stored = known.get(one.record_id, Evidence())
            judged = judge(one, beside, stored, names=frequencies.names)
            key = one.record_id, held[one.name_id][1]
            previous = best.get(key)
            if judged.band is not None and (previous is None or previous.score < judged.score):
                best[key] = judged
        ordered = sorted(
            best.values(), key=lambda one: (-one.score, -one.ranked.logit, one.ranked.record_id)
        )
        within = set(list(dict.fromkeys(one.ranked.record_id for one in ordered))[:limit])
        candidates = tuple(
            _candidate(one, held[one.ranked.name_id], frequencies)
            for one in ordered
            if one.ranked.record_id in within
        )
        more = any(one.ranked.record_id not in within for one in ordered)
        return Found(candidates, more=more, behind=behind)

    def _known(self, record_ids: set[int], beside: Evidence) -> dict[int, Evidence]:
        if beside == Evidence() or not record_ids:
            return {}
        parts: dict[int, dict[str, tuple[str, ...]]] = defaultdict(dict)
        wanted: list[RecordId] = sorted(record_ids)  # type: ignore[arg-type]  # numbers of records
        for record_id, path, stored in self._names.evidence(wanted):
            value = json.loads(stored)
            parts[record_id][path] = tuple(value) if isinstance(value, list) else (value,)
        return {
            record_id: Evidence(
                found.get(evidence.BIRTH_DATE, ()),
                found.get(evidence.NATIONALITIES, ()),
                "".join(found.get(evidence.SEX, ())),
            )
            for record_id, found in parts.items()
        }


def judge(ranked: Ranked, asked: Evidence, stored: Evidence, *, names: int) -> Judged:
    """The score and band of a row with what is known beside its name.

    Args:
        ranked: the row.
        asked: what was asked beside the name.
        stored: what the record holds.
        names: how many names there are to be met by chance.
    """
    beside = evidence.weigh(asked, stored)
    score = probability(min(ranked.logit, NAME_LOGIT_MAX) + beside.logit)
    probable = PROBABLE_MIN
    if (beside.logit > 0 and not beside.dated) or names > LARGE_REGISTER_NAMES:
        probable = PROBABLE_MIN_UNSUPPORTED
    band = None
    if score >= probable:
        band = Band.PROBABLE
    elif score >= POSSIBLE_MIN or (ranked.alike and not beside.contradicted):
        band = Band.POSSIBLE
    return Judged(ranked, beside, score, band)


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _candidate(one: Judged, held: tuple[RecordId, str], frequencies: Frequencies) -> Candidate:
    record_id, path = held
    return Candidate(
        record_id,
        round(one.score, 3),
        one.band or Band.POSSIBLE,
        (*reasons(one.ranked, frequencies), *one.beside.reasons),
        one.beside.used | {path},
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
