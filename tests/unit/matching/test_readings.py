"""Readings: what of a published name carries it, in every script."""

from __future__ import annotations

import pytest

from node.matching.words.readings import NameOf, readings
from node.matching.words.scripts import Script, script_of
from node.matching.words.tokens import keys, token


@pytest.mark.parametrize(
    "name",
    [
        "Abd al-Rahman Salah al-Din",
        "ABDUL RAHMAN SALAH UD DIN",
        "Abdurrahman Salahuddin",
        "Abd-ar-Rahman Salahaldin",
        "Mr. Abdul Rahman bin Salah al-Din",
    ],
)
def test_compounds_have_one_shape_however_they_are_joined(name: str) -> None:
    assert readings(name)[0] == ("abd", "rahman", "salahuddin")


@pytest.mark.parametrize("name", ["Abdullah", "Abd Allah", "Abd-Allah", "Abdul Lah"])
def test_abdullah_stays_one_word(name: str) -> None:
    assert len(readings(name)[0]) == 1


def test_arabic_compounds_share_their_sound_with_latin_ones() -> None:
    native = readings("عبد الرحمن صلاح الدين")[0]
    western = readings("Abdul Rahman Salahuddin")[0]
    for one, other in zip(native, western, strict=True):
        assert set(token(one).codes) & set(token(other).codes)


def test_titles_and_particles_carry_nothing_unless_they_are_all_there_is() -> None:
    assert readings("Sheikh Haji Dr. Omar bin Laden") == (("omar", "laden"),)
    assert readings("Dr. Haji") == (("dr", "haji"),)
    assert readings("bin") == (("bin",),)
    # An Arabic name keeps its article in Russian: it carries no more there.
    assert readings("Мухаммад аль-Хасан ибн Юсуф") == (("мухаммад", "хасан", "юсуф"),)
    assert readings("Аль") == (("аль",),)


def test_a_name_in_two_scripts_has_a_reading_for_each() -> None:
    assert readings("Сергей Иванов (Sergey Ivanov)") == (("сергей", "иванов"), ("sergey", "ivanov"))


def test_several_names_in_one_field_and_a_remark_in_brackets_are_read_apart() -> None:
    assert readings("Amir Sadiqi; Emir Sadeghi") == (("amir", "sadiqi"), ("emir", "sadeghi"))
    assert readings("Amir Sadiqi a.k.a. Omar Noori") == (("amir", "sadiqi"), ("omar", "noori"))
    assert readings("Amir Sadiqi (político)")[0] == ("amir", "sadiqi")
    assert readings("Amir/Emir Sadiqi") == (("amir", "emir", "sadiqi"),)


@pytest.mark.parametrize("short", ["s/o", "S/O", "d/o", "w/o", "a/l", "A/P"])
def test_whose_child_somebody_is_stands_in_one_name(short: str) -> None:
    assert readings(f"Ramasamy {short} Muthu Velar") == (("ramasamy", "muthu", "velar"),)


def test_the_name_at_birth_is_a_part_of_the_name() -> None:
    assert readings("Anna Zwierz née Lindgren") == (("anna", "zwierz", "lindgren"),)
    assert readings("Anna Zwierz geb. Lindgren") == (("anna", "zwierz", "lindgren"),)


def test_a_words_folded_spelling_survives_how_writers_of_other_languages_spell_it() -> None:
    for one, other in (("barry", "бэрри"), ("cohen", "koen"), ("hun", "ฮุน"), ("sen", "เซน")):
        near = {key for key in keys(token(one)) if key.startswith("v")}
        assert near & keys(token(other)), (one, other)


@pytest.mark.parametrize(
    ("character", "spelling"),
    [
        ("陳", "chan"),
        ("陳", "tan"),
        ("健", "kin"),
        ("建", "chien"),
        ("柯", "ker"),
        ("祥", "cheung"),
    ],
)
def test_chinese_names_are_read_as_their_bearers_spell_them(character: str, spelling: str) -> None:
    assert spelling in token(character).forms


def test_korean_names_are_read_by_syllable_and_with_the_given_name_joined() -> None:
    assert readings("김정은") == (("김", "정", "은"), ("김", "정은"))
    assert {"kim", "gim"} <= set(token("김").forms)


def test_chinese_characters_have_mandarin_cantonese_and_korean_readings() -> None:
    found = readings("金正恩")
    assert ("김", "정", "은") in found
    assert {"jin", "chin", "kam"} <= set(token("金").forms)


