"""The questions that the demonstration asks, and what each shows.

Everybody in it is invented; the legal content is illustrative.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from comity.client import (
    Aim,
    Document,
    Justification,
    Observable,
    ObservableType,
    Person,
    Purpose,
    Stage,
    StolenObject,
    SubjectCategory,
    Vehicle,
)
from comity.demo.registers import character

Selector = Person | Document | Vehicle | Observable | StolenObject


# Instruments that the questions invoke.
EU: Final = "EU-2023-977"
TCA: Final = "TCA-2020"
RPD: Final = "INTERPOL-RPD"


@dataclass(frozen=True, slots=True)
class Scene:
    """One question.

    Attributes:
        asker: agency whose officer asks.
        selector: what is searched for.
        about: the same for people.
        why: the justification.
        law: the legal basis for people.
        shows: what to look at in the answer.
        targets: members asked; empty: everyone.
        stage: how much is asked for.
    """

    asker: str
    selector: Selector
    about: str
    why: Justification
    law: str
    shows: str
    targets: tuple[str, ...] = ()
    stage: Stage = Stage.FULL


def why(
    case: str,
    *,
    offence: str,
    basis: str,
    purpose: Purpose = Purpose.INVESTIGATE,
    subject: SubjectCategory = SubjectCategory.SUSPECT,
) -> Justification:
    """A justification of the demonstration."""
    return Justification(
        purpose=purpose,
        case_reference=case,
        offence=offence,
        subject_category=subject,
        aim=Aim.IDENTIFY,
        legal_basis=basis,
        necessity="Demonstration.",
    )


def field(name: str, agency: str, path: str) -> str:
    """A field of a character's row, so that the questions follow the registers."""
    return str(_fields(name, agency)[path])


def scenes() -> tuple[Scene, ...]:
    """The story, on the invented registers."""
    return (
        _one_man_three_laws(),
        _one_car_at_two_agencies(),
        _a_wallet_in_use(),
        _a_victim(),
        _a_minor(),
        _a_painting(),
        _a_refugee(),
        _an_opinion(),
    )


def _one_man_three_laws() -> Scene:
    return Scene(
        "FR-PJ",
        Person("Мухаммад аль-Хасан", birth_date="1974"),
        'person "Мухаммад аль-Хасан", born 1974',
        why("FR-2026-0118", offence="drug-trafficking", basis=EU),
        "Directive 2023/977",
        "One man, three spellings, three laws. His van is told, and that a victim was seen with him is "
        "not. ZZ's node is switched off: not searched, and it says so.",
        stage=Stage.CORE,
    )


def _one_car_at_two_agencies() -> Scene:
    return Scene(
        "GB-CA",
        Vehicle(vin=field("stolen-bmw", "DE-LP", "vehicle.vin")),
        "vehicle by VIN",
        why("GB-2026-7730", offence="vehicle-theft", basis=TCA, subject=SubjectCategory.OBJECT),
        "TCA Part Three",
        "Things travel more freely than people: the same car at two agencies, under two plates.",
        targets=("DE-LP", "FR-PJ"),
    )


def _a_wallet_in_use() -> Scene:
    return Scene(
        "FR-PJ",
        Observable(ObservableType.WALLET, field("ransom-wallet", "GB-CA", "observable.value")),
        "wallet that took a ransom",
        why("FR-2026-0093", offence="cybercrime", basis=EU, subject=SubjectCategory.OBJECT),
        "Directive 2023/977",
        "A suspect uses it: that there is one may be known, and no more.",
        targets=("GB-CA", "DE-LP"),
    )


def _a_victim() -> Scene:
    return Scene(
        "FR-PJ",
        Person(_name("jadwiga-jablonewska", "DE-LP")),
        f'person "{_name("jadwiga-jablonewska", "DE-LP")}"',
        why("FR-2026-0121", offence="trafficking-in-persons", basis=EU),
        "Directive 2023/977",
        "She is a victim in the German register. The answer is the one that nobody at all would get.",
        targets=("DE-LP",),
    )


def _a_minor() -> Scene:
    return Scene(
        "DE-LP",
        Person(_name("lena-kuehnbauer", "FR-PJ"), birth_date="2011"),
        f'person "{_name("lena-kuehnbauer", "FR-PJ")}", born 2011',
        why("DE-2026-4402", offence="drug-trafficking", basis=EU),
        "Directive 2023/977",
        "A minor whom the French know as a contact: a hit, and a supervisor would have to decide.",
        targets=("FR-PJ",),
    )


def _a_painting() -> Scene:
    return Scene(
        "GB-CA",
        StolenObject(title=field("stolen-painting", "FR-PJ", "stolen_object.title")),
        "painting by its title",
        why("GB-2026-7741", offence="art-theft", basis=TCA, subject=SubjectCategory.OBJECT),
        "TCA Part Three",
        "Found by name; described as an auctioneer would.",
        targets=("FR-PJ",),
    )


def _a_refugee() -> Scene:
    return Scene(
        "ZZ-IM",
        Person(_name("yusuf-al-dimashqi", "DE-LP")),
        f'person "{_name("yusuf-al-dimashqi", "DE-LP")}"',
        why("ZZ-2026-0007", offence="terrorism", basis=RPD),
        "INTERPOL RPD",
        "A refugee from ZZ, known in Germany. His country learns nothing, not even that he is known.",
        targets=("DE-LP",),
        stage=Stage.CORE,
    )


def _an_opinion() -> Scene:
    return Scene(
        "FR-PJ",
        Person("Amira Qasim"),
        'person "Amira Qasim"',
        why("FR-2026-0130", offence="dissent", basis=EU),
        "Directive 2023/977",
        "Nobody is searched for because of opinions: refused before anything leaves the agency.",
        targets=("DE-LP",),
        stage=Stage.CORE,
    )


def _name(name: str, agency: str) -> str:
    return str(_fields(name, agency)["person.names"][0]["full"])


def _fields(name: str, agency: str) -> dict[str, Any]:
    found: Any = character(name).rows[agency]["fields"]
    return dict(found)


@dataclass(frozen=True, slots=True)
class List:
    """A published list loaded into a register when real data is asked for.

    Attributes:
        agency: whose register.
        format: of the importer.
        path: below the data folder.
    """

    agency: str
    format: str
    path: str


LISTS: Final = (
    List("FR-PJ", "un-consolidated", "persons/un_consolidated.xml.gz"),
    List("FR-PJ", "fbi-stolen-art", "objects/fbi_national_stolen_art_stolen_art_new.csv"),
    List("DE-LP", "interpol-notice", "persons/interpol_red_notices_api_2023.json"),
    List("DE-LP", "ftm", "persons/ftm_zala.entities.ftm.jsonl.gz"),
    List("GB-CA", "ofac-sdn", "persons/ofac"),
    List("GB-CA", "ofac-wallets", "cyber/ofac_crypto_addresses_2024.csv"),
    List("ZZ-IM", "nz-police-vehicles", "objects/nz_stolen_vehicles_2012.csv.gz"),
)
