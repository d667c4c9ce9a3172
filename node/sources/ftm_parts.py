"""FollowTheMoney entities that belong to others: addresses, listings, a document's holder.

They stand anywhere in a file, so a first pass keeps them on disk by the id they are referred to.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from node.records import countries
from node.records.values import Address, Listing
from node.sources import building
from node.sources.rows import UnusableRowError, Why

if TYPE_CHECKING:
    from node.sources.scratch import Scratch

# No published entity has more values of one property; more are an attack or a mistake.
VALUES_MAX: Final = 2_000
# Entities that are no records of their own.
PARTS: Final = frozenset({"Address", "Sanction"})

Properties = dict[str, list[str]]


def properties_of(entity: dict[str, Any]) -> Properties:
    """An entity's properties, each a bounded list of text.

    Raises:
        UnusableRowError: they are something else.
    """
    found = entity.get("properties")
    if not isinstance(found, dict):
        raise UnusableRowError(Why.NOT_PARSABLE, "no properties")
    for name, values in found.items():
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise UnusableRowError(Why.BAD_VALUE, f"{name} is not a list of text")
        if len(values) > VALUES_MAX:
            raise UnusableRowError(Why.BAD_VALUE, f"{name} has more than {VALUES_MAX} values")
    return found


def first(properties: Properties, *names: str) -> str:
    """The first value of the first of these properties that has one, or nothing."""
    return next((properties[name][0] for name in names if properties.get(name)), "")


def remember(entity: dict[str, Any], pad: Scratch) -> None:
    """Keep what other entities need; what is malformed is told of in the second pass."""
    name, schema = entity.get("id"), entity.get("schema")
    if not isinstance(name, str) or not isinstance(schema, str):
        return
    try:
        properties = properties_of(entity)
    except UnusableRowError:
        return
    if schema == "Address":
        pad.keep("address", name, json.dumps(properties))
    elif schema == "Sanction":
        for listed in properties.get("entity", []):
            pad.keep("listing", listed, json.dumps(_listing_parts(properties)))
    elif schema == "Person":
        born = first(properties, "birthDate")
        pad.keep("holder", name, json.dumps([first(properties, "name"), born]))


def _listing_parts(properties: Properties) -> list[str]:
    return [
        first(properties, "authority"),
        first(properties, "program", "programId"),
        first(properties, "authorityId", "recordId"),
        min(properties.get("startDate", []) + properties.get("listingDate", []), default="")[:10],
    ]


def addresses(properties: Properties, pad: Scratch) -> tuple[Address, ...]:
    """An entity's addresses: its address entities, or else its own lines."""
    made = []
    for name in properties.get("addressEntity", []):
        for kept in pad.values("address", name):
            parts: Properties = json.loads(kept)
            made.append(
                Address(
                    line=first(parts, "street", "full"),
                    city=first(parts, "city"),
                    region=first(parts, "region", "state"),
                    postcode=first(parts, "postalCode"),
                    country=countries.code(first(parts, "country")) or "",
                )
            )
    if not made:
        made = [Address(line=building.tidy(line)) for line in properties.get("address", [])]
    return tuple(dict.fromkeys(made))


def listings(key: str, pad: Scratch) -> tuple[Listing, ...]:
    """The lists that name an entity."""
    return tuple(
        Listing(publisher=publisher, programme=programme, number=number, listed_on=since)
        for publisher, programme, number, since in map(json.loads, pad.values("listing", key))
    )
