"""Invented vehicles: VINs with a right check digit, plates in the shape of their country."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from comity.demo.registers.draw import Draw

# ISO 3779 letters and figures: no I, O or Q.
_VIN_ALPHABET: Final = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
_VIN_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"
# 49 CFR 565.15: the value of every letter, the weight of every place, and the sign for ten.
_VIN_VALUES: Final = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True)
) | {str(figure): figure for figure in range(10)}
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_MODULUS: Final = 11
_CHECK_SIGNS: Final = "0123456789X"
# Place 10 of a VIN, model years 2010 to 2026.
_YEAR_CODES: Final = "ABCDEFGHJKLMNPRST"
_YEAR_FIRST: Final = 2010

# World manufacturer identifier, make, models.
_MAKES: Final = (
    ("WVW", "Volkswagen", ("Golf", "Passat", "Tiguan", "Polo")),
    ("WBA", "BMW", ("320d", "520i", "X5", "118i")),
    ("WDB", "Mercedes-Benz", ("C 220", "E 350", "Sprinter")),
    ("WAU", "Audi", ("A4", "A6", "Q5")),
    ("VF1", "Renault", ("Clio", "Mégane", "Kangoo", "Scénic")),
    ("VF3", "Peugeot", ("208", "308", "Partner")),
    ("VF7", "Citroën", ("C3", "Berlingo", "Jumper")),
    ("SAL", "Land Rover", ("Discovery", "Range Rover", "Defender")),
    ("SAJ", "Jaguar", ("XF", "F-Pace")),
    ("ZFA", "Fiat", ("500", "Panda", "Ducato")),
    ("TMB", "Škoda", ("Octavia", "Superb")),
    ("VSS", "SEAT", ("Ibiza", "León")),
    ("JTD", "Toyota", ("Yaris", "Corolla", "Hilux")),
    ("JN1", "Nissan", ("Qashqai", "Juke")),
    ("KMH", "Hyundai", ("i30", "Tucson")),
    ("YV1", "Volvo", ("V60", "XC60", "XC90")),
    ("1HG", "Honda", ("Civic", "Accord")),
)
COLOURS: Final = ("black", "white", "silver", "grey", "blue", "red", "green", "beige", "brown")
_CATEGORIES: Final = ("M1",) * 8 + ("N1",) * 2

_LETTERS: Final = "ABCDEFGHJKLMNPRSTVWXYZ"
_GB_LETTERS: Final = "ABCDEFGHJKLMNOPRSTUVWXYZ"
_DE_DISTRICTS: Final = ("B", "M", "HH", "K", "F", "S", "D", "DO", "E", "L", "DD", "HB", "N", "BO")
_GB_AREAS: Final = ("LA", "LB", "BD", "MA", "NC", "SA", "WX", "YD", "KM", "EA")
_GB_AGES: Final = ("12", "15", "17", "19", "21", "23", "62", "65", "67", "70", "72", "74")
PLATE_COUNTRIES: Final = ("FR", "DE", "GB", "PL", "ES", "ZZ")


def vin(draw: Draw, maker: str, year: int) -> str:
    """A vehicle identification number of that manufacturer and model year (ISO 3779, 49 CFR 565)."""
    described = draw.letters(5, _VIN_ALPHABET)
    plant = draw.one(_VIN_LETTERS)
    serial = draw.digits(6)
    code = _YEAR_CODES[(year - _YEAR_FIRST) % len(_YEAR_CODES)]
    return checked(f"{maker}{described}0{code}{plant}{serial}")


def checked(number: str) -> str:
    """The same number with the right check digit in place 9."""
    total = sum(
        _VIN_VALUES[sign] * weight for sign, weight in zip(number, _VIN_WEIGHTS, strict=True)
    )
    return f"{number[:8]}{_CHECK_SIGNS[total % _VIN_MODULUS]}{number[9:]}"


def plate(draw: Draw, country: str) -> str:
    """A registration mark in the shape of a country's current series, as displayed."""
    if country == "FR":
        return f"{draw.letters(2, _LETTERS)}-{draw.digits(3)}-{draw.letters(2, _LETTERS)}"
    if country == "DE":
        number = 1 + draw.below(9999)
        return f"{draw.one(_DE_DISTRICTS)}-{draw.letters(2, _LETTERS)} {number}"
    if country == "GB":
        return f"{draw.one(_GB_AREAS)}{draw.one(_GB_AGES)} {draw.letters(3, _GB_LETTERS)}"
    if country == "PL":
        return f"W{draw.letters(1, _LETTERS)} {draw.digits(5)}"
    if country == "ES":
        return f"{draw.digits(4)} {draw.letters(3, 'BCDFGHJKLMNPRSTVWXYZ')}"
    return f"{draw.letters(2, _LETTERS)} {draw.digits(2)}-{draw.digits(3)}"


def vehicle(draw: Draw, country: str) -> dict[str, object]:
    """What a vehicle is, whoever records it: fields of ``vehicle`` without alert or theft."""
    maker, make, models = draw.one(_MAKES)
    year = _YEAR_FIRST + draw.below(len(_YEAR_CODES))
    where = country if draw.percent(70) else draw.one(PLATE_COUNTRIES)
    return {
        "vehicle.vin": vin(draw, maker, year),
        "vehicle.plate": plate(draw, where),
        "vehicle.plate_country": where,
        "vehicle.make": make,
        "vehicle.model": draw.one(models),
        "vehicle.colour": draw.one(COLOURS),
        "vehicle.model_year": str(year),
        "vehicle.category": draw.one(_CATEGORIES),
        "vehicle.registration_country": where,
    }
