"""Markings that follow from what a record says of itself, whatever label its register gave it.

A register that knows of somebody's protection may say so in a field and leave the label out; a notice carries
its own restrictions. What a field says is ruled on as if the label said it, too.

Rules:

* A word that nobody knows is the strictest that its field can say. Alerts and actions are open lists, so of
  them every word of a check that nobody may notice counts, wherever it stands among others.
* What a field does not say makes no marking: published lists say little, and were reviewed by who published.
* Nothing here takes a marking away, and nothing here depends on the day: what does is looked at when the law
  is asked (``time_barred``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from comity.rulings.context import UNKNOWN
from comity.rulings.functions import CLOSED_TO, REFUGEE, REFUGEE_FROM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

PROTECTED: Final = "protected"
DISCREET: Final = "discreet-check"
COVERT: Final = "covert"
POLITICAL: Final = "political-character"
UNDER_REVIEW: Final = "under-review"
NOT_COMPLIANT: Final = "not-compliant"
SPENT: Final = "spent"

# What protects a person, by the words of `person.protected_status`; any other word is the strictest.
_PROTECTION: Final[Mapping[str, str]] = {
    "NONE": "",
    "DIPLOMAT": "immunity",
    "JUDGE": "immunity",
    "JOURNALIST": "privilege",
    "LAWYER": "privilege",
    "ASYLUM": REFUGEE,
    "REFUGEE": REFUGEE,
}
# Nationalities of ICAO 9303 that a refugee bears: by the Convention of 1951, and otherwise.
_REFUGEES: Final = frozenset({"XXB", "XXC"})
_NO_STATE: Final = "XX"  # the codes of those that no state protects begin with it
# What a notice's status makes of it. Whoever withdrew one recalled it; one that ended does not hold any more.
_STATUS: Final[Mapping[str, str]] = {
    "PUBLISHED": "",
    "DRAFT": UNDER_REVIEW,
    "UNDER_REVIEW": UNDER_REVIEW,
    "SUSPENDED": POLITICAL,  # blocked until its review ends: neither confirmed nor denied
    "WITHDRAWN": "recalled",
    "EXPIRED": "outside-validity",
    "COMPLETED": "outside-validity",
}
_PASSED, _PENDING = "PASSED", "PENDING"
# Criteria that may still be open on a draft. Article 3 of INTERPOL's constitution may not, nor what nobody
# knows.
_CRITERIA: Final = frozenset({"ARTICLE_2", "SERIOUSNESS", "IDENTITY"})
# Characters of an offence that Article 3 does not forbid.
_PERMITTED: Final = frozenset({"ORDINARY", "FISCAL", "PRIVATE_DISPUTE"})
# How proceedings stand that somebody may still be held to.
_STANDING: Final = frozenset({"OPEN", "CHARGED", "CONVICTED", "DISMISSED"})
# What a person's own record, or their role in another case, says that protects them whatever it is about.
_SOURCES: Final = frozenset({"INFORMANT", "SOURCE", "CHIS", "UNDERCOVER"})
_OVER: Final = frozenset({"ACQUITTED", "PARDONED", "EXPUNGED"})
# Checks of which the subject must not notice anything, as alerts and notices call them.
_UNNOTICED: Final[Mapping[str, str]] = {
    "DISCREET": DISCREET,
    "INQUIRY_CHECK": DISCREET,
    "SPECIFIC_CHECK": DISCREET,
    "SIS_36": DISCREET,
    "ARTICLE_36": DISCREET,
    "ART_36": DISCREET,
    "SURVEILLANCE": COVERT,
    "OBSERVATION": COVERT,
    "COVERT": COVERT,
    "CONTROLLED_DELIVERY": COVERT,
}
_SIGNS: Final = re.compile(r"[^A-Z0-9]+")
TIME_BARRED: Final = "offence.time_barred_on"


def implied(entity_type: str, fields: Mapping[str, object]) -> frozenset[str]:
    """Markings that a record's fields imply."""
    told = _IMPLIED.get(entity_type)
    return frozenset(filter(None, told(fields))) if told else _NOTHING


