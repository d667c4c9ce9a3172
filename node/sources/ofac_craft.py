"""OFAC's vessels and aircraft: the columns of the list, and what its remarks say in prose.

``Vessel Registration Identification IMO 9187629; MMSI 572469210; Former Vessel Flag Malta`` and
``Aircraft Model IL76-TD; Aircraft Manufacturer's Serial Number (MSN) 1023409321``. A number that is none of
its kind stays in the summary, where the whole remark is kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from node.records import countries, normalise
from node.sources import building
from node.sources.ofac_set import cell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from node.records.values import Listing, OrganisationName
    from node.sources.ofac_set import Entry

_SENTENCES_MAX: Final = 500
_ALT: Final = re.compile(r"^alt\. ", re.IGNORECASE)
# How sentences begin, and what the rest of them is.
_BEGINNINGS: Final = (
    ("Vessel Registration Identification IMO", "imo"),
    ("MMSI", "mmsi"),
    ("Vessel Call Sign", "call-sign"),
    ("Former Vessel Flag", "former-flag"),
    ("Vessel Flag", "flag"),
    ("Vessel Type", "type"),
    ("Vessel Year of Build", "year"),
    ("Aircraft Tail Number", "registration"),
    ("Aircraft Model", "model"),
    ("Aircraft Operator", "operator"),
    ("Aircraft Manufacturer's Serial Number (MSN)", "serial"),
    ("Aircraft Mode S Transponder Code", "address"),
    ("Aircraft Manufacture Date", "year"),
)
_YEAR: Final = re.compile(r"\b(1[89]\d{2}|20\d{2})\b")


def _sentences(remarks: str) -> Iterator[tuple[str, str]]:
    for part in remarks.split(";", _SENTENCES_MAX)[:_SENTENCES_MAX]:
        sentence = _ALT.sub("", part.strip()).rstrip(".").strip()
        for beginning, what in _BEGINNINGS:
            if sentence.startswith(f"{beginning} "):
                yield what, sentence.removeprefix(beginning).strip()
                break


def said(remarks: str) -> dict[str, list[str]]:
    """What the prose says of a craft, by what it is."""
    found: dict[str, list[str]] = {}
    for what, text in _sentences(remarks):
        found.setdefault(what, []).append(text)
    return found


def _first(texts: list[str] | None, *, of_kind: str = "") -> str:
    """The first text, or the first that is an identifier of its kind."""
    known = texts or []
    if of_kind:
        ways = {
            "imo": normalise.imo,
            "mmsi": normalise.mmsi,
            "address": normalise.icao_address,
            "registration": normalise.aircraft_registration,
        }
        known = [text for text in known if ways[of_kind](text)]
    return known[0] if known else ""


def _year(texts: list[str] | None) -> str:
    found = _YEAR.search(_first(texts))
    return found[0] if found else ""


def _figures(text: str) -> str:
    return text.replace(",", "")


def vessel(
    entry: Entry, names: tuple[OrganisationName, ...], listings: tuple[Listing, ...]
) -> dict[str, object]:
    """Fields of a vessel."""
    told = said(entry.remarks)
    craft = entry.craft
    flags = (countries.code(flag) for flag in told.get("former-flag", ()))
    return {
        "vessel.names": names,
        "vessel.imo_number": _first(told.get("imo"), of_kind="imo"),
        "vessel.mmsi": _first(told.get("mmsi"), of_kind="mmsi"),
        "vessel.call_sign": craft.call_sign or _first(told.get("call-sign")),
        "vessel.flag": countries.code(craft.flag or _first(told.get("flag"))) or "",
        "vessel.former_flags": tuple(dict.fromkeys(filter(None, flags))),
        "vessel.vessel_type": craft.kind or _first(told.get("type")),
        "vessel.deadweight_tons": _figures(craft.tonnage),
        "vessel.gross_tonnage": _figures(craft.gross_tonnage),
        "vessel.build_year": _year(told.get("year")),
        "vessel.owner_names": (craft.owner,) if craft.owner else (),
        "vessel.alert": "SANCTIONED",
        "vessel.summary": entry.remarks,
        "vessel.listings": listings,
    }


def aircraft(entry: Entry, listings: tuple[Listing, ...]) -> dict[str, object]:
    """Fields of an aircraft; the list names it by its registration mark."""
    told = said(entry.remarks)
    names = [entry.name, *(cell(row.values[3]) for row in entry.alternates)]
    marks = [*names, *told.get("registration", ())]
    return {
        "aircraft.registration": _first(marks, of_kind="registration"),
        "aircraft.icao_address": _first(told.get("address"), of_kind="address"),
        "aircraft.serial_number": _first(told.get("serial")),
        "aircraft.model": _first(told.get("model")),
        "aircraft.operator": _first(told.get("operator")),
        "aircraft.build_year": _year(told.get("year")),
        "aircraft.alert": "SANCTIONED",
        "aircraft.summary": building.tidy("; ".join((*names, entry.remarks))),
        "aircraft.listings": listings,
    }
