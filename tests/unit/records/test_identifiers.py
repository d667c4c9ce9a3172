"""Normal forms: two spellings of one number meet, and what is none of its kind is empty, never an error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.records import normalise
from node.records.identifiers import KINDS, alternatives, key

TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
TD1 = (
    "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
)
LONG = (
    "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<"
)


@pytest.mark.parametrize(
    ("kind", "written", "normal"),
    [
        ("document-number", "l 898-902 c3", "L898902C3"),
        ("document-number", "O1QI", "0101"),
        ("vin", "1m8gdm9axkp042788", "1M8GDM9AXKP042788"),
        ("vin", "1M8GDM9A_KP04278", ""),
        ("plate", "ab-123-cd", "AB123CD"),
        ("plate", "АВ 123 ЕК", "AB123EK"),
        ("imo", "IMO 9074729", "9074729"),
        ("imo", "9074728", ""),
        ("mmsi", "211 378 120", "211378120"),
        ("mmsi", "21137812", ""),
        ("container", "csqu 305438 3", "CSQU3054383"),
        ("container", "CSQU3054384", ""),
        ("icao-address", "3c-65-ac", "3C65AC"),
        ("aircraft-registration", "D-ABYT", "DABYT"),
        ("account-number", "de89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("account-number", "DE88 3704 0044 0532 0130 00", ""),
        ("account-number", "00123456789", "00123456789"),
        ("bic", "deutdeffxxx", "DEUTDEFF"),
        ("IP", "::ffff:192.0.2.1", "192.0.2.1"),
        ("IP", "2001:DB8::0:1", "2001:db8::1"),
        ("IP", "192.0.2.256", ""),
        ("IMEI", "49-015420-323751-8", "49015420323751"),
        ("IMEI", "490154203237519", ""),
        ("IMSI", "262011234567890", "262011234567890"),
        ("IMSI", "000011234567890", ""),
        ("MAC", "00:1B:44:11:3a:b7", "001B44113AB7"),
        ("HANDLE", "@Dark_Raven", "dark_raven"),
        ("PHONE", "+33 1 99 00 12 34", "+33199001234"),
        ("PHONE", "01 99 00 12 34", ""),
        ("DOMAIN", "BÜCHER.example.", "xn--bcher-kva.example"),
        ("WALLET", "eip155:1:0xAB16a96D359eC26a11e2C2b3d8f8B8942d5Bfcdb",
         "0xab16a96d359ec26a11e2c2b3d8f8b8942d5bfcdb"),
        ("WALLET", "no chain:0xab16a96d359ec26a11e2c2b3d8f8b8942d5bfcdb", ""),
    ],
)  # fmt: skip
def test_every_kind_has_one_normal_form(kind: str, written: str, normal: str) -> None:
    assert KINDS[kind].normal(written) == normal


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=200))
def test_no_text_breaks_a_normal_form_and_a_normal_form_is_its_own(kind: str, text: str) -> None:
    normal = KINDS[kind].normal(text)
    assert KINDS[kind].normal(normal) in {normal, ""}


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "9" * 10_000, "x" * 10_000, "\u202e1"])
def test_hostile_text_has_an_answer(kind: str, text: str) -> None:
    KINDS[kind].normal(text)


def test_a_vin_that_fails_its_check_digit_is_warned_about_and_kept() -> None:
    assert normalise.vin("WVWZZZ1KZAW000001")
    assert "check digit" in normalise.vin_warning("WVWZZZ1KZAW000001")
    assert not normalise.vin_warning("1M8GDM9AXKP042788")


@pytest.mark.parametrize(
    ("zone", "number", "kind"),
    [(TD3, "L898902C3", "P"), (TD1, "D23145890", "I"), (LONG, "D23145890734", "I")],
)
def test_a_zone_gives_the_documents_number(zone: str, number: str, kind: str) -> None:
    read = normalise.mrz(zone)
    assert read is not None
    assert (read.number, read.issuing_country, read.document_type) == (number, "UTO", kind)
    assert normalise.mrz(zone.replace("\n", "")) == read


def digit(text: str) -> str:
    """ICAO 9303-3, 4.9, once more."""
    weighed = (int(one, 36) * (7, 3, 1)[at % 3] for at, one in enumerate(text.replace("<", "0")))
    return str(sum(weighed) % 10)


@pytest.mark.parametrize("counted", ["123456789012", "123456789<012"])
def test_a_long_number_is_read_whether_or_not_its_filler_counts(counted: str) -> None:
    """ICAO's own example leaves the filler out; Belgian cards count it."""
    lines = [
        f"IDBEL123456789<012{digit(counted)}".ljust(30, "<"),
        f"740812{digit('740812')}F301204{digit('301204')}BEL".ljust(29, "<") + "0",
        "SPECIMEN<<ANNA".ljust(30, "<"),
    ]
    assert normalise.mrz("\n".join(lines)) == ("123456789012", "BEL", "ID")
    lines[0] = lines[0].replace("IDBEL1", "IDBEL2")
    assert normalise.mrz("\n".join(lines)) is None


def test_the_former_french_identity_card_is_read() -> None:
    number, born = "150875012345", "740812"
    first = "IDFRASPECIMEN".ljust(30, "<") + "075012"
    second = f"{number}{digit(number)}{'ANNA'.ljust(14, '<')}{born}{digit(born)}F0"
    assert normalise.mrz(f"{first}\n{second}") == (number, "FRA", "ID")
    wrong = f"{first}\n{second.replace('1508', '1509')}"
    assert normalise.mrz(wrong) is None
    assert "check digit" in normalise.misread_mrz(wrong)


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        (TD3.replace("C36", "C37"), "check digit"),
        (TD3.replace("7408122", "7408123"), "check digit"),
        (TD3.replace("<<ANNA", "<<ÅNNA"), "A to Z"),
        (TD3[:-1], "2 of 44"),
        ("", "2 of 44"),
    ],
)
def test_a_zone_that_was_misread_is_none_and_says_why(zone: str, told: str) -> None:
    assert normalise.mrz(zone) is None
    assert told in normalise.misread_mrz(zone)


def test_a_number_within_a_country_is_another_than_within_the_next() -> None:
    bare, (german, unsaid) = key("plate", "B-AB 123"), alternatives("plate", "B-AB 123", "de")
    assert bare is not None
    assert bare.within is None
    assert (german.within, unsaid.within) == ("de", "")
    assert alternatives("plate", "B-AB 123", "DE") == (german, unsaid)
    assert alternatives("plate", "…", "DE") == ()


def test_a_countrys_own_numbers_are_known_where_a_library_knows_them() -> None:
    assert normalise.national_number("54362315K", "ES") is True
    assert normalise.national_number("54362315A", "ES") is False
    assert normalise.national_number("anything", "ZZ") is None