@pytest.mark.parametrize("name", ["佐藤健一", "佐藤 健一"])
def test_a_japanese_name_is_read_as_family_and_given_name_too(name: str) -> None:
    assert ("さとう", "けんいち") in readings(name)
    assert set(token("佐藤").symbols) & set(token("sato").symbols)
    # Nobody is called so in Japan.
    assert not any(script_of(word[0]) is Script.KANA for one in readings("习近平") for word in one)


def test_a_foreign_name_in_chinese_is_not_cut_into_syllables() -> None:
    assert readings("布萊恩·夏茲") == (("布萊恩", "夏茲"),)


def test_vowel_signs_do_not_cut_indic_words() -> None:
    assert len(readings("नरेन्द्र मोदी")[0]) == 2


def test_legal_forms_carry_nothing_of_an_organisation() -> None:
    assert readings("Acme Trading Co., Ltd.", NameOf.ORGANISATION) == (("acme", "trading"),)
    assert readings("ООО Газпром", NameOf.ORGANISATION) == (("газпром",),)
    assert readings("北京科技有限公司", NameOf.ORGANISATION) == (("北京科技",),)
    assert readings("S.A.", NameOf.ORGANISATION) == (("sa",),)


def test_known_names_meet_in_symbols_where_neither_spelling_nor_sound_does() -> None:
    assert set(token("william").symbols) & set(token("bill").symbols)
    assert set(token("джон").symbols) & set(token("john").symbols)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("саша", "alexander"),
        ("саша", "александр"),
        ("боб", "robert"),
        ("wojtek", "wojciech"),
        ("lalo", "eduardo"),
        ("cheung", "zhang"),
        ("yi", "lee"),
        ("hsiao", "xiao"),
    ],
)
def test_pet_forms_and_other_romanisations_are_one_name_in_whatever_script(
    one: str, other: str
) -> None:
    assert set(token(one).symbols) & set(token(other).symbols)


@pytest.mark.parametrize(
    ("native", "western"),
    [
        ("μπακογιάννη", "bakogianni"),
        ("αγγελόπουλος", "angelopoulos"),
        ("χρήστος", "hristos"),
        ("יוסף", "yosef"),
        ("שמעון", "simon"),
        ("חיים", "chaim"),
        ("חיים", "haim"),
        ("सिंह", "singh"),
        ("रवींद्र", "ravinder"),
        ("বসু", "vasu"),
        ("จันทร์", "chan"),
        ("นริศ", "narit"),
        ("гусейнов", "huseynov"),
        ("григоренко", "hryhorenko"),
    ],
)
def test_a_native_word_sounds_like_its_bearers_spelling(native: str, western: str) -> None:
    assert set(token(native).codes) & set(token(western).codes)


def test_vowels_that_indian_scripts_do_not_write_are_spelled() -> None:
    assert token("नरेन्द्र").forms[0] == "narendr"
    # The sign of a nasal fits what follows.
    assert token("संजय").forms[0] == "sanjay"
    assert token("अंबेडकर").forms[0].startswith("amb")


@pytest.mark.parametrize(
    ("glued", "apart"),
    [
        ("alghamdi", "ghamdi"),
        ("essaadi", "saadi"),
        ("benjelloun", "jelloun"),
        ("vandermeer", "meer"),
        ("delacruz", "cruz"),
        ("macdonald", "donald"),
    ],
)
def test_what_is_glued_to_a_name_is_spelled_without_too(glued: str, apart: str) -> None:
    assert token(glued).forms == (glued, apart)


@pytest.mark.parametrize("word", ["dennis", "leonard", "vanessa", "assad", "duran", "laurent"])
def test_a_name_that_only_begins_like_a_particle_is_left_whole(word: str) -> None:
    assert token(word).forms == (word,)


def test_a_word_is_found_with_a_letter_missing() -> None:
    assert keys(token("katzenbach")) & keys(token("katzenbch"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "!?.,;",
        "\u202e\u202d\u200f",
        "\x00\x01\x02",
        "🙂🙃",
        "'" * 300,
        "\u0300\u0301",
        "\ud800",
    ],
)
def test_text_without_a_letter_has_no_reading(text: str) -> None:
    assert readings(text) == ()


def test_endless_text_is_cut_to_a_name() -> None:
    (reading,) = readings("la " + "Katzenbach " * 1_000)
    assert len(reading) == 8
    (long_word,) = readings("x" * 10_000)
    assert len(long_word[0]) == 40


def test_a_ships_name_keeps_what_would_be_a_title_of_a_person() -> None:
    assert readings("M/V Lady Anne II", NameOf.THING) == (("lady", "anne", "ii"),)
    assert readings("M.V. LADY ANNE II", NameOf.THING) == (("lady", "anne", "ii"),)
    assert readings("Lady Anne II") == (("anne",),)
    assert readings("M/V", NameOf.THING) == (("mv",),)
