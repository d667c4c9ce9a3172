"""The United Nations Security Council's consolidated list (XML).

Read entry by entry (``node.sources.xmlentries``).

What becomes what: INDIVIDUAL is a person, ENTITY an organisation, each document with a number also an
identity document. Names in the original script stand beside the Latin ones. Aliases of quality ``Low``
become ``LOW_QUALITY``. Dates of birth are published as DATE, YEAR, a range or a note, several at a time:
the first that is a date is taken, the others stay in the summary. Labels as for OFAC.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from defusedxml.ElementTree import tostring

from node.records import countries
from node.records.births import CIRCA, STATED
from node.records.record import Labels, Record
from node.records.values import Address, BirthDate, Identifier, Listing
from node.sources import building, dates
from node.sources.rows import Item, Read, UnusableRowError, Why, quarantined
from node.sources.xmlentries import entries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree.ElementTree import Element

SOURCE: Final = "un-consolidated"
PUBLISHER: Final = "UN Security Council"
_ENTRIES: Final = {"INDIVIDUAL": "person", "ENTITY": "organisation"}
_NAME_PARTS: Final = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_SEX: Final = {"male": "M", "female": "F"}
_SAID_SEX: Final = re.compile(r"\bGender:?\s*(male|female)\b", re.IGNORECASE)
_PASSPORT: Final = re.compile(r"pass(?:port|eport)|pasaporte", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d")
# What follows the number in the same element: "A123 (Egyptian passport)", "B9, issued in Cairo".
_NUMBER_END: Final = re.compile(r"[(,;]|\bissued\b|\bexpire|\bunder\b|\bvalid\b")
_LISTED: Final = Labels(subject="suspect", markings=frozenset({"listed"}))
_THING: Final = Labels(subject="object", markings=frozenset({"listed"}))


def read(path: Path) -> Iterator[Item]:
    """Every entry as records; ``line`` is the entry's ordinal.

    Raises:
        StartError: not XML, a document type declaration, or nesting or an entry beyond its bound.
    """
    for ordinal, element in enumerate(entries(path, _ENTRIES), start=1):
        yield from _items(ordinal, element)


def _items(ordinal: int, element: Element) -> Iterator[Item]:
    try:
        made = _records(element)
    except UnusableRowError as error:
        yield quarantined(ordinal, error, tostring(element, encoding="unicode"))
    else:
        yield from (Read(ordinal, record) for record in made)


def _text(element: Element, tag: str) -> str:
    return building.tidy(element.findtext(tag) or "")


def _texts(element: Element, path: str) -> tuple[str, ...]:
    return tuple(
        text for found in element.findall(path) if (text := building.tidy(found.text or ""))
    )


def _records(element: Element) -> list[Record]:
    number = _text(element, "REFERENCE_NUMBER") or _text(element, "DATAID")
    if not number:
        raise UnusableRowError(Why.MISSING_KEY, "neither REFERENCE_NUMBER nor DATAID")
    if not " ".join(_text(element, part) for part in _NAME_PARTS).strip():
        raise UnusableRowError(Why.MISSING_NAME, number)
    if _ENTRIES[element.tag] == "organisation":
        return [_organisation(element, number)]
    person = _person(element, number)
    return [person, *_documents(element, number, person)]


def _record(key: str, entity_type: str, labels: Labels, fields: dict[str, object]) -> Record:
    return building.record(
        source=SOURCE,
        key=key,
        entity_type=entity_type,
        values=fields,
        labels=labels,
        assertion=building.PUBLISHED,
    )


def _person(element: Element, number: str) -> Record:
    parts = [part for tag in _NAME_PARTS if (part := _text(element, tag))]
    names = [building.person_name(" ".join(parts), kind="LEGAL")]
    names += [
        building.person_name(text, kind="ALIAS") for text in _texts(element, "NAME_ORIGINAL_SCRIPT")
    ]
    for alias in element.findall("INDIVIDUAL_ALIAS"):
        kind = "LOW_QUALITY" if _text(alias, "QUALITY").lower() == "low" else "ALIAS"
        names.append(building.person_name(_text(alias, "ALIAS_NAME"), kind=kind))
    place = element.find("INDIVIDUAL_PLACE_OF_BIRTH")
    comments = _text(element, "COMMENTS1")
    said = _SAID_SEX.search(comments)
    sex = _text(element, "GENDER") or (said[1] if said else "")
    return _record(
        number,
        "person",
        _LISTED,
        {
            "person.names": building.distinct_names(names),
            "person.sex": _SEX.get(sex.lower()),
            **building.births(_births(element)),
            "person.birth_place": _place(place),
            "person.birth_country": countries.code(_text(place, "COUNTRY"))
            if place is not None
            else None,
            "person.nationalities": _codes(_texts(element, "NATIONALITY/VALUE")),
            "person.national_ids": _national_ids(element),
            "person.addresses": _addresses(element, "INDIVIDUAL_ADDRESS"),
            "person.occupations": _texts(element, "DESIGNATION/VALUE"),
            "person.summary": _summary(element, comments),
            "person.listings": _listings(element, number),
        },
    )


def _organisation(element: Element, number: str) -> Record:
    name = " ".join(part for tag in _NAME_PARTS if (part := _text(element, tag)))
    names = [building.organisation_name(name, kind="LEGAL")]
    names += [
        building.organisation_name(text, kind="ALIAS")
        for text in _texts(element, "NAME_ORIGINAL_SCRIPT")
    ]
    for alias in element.findall("ENTITY_ALIAS"):
        kind = "FORMER" if _text(alias, "QUALITY") == "f.k.a." else "ALIAS"
        names.append(building.organisation_name(_text(alias, "ALIAS_NAME"), kind=kind))
    return _record(
        number,
        "organisation",
        _THING,
        {
            "organisation.names": building.distinct_names(names),
            "organisation.addresses": _addresses(element, "ENTITY_ADDRESS"),
            "organisation.summary": _text(element, "COMMENTS1"),
            "organisation.listings": _listings(element, number),
        },
    )


def _codes(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for name in names if (code := countries.code(name))))


def _date_of(birth: Element) -> BirthDate | None:
    if start := _text(birth, "FROM_YEAR"):
        end = _text(birth, "TO_YEAR")
        return dates.between(dates.partial(start, dates.ISO), dates.partial(end, dates.ISO))
    exact, year = _text(birth, "DATE")[:10], _text(birth, "YEAR")
    if exact or year:
        date = dates.partial(exact or year, dates.ISO)
        about = _text(birth, "TYPE_OF_DATE").upper().startswith("APPROX")
        return BirthDate(date=date, certainty=CIRCA if about else STATED) if date else None
    return dates.birth(_text(birth, "NOTE").replace(".", ""))


def _births(element: Element) -> Iterator[BirthDate]:
    for birth in element.findall("INDIVIDUAL_DATE_OF_BIRTH"):
        if date := _date_of(birth):
            yield date


def _summary(element: Element, comments: str) -> str:
    """The comments, and every date and place of birth as published, since a record holds one of each."""
    said = [comments]
    for tag, word in (
        ("INDIVIDUAL_DATE_OF_BIRTH", "Born"),
        ("INDIVIDUAL_PLACE_OF_BIRTH", "Born in"),
    ):
        published = [building.tidy(" ".join(found.itertext())) for found in element.findall(tag)]
        published = [text for text in published if text]
        if len(published) > 1:
            said.append(f"{word}: {'; '.join(published)}.")
    return " ".join(text for text in said if text)


def _place(place: Element | None) -> str:
    if place is None:
        return ""
    parts = (_text(place, tag) for tag in ("STREET", "CITY", "STATE_PROVINCE", "COUNTRY"))
    return ", ".join(part for part in parts if part)


def _addresses(element: Element, tag: str) -> tuple[Address, ...]:
    made = []
    for found in element.findall(tag):
        address = Address(
            line=_text(found, "STREET"),
            city=_text(found, "CITY"),
            region=_text(found, "STATE_PROVINCE"),
            postcode=_text(found, "ZIP_CODE"),
            country=countries.code(_text(found, "COUNTRY")) or "",
        )
        if address.line or address.city or address.region or address.country:
            made.append(address)
    return tuple(made)


def _listings(element: Element, number: str) -> tuple[Listing, ...]:
    listed = dates.partial(_text(element, "LISTED_ON")[:10], dates.ISO)
    programme = _text(element, "UN_LIST_TYPE")
    return (
        Listing(publisher=PUBLISHER, programme=programme, number=number, listed_on=listed or ""),
    )


def _numbered(element: Element) -> Iterator[tuple[Element, str, str, bool]]:
    """Every document with a number: element, number, issuing country, whether it is a passport."""
    for found in element.findall("INDIVIDUAL_DOCUMENT"):
        published = _text(found, "NUMBER")
        number = _NUMBER_END.split(published, maxsplit=1)[0].strip(" .:")
        if not _NUMBER.search(number):
            continue
        kinds = f"{_text(found, 'TYPE_OF_DOCUMENT')} {_text(found, 'TYPE_OF_DOCUMENT2')}"
        issuer = _text(found, "ISSUING_COUNTRY") or _text(found, "COUNTRY_OF_ISSUE")
        yield found, number, countries.code(issuer) or "", bool(_PASSPORT.search(kinds))


def _national_ids(element: Element) -> tuple[Identifier, ...]:
    return tuple(
        Identifier(scheme="national-id", value=number, country=country)
        for _, number, country, passport in _numbered(element)
        if not passport
    )


def _documents(element: Element, number: str, person: Record) -> list[Record]:
    made = {}
    for found, document, country, passport in _numbered(element):
        if not passport:
            continue
        key = f"{number}/document/{country}{document}"
        made[key] = _record(
            key,
            "identity_document",
            _LISTED,
            {
                "identity_document.document_type": "P",
                "identity_document.number": document,
                "identity_document.issuing_country": country,
                "identity_document.issue_date": dates.partial(
                    _text(found, "DATE_OF_ISSUE")[:10], dates.ISO
                ),
                "identity_document.holder_names": person.fields["person.names"],
                "identity_document.holder_birth_date": person.fields.get("person.birth_date"),
            },
        )
    return list(made.values())
