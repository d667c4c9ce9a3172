"""Invented vessels, aircraft, containers, firearms, accounts, seizures, shipments, prints, cases and notices.

Numbers have right check digits (IMO, ISO 6346, ISO 13616) and belong to nobody: no ship's number begins with
zeros, container owners and banks are codes that no registry holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.demo.registers.draw import Draw

Fields = dict[str, object]

_WORDS: Final = (
    "Meridian", "Lantern", "Cobalt", "Juniper", "Saffron", "Tundra", "Orchid", "Falcon", "Ember",
    "Kestrel", "Quartz", "Velvet",
)  # fmt: skip
_COLOURS: Final = ("Grey", "Blue", "Silent", "Northern", "Amber", "Distant", "Seventh")
_FLAGS: Final = ("PA", "LR", "MT", "MH", "ZZ", "KM")
_TYPES: Final = ("General Cargo", "Tanker", "Tug", "Fishing vessel", "Yacht")
_MAKES: Final = ("Northwyke", "Amberline", "Wolfsmere", "Kestrelby")
_CALIBRES: Final = ("9x19", "7.62x39", "12/70", ".22 LR", "5.56x45")
_FIREARMS: Final = ("PISTOL", "REVOLVER", "RIFLE", "SHOTGUN")
_STATUS: Final = ("STOLEN", "LOST", "TRAFFICKED", "RECOVERED")
_PORTS: Final = (
    ("NL", "Rotterdam"), ("DE", "Hamburg"), ("FR", "Le Havre"), ("ES", "Algeciras"), ("EC", "Guayaquil"),
    ("BR", "Santos"), ("TR", "Mersin"), ("GB", "Felixstowe"),
)  # fmt: skip
_DRUGS: Final = (
    ("cocaine", "50-36-2", "POWDER"),
    ("heroin", "561-27-3", "POWDER"),
    ("cannabis resin", "", "RESIN"),
    ("methamphetamine", "537-46-2", "TABLET"),
    ("MDMA", "42542-10-9", "TABLET"),
)
_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"
_HEX: Final = "0123456789ABCDEF"
_OFFENCES: Final = ("drug-trafficking", "fraud", "burglary", "homicide", "theft")
_CONTAINER_MODULUS: Final = 11


def imo(draw: Draw) -> str:
    """A ship's number with a right check digit, which no ship has."""
    body = f"00{draw.digits(4)}"
    total = sum(int(sign) * weight for sign, weight in zip(body, range(7, 1, -1), strict=True))
    return f"{body}{total % 10}"


