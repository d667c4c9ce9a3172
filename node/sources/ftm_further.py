"""FollowTheMoney's vessels, aircraft and accounts, and the edges between its entities.

An ownership, directorship, membership, family tie or association becomes a relation between the two records
that it names, so that the owner's law rules on it apart from both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from node.records import countries
from node.sources import building, dates
from node.sources.ftm_parts import Properties, first, listings
from node.sources.rows import UnusableRowError, Why

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.sources.scratch import Scratch

Made = tuple[str, dict[str, object]]

# Schema: kind of relation, and the properties that name where it leads from and to.
_EDGES: Final = {
    "Ownership": ("owner", "owner", "asset"),
    "Directorship": ("officer", "director", "organization"),
    "Membership": ("member", "member", "organization"),
    "Employment": ("employer", "employer", "employee"),
    "Family": ("family", "person", "relative"),
    "Associate": ("associate", "person", "associate"),
}


def _date(properties: Properties, *names: str) -> str | None:
    return dates.partial(first(properties, *names)[:10], dates.ISO)


def vessel(key: str, properties: Properties, pad: Scratch) -> Made:
    """A vessel."""
    names = building.distinct_names(
        building.organisation_name(text, kind=kind)
        for name, kind in (("name", "LEGAL"), ("alias", "ALIAS"), ("previousName", "FORMER"))
        for text in properties.get(name, [])
    )
    if not names:
        raise UnusableRowError(Why.MISSING_NAME, key)
    return "vessel", {
        "vessel.names": names,
        "vessel.imo_number": first(properties, "imoNumber"),
        "vessel.mmsi": first(properties, "mmsi"),
        "vessel.call_sign": first(properties, "callSign"),
        "vessel.flag": countries.code(first(properties, "flag")),
        "vessel.vessel_type": first(properties, "type"),
        "vessel.gross_tonnage": first(properties, "grossRegisteredTonnage", "tonnage"),
        "vessel.deadweight_tons": first(properties, "deadweightTonnage"),
        "vessel.build_year": first(properties, "buildDate")[:4],
        "vessel.listings": listings(key, pad),
    }


def aircraft(key: str, properties: Properties, pad: Scratch) -> Made:
    """An aircraft."""
    mark, serial = first(properties, "registrationNumber"), first(properties, "serialNumber")
    if not mark and not serial:
        raise UnusableRowError(Why.MISSING_NUMBER, key)
    return "aircraft", {
        "aircraft.registration": mark,
        "aircraft.icao_address": first(properties, "icaoCode"),
        "aircraft.serial_number": serial,
        "aircraft.make": first(properties, "manufacturer"),
        "aircraft.model": first(properties, "model"),
        "aircraft.build_year": first(properties, "buildDate")[:4],
        "aircraft.registration_country": countries.code(first(properties, "country")),
        "aircraft.listings": listings(key, pad),
    }


def account(key: str, properties: Properties, pad: Scratch) -> Made:
    """A bank account."""
    iban, number = first(properties, "iban"), first(properties, "accountNumber")
    if not iban and not number:
        raise UnusableRowError(Why.MISSING_NUMBER, key)
    return "account", {
        "account.account_type": "IBAN" if iban else "BANK",
        "account.number": iban or number,
        "account.country": countries.code(first(properties, "country")) or iban[:2],
        "account.bic": first(properties, "bic"),
        "account.institution": first(properties, "bankName"),
        "account.currency": first(properties, "currency"),
        "account.listings": listings(key, pad),
    }


def _edge(schema: str, key: str, properties: Properties) -> Made:
    kind, origin, destination = _EDGES[schema]
    ends = (first(properties, origin), first(properties, destination))
    if not all(ends):
        raise UnusableRowError(Why.MISSING_NUMBER, f"{key}: an end is missing")
    return "relation", {
        "relation.relation_type": kind,
        "relation.from_reference": ends[0],
        "relation.to_reference": ends[1],
        "relation.since": _date(properties, "startDate"),
        "relation.until": _date(properties, "endDate"),
        "relation.summary": "; ".join(
            properties.get("role", []) + properties.get("relationship", [])
        ),
    }


def _edges(schema: str) -> Callable[[str, Properties, Scratch], Made]:
    def build(key: str, properties: Properties, _pad: Scratch) -> Made:
        return _edge(schema, key, properties)

    return build


BUILDERS: Final = {
    "Vessel": vessel,
    "Airplane": aircraft,
    "BankAccount": account,
    **{schema: _edges(schema) for schema in _EDGES},
}
