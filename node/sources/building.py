"""Records put together from what a list says: names with their script, values by path, nothing empty."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import phonenumbers

from comity.catalogue import FIELDS
from node.records import normalise
from node.records.births import STATED, TELLING, wrong_with
from node.records.record import Labels, Record
from node.records.values import Assertion, BirthDate, OrganisationName, PersonName
from node.sources.rows import UnusableRowError, Why

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Letters whose script was looked up are remembered; there are fewer in use.
_CACHE_LETTERS_MAX: Final = 16_384
# Keys and single values longer than this are mistakes or attacks, not data.
KEY_CHARS_MAX: Final = 200
VALUE_CHARS_MAX: Final = 100_000
# A repeated field has at most this many values.
VALUES_MAX: Final = 5_000

# How Unicode names begin the letters of a script, and its ISO 15924 code.
_SCRIPTS: Final = (
    ("LATIN", "Latn"), ("CYRILLIC", "Cyrl"), ("ARABIC", "Arab"), ("CJK", "Hani"), ("HANGUL", "Hang"),
    ("GREEK", "Grek"), ("DEVANAGARI", "Deva"), ("HEBREW", "Hebr"), ("KATAKANA", "Kana"),
    ("HIRAGANA", "Hira"), ("THAI", "Thai"), ("GEORGIAN", "Geor"), ("ARMENIAN", "Armn"),
    ("BENGALI", "Beng"), ("TAMIL", "Taml"), ("ETHIOPIC", "Ethi"), ("MYANMAR", "Mymr"),
    ("KHMER", "Khmr"), ("FULLWIDTH LATIN", "Latn"), ("THAANA", "Thaa"), ("GURMUKHI", "Guru"),
)  # fmt: skip
_UNDETERMINED: Final = "Zyyy"

# Published lists are statements of fact by a public authority, free to use.
PUBLISHED: Final = Assertion(
    nature="FACT",
    source_reliability="A",
    information_accuracy="2",
    handling_code="H0",
)
# What an agency's own table says unless its mapping says otherwise: unknown means the stricter.
UNEVALUATED: Final = Assertion(
    nature="ASSESSMENT",
    source_reliability="X",
    information_accuracy="4",
    handling_code="H2",
)


@lru_cache(maxsize=_CACHE_LETTERS_MAX)
def _script_of(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return next((code for beginning, code in _SCRIPTS if name.startswith(beginning)), "")


def script(text: str) -> str:
    """The ISO 15924 code of the script most letters of a text are in; ``Zyyy`` when there are none."""
    if text.isascii():
        return "Latn" if any(letter.isalpha() for letter in text) else _UNDETERMINED
    counts: dict[str, int] = {}
    for letter in text:
        if letter.isalpha() and (code := _script_of(letter)):
            counts[code] = counts.get(code, 0) + 1
    return max(counts, key=counts.__getitem__) if counts else _UNDETERMINED


def tidy(text: str) -> str:
    """Text in NFC with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def person_name(full: str, *, kind: str, family: str = "", given: str = "") -> PersonName:
    """One published name of a person."""
    full = tidy(full)
    return PersonName(
        kind=kind, full=full, family=tidy(family), given=tidy(given), script=script(full)
    )


def inverted_name(text: str, *, kind: str) -> PersonName:
    """A name published as ``FAMILY, Given``."""
    family, comma, given = text.partition(",")
    if not comma:
        return person_name(text, kind=kind)
    return person_name(f"{given} {family}", kind=kind, family=family, given=given)


def organisation_name(full: str, *, kind: str) -> OrganisationName:
    """One published name of an organisation."""
    full = tidy(full)
    return OrganisationName(kind=kind, full=full, script=script(full))


def births(said: Iterable[BirthDate]) -> dict[str, object]:
    """The first date that a source gives, and beside it whatever else it says of the birth date."""
    told = list(dict.fromkeys(said))
    first = next((one.date for one in told if one.date), None)
    plain = BirthDate(date=first or "", certainty=STATED)
    return {
        "person.birth_date": first,
        "person.further_birth_dates": tuple(one for one in told if one != plain),
    }


def distinct_names(
    names: Iterable[PersonName] | Iterable[OrganisationName],
) -> tuple[PersonName | OrganisationName, ...]:
    """Names in order, each written form once; empty ones left out."""
    kept: dict[str, PersonName | OrganisationName] = {}
    for name in names:
        if name.full:
            kept.setdefault(name.full, name)
    return tuple(kept.values())


def phone(text: str) -> str | None:
    """A telephone number in E.164 when its country can be told from itself, or nothing."""
    digits = "".join([letter for letter in text if letter.isdigit()]).removeprefix("00")
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def record(
    *,
    source: str,
    key: str,
    entity_type: str,
    values: Mapping[str, object],
    labels: Labels,
    assertion: Assertion,
) -> Record:
    """A record without empty fields.

    Raises:
        UnusableRowError: no key, a path its entity does not have, a birth date that is none, or nothing to
            say at all.
    """
    if not key or len(key) > KEY_CHARS_MAX:
        raise UnusableRowError(Why.MISSING_KEY, f"a key has 1 to {KEY_CHARS_MAX} characters")
    _check("key", key)
    known = _PATHS.get(entity_type)
    if known is None:
        raise UnusableRowError(Why.UNSUPPORTED_ENTITY, entity_type)
    kept = {path: value for path, value in values.items() if value not in (None, "", (), [])}
    unknown = kept.keys() - known
    if unknown:
        raise UnusableRowError(Why.UNKNOWN_FIELD, ", ".join(sorted(unknown)))
    if not kept:
        raise UnusableRowError(Why.BAD_VALUE, "no field has a value")
    for path, value in kept.items():
        _check(path, value)
        if path in _BORN and not normalise.partial_date(str(value)):
            raise UnusableRowError(Why.BAD_VALUE, f"{path} is no date")
        for one in value if isinstance(value, tuple) else ():
            if isinstance(one, BirthDate) and (wrong := wrong_with(one)):
                raise UnusableRowError(Why.BAD_VALUE, f"{path} {wrong}")
    _check("assertion", assertion)
    return Record(
        source_key=key,
        source=source,
        entity_type=entity_type,
        fields=kept,
        labels=labels,
        assertion=assertion,
    )


def _check(path: str, value: object) -> None:
    """A value is text that can be stored: bounded, no NUL, no half of a surrogate pair."""
    if isinstance(value, str):
        if len(value) > VALUE_CHARS_MAX:
            raise UnusableRowError(
                Why.BAD_VALUE, f"{path} is longer than {VALUE_CHARS_MAX} characters"
            )
        if "\0" in value or not (value.isascii() or _SURROGATE.search(value) is None):
            raise UnusableRowError(Why.BAD_CHARACTERS, path)
    elif isinstance(value, tuple):
        if len(value) > VALUES_MAX:
            raise UnusableRowError(Why.BAD_VALUE, f"{path} has more than {VALUES_MAX} values")
        for one in value:
            _check(path, one)
    elif is_dataclass(value):
        for part in fields(value):
            _check(path, getattr(value, part.name))


_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# Who is a minor follows from these, so that one that cannot be read is never let in.
_BORN: Final = frozenset(
    path for paths in TELLING.values() for path in paths if path.endswith("_date")
)
_PATHS: Final = {entity: {info.path for info in infos} for entity, infos in FIELDS.items()}