def container_number(draw: Draw) -> str:
    """A container's number with a right check digit, of an owner that no registry holds."""
    body = f"ZZ{draw.one(_LETTERS)}U{draw.digits(6)}"
    total = 0
    for place, sign in enumerate(body):
        value = int(sign, 36)
        total += (value + (value - 1) // 10 if sign.isalpha() else value) << place
    return f"{body}{total % _CONTAINER_MODULUS % 10}"


def iban(draw: Draw) -> str:
    """A German IBAN with a right check, of a bank that does not exist."""
    body = f"00000000{draw.digits(10)}"
    return f"DE{98 - int(f'{body}131400') % 97:02}{body}"


def _day(draw: Draw) -> str:
    return f"{2024 + draw.below(2)}-{1 + draw.below(12):02}-{1 + draw.below(28):02}"


def _leg(draw: Draw, *, arriving: tuple[str, str]) -> dict[str, str]:
    """A voyage from some other port to this one."""
    origin = draw.one(tuple(port for port in _PORTS if port != arriving))
    destination = arriving
    return {
        "from_country": origin[0],
        "from_place": origin[1],
        "to_country": destination[0],
        "to_place": destination[1],
        "transport": "SEA",
    }


def _vessel(draw: Draw, country: str) -> Fields:
    return {
        "vessel.names": [
            {"kind": "LEGAL", "full": f"{draw.one(_COLOURS)} {draw.one(_WORDS)}", "script": "Latn"}
        ],
        "vessel.imo_number": imo(draw),
        "vessel.mmsi": f"999{draw.digits(6)}",
        "vessel.call_sign": f"ZZ{draw.letters(2, _LETTERS)}{draw.digits(1)}",
        "vessel.flag": draw.one(_FLAGS),
        "vessel.vessel_type": draw.one(_TYPES),
        "vessel.gross_tonnage": str(200 + draw.below(60_000)),
        "vessel.alert": draw.one(("STOLEN", "SEIZE_EVIDENCE", "CHECK")),
        "vessel.report_number": f"{country}-{draw.digits(7)}",
    }


def _aircraft(draw: Draw, country: str) -> Fields:
    return {
        "aircraft.registration": f"ZZ-{draw.letters(3, _LETTERS)}",
        "aircraft.icao_address": f"FF{draw.letters(4, _HEX)}",
        "aircraft.serial_number": draw.digits(6),
        "aircraft.registration_country": "ZZ",
        "aircraft.make": draw.one(_MAKES),
        "aircraft.model": f"{draw.one(_LETTERS)}-{draw.digits(2)}",
        "aircraft.report_number": f"{country}-{draw.digits(7)}",
    }


def _container(draw: Draw, country: str) -> Fields:
    return {
        "container.number": container_number(draw),
        "container.size_type": "45G1",
        "container.alert": draw.one(("STOLEN", "CHECK")),
        "container.last_seen": _day(draw),
        "container.last_seen_place": draw.one(_PORTS)[1],
        "container.report_number": f"{country}-{draw.digits(7)}",
    }


def _firearm(draw: Draw, country: str) -> Fields:
    return {
        "firearm.serial_number": f"{draw.letters(2, _LETTERS)}{draw.digits(6)}",
        "firearm.make": draw.one(_MAKES),
        "firearm.calibre": draw.one(_CALIBRES),
        "firearm.firearm_type": draw.one(_FIREARMS),
        "firearm.status": draw.one(_STATUS),
        "firearm.theft_date": _day(draw),
        "firearm.theft_country": country,
        "firearm.report_number": f"{country}-{draw.digits(7)}",
    }


def _account(draw: Draw, country: str) -> Fields:
    del country
    return {
        "account.account_type": "IBAN",
        "account.number": iban(draw),
        "account.country": "DE",
        "account.institution": f"{draw.one(_WORDS)} Bank (invented)",
        "account.currency": "EUR",
        "account.status": draw.one(("OPEN", "FROZEN", "CLOSED")),
    }


def _seizure(draw: Draw, country: str) -> Fields:
    name, cas, form = draw.one(_DRUGS)
    where = draw.one(_PORTS)
    weight = f"{1 + draw.below(900)}"
    substance = {"name": name, "cas_number": cas, "form": form, "weight_kg": weight}
    return {
        "seizure.reference": f"{country}-S-{draw.digits(6)}",
        "seizure.seized_on": _day(draw),
        "seizure.place": where[1],
        "seizure.country": where[0],
        "seizure.substances": [{part: told for part, told in substance.items() if told}],
        "seizure.route": [_leg(draw, arriving=where)],
        "seizure.transport": "SEA",
    }


def _shipment(draw: Draw, country: str) -> Fields:
    return {
        "shipment.reference": f"{country}WB-{draw.digits(8)}",
        "shipment.container_numbers": [container_number(draw)],
        "shipment.route": [_leg(draw, arriving=draw.one(_PORTS))],
        "shipment.departed_on": _day(draw),
        "shipment.goods": draw.one(("fruit", "furniture", "machine parts", "textiles")),
        "shipment.alert": "CHECK",
    }


def _biometric(draw: Draw, country: str) -> Fields:
    return {
        "biometric.modality": "FINGER",
        "biometric.reference": f"{country}-AFIS-{draw.digits(8)}",
        "biometric.quality": str(30 + draw.below(65)),
        "biometric.identified": "IDENTIFIED",
        "biometric.acquired_on": _day(draw),
        "biometric.acquired_country": country,
        "biometric.offence": draw.one(_OFFENCES),
        "biometric.authority": "Identification service (invented)",
    }


def _case(draw: Draw, country: str) -> Fields:
    return {
        "case.reference": f"{country}-{2024 + draw.below(2)}-{draw.digits(5)}",
        "case.case_type": "INVESTIGATION",
        "case.status": draw.one(("OPEN", "CLOSED")),
        "case.authority": f"Unit {1 + draw.below(9)} (invented)",
        "case.contact": f"desk {1 + draw.below(9)}",
        "case.offences": [draw.one(_OFFENCES)],
    }


MAKERS: Final[dict[str, Callable[[Draw, str], Fields]]] = {
    "vessel": _vessel,
    "aircraft": _aircraft,
    "container": _container,
    "firearm": _firearm,
    "account": _account,
    "seizure": _seizure,
    "shipment": _shipment,
    "biometric": _biometric,
    "case": _case,
}
# Whose records are about a person: their category is that person's.
PERSONAL: Final = frozenset({"biometric"})
# What one record may be to the next, by what both are about.
RELATIONS: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("person", "person"): ("associate", "family", "accomplice"),
    ("person", "vehicle"): ("owner", "holder", "driver"),
    ("person", "identity_document"): ("holder", "used"),
    ("person", "observable"): ("user", "subscriber"),
    ("person", "organisation"): ("officer", "owner"),
}
