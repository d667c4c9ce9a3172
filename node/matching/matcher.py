"""The matcher: exact tier for identifiers, name tier for whatever has a name.

Rules:

* The index proposes, the register confirms: a name that is no longer stored is no candidate.
* By name it finds likenesses: how sure they are is settled after the law has said who may be shown
  (``node.matching.settling``), so that nobody hidden weighs on anybody shown.
* Whatever a search is told to pass over takes no place among what it finds.
* A register that is still taking names in says that it has not seen them all.
* A record that several of its fields match is a candidate by each of them, so that one that may not be
  searched hides none that may.
* A search that leaves something out says so.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from node.matching import evidence, exact
from node.matching.evidence import NOTHING, Evidence
from node.matching.found import NOTHING_PASSED, Found, Likeness
from node.matching.model import shipped
from node.matching.query import asked_for
from node.matching.ranking import rank, warm
from node.matching.reasons import reasons
from node.matching.settling import WEIGHED_MIN, may_be_told, weight
from node.matching.words.readings import NameOf
from node.records.name_index import NamesUnreadable
from node.records.record import RecordId
from node.records.selectors import PersonSelector

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from node.matching.evidence import Beside
    from node.matching.fingerprints import Fingers
    from node.matching.found import Passed
    from node.matching.index.frequencies import Frequencies
    from node.matching.life import NameIndex
    from node.matching.ranking import Ranked
    from node.records.name_index import PublishedNames
    from node.records.selectors import Selector
    from node.records.store import RecordStore

    Rebuild = Callable[[], Awaitable[bool]]

# Probable begins here, and here where only a year supports a name, or so many names are there to be met by
# chance; names are counted with the reference's.
PROBABLE_MIN: Final = 0.85
PROBABLE_MIN_UNSUPPORTED: Final = 0.90
LARGE_REGISTER_NAMES: Final = 1_000_000


# News are looked for this often beside the queries; a failed rebuild is tried again after so long.
KEEP_UP_S: Final = 1.0
REBUILD_AGAIN_S: Final = 600.0
UNREADABLE_AGAIN_S: Final = 10.0

log = logging.getLogger(__name__)


class Matcher(Protocol):
    """Search over one register."""

    async def search(
        self, selector: Selector, limit: int, passed: Passed = NOTHING_PASSED
    ) -> Found:
        """What matches, of about ``limit`` records at most, without what is passed over."""
        ...

    def can_search(self, selector: Selector) -> bool:
        """Whether this register can look for such a thing at all."""
        ...


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

    async def search(
        self, selector: Selector, limit: int, passed: Passed = NOTHING_PASSED
    ) -> Found:
        """What matches, without what is passed over.

        Args:
            selector: what to look for.
            limit: records found by a number, by what is known or by finger, at most; by name as many as are
                weighed beside each other (``node.matching.ranking.RANKED_MAX``).
            passed: what is as if it was not there.
        """
        probe = getattr(selector, "template", b"")
        if probe and self._fingers is not None:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(
                self._thread, self._fingers.search, probe, limit, passed
            )
        found = exact.search(self._store, selector, limit, passed)
        if found is not None:
            return found
        asked = named(selector)
        if asked is None:
            return Found()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self.by_name, *asked, passed)

    def by_name(
        self, text: str, entity_type: str, beside: Evidence, passed: Passed = NOTHING_PASSED
    ) -> Found:
        """Likenesses by name, the likest first; called in the searching thread."""
        segments, frequencies = self._index.segments(entity_type)
        behind = self._index.behind
        asked = asked_for(text, frequencies, NameOf.entity(entity_type))
        ranked, cut = rank(segments, asked, frequencies, shipped(), passed)
        if not ranked:
            return Found(behind=behind)
        held = self._names.held([one.name_id for one in ranked])
        real = [one for one in ranked if held.get(one.name_id, (None,))[0] == one.record_id]
        known = self._known({one.record_id for one in real}, beside)
        # The best by each field that holds names: which of them may be searched is the law's to say, after.
        fields: dict[tuple[int, str], list[Ranked]] = defaultdict(list)
        for one in real:
            fields[one.record_id, held[one.name_id][1]].append(one)
        found = []
        for (record_id, path), those in fields.items():
            near = (
                evidence.weigh(beside, known.get(record_id, NOTHING))
                if entity_type == "person"
                else _numbered(those[0])
            )
            # Most rows are too far to weigh on anybody.
            if those[0].alike or those[0].logit + near.logit >= WEIGHED_MIN:
                found.append(_likeness(those, path, near, frequencies))
        found.sort(key=lambda one: (-weight(one), one.record_id))
        return Found(tuple(found), more=cut, behind=behind)

    def _known(self, record_ids: set[int], beside: Evidence) -> dict[int, Evidence]:
        if beside == Evidence() or not record_ids:
            return {}
        parts: dict[int, dict[str, tuple[str, ...]]] = defaultdict(dict)
        wanted: list[RecordId] = sorted(record_ids)  # type: ignore[arg-type]  # numbers of records
        for record_id, path, stored in self._names.evidence(wanted):
            value = json.loads(stored)
            if path == evidence.FURTHER_BIRTH_DATES:
                value = list(evidence.further(value))
            parts[record_id][path] = tuple(value) if isinstance(value, list) else (value,)
        return {
            record_id: Evidence(
                found.get(evidence.BIRTH_DATE, ()),
                found.get(evidence.NATIONALITIES, ()),
                "".join(found.get(evidence.SEX, ())),
                found.get(evidence.FURTHER_BIRTH_DATES, ()),
            )
            for record_id, found in parts.items()
        }


def likeness(
    ranked: Ranked, beside: Beside, path: str, *, names_counted: int, like: Iterable[int] = ()
) -> Likeness:
    """A row with what stands beside its name; reasons are not told yet.

    Args:
        ranked: the row.
        beside: what is known beside the name.
        path: the field that holds it.
        names_counted: how many names there are to be met by chance.
        like: numbers of the names in this field that are like it.
    """
    probable = PROBABLE_MIN
    if (beside.logit > 0 and not beside.dated) or names_counted > LARGE_REGISTER_NAMES:
        probable = PROBABLE_MIN_UNSUPPORTED
    return Likeness(
        RecordId(ranked.record_id),
        ranked.logit,
        beside.logit,
        alike=ranked.alike,
        contradicted=beside.contradicted,
        probable_min=probable,
        reasons=(),
        reasons_beside=beside.reasons,
        matched_on=beside.used | {path},
        names=frozenset(like),
    )


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _numbered(ranked: Ranked) -> Beside:
    segment = ranked.segment
    recorded = [segment.word(word) for word in segment.row_words(ranked.row)]
    return evidence.numbered(ranked.asked.reading, recorded)


def _likeness(
    those: Sequence[Ranked], path: str, beside: Beside, frequencies: Frequencies
) -> Likeness:
    """What the best name of one record's field comes to; why is worked out where it may be told."""
    best = those[0]
    like = (one.name_id for one in those)
    found = likeness(best, beside, path, names_counted=frequencies.names, like=like)
    return replace(found, reasons=reasons(best, frequencies)) if may_be_told(found) else found


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
