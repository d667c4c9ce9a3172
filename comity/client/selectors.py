"""What may be searched by, as frozen values with the contract's names; no ``repr`` shows what they say."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, ClassVar, Final, get_args

if TYPE_CHECKING:
    from comity.client.words import ObservableType, ReferenceType


class Covered:
    """Shows which parts are set, never what they say."""

    __slots__ = ()

    def __repr__(self) -> str:
        parts = [part.name for part in fields(self) if getattr(self, part.name)]  # type: ignore[arg-type]  # every subclass is a dataclass
        return f"{type(self).__name__}({', '.join(f'{name}=…' for name in parts)})"


@dataclass(frozen=True, slots=True, repr=False)
class Person(Covered):
    """A person: two of given name, family name and full birth date make a search (Prüm II Article 43).

    Attributes:
        name: the whole name in one string, any script.
        birth_date: partial ISO 8601: 1974, 1974-03 or 1974-03-09.
        nationality: ISO 3166-1 alpha-2.
        sex: M, F or X.
    """

    by: ClassVar[str] = "person"

    name: str = ""
    family_name: str = field(default="", kw_only=True)
    given_name: str = field(default="", kw_only=True)
    birth_date: str = field(default="", kw_only=True)
    nationality: str = field(default="", kw_only=True)
    sex: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True, repr=False)
class Document(Covered):
    """An identity or travel document by its number, or by its machine-readable zone.

    Attributes:
        issuing_country: ISO 3166-1 alpha-2.
        document_type: ICAO 9303 code, or ``national-id``.
        mrz: the zone as read, its lines one below the other; instead of a number.
    """

    by: ClassVar[str] = "document"

    number: str = ""
    issuing_country: str = field(default="", kw_only=True)
    document_type: str = field(default="", kw_only=True)
    mrz: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True, repr=False)
class Vehicle(Covered):
    """A vehicle by complete VIN or complete plate (Prüm II Article 16)."""

    by: ClassVar[str] = "vehicle"

    vin: str = field(default="", kw_only=True)
    plate: str = field(default="", kw_only=True)
    plate_country: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True, repr=False)
class Organisation(Covered):
    """An organisation by name, or by registration number, tax number or LEI."""

    by: ClassVar[str] = "organisation"

    name: str = ""
    number: str = field(default="", kw_only=True)
    country: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True, repr=False)
class StolenObject(Covered):
    """A stolen object by serial number, or by title and maker."""

    by: ClassVar[str] = "stolen_object"

    serial_number: str = field(default="", kw_only=True)
    title: str = field(default="", kw_only=True)
    maker: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True, repr=False)
class Observable(Covered):
    """What somebody is reached by or was seen with on a network, exactly.

    Attributes:
        port: source port of an address; with ``time`` it names a subscriber.
        time: RFC 3339 with its offset, or a partial date.
        platform: of a handle.
    """

    by: ClassVar[str] = "observable"

    type: ObservableType
    value: str
    port: int = field(default=0, kw_only=True)
    time: str = field(default="", kw_only=True)
    platform: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True, repr=False)
class Vessel(Covered):
    """A vessel by name, IMO number, MMSI, call sign or hull number."""

    by: ClassVar[str] = "vessel"

    name: str = ""
    imo_number: str = field(default="", kw_only=True)
    mmsi: str = field(default="", kw_only=True)
    call_sign: str = field(default="", kw_only=True)
    hull_number: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True, repr=False)
class Aircraft(Covered):
    """An aircraft by registration mark, 24-bit address or the maker's serial number."""

    by: ClassVar[str] = "aircraft"

    registration: str = ""
    icao_address: str = field(default="", kw_only=True)
    serial_number: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True, repr=False)
class Container(Covered):
    """A freight container by its complete number (ISO 6346)."""

    by: ClassVar[str] = "container"

    number: str


@dataclass(frozen=True, slots=True, repr=False)
class Firearm(Covered):
    """A firearm by serial number as stamped."""

    by: ClassVar[str] = "firearm"

    serial_number: str
    make: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True, repr=False)
class Account(Covered):
    """An account by IBAN or the bank's own number."""

    by: ClassVar[str] = "account"

    number: str
    country: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True, repr=False)
class Leg(Covered):
    """One leg of a route: a country's code or a place at one end or both."""

    origin: str = ""
    destination: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Seizure(Covered):
    """A seizure by reference, or by two or more of what, where, when and which way."""

    by: ClassVar[str] = "seizure"

    reference: str = ""
    substance: str = field(default="", kw_only=True)
    place: str = field(default="", kw_only=True)
    country: str = field(default="", kw_only=True)
    first_date: str = field(default="", kw_only=True)
    last_date: str = field(default="", kw_only=True)
    legs: tuple[Leg, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True, repr=False)
class Shipment(Covered):
    """A shipment by reference or container, or by two or more of what, where, when and which way."""

    by: ClassVar[str] = "shipment"

    reference: str = ""
    container_number: str = field(default="", kw_only=True)
    first_date: str = field(default="", kw_only=True)
    last_date: str = field(default="", kw_only=True)
    legs: tuple[Leg, ...] = field(default=(), kw_only=True)
    goods: str = field(default="", kw_only=True)
    place: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True, repr=False)
class Biometric(Covered):
    """A biometric reference by number or by whose it is, or fingers by their minutiae.

    Attributes:
        template: a minutiae record (ISO/IEC 19794-2), compared at the owner's node.
        modality: FACE, FINGER, PALM, IRIS or DNA; left out, it counts as a face.
    """

    by: ClassVar[str] = "biometric"

    reference: str = ""
    name: str = field(default="", kw_only=True)
    template: bytes = field(default=b"", kw_only=True)
    modality: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True, repr=False)
class Reference(Covered):
    """A case, event, decision on an offence, exhibit or notice by the number its owner gave."""

    by: ClassVar[str] = "reference"

    type: ReferenceType
    number: str


Selector = (
    Person
    | Document
    | Vehicle
    | Organisation
    | StolenObject
    | Observable
    | Vessel
    | Aircraft
    | Container
    | Firearm
    | Account
    | Seizure
    | Shipment
    | Biometric
    | Reference
)
# Every kind of selector by its name in the contract; the one list of them in this package.
SELECTORS: Final[dict[str, type[Selector]]] = {kind.by: kind for kind in get_args(Selector)}
