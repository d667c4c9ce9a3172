"""Queries under way: slots, room for their answers, and what is remembered of those that ended.

Rules:

* Room for every answer is reserved before a query is passed on; without room it is OVERLOADED at once.
* One member fills neither the gateway nor another member's node: its open queries and its open slots at
  each destination are bounded.
* An ended query leaves its id behind, nothing else, so that a repeat is recognised and not passed on.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from comity.errors import Reason, Refusal

if TYPE_CHECKING:
    from collections.abc import ValuesView

    from gateway.relay.model import OpenQuery

MIB: Final = 1024 * 1024

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What may be open at once.

    Attributes:
        queries: altogether.
        queries_per_member: of one requester.
        slots_per_pair: of one requester at one destination; half of what a node lets be outstanding,
            so that the others always find room there.
        reserved_bytes: for answers that are under way, altogether.
        remembered: ended queries whose ids are kept.
        repeats: of one query; its sender's links broke that often, or it floods.
    """

    queries: int = 16_384
    queries_per_member: int = 4_096
    slots_per_pair: int = 512
    reserved_bytes: int = 1024 * MIB
    remembered: int = 131_072
    repeats: int = 32


class OpenQueries:
    """The book of open queries of one gateway process."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._open: dict[bytes, OpenQuery] = {}
        self._by_answer: dict[bytes, OpenQuery] = {}
        self._by_member: dict[str, int] = {}
        self._by_pair: dict[tuple[str, str], int] = {}
        self._reserved_bytes = 0
        self._repeats: OrderedDict[bytes, int] = OrderedDict()
        self._quiet = asyncio.Event()
        self._quiet.set()

    def __len__(self) -> int:
        return len(self._open)

    def __contains__(self, query: OpenQuery) -> bool:
        return self._open.get(query.query_id) is query

    def all(self) -> ValuesView[OpenQuery]:
        """Every open query."""
        return self._open.values()

    async def quiet(self) -> None:
        """Returns when no query is under way."""
        await self._quiet.wait()

    def by_id(self, query_id: bytes) -> OpenQuery | None:
        """An open query."""
        return self._open.get(query_id)

    # --- room --------------------------------------------------------------------------------------

    def check_room(self, requester: str, reserved_bytes: int = 0) -> None:
        """Whether one more of this requester's queries fits.

        Raises:
            Refusal: OVERLOADED.
        """
        bounds = self._bounds
        if (
            len(self._open) >= bounds.queries
            or self._by_member.get(requester, 0) >= bounds.queries_per_member
            or self._reserved_bytes + reserved_bytes > bounds.reserved_bytes
        ):
            raise Refusal(Reason.OVERLOADED, "no room for the answers")

    def hold(self, query: OpenQuery) -> None:
        """Opens a query."""
        self._open[query.query_id] = query
        self._quiet.clear()
        self._by_member[query.requester] = self._by_member.get(query.requester, 0) + 1
        self._reserved_bytes += query.reserved_bytes

    def drop(self, query: OpenQuery) -> None:
        """Takes a query out, with whatever it still had open."""
        if query not in self:
            return
        del self._open[query.query_id]
        for agency in list(query.slots):
            self.close_slot(query, agency)
        for answer_id in query.answers:
            self._by_answer.pop(answer_id, None)
        query.answers.clear()
        if not self._open:
            self._quiet.set()
        self._reserved_bytes -= query.reserved_bytes
        _count_down(self._by_member, query.requester)

    # --- slots -------------------------------------------------------------------------------------

    def open_slot(self, query: OpenQuery, agency: str) -> bool:
        """Opens a recipient's slot; ``False`` when this requester has its share open there already."""
        pair = (query.requester, agency)
        count = self._by_pair.get(pair, 0)
        if count >= self._bounds.slots_per_pair:
            return False
        self._by_pair[pair] = count + 1
        query.slots.add(agency)
        return True

    def close_slot(self, query: OpenQuery, agency: str) -> None:
        """Closes a recipient's slot."""
        if agency in query.slots:
            query.slots.discard(agency)
            _count_down(self._by_pair, (query.requester, agency))

    def answered(self, query: OpenQuery, agency: str, answer_id: bytes) -> None:
        """An answer fills its slot, until the requester's verdict."""
        self.close_slot(query, agency)
        query.answers[answer_id] = agency
        query.digests[agency] = answer_id.hex()
        self._by_answer[answer_id] = query

    def judged(self, requester: str, answer_id: bytes) -> tuple[OpenQuery, str] | None:
        """The query and source of an answer that its requester gives a verdict on."""
        query = self._by_answer.get(answer_id)
        if query is None or query.requester != requester:
            return None
        del self._by_answer[answer_id]
        return query, query.answers.pop(answer_id)

    def reopen(self, query: OpenQuery) -> None:
        """Opens the slots of answers that were handed over and never judged."""
        for answer_id, agency in query.answers.items():
            self._by_answer.pop(answer_id, None)
            self.open_slot(query, agency)
        query.answers.clear()

    # --- repeats -----------------------------------------------------------------------------------

    def remember(self, query_id: bytes) -> None:
        """Keeps the id of a query that was accepted."""
        self._repeats.setdefault(query_id, 0)
        if len(self._repeats) > self._bounds.remembered:
            self._repeats.popitem(last=False)

    def forget(self, query_id: bytes) -> None:
        """Its acceptance could not be written: it may come again as a new one."""
        self._repeats.pop(query_id, None)

    def repeated(self, query_id: bytes) -> bool:
        """Whether a query was accepted before; counts the repeat.

        Raises:
            Refusal: OVERLOADED after too many of them.
        """
        count = self._repeats.get(query_id)
        if count is None:
            return False
        if count >= self._bounds.repeats:
            raise Refusal(Reason.OVERLOADED, "one query repeated without end")
        self._repeats[query_id] = count + 1
        return True


def _count_down(counts: dict[K, int], key: K) -> None:
    left = counts.get(key, 1) - 1
    if left:
        counts[key] = left
    else:
        counts.pop(key, None)
