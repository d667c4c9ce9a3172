"""Answers of several sources that may be about the same person or thing: beside each other, never merged.

Rules:

* Two records of one source are never held to be the same: their owner keeps them apart.
* Records stand together when a number agrees, or a name does. Names in two scripts cannot be compared here:
  then both have to fit the question at least probably, and to agree in the birth date or in two other things
  that are known of them, and not in sex and nationality alone.
* Whatever agrees and whatever contradicts is said, field by field and source by source; a contradiction never
  parts records silently, and an agreement never joins them into one.
* What left covered is not compared: it says too little.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from enum import StrEnum
from itertools import combinations
from typing import TYPE_CHECKING, Final

from comity.client.words import Band, Form

if TYPE_CHECKING:
    from comity.client.model import Hit, SourceAnswer, Value

# Records compared at most; each source shows a few, and beyond this nobody reads on.
COMPARED_MAX: Final = 200
_NAME_TOKENS_MIN: Final = 2
# Fields whose values say which thing it is.
_NUMBERS: Final = frozenset(
    {
        *(
            "vin",
            "number",
            "value",
            "lei",
            "registration_number",
            "tax_ids",
            "national_ids",
            "phones",
        ),
        *("emails", "imo_number", "mmsi", "call_sign", "registration", "icao_address", "reference"),
        *("serial_number", "engine_number", "plate", "hull_number"),
    }
)
# Fields in which each owner says something of its own; they neither agree nor contradict.
_OWN: Final = frozenset(
    {
        *(
            "summary",
            "report_number",
            "status",
            "alert",
            "listings",
            "warnings",
            "title",
            "description",
        ),
        *(
            "theft_date",
            "theft_place",
            "last_seen",
            "first_seen",
            "age_band",
            "photo_reference",
            "roles",
        ),
        *(
            "fraud_type",
            "measurements",
            "case_number",
            "authority",
            "acquired_on",
            "acquired_place",
        ),
    }
)
# What people have in common with few others, and how much of it has to agree where names cannot be compared.
# Sex and nationality alone are common to millions.
_BESIDE: Final = frozenset(
    f"person.{name}"
    for name in (
        "sex",
        "nationalities",
        "birth_place",
        "birth_country",
        "occupations",
        "marks",
        "parents",
    )
)
_BESIDE_MIN: Final = 2
_COMMON: Final = frozenset({"person.sex", "person.nationalities"})
_BORN: Final = "person.birth_date"
_FURTHER: Final = "person.further_birth_dates"
_DATE: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_SURE: Final = frozenset({Band.EXACT, Band.PROBABLE})


class Finding(StrEnum):
    """What comparing one field showed."""

    AGREES = "AGREES"
    IN_PART = "IN_PART"
    CONTRADICTS = "CONTRADICTS"
    DIFFERS = "DIFFERS"
    OTHER_SCRIPT = "OTHER_SCRIPT"


@dataclass(frozen=True, slots=True)
class Member:
    """One source's record."""

    source: str
    hit: Hit = attribute(repr=False)


@dataclass(frozen=True, slots=True)
class Compared:
    """One field that at least two sources told, and what each of them says.

    ``IN_PART``: one says more than the other, and nothing against it. ``DIFFERS``: several values are
    possible at once (addresses, spellings), and none is the same. ``OTHER_SCRIPT``: names in scripts that
    share no letter; nothing is said of them.
    """

    field: str
    finding: Finding
    values: tuple[tuple[str, Value], ...] = attribute(repr=False)


@dataclass(frozen=True, slots=True)
class Group:
    """Records of several sources that may be about the same, and why they stand together."""

    members: tuple[Member, ...]
    because: tuple[str, ...]
    compared: tuple[Compared, ...]

    def of(self, finding: Finding) -> tuple[Compared, ...]:
        """Fields with that finding."""
        return tuple(one for one in self.compared if one.finding is finding)


def grouped(answers: Iterable[SourceAnswer]) -> tuple[Group, ...]:
    """Every group of two sources or more, in the order of the answers."""
    members = [
        Member(answer.source, hit) for answer in answers for hit in answer.hits if hit.record.fields
    ][:COMPARED_MAX]
    group_of = list(range(len(members)))
    reasons: dict[int, list[str]] = {}
    pairs = [
        (first, second, why)
        for first, second in combinations(range(len(members)), 2)
        if (why := _together(members[first], members[second]))
    ]
    # The surest pairs come first, so that a source's better record takes its place.
    for first, second, why in sorted(pairs, key=lambda pair: _STRENGTH[pair[2][0]]):
        left, right = group_of[first], group_of[second]
        if left == right:
            continue
        joined = [place for place, group in enumerate(group_of) if group in {left, right}]
        sources = [members[place].source for place in joined]
        if len(set(sources)) < len(sources):
            continue
        keep, gone = min(left, right), max(left, right)
        group_of = [keep if group == gone else group for group in group_of]
        reasons.setdefault(keep, []).extend((*reasons.pop(gone, ()), *why))
    return tuple(
        _group([members[place] for place, group in enumerate(group_of) if group == one], why)
        for one, why in sorted(reasons.items())
    )


_SAME_NUMBER: Final = "same number"
_SAME_NAME: Final = "same name"
_SAME_ASKED: Final = "both fit what was asked"
_STRENGTH: Final = {_SAME_NUMBER: 0, _SAME_NAME: 1, _SAME_ASKED: 2}


