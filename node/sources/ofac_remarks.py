"""The prose of OFAC's remarks taken apart: dates, places, nationalities, numbers, contacts, weak aliases.

A remark is a run of sentences separated by semicolons: ``DOB 15 Mar 1971; POB Iglarevo, Serbia and
Montenegro; Passport 123 (Iran) expires 06 Feb 2020; a.k.a. 'CHEPE'.`` Whatever is not recognised stays
in the record's summary, where the whole remark is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from node.records import countries
from node.sources import dates

# No remark of the list has more; the rest of a longer one stays in the summary only.
PARTS_MAX: Final = 2_000
# A longer sentence is prose; patterns are not tried on it (their time grows faster than its length).
SENTENCE_CHARS_MAX: Final = 300

_ALT: Final = re.compile(r"^alt\. ", re.IGNORECASE)
_DOCUMENT: Final = re.compile(
    r"^(?P<type>(?:Diplomatic |Stateless Person |Official |Service )?Passport|Travel Document Number"
    r"|Driver's License No\.|Residency Number|Seaman(?:'s)? Book(?: No\.)?)\s+"
    r"(?P<number>[^()]*?[0-9][^()]*?)(?=\s*\(|\s+issued\b|\s+expire|\.?$)"
    r"(?:\s*\((?P<country>[^)]*)\))?"
    r"(?:\s+issued(?: on| in)? (?P<issued>\d{2} \w{3} \d{4}|\w{3} \d{4}|\d{4}))?"
    r"(?:\s+expire[sd](?: on)? (?P<expires>\d{2} \w{3} \d{4}|\w{3} \d{4}|\d{4}))?"
    r"(?P<rest>.*)$"
)
_DOCUMENT_TYPES: Final = {
    "Driver's License No.": "driving-licence",
    "Residency Number": "residence-permit",
    "Travel Document Number": "P",
    "Diplomatic Passport": "PD",
    "Official Passport": "PO",
    "Service Passport": "PS",
}
_FILLER: Final = re.compile(r"^(?:Booklet|Laissez-Passer|No)?[.:#\s]+")
_NUMBER: Final = re.compile(
    r"^(?P<label>[A-Z][\w.&'/ -]*?(?: (?:No\.?|Number|Code|ID|#)|#)?)\s+"
    r"(?P<number>(?=[^ ]*\d)[\w./*# -]*?)(?:\s*\((?P<country>[^)]*)\))?\.?$"
)
# What kinds of number the prose names, by how their label begins.
_SCHEMES: Final[dict[str, tuple[str, ...]]] = {
    "tax": ("Tax ID", "NIT", "RUC", "R.F.C.", "RFC", "RIF", "V.A.T.", "VAT", "US FEIN", "C.U.I.T",
            "Italian Fiscal Code"),
    "social-security": ("SSN", "Social Security", "NIE", "N.I.E.", "C.U.I.P"),
    "national-id": (
        "Cedula", "National ID", "National Foreign ID", "D.N.I.", "DNI", "C.U.R.P.", "CURP", "C.C.",
        "Personal ID", "Identification Number", "Citizen's Card", "Identity Card", "Cartilla",
        "Electoral Registry", "Kenyan ID", "Tazkira", "Turkish Identification", "Bosnian Personal ID",
        "UAE Identification", "CNIC", "JMBG", "I.F.E.",
    ),
    "registration": (
        "Registration", "Company", "Commercial Registry", "Business Registration", "Business Number",
        "UK Company", "Public Registration", "Registered Charity", "Trade License", "Matricula Mercantil",
        "Folio Mercantil", "C.R. No", "Chamber of Commerce", "Certificate of Incorporation",
        "Enterprise Number", "Unified Social Credit", "Chinese Commercial", "Organization Code",
        "License", "Legal Entity", "Business ID",
    ),
}  # fmt: skip
_ALIAS: Final = re.compile(r"^(?P<kind>[afn])\.k\.a\. '(?P<name>.+?)'?\.?$")
_CONTACT: Final = re.compile(
    r"^(?P<kind>Email Address|Phone Number|Telephone(?: No\.)?:?|Telephone Number|Website|Digital Currency "
    r"Address - (?P<currency>\w+))\s+(?P<value>\S.*?)\.?$"
)
_GENDER: Final = {"male": "M", "female": "F"}


@dataclass(frozen=True, slots=True)
class Document:
    """A travel document or licence named in a remark."""

    document_type: str
    number: str
    country: str | None
    issued: str | None
    expires: str | None


@dataclass(frozen=True, slots=True)
class Number:
    """A number some authority gave, named in a remark."""

    scheme: str
    value: str
    country: str | None


@dataclass(slots=True)
class Remarks:
    """What a remark says, as far as it was understood."""

    birth_dates: list[str] = field(default_factory=list)
    birth_places: list[str] = field(default_factory=list)
    nationalities: list[str] = field(default_factory=list)
    sex: str | None = None
    aliases: list[tuple[str, str]] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    websites: list[str] = field(default_factory=list)
    wallets: list[tuple[str, str]] = field(default_factory=list)
    established: str | None = None


def understood(text: str) -> Remarks:
    """Take a remark apart; never fails, what is not understood is left out."""
    found = Remarks()
    for part in text.split(";", PARTS_MAX)[:PARTS_MAX]:
        sentence = _ALT.sub("", part.strip())
        if sentence and len(sentence) <= SENTENCE_CHARS_MAX:
            _sentence(sentence, found)
    return found


def _sentence(sentence: str, found: Remarks) -> None:
    word, _, rest = sentence.partition(" ")
    rest = rest.strip().rstrip(".").strip()
    match word:
        case "DOB":
            found.birth_dates.append(rest)
        case "POB":
            found.birth_places.append(rest)
        case "nationality" | "citizen":
            nationality = countries.code(rest)
            if nationality and nationality not in found.nationalities:
                found.nationalities.append(nationality)
        case "Gender":
            found.sex = _GENDER.get(rest.lower())
        case _ if sentence.startswith("Organization Established Date"):
            found.established = dates.published(
                sentence.removeprefix("Organization Established Date")
            )
        case _:
            _other(sentence, found)


def _other(sentence: str, found: Remarks) -> None:
    if alias := _ALIAS.match(sentence):
        found.aliases.append((alias["kind"], alias["name"]))
    elif contact := _CONTACT.match(sentence):
        _contact(contact, found)
    elif document := _DOCUMENT.match(sentence):
        found.documents.append(_document(document))
    elif number := _NUMBER.match(sentence):
        label = number["label"]
        scheme = next((name for name, known in _SCHEMES.items() if label.startswith(known)), None)
        if scheme is not None:
            country = countries.code(number["country"]) if number["country"] else None
            found.numbers.append(Number(scheme, number["number"].strip(), country))


def _contact(contact: re.Match[str], found: Remarks) -> None:
    value = contact["value"]
    if contact["currency"]:
        found.wallets.append((contact["currency"], value))
    elif contact["kind"] == "Email Address":
        found.emails.append(value)
    elif contact["kind"] == "Website":
        found.websites.append(value)
    else:
        found.phones.append(value)


def _document(said: re.Match[str]) -> Document:
    country = countries.code(said["country"]) if said["country"] else None
    return Document(
        document_type=_DOCUMENT_TYPES.get(said["type"], "P"),
        number=_FILLER.sub("", said["number"]).strip().rstrip("."),
        country=country,
        issued=dates.partial(said["issued"], dates.ENGLISH) if said["issued"] else None,
        expires=dates.partial(said["expires"], dates.ENGLISH) if said["expires"] else None,
    )
