"""INTERPOL notices as its public API publishes them: one notice, a list, or a list of list pages.

Each notice gives two records: the person, and the notice itself, which is found by its number.

Shapes read: a JSON array of notices; an array of pages that are arrays of notices; a page object with
``_embedded.notices``; a single notice; or any of these one a line. Dates are ``%Y/%m/%d``, ``%Y/%m`` or
``%Y``. ``line`` is the notice's ordinal in a document, its line in JSON lines.

Labels follow the kind of notice in its own address: red is ``wanted``, yellow ``missing``, black
``unidentified``, a UN special notice ``suspect``; anything else is ``unknown``, the stricter. All are
marked ``listed``. The same notice on two pages is one record.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import pycountry

from comity.errors import ExitCode, StartError
from node.records import countries
from node.records.record import Labels, Record
from node.records.values import Listing
from node.sources import building, dates
from node.sources.jsonrows import objects, parsed
from node.sources.reading import document, lines
from node.sources.rows import Item, Quarantined, Read, UnusableRowError, Why, quarantined

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE: Final = "interpol-notice"
PUBLISHER: Final = "INTERPOL"
# Pages hold notices, at most this deep.
NESTING_MAX: Final = 3
_KIND: Final = re.compile(r"/notices/v\d+/(?P<kind>[a-z]+)/")
_SUBJECTS: Final = {
    "red": "wanted",
    "yellow": "missing",
    "black": "unidentified",
    "un": "suspect",
}
_STATUS: Final = frozenset({"wanted", "missing", "unidentified"})
# What each kind asks of whoever meets the person (INTERPOL's Rules on the Processing of Data 82 to 99).
_ACTIONS: Final = {"red": "ARREST", "yellow": "LOCATE", "black": "IDENTIFY", "blue": "LOCATE"}
# Above every height in metres and weight in kilograms that a person has.
MEASURE_MAX: Final = 1_000
_SEXES: Final = frozenset({"M", "F"})


def read(path: Path) -> Iterator[Item]:
    """Every notice as a person and as a notice.

    Raises:
        StartError: neither a JSON document nor JSON lines.
    """
    for ordinal, notice in _notices(path):
        if isinstance(notice, Quarantined):
            yield notice
            continue
        try:
            person = _person(notice)
            alert = _notice(notice, person)
        except UnusableRowError as error:
            yield quarantined(ordinal, error, _raw(notice))
        else:
            yield Read(ordinal, person)
            yield Read(ordinal, alert)


def _raw(notice: Any) -> str:
    try:
        return json.dumps(notice, ensure_ascii=False)
    except RecursionError:
        return "nested too deeply to show"


def _notices(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        whole = parsed(document(path))
    except UnusableRowError as error:
        if not error.detail.startswith("Extra data"):
            raise StartError(
                f"{path} is not JSON: {error.detail}.", exit_code=ExitCode.DATA
            ) from error
    else:
        yield from enumerate(_flat(whole, NESTING_MAX), start=1)
        return
    for row in objects(lines(path)):
        if isinstance(row, Quarantined):
            yield row.line, row
            continue
        for notice in _flat(row.value, NESTING_MAX):
            yield row.line, notice


def _flat(value: Any, deep: int) -> Iterator[Any]:
    """The notices in a document, page or list."""
    if isinstance(value, list) and deep:
        for one in value:
            yield from _flat(one, deep - 1)
    elif isinstance(value, dict) and isinstance(value.get("_embedded"), dict) and deep:
        yield from _flat(value["_embedded"].get("notices"), deep - 1)
    else:
        yield value


def _text(notice: dict[str, Any], name: str) -> str:
    value = notice.get(name)
    if value is None:
        return ""
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        raise UnusableRowError(Why.BAD_VALUE, f"{name} is not text")
    return building.tidy(str(value))


def _texts(notice: dict[str, Any], name: str) -> tuple[str, ...]:
    value = notice.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise UnusableRowError(Why.BAD_VALUE, f"{name} is not a list of text")
    return tuple(dict.fromkeys(building.tidy(one) for one in value))


def _kind(notice: dict[str, Any]) -> str:
    links = notice.get("_links")
    own = links.get("self") if isinstance(links, dict) else None
    address = own.get("href") if isinstance(own, dict) else None
    found = _KIND.search(address) if isinstance(address, str) else None
    return found["kind"] if found else ""


def _person(notice: Any) -> Record:
    if not isinstance(notice, dict):
        raise UnusableRowError(Why.NOT_PARSABLE, "not a notice")
    number = _text(notice, "entity_id")
    if not number:
        raise UnusableRowError(Why.MISSING_KEY, "no entity_id")
    family, given = _text(notice, "name"), _text(notice, "forename")
    if not family and not given:
        raise UnusableRowError(Why.MISSING_NAME, number)
    born = _text(notice, "date_of_birth")
    birth_date = dates.partial(born, dates.INTERPOL)
    if born and birth_date is None:
        raise UnusableRowError(Why.BAD_VALUE, "date_of_birth")
    kind = _kind(notice)
    subject = _SUBJECTS.get(kind, "unknown")
    sex = _text(notice, "sex_id")
    name = building.person_name(f"{given} {family}", kind="LEGAL", family=family, given=given)
    codes = [countries.code(text) for text in _texts(notice, "nationalities")]
    return building.record(
        source=SOURCE,
        key=number,
        entity_type="person",
        values={
            "person.names": (name,),
            "person.sex": sex if sex in _SEXES else None,
            "person.birth_date": birth_date,
            "person.birth_place": _text(notice, "place_of_birth"),
            "person.birth_country": countries.code(_text(notice, "country_of_birth_id")),
            "person.nationalities": tuple(code for code in codes if code),
            "person.height_m": _measure(notice, "height"),
            "person.weight_kg": _measure(notice, "weight"),
            "person.eye_colours": _texts(notice, "eyes_colors_id"),
            "person.hair_colours": _texts(notice, "hairs_id"),
            "person.languages": _languages(notice),
            "person.marks": _marks(notice),
            "person.status": subject if subject in _STATUS else None,
            "person.summary": _charges(notice),
            "person.listings": (
                Listing(publisher=PUBLISHER, programme=f"{kind} notice".strip(), number=number),
            ),
        },
        labels=Labels(subject=subject, markings=frozenset({"listed"})),
        assertion=building.PUBLISHED,
    )


def _notice(notice: dict[str, Any], person: Record) -> Record:
    """The notice itself; whom it is about, as the person's record has it."""
    kind = _kind(notice)
    number = _text(notice, "entity_id")
    issuers = {countries.code(one) for one in _warrants(notice, "issuing_country_id")} - {None, ""}
    return building.record(
        source=SOURCE,
        key=f"notice:{number}",
        entity_type="notice",
        values={
            "notice.number": number,
            "notice.notice_type": kind.upper(),
            "notice.issuing_authority": PUBLISHER,
            "notice.issuing_country": issuers.pop() if len(issuers) == 1 else None,
            "notice.subject_names": person.fields["person.names"],
            "notice.subject_birth_date": person.fields.get("person.birth_date"),
            "notice.charges": tuple(dict.fromkeys(_warrants(notice, "charge"))),
            "notice.action_to_take": _ACTIONS.get(kind),
            "notice.publication_scope": "PUBLIC",
            "notice.status": "PUBLISHED",
            "notice.listings": person.fields["person.listings"],
        },
        labels=person.labels,
        assertion=building.PUBLISHED,
    )


