"""OFAC's Specially Designated Nationals, the legacy CSV set: sdn, alt, add and sdn_comments.

Four files without header, ``-0-`` for null, a trailing 0x1A, identifiers inside prose; joined by
``ent_num``. ``path`` is ``sdn.csv`` (gzip or not) or the folder that holds it; ``alt`` and ``add`` must
stand beside it, ``sdn_comments`` holds what overflowed a remark and may be absent.

What becomes what: an individual is a person, an entry without type an organisation. Passports and
licences named in the prose also become identity documents, wallets observables, so that they can be
asked for by number. Vessels and aircraft are themselves, by the list's columns and by what the prose says.

Labels: a listed person is labelled ``suspect`` with the marking ``listed``; no ``person.status`` is
claimed, because being listed is no proof of guilt. Aliases quoted in the remarks are the list's weak
aliases and become ``LOW_QUALITY``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from node.records import countries
from node.records.record import Labels, Record
from node.records.values import Address, Identifier, Listing, OrganisationName
from node.sources import building, dates, ofac_craft
from node.sources.ofac_set import Entry, cell, entries
from node.sources.rows import Item, Quarantined, Read, UnusableRowError, quarantined

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from node.sources.ofac_remarks import Remarks
    from node.sources.tables import Cells

SOURCE: Final = "ofac-sdn"
PUBLISHER: Final = "OFAC"
_ALT_KINDS: Final = {"aka": "ALIAS", "fka": "FORMER", "nka": "LEGAL"}
_REMARK_KINDS: Final = {"a": "LOW_QUALITY", "f": "FORMER", "n": "LEGAL"}
_LISTED: Final = Labels(subject="suspect", markings=frozenset({"listed"}))
_THING: Final = Labels(subject="object", markings=frozenset({"listed"}))


def read(path: Path) -> Iterator[Item]:
    """Every designation as records.

    Raises:
        StartError: a file of the set is missing or cannot be read.
    """
    for found in entries(path):
        if isinstance(found, Quarantined):
            yield found
            continue
        row, entry = found
        try:
            made = _records(entry)
        except UnusableRowError as error:
            yield quarantined(row.line, error, row.raw)
        else:
            yield from (Read(row.line, record) for record in made)


def _records(entry: Entry) -> list[Record]:
    """The designation itself, then its documents and wallets; all or none."""
    makers = {"individual": _person, "vessel": _vessel, "aircraft": _aircraft}
    main = makers.get(entry.kind, _organisation)(entry)
    return [main, *_documents(entry), *_wallets(entry)]


def _vessel(entry: Entry) -> Record:
    fields = ofac_craft.vessel(entry, _organisation_names(entry), _listings(entry))
    return _record(entry, entry.number, "vessel", fields)


def _aircraft(entry: Entry) -> Record:
    return _record(entry, entry.number, "aircraft", ofac_craft.aircraft(entry, _listings(entry)))


def _record(entry: Entry, key: str, entity_type: str, fields: dict[str, object]) -> Record:
    labels = _LISTED if entry.individual else _THING
    return building.record(
        source=SOURCE,
        key=key,
        entity_type=entity_type,
        values=fields,
        labels=labels,
        assertion=building.PUBLISHED,
    )


def _person(entry: Entry) -> Record:
    said = entry.said
    names = [building.inverted_name(entry.name, kind="LEGAL")]
    names += [
        building.inverted_name(cell(row.values[3]), kind=_alternate_kind(row))
        for row in entry.alternates
    ]
    names += [building.inverted_name(name, kind=_REMARK_KINDS[kind]) for kind, name in said.aliases]
    born = building.births(date for text in said.birth_dates if (date := dates.birth(text)))
    place = said.birth_places[0] if said.birth_places else ""
    return _record(
        entry,
        entry.number,
        "person",
        {
            "person.names": building.distinct_names(names),
            "person.sex": said.sex,
            **born,
            "person.birth_place": place,
            "person.birth_country": countries.code(place.rpartition(", ")[2]),
            "person.nationalities": tuple(said.nationalities),
            "person.national_ids": _identifiers(said, skip="registration"),
            "person.addresses": _addresses(entry),
            "person.phones": _phones(said),
            "person.emails": tuple(said.emails),
            "person.occupations": (entry.title,) if entry.title else (),
            "person.summary": entry.remarks,
            "person.listings": _listings(entry),
        },
    )


def _organisation_names(entry: Entry) -> tuple[OrganisationName, ...]:
    names = [building.organisation_name(entry.name, kind="LEGAL")]
    names += [
        building.organisation_name(cell(row.values[3]), kind=_alternate_kind(row))
        for row in entry.alternates
    ]
    names += [
        building.organisation_name(name, kind="FORMER" if kind == "f" else "ALIAS")
        for kind, name in entry.said.aliases
    ]
    return tuple(one for one in building.distinct_names(names) if isinstance(one, OrganisationName))


def _organisation(entry: Entry) -> Record:
    said = entry.said
    registered = next((number for number in said.numbers if number.scheme == "registration"), None)
    return _record(
        entry,
        entry.number,
        "organisation",
        {
            "organisation.names": _organisation_names(entry),
            "organisation.registration_number": registered.value if registered else None,
            "organisation.registration_country": registered.country if registered else None,
            "organisation.tax_ids": _identifiers(said, skip="registration"),
            "organisation.incorporation_date": said.established,
            "organisation.addresses": _addresses(entry),
            "organisation.summary": entry.remarks,
            "organisation.listings": _listings(entry),
        },
    )


def _alternate_kind(row: Cells) -> str:
    return _ALT_KINDS.get(cell(row.values[2]).lower(), "ALIAS")


def _identifiers(said: Remarks, *, skip: str) -> tuple[Identifier, ...]:
    return tuple(
        Identifier(scheme=number.scheme, value=number.value, country=number.country or "")
        for number in said.numbers
        if number.scheme != skip
    )


def _phones(said: Remarks) -> tuple[str, ...]:
    return tuple(number for text in said.phones if (number := building.phone(text)))


def _addresses(entry: Entry) -> tuple[Address, ...]:
    made = []
    for row in entry.addresses:
        line, city, country = (cell(value) for value in row.values[2:5])
        code = countries.code(country) if country else ""
        if code is None:
            line, code = f"{line}, {country}".removeprefix(", "), ""
        if line or city or code:
            made.append(Address(line=line, city=city, country=code))
    return tuple(made)


def _listings(entry: Entry) -> tuple[Listing, ...]:
    return tuple(
        Listing(publisher=PUBLISHER, programme=programme, number=entry.number)
        for programme in entry.programmes
        if programme
    )


def _documents(entry: Entry) -> list[Record]:
    holder = building.inverted_name(entry.name, kind="LEGAL") if entry.individual else None
    born = next((date for text in entry.said.birth_dates if (date := dates.published(text))), None)
    return [
        _record(
            entry,
            f"{entry.number}/document/{document.country or ''}{document.number}",
            "identity_document",
            {
                "identity_document.document_type": document.document_type,
                "identity_document.number": document.number,
                "identity_document.issuing_country": document.country,
                "identity_document.issue_date": document.issued,
                "identity_document.expiry_date": document.expires,
                "identity_document.holder_names": (holder,) if holder else (),
                "identity_document.holder_birth_date": born,
            },
        )
        for document in dict.fromkeys(entry.said.documents)
    ]


def _wallets(entry: Entry) -> list[Record]:
    return [
        _record(
            entry,
            f"{entry.number}/wallet/{currency}:{address}",
            "observable",
            {
                "observable.observable_type": "WALLET",
                "observable.value": address,
                "observable.associated_names": (entry.name,),
                "observable.summary": f"currency {currency}",
                "observable.listings": _listings(entry),
            },
        )
        for currency, address in dict.fromkeys(entry.said.wallets)
    ]
