"""The UN consolidated list: scripts, alias quality, kinds of dates, documents, hostile XML."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers import expat

import pytest

from comity.errors import StartError
from node.records.values import BirthDate
from node.sources import un, xmlentries
from tests.simulators.source_files import records, refused

if TYPE_CHECKING:
    from pathlib import Path

PERSON = """<INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>OMAR</FIRST_NAME>
<SECOND_NAME>AL-EXAMPLE</SECOND_NAME>
<UN_LIST_TYPE>Al-Qaida</UN_LIST_TYPE><REFERENCE_NUMBER>QDi.999</REFERENCE_NUMBER>
<LISTED_ON>2011-02-03</LISTED_ON>
<NAME_ORIGINAL_SCRIPT>عمر المثال</NAME_ORIGINAL_SCRIPT><COMMENTS1>Gender: male. Nobody.</COMMENTS1>
<DESIGNATION><VALUE>Clerk</VALUE></DESIGNATION>
<NATIONALITY><VALUE>Iran (Islamic Republic of)</VALUE><VALUE>Syrian Arab Republic</VALUE></NATIONALITY>
<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Umar Eksampl</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Abu Nobody</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ADDRESS><STREET>Quay 1</STREET>
<CITY>Zelengrad</CITY><COUNTRY>Jordan</COUNTRY></INDIVIDUAL_ADDRESS>
%s
<INDIVIDUAL_PLACE_OF_BIRTH><CITY>Zelengrad</CITY><COUNTRY>Iraq</COUNTRY></INDIVIDUAL_PLACE_OF_BIRTH>
<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT>
<NUMBER>A55, issued in Zelengrad</NUMBER>
<ISSUING_COUNTRY>Iraq</ISSUING_COUNTRY>
<DATE_OF_ISSUE>2001-02-03</DATE_OF_ISSUE></INDIVIDUAL_DOCUMENT>
<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>National Identification Number</TYPE_OF_DOCUMENT>
<NUMBER>77-1</NUMBER></INDIVIDUAL_DOCUMENT>
<INDIVIDUAL_DOCUMENT/></INDIVIDUAL>"""
BORN = (
    "<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE>"
    "<DATE>1974-03-09</DATE></INDIVIDUAL_DATE_OF_BIRTH>"
)
ENTITY = """<ENTITY><DATAID>2</DATAID><FIRST_NAME>EXAMPLE TRADING</FIRST_NAME>
<REFERENCE_NUMBER>QDe.999</REFERENCE_NUMBER>
<ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>ET</ALIAS_NAME></ENTITY_ALIAS>
<ENTITY_ALIAS><QUALITY>f.k.a.</QUALITY><ALIAS_NAME>OLD EXAMPLE</ALIAS_NAME></ENTITY_ALIAS></ENTITY>"""


def _list(folder: Path, *entries: str, before: str = "") -> Path:
    path = folder / "list.xml"
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<CONSOLIDATED_LIST><INDIVIDUALS>'
        f"{''.join(entries)}</INDIVIDUALS></CONSOLIDATED_LIST>",
        encoding="utf-8",
    )
    return path


def test_a_person_keeps_the_original_script_and_the_quality_of_aliases(tmp_path: Path) -> None:
    person = records(un.read(_list(tmp_path, PERSON % BORN)))["QDi.999"]
    assert [(one.kind, one.full, one.script) for one in person.fields["person.names"]] == [
        ("LEGAL", "OMAR AL-EXAMPLE", "Latn"),
        ("ALIAS", "عمر المثال", "Arab"),
        ("ALIAS", "Umar Eksampl", "Latn"),
        ("LOW_QUALITY", "Abu Nobody", "Latn"),
    ]
    assert person.fields["person.nationalities"] == ("IR", "SY")
    assert person.fields["person.sex"] == "M"
    assert person.fields["person.birth_country"] == "IQ"
    assert person.fields["person.national_ids"][0].value == "77-1"
    assert person.fields["person.listings"][0].listed_on == "2011-02-03"
    assert person.labels.markings == {"listed"}


def test_a_passport_can_be_asked_for_by_its_number_alone(tmp_path: Path) -> None:
    passport = records(un.read(_list(tmp_path, PERSON % BORN)))["QDi.999/document/IQA55"]
    assert passport.fields["identity_document.number"] == "A55"
    assert passport.fields["identity_document.holder_birth_date"] == "1974-03-09"
    assert passport.fields["identity_document.issue_date"] == "2001-02-03"


@pytest.mark.parametrize(
    ("born", "date"),
    [
        ("<DATE>1974-03-09</DATE>", "1974-03-09"),
        ("<YEAR>1974</YEAR>", "1974"),
        ("<FROM_YEAR>1974</FROM_YEAR><TO_YEAR>1974</TO_YEAR>", "1974"),
        ("<FROM_YEAR>1972</FROM_YEAR><TO_YEAR>1974</TO_YEAR>", None),
        ("<NOTE>Nov. 1973 </NOTE>", "1973-11"),
        ("<NOTE>24/06/1402 (Hijri Calendar)</NOTE>", None),
        ("<NOTE>30-35 years old</NOTE>", None),
        ("<TYPE_OF_DATE/>", None),
    ],
)
def test_every_kind_of_birth_date_is_read_or_left_out(
    tmp_path: Path, born: str, date: str | None
) -> None:
    entry = PERSON % f"<INDIVIDUAL_DATE_OF_BIRTH>{born}</INDIVIDUAL_DATE_OF_BIRTH>"
    assert (
        records(un.read(_list(tmp_path, entry)))["QDi.999"].fields.get("person.birth_date") == date
    )


@pytest.mark.parametrize(
    ("born", "said"),
    [
        ("<YEAR>1974</YEAR>", ()),
        (
            "<TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1974</YEAR>",
            (BirthDate("1974", "CIRCA"),),
        ),
        (
            "<TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1972</FROM_YEAR><TO_YEAR>1974</TO_YEAR>",
            (BirthDate("", "RANGE", "1972", "1974"),),
        ),
        ("<FROM_YEAR>1972</FROM_YEAR>", (BirthDate("", "RANGE", "1972", ""),)),
    ],
)
def test_ranges_and_what_is_about_are_kept_beside_the_date(
    tmp_path: Path, born: str, said: tuple[BirthDate, ...]
) -> None:
    entry = PERSON % f"<INDIVIDUAL_DATE_OF_BIRTH>{born}</INDIVIDUAL_DATE_OF_BIRTH>"
    fields = records(un.read(_list(tmp_path, entry)))["QDi.999"].fields
    assert fields.get("person.further_birth_dates", ()) == said


def test_a_second_birth_date_is_kept_as_one_and_in_words(tmp_path: Path) -> None:
    other = BORN.replace("1974-03-09", "1975-01-01")
    fields = records(un.read(_list(tmp_path, PERSON % (BORN + other))))["QDi.999"].fields
    assert fields["person.birth_date"] == "1974-03-09"
    assert fields["person.further_birth_dates"] == (BirthDate("1975-01-01", "STATED"),)
    assert "1975-01-01" in fields["person.summary"]


def test_an_entity_is_an_organisation(tmp_path: Path) -> None:
    fields = records(un.read(_list(tmp_path, ENTITY)))["QDe.999"].fields
    assert [(one.kind, one.full) for one in fields["organisation.names"]] == [
        ("LEGAL", "EXAMPLE TRADING"),
        ("ALIAS", "ET"),
        ("FORMER", "OLD EXAMPLE"),
    ]


def test_an_entry_without_name_or_number_is_quarantined_and_the_rest_read(tmp_path: Path) -> None:
    nameless = "<INDIVIDUAL><REFERENCE_NUMBER>QDi.1</REFERENCE_NUMBER></INDIVIDUAL>"
    items = list(
        un.read(_list(tmp_path, nameless, "<ENTITY><FIRST_NAME>X</FIRST_NAME></ENTITY>", ENTITY))
    )
    assert refused(items) == [(1, "no name"), (2, "no key")]
    assert list(records(items)) == ["QDe.999"]


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {n} "{f"&{p};" * 10}">' for p, n in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)


@pytest.mark.parametrize(
    "before",
    [
        BOMB,
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_a_document_type_declaration_ends_the_import(tmp_path: Path, before: str) -> None:
    with pytest.raises(StartError, match="declares a document type"):
        list(un.read(_list(tmp_path, PERSON % BORN, before=before)))


def test_the_bomb_would_have_gone_off_without_the_refusal() -> None:
    grown: list[str] = []
    unguarded = expat.ParserCreate()
    unguarded.CharacterDataHandler = grown.append
    unguarded.Parse(f"{BOMB}<x>&d;</x>")
    assert len("".join(grown)) == 10_000


def test_nesting_has_a_bound(tmp_path: Path) -> None:
    deep = "<A>" * 5_000 + "</A>" * 5_000
    with pytest.raises(StartError, match="nests deeper"):
        list(un.read(_list(tmp_path, deep)))


def test_one_entry_has_a_bound(tmp_path: Path) -> None:
    huge = PERSON.replace("Nobody.", "x" * (xmlentries.ENTRY_BYTES_MAX * 2)) % BORN
    with pytest.raises(StartError, match="has an entry beyond"):
        list(un.read(_list(tmp_path, huge)))


def test_a_cut_file_ends_with_the_place_it_was_cut_and_keeps_what_came_before(
    tmp_path: Path,
) -> None:
    path = _list(tmp_path, ENTITY, PERSON % BORN)
    path.write_text(path.read_text(encoding="utf-8")[:-200], encoding="utf-8")
    seen = []
    with pytest.raises(StartError, match="not well-formed"):
        seen.extend(un.read(path))