def _measure(notice: dict[str, Any], name: str) -> str | None:
    """A height in metres or a weight in kilograms; the API writes 0 for unknown."""
    text = _text(notice, name)
    try:
        value = float(text or 0)
    except ValueError as error:
        raise UnusableRowError(Why.BAD_VALUE, name) from error
    return f"{value:g}" if 0 < value < MEASURE_MAX else None


def _languages(notice: dict[str, Any]) -> tuple[str, ...]:
    """ISO 639-3; the API writes the bibliographic codes of ISO 639-2."""
    told = _texts(notice, "languages_spoken_ids")
    return tuple(dict.fromkeys(filter(None, (_language(one) for one in told))))


def _language(code: str) -> str:
    folded = code.lower()
    found = pycountry.languages.get(bibliographic=folded) or pycountry.languages.get(alpha_3=folded)
    return str(found.alpha_3) if found is not None else ""


def _marks(notice: dict[str, Any]) -> tuple[str, ...]:
    marks = _text(notice, "distinguishing_marks")
    return (marks,) if marks else ()


def _charges(notice: dict[str, Any]) -> str:
    return "; ".join(_warrants(notice, "charge"))


def _warrants(notice: dict[str, Any], part: str) -> list[str]:
    """One part of every arrest warrant."""
    warrants = notice.get("arrest_warrants")
    if not isinstance(warrants, list):
        return []
    told = [one.get(part) for one in warrants if isinstance(one, dict)]
    return [building.tidy(one) for one in told if isinstance(one, str) and one.strip()]
