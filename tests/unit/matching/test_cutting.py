"""Cutting: where a word is read as two that were written together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from node.matching.cutting import best_cut
from node.matching.index.building import build
from node.matching.index.frequencies import reference
from node.matching.index.tokenising import PublishedName, tokenise

if TYPE_CHECKING:
    from node.matching.index.segment import Segment

NAMES = [
    *(
        "Sergey Katzenelin",
        "Sergey Vollmoeller",
        "Ottokar Katzenelin",
        "Alexander Zwierz",
        "Ander Wolf",
    ),
    *("Hsiao Tung", "Hsiao Ping", "Ming Tung", "Hsiaotung Wang", "Alex Alexander"),
]


@pytest.fixture(name="segment", scope="module")
def _segment() -> Segment:
    chunk = tokenise(PublishedName(at + 1, at, name) for at, name in enumerate(NAMES))
    return build([lambda: chunk], [reference()])


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("sergeykatzenelin", ("sergey", "katzenelin")),
        ("sergeykatzenlin", ("sergey", "katzenlin")),
        ("sregeykatzenelin", ("sregey", "katzenelin")),
        ("hsiaotung", ("hsiao", "tung")),
    ],
)
def test_two_words_written_together_are_read_apart_even_with_a_slip_in_one(
    segment: Segment, word: str, parts: tuple[str, str]
) -> None:
    cut = best_cut(segment, word, carried=0)
    assert cut is not None
    assert (word[: cut.at], word[cut.at :]) == parts


def test_a_word_that_others_carry_is_cut_only_if_its_parts_are_met_oftener(
    segment: Segment,
) -> None:
    assert best_cut(segment, "hsiaotung", carried=1) is not None
    assert best_cut(segment, "alexander", carried=2) is None


@pytest.mark.parametrize("word", ["", "wolf", "zzzzzzzzzzzz", "katzenelin"])
def test_other_words_are_not_cut(segment: Segment, word: str) -> None:
    assert best_cut(segment, word, carried=0) is None
