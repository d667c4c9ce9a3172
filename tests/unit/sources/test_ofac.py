"""OFAC's CSV set: no header, -0-, 0x1A, identifiers in prose, a remark cut in two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from comity.errors import StartError
from node.records.values import BirthDate
from node.sources import dates, ofac
from node.sources.ofac_remarks import SENTENCE_CHARS_MAX, understood
from tests.simulators.source_files import ofac_set, records, refused

if TYPE_CHECKING:
    from pathlib import Path


def test_a_packed_set_reads_like_an_unpacked_one(tmp_path: Path) -> None:
    (tmp_path / "packed").mkdir()
    packed = records(ofac.read(ofac_set(tmp_path / "packed", packed=True)))
    assert packed == records(ofac.read(ofac_set(tmp_path)))


def test_a_person_is_read_from_all_four_files(tmp_path: Path) -> None:
    person = records(ofac.read(ofac_set(tmp_path)))["10"]
    fields = person.fields
    assert [(name.kind, name.full) for name in fields["person.names"]] == [
        ("LEGAL", "Omar AL-EXAMPLE"),
        ("ALIAS", "Umar AL-EKSAMPL"),
        ("FORMER", "Omar AL-FORMER"),
        ("LOW_QUALITY", "CHEPE"),
        ("LOW_QUALITY", "EL CHEPE"),
    ]
    assert fields["person.birth_date"] == "1974-03-09"
    assert fields["person.birth_place"] == "Zelengrad, Syria"
    assert fields["person.birth_country"] == "SY"
    assert fields["person.nationalities"] == ("SY", "IR")
    assert fields["person.sex"] == "M"
    assert [(one.scheme, one.value) for one in fields["person.national_ids"]] == [
        ("national-id", "990-11"),
        ("tax", "4455"),
    ]
    assert fields["person.emails"] == ("omar@example.org",)
    assert fields["person.phones"] == ("+442079460123",)
    assert fields["person.occupations"] == ("Minister of Nothing",)
    assert [(one.line, one.city, one.country) for one in fields["person.addresses"]] == [
        ("Harbour Street 1", "Zelengrad", "SY")
    ]
    assert [one.programme for one in fields["person.listings"]] == ["SDGT", "IRGC"]


def test_a_remark_cut_in_the_middle_of_a_word_is_put_together_first(tmp_path: Path) -> None:
    summary = records(ofac.read(ofac_set(tmp_path)))["10"].fields["person.summary"]
    assert "Linked To: NOBODY OF IMPORTANCE; a.k.a. 'EL CHEPE'." in summary


def test_passports_and_wallets_in_prose_can_be_asked_for_by_number(tmp_path: Path) -> None:
    found = records(ofac.read(ofac_set(tmp_path)))
    passport = found["10/document/SYA123456"].fields
    assert passport["identity_document.number"] == "A123456"
    assert passport["identity_document.issue_date"] == "2010-02-01"
    assert passport["identity_document.expiry_date"] == "2020-01-31"
    assert found["10/document/IRB77"].fields["identity_document.issuing_country"] == "IR"
    wallet = found["10/wallet/XBT:1BoatSLRHtKNngkdXEeobR76b53LETtpyT"].fields
    assert wallet["observable.observable_type"] == "WALLET"


def test_being_listed_claims_no_status_and_is_marked(tmp_path: Path) -> None:
    person = records(ofac.read(ofac_set(tmp_path)))["10"]
    assert "person.status" not in person.fields
    assert (person.labels.subject, person.labels.markings) == ("suspect", {"listed"})


def test_an_entry_without_type_is_an_organisation(tmp_path: Path) -> None:
    fields = records(ofac.read(ofac_set(tmp_path)))["11"].fields
    assert [(name.kind, name.full) for name in fields["organisation.names"]] == [
        ("LEGAL", "EXAMPLE TRADING, S.A."),
        ("LEGAL", "EXAMPLE TRADING INTERNATIONAL"),
        ("ALIAS", "ETSA"),
    ]
    assert fields["organisation.registration_number"] == "12345"
    assert fields["organisation.registration_country"] == "PA"
    assert fields["organisation.incorporation_date"] == "1999-07-02"
    assert [one.value for one in fields["organisation.tax_ids"]] == ["77-8"]


def test_null_is_never_a_value(tmp_path: Path) -> None:
    for record in records(ofac.read(ofac_set(tmp_path))).values():
        assert "-0-" not in str(record.fields)


def test_a_range_of_years_is_no_birth_date_and_stays_in_the_summary(tmp_path: Path) -> None:
    fields = records(ofac.read(ofac_set(tmp_path)))["13"].fields
    assert "person.birth_date" not in fields
    assert fields["person.further_birth_dates"] == (BirthDate("", "RANGE", "1961", "1963"),)
    assert "circa 1961 to 1963" in fields["person.summary"]


def test_a_second_birth_date_is_kept_as_one(tmp_path: Path) -> None:
    fields = records(ofac.read(ofac_set(tmp_path)))["10"].fields
    assert fields["person.birth_date"] == "1974-03-09"
    assert fields["person.further_birth_dates"] == (BirthDate("1975", "STATED"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("09 Mar 1974", BirthDate("1974-03-09", "STATED")),
        ("circa 1974", BirthDate("1974", "CIRCA")),
        ("1961 to 1963", BirthDate("", "RANGE", "1961", "1963")),
        ("1963-1961", BirthDate("", "RANGE", "1961", "1963")),
        ("01 Feb 1960 to 29 Feb 1960", BirthDate("1960-02", "RANGE", "1960-02-01", "1960-02-29")),
        ("1961 to someday", BirthDate("", "RANGE", "1961", "")),
        ("someday", None),
        ("", None),
    ],
)
def test_what_is_certain_of_a_birth_date_is_kept(text: str, said: BirthDate | None) -> None:
    assert dates.birth(text) == said


def test_lost_aliases_are_quarantined_by_reason(tmp_path: Path) -> None:
    assert refused(ofac.read(ofac_set(tmp_path))) == [(5, "belongs to no entity")]


def test_a_vessel_is_read_from_columns_and_prose(tmp_path: Path) -> None:
    sdn = ofac_set(tmp_path)
    prose = (
        "Former Vessel Flag Malta; alt. Former Vessel Flag Tuvalu; Vessel Registration Identification "
        "IMO 9074729; alt. Vessel Registration Identification IMO 9074728; MMSI 572469210; f.k.a. 'ALPHA'."
    )
    row = f'77,"GREY MERIDIAN","vessel","IRAN",-0- ,"T2EU4","Tanker","99,144","56,068","Iran",-0- ,"{prose}"'
    plane = (
        '78,"EP-ZZQ","aircraft","SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"Aircraft Model IL76-TD; '
        "Aircraft Operator NO AIR; Aircraft Manufacture Date 1992; "
        "Aircraft Manufacturer's Serial Number (MSN) 1023409321; Linked To: NO AIR.\""
    )
    sdn.write_text(f"{row}\r\n{plane}\r\n" + sdn.read_text(), newline="")
    found = records(ofac.read(sdn))
    vessel = found["77"].fields
    assert vessel["vessel.imo_number"] == "9074729"
    assert vessel["vessel.mmsi"] == "572469210"
    assert (vessel["vessel.call_sign"], vessel["vessel.flag"]) == ("T2EU4", "IR")
    assert vessel["vessel.former_flags"] == ("MT", "TV")
    assert vessel["vessel.gross_tonnage"] == "56068"
    assert [one.full for one in vessel["vessel.names"]] == ["GREY MERIDIAN", "ALPHA"]
    assert found["77"].labels.subject == "object"
    aircraft = found["78"].fields
    assert aircraft["aircraft.registration"] == "EP-ZZQ"
    assert aircraft["aircraft.serial_number"] == "1023409321"
    assert (aircraft["aircraft.operator"], aircraft["aircraft.build_year"]) == ("NO AIR", "1992")


def test_the_folder_stands_for_the_set(tmp_path: Path) -> None:
    ofac_set(tmp_path)
    assert "10" in records(ofac.read(tmp_path))


def test_a_set_without_aliases_is_refused_rather_than_imported_without_them(tmp_path: Path) -> None:
    sdn = ofac_set(tmp_path)
    (tmp_path / "alt.csv").unlink()
    with pytest.raises(StartError, match=r"holds no alt\.csv"):
        list(ofac.read(sdn))


def test_a_row_of_wrong_width_is_quarantined_with_its_line(tmp_path: Path) -> None:
    sdn = ofac_set(tmp_path)
    sdn.write_text('10,"A","individual"\r\n' + sdn.read_text(), newline="")
    assert refused(ofac.read(sdn))[0] == (1, "wrong number of columns")


@pytest.mark.parametrize(
    ("prose", "found"),
    [
        ("DOB 15 Mar 1971", "1971-03-15"),
        ("DOB Mar 1971", "1971-03"),
        ("DOB 1971", "1971"),
        ("DOB circa 1971", "1971"),
        ("DOB 01 Feb 1960 to 29 Feb 1960", "1960-02"),
        ("DOB 1984 to 1986", None),
        ("DOB unknown", None),
    ],
)
def test_dates_in_prose_are_no_more_certain_than_published(prose: str, found: str | None) -> None:
    assert dates.published(understood(prose).birth_dates[0]) == found


@pytest.mark.parametrize(
    "prose",
    ["; " * 50_000, "Passport " + "9 " * 20_000, "A" * 200_000, "a.k.a. '" + "'" * 5_000, "DOB"],
)
def test_hostile_prose_is_understood_quickly_or_not_at_all(prose: str) -> None:
    found = understood(prose)
    assert not found.documents or len(prose) <= SENTENCE_CHARS_MAX
