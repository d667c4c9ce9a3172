"""Comparing two names without an index."""

from __future__ import annotations

import pytest

from node.matching.pairs import MATCH_MIN, PairScorer, compared, meet

SAME = [
    ("Katarina Blomqvist", "BLOMQVIST, Katarina"),
    ("Katarina Blomqvist", "Katarina Blomkvist"),
    ("Sergey Katzenelin", "Сергей Катценелин"),
    ("Jürgen Schmidtbauer", "Juergen Schmidtbauer"),
    ("José Pérez Alvarado", "Jose Perez Alvarado"),
    ("Abdul Rahman al-Sabbagh", "Abd ar-Rahman Sabbagh"),
    ("Sasha Katzenelin", "Aleksandr Katzenelin"),
    ("Volodymyr Zwierz", "Vladimir Zwierz"),
    ("佐藤健一", "Kenichi Sato"),
    ("KatzenelinSergey", "Sergey Katzenelin"),
]
DIFFERENT = [
    ("Katarina Blomqvist", "Katarina Lindgren"),
    ("Katarina Blomqvist", "Ottokar Zwierzbski"),
    ("Katarina Blomqvist", "Ingrid Blomqvist"),
    ("Yulia Katzenelin", "Вячеслав Катценелин"),
    ("佐藤健一", "Naoki Sato"),
    ("", "Katarina Blomqvist"),
    ("", ""),
    ("!!", "??"),
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_one_name_written_twice_is_one_name(first: str, second: str) -> None:
    assert PairScorer.shipped().score(first, second) >= MATCH_MIN


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_another_name_is_another_name(first: str, second: str) -> None:
    assert PairScorer.shipped().score(first, second) < MATCH_MIN


@pytest.mark.parametrize(("first", "second"), SAME + DIFFERENT)
def test_it_never_matters_which_name_comes_first(first: str, second: str) -> None:
    scorer = PairScorer.shipped()
    assert scorer.score(first, second) == pytest.approx(scorer.score(second, first))


def test_legal_forms_do_not_make_organisations_differ() -> None:
    scorer = PairScorer.shipped()
    first, second = "Quillfeather Trading Company Limited", "QUILLFEATHER TRADING CO. LTD"
    assert scorer.score(first, second, organisation=True) >= MATCH_MIN
    other = "Vanterpool Shipping Co. Ltd"
    assert scorer.score(first, other, organisation=True) < MATCH_MIN


@pytest.mark.parametrize(
    ("first", "second", "another"),
    [
        ("maria", "mario", True),
        ("martin", "martinez", True),
        ("blomqvist", "blomkvist", False),
        ("sergey", "sergei", False),
        ("volodymyr", "vladimir", False),
        ("katzenelin", "katzenlin", False),
    ],
)
def test_two_names_that_are_known_are_no_slips_of_each_other(
    first: str, second: str, *, another: bool
) -> None:
    assert meet(first, second).another is another


def test_a_number_on_one_side_makes_organisations_less_alike() -> None:
    scorer = PairScorer.shipped()
    same = scorer.score("Quillfeather Trading", "QUILLFEATHER TRADING", organisation=True)
    other = scorer.score("Quillfeather II Trading", "Quillfeather Trading", organisation=True)
    assert other < same


def test_another_syllable_is_another_person_however_alike_the_given_names_are_written_together() -> (
    None
):
    scorer = PairScorer.shipped()
    same, other = scorer.score("김동욱", "김 동욱"), scorer.score("김동욱", "김동훈")
    assert same > MATCH_MIN
    assert other < same
    assert [one for one, _ in compared("김동욱", "김동훈")] == [("김", "동", "욱")]