def _together(one: Member, other: Member) -> tuple[str, ...]:
    """Why two records stand together; nothing when they do not."""
    if one.source == other.source or one.hit.entity_type != other.hit.entity_type:
        return ()
    found = {compared.field: compared.finding for compared in _compare((one, other))}
    agreeing = {path for path, finding in found.items() if finding is Finding.AGREES}
    if any(_last(path) in _NUMBERS for path in agreeing):
        return (_SAME_NUMBER,)
    if any(path.endswith("names") for path in agreeing):
        return (_SAME_NAME,)
    if one.hit.band not in _SURE or other.hit.band not in _SURE:
        return ()
    born = found.get(_BORN)
    if born in {Finding.AGREES, Finding.IN_PART}:
        return (_SAME_ASKED,)
    beside = agreeing & _BESIDE
    apart = born is Finding.CONTRADICTS or not _apart(
        *(member.hit.record.fields.get("person.names") for member in (one, other))
    )
    enough = len(beside) >= _BESIDE_MIN and beside != _COMMON
    return (_SAME_ASKED,) if enough and not apart else ()


def _scripts(names: Value | None) -> frozenset[str]:
    parts = names if isinstance(names, tuple) else ()
    return frozenset(part.get("script", "") for part in parts if isinstance(part, Mapping)) - {""}


def _group(members: list[Member], because: list[str]) -> Group:
    return Group(tuple(members), tuple(dict.fromkeys(because)), tuple(_compare(members)))


def _compare(members: Iterable[Member]) -> list[Compared]:
    told: dict[str, list[tuple[str, Value]]] = {}
    for member in members:
        covered = {one.field for one in member.hit.treatments if one.form is Form.MASKED}
        for path, value in member.hit.record.fields.items():
            if path not in covered and _last(path) not in _OWN:
                told.setdefault(path, []).append((member.source, value))
    found = [
        Compared(path, _finding(path, [value for _, value in values]), tuple(values))
        for path, values in told.items()
        if len(values) > 1
    ]
    return [_by_further_dates(one, told.get(_FURTHER, [])) for one in found]


def _by_further_dates(compared: Compared, further: list[tuple[str, Value]]) -> Compared:
    """Two birth dates do not contradict each other where one source knows several, the other's too."""
    if compared.field != _BORN or compared.finding is not Finding.CONTRADICTS:
        return compared
    dates = {source: {str(value)} for source, value in compared.values}
    for source, value in further:
        parts = value if isinstance(value, tuple) else ()
        told = {str(part.get("date", "")) for part in parts if isinstance(part, Mapping)}
        dates.setdefault(source, set()).update(told - {""})
    for one, other in combinations(dates.values(), 2):
        if not any(a.startswith(b) or b.startswith(a) for a in one for b in other):
            return compared
    return replace(compared, finding=Finding.IN_PART)


def _finding(path: str, values: list[Value]) -> Finding:
    """What all of them together show: the worst of any two."""
    found = {_pair(path, one, other) for one, other in combinations(values, 2)}
    for finding in (
        Finding.CONTRADICTS,
        Finding.DIFFERS,
        Finding.OTHER_SCRIPT,
        Finding.IN_PART,
    ):
        if finding in found:
            return finding
    return Finding.AGREES


def _pair(path: str, one: Value, other: Value) -> Finding:
    if isinstance(one, tuple) or isinstance(other, tuple):
        ours, theirs = _entries(path, one), _entries(path, other)
        if ours == theirs:
            return Finding.AGREES
        if path.endswith("names"):
            return _names(one, other)
        same = ours & theirs
        return Finding.IN_PART if same else Finding.DIFFERS
    ours_text, theirs_text = str(one), str(other)
    if _folded(ours_text) == _folded(theirs_text):
        return Finding.AGREES
    dates = _DATE.fullmatch(ours_text) and _DATE.fullmatch(theirs_text)
    if dates and (ours_text.startswith(theirs_text) or theirs_text.startswith(ours_text)):
        return Finding.IN_PART
    return Finding.CONTRADICTS


def _names(one: Value, other: Value) -> Finding:
    """One published name in common is enough: the rest are aliases."""
    ours, theirs = _entries("names", one), _entries("names", other)
    if ours & theirs or _nested(ours, theirs):
        return Finding.AGREES
    return Finding.OTHER_SCRIPT if _apart(one, other) else Finding.DIFFERS


def _apart(one: Value | None, other: Value | None) -> bool:
    """Whether no name of one is in a script of the other."""
    ours, theirs = _scripts(one), _scripts(other)
    return bool(ours and theirs) and not ours & theirs


def _entries(path: str, value: Value) -> frozenset[frozenset[str]]:
    """Entries of a field as sets of words: order, case and marks do not count."""
    parts = value if isinstance(value, tuple) else (value,)
    wanted = ("full",) if path.endswith("names") else ("value", "number", "line")
    found = set()
    for part in parts:
        if isinstance(part, Mapping):
            chosen = next(
                (part[name] for name in wanted if part.get(name)), " ".join(part.values())
            )
            found.add(frozenset(_folded(chosen).split()))
        else:
            found.add(frozenset(_folded(str(part)).split()))
    return frozenset(found)


def _nested(ours: frozenset[frozenset[str]], theirs: frozenset[frozenset[str]]) -> bool:
    """Whether a name of one is a name of the other with parts left out."""
    return any(
        min(len(one), len(other)) >= _NAME_TOKENS_MIN and (one <= other or other <= one)
        for one in ours
        for other in theirs
    )


def _folded(text: str) -> str:
    marks = (one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    kept = "".join(one if one.isalnum() else " " for one in "".join(marks).casefold())
    return " ".join(kept.split())


def _last(path: str) -> str:
    return path.rpartition(".")[2]
