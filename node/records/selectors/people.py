"""Selectors of people, their documents and organisations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from node.records import normalise
from node.records.identifiers import alternatives, country_code
from node.records.selectors.base import (
    NAME_PART,
    NAME_PARTS,
    Selector,
    refused,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from node.records.identifiers import Key

# A full birth date has ten characters; anything shorter only refines.
FULL_DATE_CHARACTERS: Final = 10
# Prüm II Article 43 counts given name, family name and full birth date.
NAME_PARTS_MIN: Final = 2
DOCUMENT_CHARACTERS_MIN: Final = 3
DOCUMENT_CHARACTERS_MAX: Final = 24
# ICAO 9303-4: the field of a passport's number has nine places, and nothing continues it.
PASSPORT_CHARACTERS_MAX: Final = 9
NATIONAL: Final = frozenset({"NATIONAL-ID", "ID-NUMBER"})


@dataclass(frozen=True, slots=True)
class PersonSelector(Selector):
    """A person by name, and what refines it."""

    by: ClassVar[str] = "person"
    entity_type: ClassVar[str] = "person"
    dates: ClassVar[tuple[str, ...]] = ("birth_date",)
    countries: ClassVar[tuple[str, ...]] = ("nationality",)
    needs: ClassVar[tuple[str, ...]] = ("name", "family_name", "given_name", "birth_date")

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

    def unsuitable(self) -> str | None:
        """No name at all: a birth date alone would list everybody born then."""
        if not any(character.isalnum() for character in self.text):
            return "a search for a person needs a name"
        return Selector.unsuitable(self)

    @property
    def name_parts(self) -> int:
        """How many of given name, family name and full birth date there are.

        A name in a script without spaces counts as both names.
        """
        text = self.text
        parts = len(text.split())
        if parts == 1 and len(text) > 1 and not text.isascii():
            parts = NAME_PARTS_MIN
        return parts + (len(self.birth_date) == FULL_DATE_CHARACTERS)

    @property
    def shape(self) -> str:
        """Enough parts of a name, or one."""
        return NAME_PARTS if self.name_parts >= NAME_PARTS_MIN else NAME_PART


@dataclass(frozen=True, slots=True)
class DocumentSelector(Selector):
    """A document by its number, or by its machine-readable zone."""

    by: ClassVar[str] = "document"
    entity_type: ClassVar[str] = "identity_document"
    countries: ClassVar[tuple[str, ...]] = ("issuing_country",)
    needs: ClassVar[tuple[str, ...]] = ("number", "mrz")

    number: str = ""
    issuing_country: str = ""
    document_type: str = ""
    mrz: str = ""

    def validate(self) -> None:
        """Whether this can be the number of such a document of such a country."""
        if self.mrz and normalise.mrz(self.mrz) is None:
            raise refused("mrz", "not a readable zone", normalise.misread_mrz(self.mrz))
        Selector.validate(self)
        if self.number:
            self._number()

    def check_part(self, part: str, value: str) -> None:
        """One given part; the zone was read as a whole."""
        if part != "mrz":  # its lines end with a control character
            Selector.check_part(self, part, value)

    def _number(self) -> None:
        number = normalise.alphanumeric(self.number)
        length = len(number)
        if not number.isascii() or not DOCUMENT_CHARACTERS_MIN <= length <= DOCUMENT_CHARACTERS_MAX:
            hint = f"{DOCUMENT_CHARACTERS_MIN} to {DOCUMENT_CHARACTERS_MAX} letters and figures"
            raise refused("number", "not a well-formed document number", hint)
        if not any(sign.isdigit() for sign in number):
            raise refused("number", "no figure in it", "a document number has figures")
        kind = self.document_type.upper()
        if kind.startswith("P") and length > PASSPORT_CHARACTERS_MAX:
            hint = "a passport number has at most 9 letters and figures"
            raise refused("number", "too long for a passport", hint)
        if kind in NATIONAL and self.issuing_country:
            fits = normalise.national_number(self.number, self.issuing_country)
            if fits is False:
                hint = f"a number as {self.issuing_country} gives them to persons"
                raise refused("number", "another country's format", hint)

    def keys(self) -> tuple[Key, ...]:
        """The number within its country."""
        return alternatives("document-number", *self.batch())

    def batch(self) -> tuple[str, str]:
        """The number and its country; a batch of stolen blanks may hold it."""
        read = normalise.mrz(self.mrz) if self.mrz else None
        if read is None:
            return self.number, self.issuing_country
        return read.number, country_code(read.issuing_country)


@dataclass(frozen=True, slots=True)
class OrganisationSelector(Selector):
    """An organisation by name or number."""

    by: ClassVar[str] = "organisation"
    entity_type: ClassVar[str] = "organisation"
    identified: ClassVar[Mapping[str, str]] = {"number": "organisation-number"}
    within: ClassVar[Mapping[str, str]] = {"number": "country"}
    countries: ClassVar[tuple[str, ...]] = ("country",)
    needs: ClassVar[tuple[str, ...]] = ("name", "number")

    name: str = ""
    number: str = ""
    country: str = ""
