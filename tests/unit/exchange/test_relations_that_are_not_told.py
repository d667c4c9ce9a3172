"""A relation that may not be told takes the place of none that may: its number says nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from comity.rulings import RecordLabels
from node.exchange.model import EDGES_MAX
from node.exchange.relating import Relating

PLAIN = RecordLabels("person", "suspect")
SECRET = frozenset({"secret"})


@pytest.mark.parametrize("hidden", [0, 1, EDGES_MAX, 3 * EDGES_MAX])
@pytest.mark.parametrize("open_ones", [0, 1, EDGES_MAX])
def test_relations_that_are_told_do_not_depend_on_those_that_are_not(
    hidden: int, open_ones: int
) -> None:
    made: Any = SimpleNamespace
    edges = [
        made(record_id=n, relation="owner", outward=True, other=1_000 + n, since="", until="")
        for n in range(hidden + open_ones)
    ]

    def labels(record_ids: list[int], *, nationalities: bool) -> dict[int, RecordLabels]:
        assert not nationalities
        return {
            one: RecordLabels("relation", "object", SECRET if one < hidden else frozenset())
            for one in record_ids
        }

    def relate(_: RecordLabels, __: str, other: RecordLabels) -> Any:
        return made(allowed=not other.markings, row="R", law="", tell=True, duties=())

    relating = Relating(
        made(edges=lambda _, limit: edges[:limit], labels=labels, assertion=lambda _: None),
        made(relate=relate, mask=lambda _: None, asks_nationality=False),
        lambda *_: None,  # type: ignore[arg-type, return-value]
    )
    told, trail = relating.edges(9_999, PLAIN)  # type: ignore[arg-type]
    assert len(told) == open_ones
    assert len(trail) == hidden + open_ones
