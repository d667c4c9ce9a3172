"""What surrounds an invented assertion: subject category, markings, evaluation, handling, dates, places.

The shares make every branch of a policy happen in any thousand rows: victims, minors, witnesses under
protection, informants, refugees, originator control, data from third parties, contested data, review
dates that have passed, all four handling codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.demo.registers.people import AGE_OF_MAJORITY_YEARS, AS_OF_YEAR

if TYPE_CHECKING:
    from comity.demo.registers.draw import Draw
    from comity.demo.registers.people import Being

Labels = dict[str, object]
Assertion = dict[str, object]

SUBJECTS: Final = (
    ("suspect",) * 44 + ("convicted",) * 16 + ("wanted",) * 9 + ("contact",) * 11
    + ("witness",) * 7 + ("victim",) * 6 + ("missing",) * 4 + ("informant",) + ("unknown",) * 2
)  # fmt: skip
MARKINGS: Final = (
    "contested",
    "minor",
    "originator-controlled",
    "protected",
    "refugee",
    "third-party",
)
_HANDLING: Final = ("H0",) * 78 + ("H1",) * 10 + ("H2",) * 8 + ("H3",) * 4
_COLLECTED_FIRST_YEAR: Final = 2019
# Share of records whose review is overdue.
_OVERDUE_PERCENT: Final = 4
_RELIABILITY: Final = "AAABBBBCCX"
_ACCURACY: Final = "1112222334"
_NATURE: Final = ("FACT",) * 7 + ("ASSESSMENT",) * 2 + ("MIXED",)
_CONDITIONS: Final = (
    "ask the owner before any use",
    "not to be shown to the defence without consent",
    "delete after use",
)
_TOWNS: Final = {
    "FR": (("Saint-Aubert-les-Bois", "99120"), ("Montclair-sur-Lys", "99340"), ("Beaurivage", "99560")),
    "DE": (("Neuwaldingen", "00123"), ("Oberlinden", "00456"), ("Hohenmühl", "00789")),
    "GB": (("Saltmarsh", "ZZ1 1AA"), ("Ravenford", "ZZ2 4BB"), ("Oakhollow", "ZZ9 9CC")),
    "ZZ": (("Zelengrad", "1000"), ("Port Zephyr", "2000"), ("Madinat al-Zahr", "3000")),
}  # fmt: skip
_STREETS: Final = {
    "FR": ("rue des Quinconces", "place du Vieux Moulin", "allée des Tilleuls"),
    "DE": ("Am Alten Wehr", "Lindenallee", "Kühnstraße"),
    "GB": ("Quay Lane", "Foundry Road", "Miller's Row"),
    "ZZ": ("Prospekt Mira", "Harbour Street", "Sharia al-Nahr"),
}


def labels(draw: Draw, person: Being) -> Labels:
    """Category of data subject and markings of a person's record."""
    subject = draw.one(SUBJECTS)
    markings = set()
    if AS_OF_YEAR - person.year < AGE_OF_MAJORITY_YEARS:
        markings.add("minor")
    if subject == "informant" or (subject == "witness" and draw.percent(35)):
        markings.add("protected")
    luck = draw.below(100)
    if luck < len(_RARE):
        markings.add(_RARE[luck])
    return {"subject": subject, "markings": sorted(markings)}


_RARE: Final = (
    ("refugee",) * 3 + ("originator-controlled",) * 3 + ("third-party",) * 4 + ("contested",) * 2
)


def object_labels(draw: Draw) -> Labels:
    """Labels of a record that is not about a person."""
    return {
        "subject": "object",
        "markings": ["originator-controlled"] if draw.percent(2) else [],
    }


def assertion(draw: Draw, *, contested: bool) -> Assertion:
    """Evaluation (4x4), handling code and dates."""
    handling = draw.one(_HANDLING)
    collected = _COLLECTED_FIRST_YEAR + draw.below(AS_OF_YEAR - _COLLECTED_FIRST_YEAR)
    review = AS_OF_YEAR - 1 if draw.percent(_OVERDUE_PERCENT) else AS_OF_YEAR + 1 + draw.below(3)
    made: Assertion = {
        "nature": draw.one(_NATURE),
        "source_reliability": draw.one(_RELIABILITY),
        "information_accuracy": draw.one(_ACCURACY),
        "handling_code": handling,
        "collected_on": f"{collected}-{1 + draw.below(12):02}-{1 + draw.below(28):02}",
        "review_on": f"{review}-{1 + draw.below(12):02}-15",
        "delete_on": f"{collected + 10}-12-31",
        "contested": contested,
    }
    if handling == "H3":
        made["handling_conditions"] = draw.one(_CONDITIONS)
    return made


def address(draw: Draw, country: str) -> dict[str, str]:
    """An address in a town that does not exist."""
    where = country if country in _TOWNS else "ZZ"
    city, postcode = draw.one(_TOWNS[where])
    return {
        "line": f"{draw.one(_STREETS[where])} {1 + draw.below(180)}",
        "city": city,
        "postcode": postcode,
        "country": where,
    }


def town(draw: Draw, country: str) -> str:
    """A town that does not exist."""
    return draw.one(_TOWNS.get(country, _TOWNS["ZZ"]))[0]


def recent_date(draw: Draw) -> str:
    """A day in the last four years, or only its month."""
    month = f"{AS_OF_YEAR - 1 - draw.below(4)}-{1 + draw.below(12):02}"
    return month if draw.percent(10) else f"{month}-{1 + draw.below(28):02}"
