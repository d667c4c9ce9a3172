"""Selectors of seizures and shipments: by reference, or by what, where and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from node.records import normalise
from node.records.identifiers import Key, key
from node.records.indexing import leg_keys
from node.records.selectors.base import (
    ATTRIBUTE,
    ATTRIBUTES,
    NUMBER,
    Selector,
    Span,
    refused,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# What is known of something makes a search when there are this many of it.
ATTRIBUTES_MIN: Final = 2
SUBSTANCE: Final = "substance"
# A shipment's goods may be a drug, and are then asked for like one.
GOODS: Final = "goods"
UNKNOWN_SUBSTANCE: Final = (
    "substance: no other name of it is known here, so it is found where owners write it like this"
)


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of a route: from somewhere, to somewhere, or both; a country's code or a place."""

    origin: str = ""
    destination: str = ""


class _Traffic(Selector):
    """What seizures and shipments have in common; subclasses have the parts."""

    __slots__ = ()

    attributes: ClassVar[Mapping[str, str]] = {}
    reference: str
    first_date: str
    last_date: str
    legs: tuple[Leg, ...]

    def validate(self) -> None:
        """Parts by what they declare, legs that name something, a period that is one."""
        Selector.validate(self)
        for leg in self.legs:
            for end in (leg.origin, leg.destination):
                if end:
                    self.check_part("legs", end)
            if not leg_keys(f"{self.entity_type}-leg", leg.origin, leg.destination):
                raise refused("legs", "empty leg", "where a leg begins or ends")
        if self.first_date and self.last_date and self.first_date > f"{self.last_date}~":
            raise refused("last_date", "period ends before it begins", "a day after the first")

    @property
    def _known(self) -> int:
        """How many things are known of it: attributes, legs, a period."""
        attributes = sum(1 for part in self.attributes if getattr(self, part))
        place = bool(self.on_the_way)
        return attributes + place + len(self.legs) + bool(self.first_date or self.last_date)

    @property
    def on_the_way(self) -> str:
        """A place that a leg begins or ends at, where one is asked for."""
        return ""

    @staticmethod
    def names_of(kind: str, text: str) -> Iterable[str]:
        """The ways to write it, as it was asked first."""
        others = normalise.names_of_substance(text) if kind in {SUBSTANCE, GOODS} else ()
        return dict.fromkeys((text, *others))

    @property
    def shape(self) -> str:
        """A reference; or how much is known of it."""
        if self.keys():
            return NUMBER
        return ATTRIBUTES if self._known >= ATTRIBUTES_MIN else ATTRIBUTE

    def unsuitable(self) -> str | None:
        """A period alone: that would list everything."""
        if not self.keys() and not self.terms():
            return "what, where or which way is needed"
        return Selector.unsuitable(self)

    def terms(self) -> tuple[tuple[Key, ...], ...]:
        """One group for each thing that is known; a substance by any of its names."""
        told: list[Iterable[Key | None]] = [
            [key(kind, name) for name in self.names_of(kind, getattr(self, part))]
            for part, kind in self.attributes.items()
        ]
        told += [
            leg_keys(f"{self.entity_type}-leg", leg.origin, leg.destination) for leg in self.legs
        ]
        ends = ((self.on_the_way, ""), ("", self.on_the_way))
        told.append([one for end in ends for one in leg_keys(f"{self.entity_type}-leg", *end)])
        groups = (tuple(one for one in group if one is not None) for group in told)
        return tuple(group for group in groups if group)


@dataclass(frozen=True, slots=True)
class SeizureSelector(_Traffic):
    """A seizure."""

    by: ClassVar[str] = "seizure"
    entity_type: ClassVar[str] = "seizure"
    identified: ClassVar[Mapping[str, str]] = {"reference": "seizure-reference"}
    attributes: ClassVar[Mapping[str, str]] = {
        "substance": SUBSTANCE,
        "place": "place",
        "country": "country",
    }
    dates: ClassVar[tuple[str, ...]] = ("first_date", "last_date")
    countries: ClassVar[tuple[str, ...]] = ("country",)
    needs: ClassVar[tuple[str, ...]] = (
        "reference",
        "substance",
        "place",
        "country",
        "first_date",
        "last_date",
        "legs",
    )

    reference: str = ""
    substance: str = ""
    place: str = ""
    country: str = ""
    first_date: str = ""
    last_date: str = ""
    legs: tuple[Leg, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """A substance that is not in the table is found only as it was written."""
        if not self.substance or normalise.names_of_substance(self.substance):
            return ()
        return (UNKNOWN_SUBSTANCE,)

    def span(self) -> Span | None:
        """The day of the seizure."""
        if not (self.first_date or self.last_date):
            return None
        path = "seizure.seized_on"
        return Span(path, path, self.first_date, self.last_date)


@dataclass(frozen=True, slots=True)
class ShipmentSelector(_Traffic):
    """A shipment."""

    by: ClassVar[str] = "shipment"
    entity_type: ClassVar[str] = "shipment"
    identified: ClassVar[Mapping[str, str]] = {
        "reference": "shipment-reference",
        "container_number": "shipment-container",
    }
    attributes: ClassVar[Mapping[str, str]] = {"goods": GOODS}
    dates: ClassVar[tuple[str, ...]] = ("first_date", "last_date")
    needs: ClassVar[tuple[str, ...]] = (
        "reference",
        "container_number",
        "first_date",
        "last_date",
        "legs",
        "goods",
        "place",
    )

    reference: str = ""
    container_number: str = ""
    first_date: str = ""
    last_date: str = ""
    legs: tuple[Leg, ...] = ()
    goods: str = ""
    place: str = ""

    @property
    def on_the_way(self) -> str:
        """The place asked for, at either end of a leg."""
        return self.place

    def span(self) -> Span | None:
        """From departure to arrival."""
        if not (self.first_date or self.last_date):
            return None
        paths = ("shipment.departed_on", "shipment.arrived_on")
        return Span(*paths, self.first_date, self.last_date)
