"""What may be searched by: one frozen value for each kind of selector, checked before it is used.

``validate`` refuses what can never be a search (empty, control characters, impossible dates).
``unsuitable`` says why a well-formed selector is too weak or malformed for this register: the source
answers UNSUITABLE, and searches nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from comity.errors import Reason, Refusal
from node.records import normalise

# A full birth date has ten characters; anything shorter only refines.
FULL_DATE_CHARACTERS: Final = 10
# Prüm II Article 43: at least two of given name, family name, full birth date.
NAME_PARTS_MIN: Final = 2
PLATE_CHARACTERS_MIN: Final = 2
DOCUMENT_CHARACTERS_MIN: Final = 3


class _Selector:
    __slots__ = ()

    def validate(self) -> None:
        """Raises ``Refusal`` INVALID_REQUEST naming the field."""
        for part in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            value = getattr(self, part.name)
            if normalise.has_controls(value):
                raise Refusal(Reason.INVALID_REQUEST, "control characters", field=part.name)
            if value and not normalise.plain(value):
                raise Refusal(Reason.INVALID_REQUEST, "nothing readable", field=part.name)

    def unsuitable(self) -> str | None:
        """Why this cannot be searched, or ``None``."""
        return None


def _require(*values: str, field: str) -> None:
    if not any(normalise.plain(value) for value in values):
        raise Refusal(Reason.INVALID_REQUEST, "empty selector", field=field)


def _check_date(value: str, field: str) -> None:
    if value and not normalise.partial_date(value):
        raise Refusal(Reason.INVALID_REQUEST, "no such date", field=field)


@dataclass(frozen=True, slots=True)
class PersonSelector(_Selector):
    """A person by name, and what refines it."""

    name: str = ""
    family_name: str = ""
    given_name: str = ""
    birth_date: str = ""
    nationality: str = ""
    sex: str = ""

    @property
    def text(self) -> str:
        """The name as one string."""
        return normalise.plain(self.name or f"{self.given_name} {self.family_name}")

    def validate(self) -> None:
        """Raises ``Refusal`` INVALID_REQUEST naming the field."""
        _Selector.validate(self)
        _require(self.name, self.family_name, self.given_name, self.birth_date, field="name")
        _check_date(self.birth_date, "birth_date")

    def unsuitable(self) -> str | None:
        """Fewer than two of given name, family name and full birth date."""
        if not any(character.isalnum() for character in self.text):
            return "a search for a person needs a name"
        parts = max(
            len(self.text.split()), 2 if len(self.text) > 1 and not self.text.isascii() else 1
        )
        if len(self.birth_date) == FULL_DATE_CHARACTERS:
            parts += 1
        if parts < NAME_PARTS_MIN:
            return "two of given name, family name and full birth date are needed"
        return None


@dataclass(frozen=True, slots=True)
class DocumentSelector(_Selector):
    """A document by number."""

    number: str = ""
    issuing_country: str = ""
    document_type: str = ""

    def validate(self) -> None:
        """Raises ``Refusal`` INVALID_REQUEST naming the field."""
        _Selector.validate(self)
        _require(self.number, field="number")

    def unsuitable(self) -> str | None:
        """A number too short to be one."""
        if len(normalise.document_number(self.number)) < DOCUMENT_CHARACTERS_MIN:
            return "not a complete document number"
        return None


@dataclass(frozen=True, slots=True)
class VehicleSelector(_Selector):
    """A vehicle by complete VIN or complete plate (Prüm II Article 16)."""

    vin: str = ""
    plate: str = ""
    plate_country: str = ""

    def validate(self) -> None:
        """Raises ``Refusal`` INVALID_REQUEST naming the field."""
        _Selector.validate(self)
        _require(self.vin, self.plate, field="vin")

    def unsuitable(self) -> str | None:
        """Neither a complete VIN nor a complete plate."""
        if self.vin and not normalise.vin(self.vin):
            return "not a complete vehicle identification number"
        if not self.vin and len(normalise.plate(self.plate)) < PLATE_CHARACTERS_MIN:
            return "not a complete plate"
        return None


@dataclass(frozen=True, slots=True)
class OrganisationSelector(_Selector):
    """An organisation by name or number."""

    name: str = ""
    number: str = ""
    country: str = ""

    def validate(self) -> None:
        """Raises ``Refusal`` INVALID_REQUEST naming the field."""
        _Selector.validate(self)
        _require(self.name, self.number, field="name")


@dataclass(frozen=True, slots=True)
class StolenObjectSelector(_Selector):
    """A stolen object by serial number, or by title and maker."""

    serial_number: str = ""
    title: str = ""
    maker: str = ""

    def validate(self) -> None:
        """Raises ``Refusal`` INVALID_REQUEST naming the field."""
        _Selector.validate(self)
        _require(self.serial_number, self.title, self.maker, field="serial_number")

    def unsuitable(self) -> str | None:
        """Only a maker: that would list an artist's stolen works."""
        if not self.serial_number and not normalise.plain(self.title):
            return "a serial number or a title is needed"
        return None


@dataclass(frozen=True, slots=True)
class ObservableSelector(_Selector):
    """A phone number, mail address, domain, URL, hash or wallet, exactly."""

    type: str = ""
    value: str = ""

    def validate(self) -> None:
        """Raises ``Refusal`` INVALID_REQUEST naming the field."""
        _Selector.validate(self)
        _require(self.value, field="value")

    def unsuitable(self) -> str | None:
        """A value that is none of this type."""
        if not normalise.observable(self.type, self.value):
            return f"not a well-formed {self.type.lower()}"
        return None


Selector = (
    PersonSelector
    | DocumentSelector
    | VehicleSelector
    | OrganisationSelector
    | StolenObjectSelector
    | ObservableSelector
)
