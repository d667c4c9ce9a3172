"""Properties of the search by name: how a name is written down never changes who is found."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.matching.words.readings import readings
from node.matching.words.tokens import keys, token
from tests.simulators.name_register import NameRegister

if TYPE_CHECKING:
    from collections.abc import Iterator

    from node.matching.found import Candidate

NAMES = (
    "Katarina Blomqvist",
    "Émile Zolatreau",
    "Jose Luis Perez Alvarado",
    "Сергей Катценелин",
    "Nguyen Van Thieu",
    "Łukasz Wiśniewski",
    "Theodora Papadimitriou Vasileiou",
    "محمد عبد الرحمن الصباغ",
)
OFTEN = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(name="register", scope="module")
def _register() -> Iterator[NameRegister]:
    register = NameRegister()
    register.add({name: (name,) for name in NAMES})
    yield register
    register.close()


def _told(found: tuple[Candidate, ...]) -> list[tuple[int, float, int]]:
    return [(one.record_id, one.score, one.band) for one in found]


@OFTEN
@given(data=st.data(), name=st.sampled_from(NAMES))
def test_order_never_changes_the_result(
    register: NameRegister, data: st.DataObject, name: str
) -> None:
    other = " ".join(data.draw(st.permutations(name.split())))
    assert _told(register.find(other).candidates) == _told(register.find(name).candidates)


@OFTEN
@given(
    name=st.sampled_from(NAMES),
    written=st.sampled_from((str.upper, str.lower, str.title, str.swapcase)),
)
def test_case_never_changes_the_result(register: NameRegister, name: str, written: object) -> None:
    assert callable(written)
    other = written(name)
    assert _told(register.find(other).candidates) == _told(register.find(name).candidates)


@OFTEN
@given(name=st.sampled_from(NAMES))
def test_width_never_changes_the_result(register: NameRegister, name: str) -> None:
    wide = "".join(
        chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in name.replace(" ", "\u3000")
    )
    assert _told(register.find(wide).candidates) == _told(register.find(name).candidates)


@OFTEN
@given(
    data=st.data(),
    name=st.sampled_from([name for name in NAMES if name.isascii()]),
    form=st.sampled_from(("NFC", "NFD", "NFKC", "NFKD")),
)
def test_diacritics_never_change_the_result(
    register: NameRegister, data: st.DataObject, name: str, form: str
) -> None:
    marks = data.draw(
        st.lists(st.sampled_from("\u0300\u0301\u0302\u0308\u030c\u0327"), min_size=len(name))
    )
    marked = "".join(
        one + (mark if one.isalpha() else "") for one, mark in zip(name, marks, strict=False)
    )
    other = unicodedata.normalize(form, marked)
    assert _told(register.find(other).candidates) == _told(register.find(name).candidates)


def _bare(name: str) -> str:
    """Without any mark that Unicode takes apart, and without the strokes that it does not."""
    marks = [one for one in unicodedata.normalize("NFD", name) if not unicodedata.combining(one)]
    return "".join(marks).replace("Ł", "L").replace("ł", "l")


@pytest.mark.parametrize("name", ["Émile Zolatreau", "Łukasz Wiśniewski", "Nguyễn Văn Thiệu"])
def test_leaving_diacritics_out_never_changes_the_result(register: NameRegister, name: str) -> None:
    assert _bare(name) != name
    assert _told(register.find(_bare(name)).candidates) == _told(register.find(name).candidates)
    assert register.find(name).candidates


@OFTEN
@given(data=st.data())
def test_vowel_signs_never_change_the_result(register: NameRegister, data: st.DataObject) -> None:
    name = NAMES[-1]
    signs = data.draw(
        st.lists(
            st.sampled_from(("", "\u064e", "\u064f", "\u0650", "\u0651", "\u0652")),
            min_size=len(name),
        )
    )
    other = "".join(
        one + (sign if one.isalpha() else "") for one, sign in zip(name, signs, strict=False)
    )
    assert _told(register.find(other).candidates) == _told(register.find(name).candidates)


@OFTEN
@given(
    others=st.lists(
        st.sampled_from(("Katarina", "Blomqvist", "Blomquist", "Ali", "Emile", "Jose", "Perez"))
        .flatmap(lambda one: st.tuples(st.just(one), st.sampled_from(("Ek", "Berg", "Blomqvist"))))
        .map(" ".join),
        max_size=30,
        unique=True,
    )
)
def test_adding_a_record_never_removes_anothers_exact_hit(others: list[str]) -> None:
    register = NameRegister()
    register.add({"exact": ("Katarina Blomqvist",)})
    register.add({f"other-{number}": (name,) for number, name in enumerate(others)})
    found = register.find("Katarina Blomqvist", limit=50)
    assert "exact" in register.keys("Katarina Blomqvist") or found.more
    register.close()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_text_has_readings_whose_words_have_keys(text: str) -> None:
    for reading in readings(text):
        assert 1 <= len(reading) <= 8
        for word in reading:
            assert token(word).forms
            assert all(form.isascii() and form for form in token(word).forms)
            assert token(word).codes
            assert keys(token(word))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_reading_a_name_again_changes_nothing(text: str) -> None:
    once = readings(text)
    assert once == readings(unicodedata.normalize("NFC", text))
    assert once == readings(f"  {text}\u200b ")
