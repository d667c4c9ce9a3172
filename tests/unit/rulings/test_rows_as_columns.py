"""Rows indexed by column say the same as rows read one by one, whichever way the index takes."""

from __future__ import annotations

import random

import pytest

from comity.rulings.parts import BYTE, COMBINATIONS_MIN, Columns

TOKENS = ("p_case", "p_from", "p_eft")


def one_by_one(rows: list[list[str]], places: tuple[int, ...]) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(rows):
        words = tuple(row[place] for place in places)
        found[words] = found.get(words, 0) | 1 << number
    return found


@pytest.mark.parametrize(
    ("words", "count"),
    [(1, 1), (2, 7), (3, 64), (BYTE, 700), (BYTE + 1, 700), (COMBINATIONS_MIN, 3_000)],
)
def test_every_combination_of_words_has_its_rows(words: int, count: int) -> None:
    drawn = random.Random(count)
    rows = [
        [f"case:{drawn.randrange(words)}", f"2026-{drawn.randrange(1, words + 1)}", "allow"]
        for _ in range(count)
    ]
    columns = Columns(TOKENS, rows)
    for places in ((0,), (1,), (0, 2), (0, 1), (2, 1, 0)):
        tokens = [TOKENS[place] for place in places]
        assert dict(columns.combined(tokens)) == one_by_one(rows, places)


def test_a_part_that_reads_no_column_is_about_every_row() -> None:
    assert Columns(TOKENS, [["-", "-", "deny"]] * 3).combined(()) == (((), 0b111),)
    assert Columns(TOKENS, []).combined(()) == ()
