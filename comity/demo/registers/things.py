"""Invented organisations and stolen objects (in the manner of Object ID)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from comity.demo.registers.draw import Draw

_FIRST: Final = (
    "Amberline", "Blackmere", "Cinderford", "Dunmarsh", "Eastwyke", "Fernhollow", "Greyhaven",
    "Hollowmere", "Ivorygate", "Kestrelby", "Lowmarsh", "Merrowdale", "Northwyke", "Oakhollow",
    "Pemberly", "Quillmere", "Ravenscar", "Saltmarsh", "Tarnfield", "Ulverby", "Wolfsmere", "Yarrowby",
    "Silberhain", "Grauwald", "Beaumarais", "Clairval", "Czarnolas", "Altınova", "Puertovega",
)  # fmt: skip
_SECOND: Final = (
    "Maritime", "Trading", "Logistics", "Holdings", "Shipping", "Capital", "Imports", "Metals",
    "Estates", "Freight", "Consulting", "Motors", "Agro", "Textiles", "Digital", "Antiques",
)  # fmt: skip
_FORMS: Final = {
    "GB": ("Ltd", "LLP", "plc"),
    "FR": ("SARL", "SAS"),
    "DE": ("GmbH", "AG", "UG"),
    "CY": ("Limited",),
    "ZZ": ("LLC",),
}
_SECTORS: Final = ("5012", "4690", "5229", "6499", "6810", "4711", "6209")
# Four letters no Local Operating Unit holds, so that no invented LEI can be somebody's.
_LEI_PREFIX: Final = "ZZZZ00"
_LEI_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"

_OBJECTS: Final = (
    ("painting", ("oil", "canvas")),
    ("painting", ("tempera", "panel")),
    ("drawing", ("charcoal", "paper")),
    ("print", ("lithograph", "paper")),
    ("sculpture", ("bronze",)),
    ("sculpture", ("marble",)),
    ("icon", ("tempera", "wood", "gold leaf")),
    ("manuscript", ("vellum", "ink")),
    ("violin", ("spruce", "maple")),
    ("wristwatch", ("steel",)),
    ("jewellery", ("gold", "sapphire")),
    ("coin", ("silver",)),
)
_SUBJECTS: Final = (
    "Still life with quinces", "View of a northern harbour", "Portrait of a woman with a fan",
    "Two horses at a ford", "Winter evening", "Self-portrait in a blue coat", "The glass blower",
    "Saint with a lantern", "Boats at low tide", "Study of hands", "The map seller", "Garden wall",
    "Shepherd at noon", "Interior with a red door", "Night train", "Bowl of lemons", "Old bridge",
)  # fmt: skip
_PERIODS: Final = ("17th century", "18th century", "19th century", "c. 1890", "1920s", "1963")
_PLACES: Final = ("museum store", "private house", "church", "gallery", "vehicle", "auction depot")
_SERIAL_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"
_SERIAL_KINDS: Final = frozenset({"wristwatch", "violin"})


def lei(draw: Draw) -> str:
    """A legal entity identifier with right check digits (ISO 17442, mod 97-10)."""
    body = _LEI_PREFIX + draw.letters(12, _LEI_LETTERS)
    remainder = int("".join([str(int(sign, 36)) for sign in body + "00"])) % 97
    return f"{body}{98 - remainder:02}"


def organisation(draw: Draw, country: str) -> dict[str, object]:
    """What an organisation is: fields of ``organisation`` without addresses or officers."""
    where = country if draw.percent(60) else draw.one(tuple(_FORMS))
    form = draw.one(_FORMS[where])
    core = f"{draw.one(_FIRST)} {draw.one(_FIRST)} {draw.one(_SECOND)}"
    names = [{"kind": "LEGAL", "full": f"{core} {form}", "script": "Latn"}]
    if draw.percent(35):
        names.append({"kind": "TRADE", "full": core, "script": "Latn"})
    fields: dict[str, object] = {
        "organisation.names": names,
        "organisation.legal_form": form,
        "organisation.registration_number": draw.digits(8),
        "organisation.registration_country": where,
        "organisation.incorporation_date": f"{1995 + draw.below(30)}-{1 + draw.below(12):02}",
        "organisation.sector": draw.one(_SECTORS),
    }
    if draw.percent(40):
        fields["organisation.lei"] = lei(draw)
    return fields


def stolen_object(draw: Draw) -> dict[str, object]:
    """What a stolen object is: fields of ``stolen_object`` without its theft."""
    kind, materials = draw.one(_OBJECTS)
    fields: dict[str, object] = {
        "stolen_object.object_type": kind,
        "stolen_object.title": draw.one(_SUBJECTS),
        "stolen_object.maker": f"{draw.one(_FIRST)} workshop",
        "stolen_object.materials": list(materials),
        "stolen_object.measurements": f"{10 + draw.below(190)} x {10 + draw.below(190)} cm",
        "stolen_object.period": draw.one(_PERIODS),
    }
    if kind in _SERIAL_KINDS:
        fields["stolen_object.serial_number"] = (
            f"{draw.letters(2, _SERIAL_LETTERS)}{draw.digits(6)}"
        )
    if draw.percent(30):
        fields["stolen_object.inscriptions"] = f"signed and dated lower left, no. {draw.below(900)}"
    return fields


def theft_place(draw: Draw) -> str:
    """Where it was stolen from."""
    return draw.one(_PLACES)
