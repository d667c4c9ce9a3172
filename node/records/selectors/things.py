"""Selectors of things: vehicles and stolen objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from node.records import normalise
from node.records.selectors.base import ATTRIBUTE, NAME, NUMBER, Selector, malformed

if TYPE_CHECKING:
    from collections.abc import Mapping

PLATE_CHARACTERS_MIN: Final = 2
PLATE_CHARACTERS_MAX: Final = 12


@dataclass(frozen=True, slots=True)
class VehicleSelector(Selector):
    """A vehicle by complete VIN or complete plate (Prüm II Article 16)."""

    place: ClassVar[str] = "vehicle"
    entity_type: ClassVar[str] = "vehicle"
    identified: ClassVar[Mapping[str, str]] = {"vin": "vin", "plate": "plate"}
    within: ClassVar[Mapping[str, str]] = {"plate": "plate_country"}
    countries: ClassVar[tuple[str, ...]] = ("plate_country",)
    needs: ClassVar[tuple[str, ...]] = ("vin", "plate")

    vin: str = ""
    plate: str = ""
    plate_country: str = ""

    def validate(self) -> None:
        """Whether this can be a VIN or a plate."""
        Selector.validate(self)
        length = len(normalise.plate(self.plate))
        if self.plate and not PLATE_CHARACTERS_MIN <= length <= PLATE_CHARACTERS_MAX:
            raise malformed("plate", "plate")


@dataclass(frozen=True, slots=True)
class StolenObjectSelector(Selector):
    """A stolen object by serial number, or by title and maker."""

    place: ClassVar[str] = "stolen_object"
    entity_type: ClassVar[str] = "stolen_object"
    identified: ClassVar[Mapping[str, str]] = {"serial_number": "serial-number"}
    needs: ClassVar[tuple[str, ...]] = ("serial_number", "title", "maker")

    serial_number: str = ""
    title: str = ""
    maker: str = ""

    @property
    def text(self) -> str:
        """The title."""
        return normalise.plain(self.title)

    @property
    def shape(self) -> str:
        """A maker alone would list an artist's stolen works."""
        if self.serial_number:
            return NUMBER
        return NAME if self.text else ATTRIBUTE

    def unsuitable(self) -> str | None:
        """Only a maker."""
        if not self.serial_number and not self.text:
            return "a serial number or a title is needed"
        return Selector.unsuitable(self)
