"""Selectors of things: vehicles, vessels, aircraft, containers, firearms, stolen objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from node.records import normalise
from node.records.selectors.base import ATTRIBUTE, NAME, NUMBER, Selector, malformed, refused

if TYPE_CHECKING:
    from collections.abc import Mapping

PLATE_CHARACTERS_MIN: Final = 2
PLATE_CHARACTERS_MAX: Final = 12


@dataclass(frozen=True, slots=True)
class VehicleSelector(Selector):
    """A vehicle by complete VIN or complete plate (Prüm II Article 16)."""

    by: ClassVar[str] = "vehicle"
    entity_type: ClassVar[str] = "vehicle"
    identified: ClassVar[Mapping[str, str]] = {"vin": "vin", "plate": "plate"}
    within: ClassVar[Mapping[str, str]] = {"plate": "plate_country"}
    countries: ClassVar[tuple[str, ...]] = ("plate_country",)
    needs: ClassVar[tuple[str, ...]] = ("vin", "plate")

    vin: str = ""
    plate: str = ""
    plate_country: str = ""

    @property
    def warnings(self) -> tuple[str, ...]:
        """A VIN whose check digit fails: a slip, or one of the many makers that use none."""
        told = normalise.vin_warning(normalise.vin(self.vin)) if self.vin else ""
        return (f"VIN: {told}",) if told else ()

    def validate(self) -> None:
        """Whether this can be a VIN or a plate."""
        Selector.validate(self)
        length = len(normalise.plate(self.plate))
        if self.plate and not PLATE_CHARACTERS_MIN <= length <= PLATE_CHARACTERS_MAX:
            raise malformed("plate", "plate")


@dataclass(frozen=True, slots=True)
class StolenObjectSelector(Selector):
    """A stolen object by serial number, or by title and maker."""

    by: ClassVar[str] = "stolen_object"
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


@dataclass(frozen=True, slots=True)
class VesselSelector(Selector):
    """A vessel by any of its numbers, or by name."""

    by: ClassVar[str] = "vessel"
    entity_type: ClassVar[str] = "vessel"
    identified: ClassVar[Mapping[str, str]] = {
        "imo_number": "imo",
        "mmsi": "mmsi",
        "call_sign": "call-sign",
        "hull_number": "hull-number",
    }
    needs: ClassVar[tuple[str, ...]] = ("imo_number", "mmsi", "call_sign", "hull_number", "name")

    imo_number: str = ""
    mmsi: str = ""
    call_sign: str = ""
    hull_number: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class AircraftSelector(Selector):
    """An aircraft by registration, address or serial number."""

    by: ClassVar[str] = "aircraft"
    entity_type: ClassVar[str] = "aircraft"
    identified: ClassVar[Mapping[str, str]] = {
        "registration": "aircraft-registration",
        "icao_address": "icao-address",
        "serial_number": "aircraft-serial",
    }
    needs: ClassVar[tuple[str, ...]] = ("registration", "icao_address", "serial_number")

    registration: str = ""
    icao_address: str = ""
    serial_number: str = ""


@dataclass(frozen=True, slots=True)
class ContainerSelector(Selector):
    """A freight container by its number."""

    by: ClassVar[str] = "container"
    entity_type: ClassVar[str] = "container"
    identified: ClassVar[Mapping[str, str]] = {"number": "container"}
    needs: ClassVar[tuple[str, ...]] = ("number",)

    number: str = ""


@dataclass(frozen=True, slots=True)
class FirearmSelector(Selector):
    """A firearm by serial number; makers use the same ones."""

    by: ClassVar[str] = "firearm"
    entity_type: ClassVar[str] = "firearm"
    identified: ClassVar[Mapping[str, str]] = {"serial_number": "firearm-serial"}
    within: ClassVar[Mapping[str, str]] = {"serial_number": "make"}
    needs: ClassVar[tuple[str, ...]] = ("serial_number",)

    serial_number: str = ""
    make: str = ""


@dataclass(frozen=True, slots=True)
class AccountSelector(Selector):
    """An account by IBAN or the bank's own number."""

    by: ClassVar[str] = "account"
    entity_type: ClassVar[str] = "account"
    identified: ClassVar[Mapping[str, str]] = {"number": "account-number"}
    within: ClassVar[Mapping[str, str]] = {"number": "country"}
    countries: ClassVar[tuple[str, ...]] = ("country",)
    needs: ClassVar[tuple[str, ...]] = ("number",)

    number: str = ""
    country: str = ""

    def validate(self) -> None:
        """An IBAN begins with its country."""
        Selector.validate(self)
        number = normalise.account_number(self.number)
        other = number[:2].isalpha() and self.country and number[:2] != self.country
        if other:
            hint = f"an account number of {self.country}"
            raise refused("number", "another country's format", hint)