_NOTHING: Final = frozenset[str]()


def _person(fields: Mapping[str, object]) -> Iterator[str]:
    status = _word(fields, "person.protected_status")
    if status:
        yield _PROTECTION.get(status, PROTECTED)
    nationalities = _words(fields, "person.nationalities")
    if _PROTECTION.get(status) == REFUGEE or _REFUGEES.intersection(nationalities):
        yield REFUGEE
        # One that is no country's code counts, too: it may name the one that was fled.
        yield from (
            REFUGEE_FROM + _country(one) for one in nationalities if not one.startswith(_NO_STATE)
        )
    roles: Any = fields.get("person.roles") or ()
    stands = {_word(fields, "person.status"), *(_upper(one.role) for one in roles)}
    if stands & _SOURCES:
        yield PROTECTED
    if _word(fields, "person.status") in _OVER:
        yield SPENT


def _notice(fields: Mapping[str, object]) -> Iterator[str]:
    yield from (CLOSED_TO + _country(one) for one in _words(fields, "notice.restricted_countries"))
    status = _word(fields, "notice.status")
    if status:
        yield _STATUS.get(status, POLITICAL)
    for path in ("notice.action_to_take", "notice.notice_type"):
        yield from _unnoticed(fields.get(path))
    checks: Any = fields.get("notice.compliance_checks") or ()
    for check in checks:
        criterion, outcome = _upper(check.criterion), _upper(check.outcome)
        if outcome == _PASSED:
            continue
        if criterion not in _CRITERIA:
            yield POLITICAL
        else:
            yield UNDER_REVIEW if outcome == _PENDING else NOT_COMPLIANT


def _offence(fields: Mapping[str, object]) -> Iterator[str]:
    if _word(fields, "offence.character") not in {"", *_PERMITTED}:
        yield POLITICAL
    if _word(fields, "offence.outcome") not in {"", *_STANDING}:
        yield SPENT


def time_barred(fields: Mapping[str, object], today: str) -> bool:
    """Whether an offence is time-barred on a day (ISO 8601): of a year or month alone, on its first day."""
    barred = str(fields.get(TIME_BARRED) or "")
    return bool(barred) and barred <= today[: len(barred)]


def _alert(path: str) -> Callable[[Mapping[str, object]], Iterator[str]]:
    """Of a thing with an alert on it."""
    return lambda fields: _unnoticed(fields.get(path))


def _unnoticed(said: object) -> Iterator[str]:
    """Marks of the checks that are named among whatever is said, in any spelling of their words."""
    words = f"_{_SIGNS.sub('_', str(said or '').upper())}_"
    yield from (mark for check, mark in _UNNOTICED.items() if f"_{check}_" in words)


_IMPLIED: Final[Mapping[str, Callable[[Mapping[str, object]], Iterator[str]]]] = {
    "person": _person,
    "notice": _notice,
    "offence": _offence,
    **{
        thing: _alert(f"{thing}.alert")
        for thing in ("vehicle", "vessel", "aircraft", "container", "shipment")
    },
}


def _country(said: str) -> str:
    """A code of two letters, or unknown: marks are few and short, however much a field holds."""
    return said if len(said) == len(_NO_STATE) else UNKNOWN


def _word(fields: Mapping[str, object], path: str) -> str:
    return _upper(fields.get(path))


def _words(fields: Mapping[str, object], path: str) -> Iterable[str]:
    told: Any = fields.get(path) or ()
    return [_upper(one) for one in ((told,) if isinstance(told, str) else told)]


def _upper(said: object) -> str:
    """A word of the contract's lists: ``Under review`` and ``UNDER-REVIEW`` are UNDER_REVIEW."""
    return str(said or "").strip().upper().replace(" ", "_").replace("-", "_")
