"""Searching by name: who is found, how sure, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from node.matching import evidence
from node.matching.evidence import Evidence
from node.matching.found import Band
from node.matching.gathering import CANDIDATES_MAX, NAMESAKES_MAX, gather
from node.matching.query import READINGS_MAX, asked_for
from node.matching.ranking import RANKED_MAX
from node.matching.words.readings import WORDS_KEPT_MAX
from node.matching.words.tokens import keys
from node.records.values import BirthDate
from tests.simulators.name_register import NameRegister

if TYPE_CHECKING:
    from collections.abc import Iterator

# Keys of one word; a word is cut to forty letters.
KEYS_MAX = 200
PEOPLE = {
    "ivanov": ("Sergey Vladimirovich Katzenelin", "Сергей Катценелин"),
    "rahman": ("عبد الرحمن الصباغ", "Abdul Rahman al-Sabbagh"),
    "kim": ("김동욱", "Kim Dong-wook"),
    "schmidt": ("Jürgen Schmidtbauer",),
    "garcia": ("María-José García Ibáñez",),
    "bill": ("Bill Thornaby",),
    "only": ("Zorobabelus",),
    "takahashi": ("髙橋健一", "高橋健一"),
    "qahtani": ("خالد القحطاني",),
}


@pytest.fixture(name="register")
def _register() -> Iterator[NameRegister]:
    register = NameRegister()
    register.add(PEOPLE)
    register.add_organisation("acme", "Quillfeather Trading Company Limited")
    yield register
    register.close()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("Sergey Katzenelin", "ivanov"),
        ("KATZENELIN, Sergei", "ivanov"),
        ("Сергей Катценелин", "ivanov"),
        ("Abd al-Rahman as-Sabbagh", "rahman"),
        ("صباغ عبدالرحمن", "rahman"),
        ("Dong Wook Kim", "kim"),
        ("Gim Donguk", "kim"),
        ("Juergen Schmidtbauer", "schmidt"),
        ("Jurgen Schmitdbauer", "schmidt"),
        ("Jürgen Schmidt Bauer", "schmidt"),
        ("Ibanez Garcia Maria Jose", "garcia"),
        ("William Thornaby", "bill"),
        ("Sergeykatznelin", "ivanov"),
        ("Schmitbauerjürgen", "schmidt"),
        ("Билл Торнаби", "bill"),
        ("Takahashi Kenichi", "takahashi"),
        ("Khalid Alqahtany", "qahtani"),
    ],
)
def test_a_person_is_found_under_another_spelling(
    register: NameRegister, asked: str, expected: str
) -> None:
    assert register.keys(asked)[:1] == [expected]


@pytest.mark.parametrize(
    "asked",
    ["Heinrich Vollmoeller", "Abdul Karim", "Maria Garcia Lopez de Vega", "Park Ji-sung", "José"],
)
def test_somebody_else_is_not_found(register: NameRegister, asked: str) -> None:
    assert register.keys(asked) == []


def test_the_reasons_are_told_in_words(register: NameRegister) -> None:
    swapped = register.find("Schmidtbauer Jürgen").candidates[0]
    assert swapped.reasons == ("name spelled alike", "given and family name swapped")
    native = register.find("Abdurrahman Sabbag").candidates[0]
    assert any("spelling" in reason or "sound" in reason for reason in native.reasons)
    joined = register.find("Jürgen Schmidt Bauer").candidates[0]
    assert "two parts of the name written together" in joined.reasons


def test_reasons_quote_nothing_of_the_record(register: NameRegister) -> None:
    for asked in ("Sergei Katzenelin", "Dong Wook Kim", "Maria Jose Garcia"):
        for candidate in register.find(asked).candidates:
            told = " ".join(candidate.reasons).casefold()
            assert "katz" not in told
            assert "ibáñez" not in told


def test_a_name_alone_never_confirms(register: NameRegister) -> None:
    (found,) = register.find("Jürgen Schmidtbauer").candidates
    assert found.band in {Band.PROBABLE, Band.POSSIBLE}
    assert found.score < 1


def test_a_birth_date_supports_and_another_one_speaks_against() -> None:
    register = NameRegister()
    register.add({"one": ("Thomas Meierling",)}, born="1974-03-09")
    asked = "Thomas Mayerling"
    scores = [
        max((one.score for one in register.find(asked, Evidence((date,))).candidates), default=0.0)
        for date in ("1974-03-09", "1974", "1975", "1961-01-01")
    ]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.95
    assert scores[3] == 0
    supported = register.find("Thomas Meierling", Evidence(("1974-09-03",))).candidates[0]
    assert "same date of birth with day and month swapped" in supported.reasons
    assert supported.matched_on == {"person.names", "person.birth_date"}
    register.close()


def test_a_full_date_of_birth_carries_a_changed_surname_and_a_default_one_does_not() -> None:
    """People marry; and who is registered with a year alone stands under the first of January."""
    register = NameRegister()
    register.add({"one": ("Ottilie Lindgren",)}, born="1974-03-09")
    register.add({"two": ("Roswitha Ahlberg",)}, born="1974-01-01")
    (found,) = register.find("Ottilie Zwierz", Evidence(("1974-03-09",))).candidates
    assert (found.band, "same date of birth" in found.reasons) == (Band.POSSIBLE, True)
    for name, born in (("Ottilie Zwierz", "1974"), ("Roswitha Zwierz", "1974-01-01")):
        assert register.keys(name, Evidence((born,))) == []
    (found,) = register.find("Roswitha Ahlberg", Evidence(("1974-01-01",))).candidates
    assert "same date of birth, as registers write a year alone" in found.reasons
    register.close()


SLIPS = {
    "a letter for another that sounds like two": ("Tarnex Orvald", "Tarnee Orvald"),
    "a letter left out of a pair with one sound": ("Nahan Orvald", "Nathan Orvald"),
    "two letters swapped": ("Briget Ovrald", "Briget Orvald"),
    "a letter too many": ("Briget Lindegrxen", "Briget Lindegren"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_one_slip_of_a_hand_is_always_met(slip: str) -> None:
    register = NameRegister()
    asked, recorded = SLIPS[slip]
    register.add({"one": (recorded,), "other": ("Bertil Eklund",)})
    assert register.keys(asked) == ["one"]
    register.close()


BOTH = {"person.names", "person.birth_date"}
FURTHER = {"person.names", "person.further_birth_dates"}


@pytest.mark.parametrize(
    ("asked", "words", "matched_on"),
    [
        ("1974-03-09", "same date of birth", BOTH),
        ("1981-05-06", "same date of birth", FURTHER),
        ("1991-01-02", "born within the years recorded", FURTHER),
        ("1993", "year of birth one apart", FURTHER),
    ],
)
def test_every_birth_date_of_a_person_supports(
    asked: str, words: str, matched_on: set[str]
) -> None:
    """A list that gives two dates was searched by one, and the other stood in prose."""
    register = NameRegister()
    told = (BirthDate("1981-05-06", "STATED"), BirthDate("", "RANGE", "1990", "1992-06"))
    register.add({"one": ("Thomas Meierling",)}, born="1974-03-09", born_too=told)
    (found,) = register.find("Thomas Meierling", Evidence((asked,))).candidates
    assert words in found.reasons
    # Whoever may not search on the further dates is shown nothing that they alone support.
    assert found.matched_on == matched_on
    register.close()


def test_the_wider_a_range_the_less_it_says_and_outside_it_speaks_against() -> None:
    asked = Evidence(("1961-04-05",))
    spans = ("1961/1961", "1960/1962", "1950/1970", "1900/2000", "1950/1955")
    logits = [evidence.weigh(asked, Evidence(further=(span,))).logit for span in spans]
    assert logits == sorted(logits, reverse=True)
    assert logits[0] == evidence.YEAR_SAME
    assert logits[3] == 0
    assert logits[4] == evidence.YEAR_OTHER
    assert evidence.further(({"earliest": "1961", "certainty": "RANGE"},)) == ()


def test_namesakes_of_a_common_name_are_possible_and_said_to_be_many() -> None:
    register = NameRegister()
    register.add({f"n{number}": ("Mohammed Ali",) for number in range(4)})
    found = register.find("Ali Mohammed").candidates
    assert len(found) == 4
    assert all(one.band is Band.POSSIBLE for one in found)
    carried = "a name that several entries of this register carry"
    assert all(carried in one.reasons for one in found)
    assert all(one.score <= 1 / 4 for one in found)
    register.close()


def test_more_namesakes_than_the_limit_ask_for_refinement() -> None:
    register = NameRegister()
    register.add({f"n{number}": ("Mohammed Ali",) for number in range(300)})
    found = register.find("Mohammed Ali", limit=10)
    assert found.more
    assert len(found.candidates) == 10
    register.close()


def test_an_organisation_is_found_whatever_its_legal_form(register: NameRegister) -> None:
    asked = "QUILLFEATHER TRADING CO. LTD"
    assert register.keys(asked, entity="organisation") == ["acme"]
    assert register.keys(asked) == []


@pytest.mark.parametrize(
    "fleet", [("Silver Heron II", "Silver Heron III"), ("Argent 12", "Argent 21")]
)
def test_a_sister_ship_of_another_number_is_no_match(fleet: tuple[str, str]) -> None:
    register = NameRegister()
    register.add_vessels(*fleet, "Blue Plover")
    for name in fleet:
        assert register.keys(name.upper(), entity="vessel") == [name]
    other = f"{fleet[0].rpartition(' ')[0]} 9"
    assert register.keys(other, entity="vessel") == []
    register.close()


HOSTILE = [
    "",
    " ",
    "a",
    "A A A A A A A A A A",
    "x" * 10_000,
    "Katzenelin " * 1_000,
    "\x00Sergey\x00",
    "\u202eyegreS\u202c",
    "🙂🙃",
    "שלום Ali سلام",
    "Z\u0351\u036b\u0343a\u0322\u0321l\u034fg\u0337o" * 50,
    "\ud800\udfff",
    "'; DROP TABLE name; --",
    "%",
    "*",
    "\uffff\ufffe",
    "أ" * 3_000,
    "的" * 500,
    "ﷺ" * 200,
    "1",
    "0" * 400,
    "Ali " + "\u0301" * 5_000,
    "(" * 5_000 + "Ali" + ")" * 5_000,
    ";".join(["佐藤健一", "鈴木太郎", "田中 誠", "高橋洋子", "김정은", "박근혜"] * 9),
    "\u2066شريف\u2069 \u202dשלום\u202c Ali Мохаммед 穆罕默德 무함마드 モハメド मोहम्मद",
    " ".join("jwgckhjwgecigyjwkhgejwgckhjwgecigyjwkhgejw"[at : at + 40] for at in range(8)),
    " ".join("mohammedahmedalihassanhusseinabdullahi" + letter for letter in "abcdefgh"),
    "㍿" * 256,
    "ﷺ ﷲ " * 100,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_matches_nobody_by_accident(register: NameRegister, text: str) -> None:
    names = register.keys(text)
    assert names == [] or "Katzenelin" in text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_asked_the_work_is_bounded(register: NameRegister, text: str) -> None:
    """Readings, words, their keys and the rows weighed: all that the time of a search depends on."""
    segments, frequencies = register.index.segments("person")
    asked = asked_for(text, frequencies)
    assert len(asked) <= READINGS_MAX
    for one in asked:
        assert len(one.tokens) <= WORDS_KEPT_MAX
        assert all(len(keys(each)) <= KEYS_MAX for each in one.tokens)
        for segment in segments:
            gathered = gather(segment, one)
            assert len(gathered.rows) <= CANDIDATES_MAX + NAMESAKES_MAX
            assert not segment.touched.any()
            assert not segment.near.any()


def test_what_everybody_is_called_is_answered_in_full_and_says_that_there_are_more() -> None:
    register = NameRegister()
    names = {f"n{number}": ("Mohammed Ali Hassan",) for number in range(3_000)}
    register.add({**names, "other": ("Mohammed Ali Katzenelin",)})
    assert register.matcher.by_name("Hassan Mohammed Ali", "person", Evidence()).more
    found = register.find("Hassan Mohammed Ali", limit=RANKED_MAX)
    assert len(found.candidates) == RANKED_MAX
    assert all(one.score <= round(1 / RANKED_MAX, 3) for one in found.candidates)
    assert register.keys("Katzenelin Ali Mohammed")[:1] == ["other"]
    register.close()
