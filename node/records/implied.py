"""Markings that follow from what a record says of itself, whatever label its register gave it.

A register that knows of somebody's protection may say so in a field and leave the label out; a notice carries
its own restrictions. What a field says is ruled on as if the label said it, too.

Rules:

* A word that nobody knows is the strictest that its field can say.
* What a field does not say makes no marking: published lists say little, and were reviewed by who published.
* Nothing here takes a marking away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

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
# Article 3 of INTERPOL's constitution forbids matters of these characters.
_ARTICLE_3: Final = "ARTICLE_3"
_FORBIDDEN: Final = frozenset({"POLITICAL", "MILITARY", "RELIGIOUS", "RACIAL"})
# How proceedings ended that nobody is to be held to any more.
_OVER: Final = frozenset({"ACQUITTED", "PARDONED"})
# Checks of which the subject must not notice anything, as alerts and notices call them.
_UNNOTICED: Final[Mapping[str, str]] = {
    "DISCREET": DISCREET,
    "DISCREET_CHECK": DISCREET,
    "SIS_36": DISCREET,
    "CONTROLLED_DELIVERY": COVERT,
}


def implied(entity_type: str, fields: Mapping[str, object], today: str) -> frozenset[str]:
    """Markings that a record's fields imply on a day (ISO 8601)."""
    told = _IMPLIED.get(entity_type)
    return frozenset(filter(None, told(fields, today))) if told else _NOTHING


_NOTHING: Final = frozenset[str]()


def _person(fields: Mapping[str, object], today: str) -> Iterator[str]:
    del today
    status = _word(fields, "person.protected_status")
    if status:
        yield _PROTECTION.get(status, PROTECTED)
    nationalities = _words(fields, "person.nationalities")
    if _REFUGEES.intersection(nationalities):
        yield REFUGEE
    if _PROTECTION.get(status) == REFUGEE:
        yield from (REFUGEE_FROM + one for one in nationalities if len(one) == len("XX"))


def _notice(fields: Mapping[str, object], today: str) -> Iterator[str]:
    del today
    yield from (CLOSED_TO + one for one in _words(fields, "notice.restricted_countries"))
    status = _word(fields, "notice.status")
    if status:
        yield _STATUS.get(status, UNDER_REVIEW)
    yield from (
        _UNNOTICED.get(_word(fields, path), "")
        for path in ("notice.action_to_take", "notice.notice_type")
    )
    checks: Any = fields.get("notice.compliance_checks") or ()
    for check in checks:
        criterion, outcome = _upper(check.criterion), _upper(check.outcome)
        if outcome == _PASSED:
            continue
        if criterion == _ARTICLE_3:
            yield POLITICAL
        else:
            yield UNDER_REVIEW if outcome == _PENDING else NOT_COMPLIANT


def _offence(fields: Mapping[str, object], today: str) -> Iterator[str]:
    if _word(fields, "offence.character") in _FORBIDDEN:
        yield POLITICAL
    if _word(fields, "offence.outcome") in _OVER:
        yield SPENT
    barred = str(fields.get("offence.time_barred_on") or "")
    if barred and barred <= today[: len(barred)]:  # of a year or month alone, its first day
        yield SPENT


def _alert(path: str) -> Callable[[Mapping[str, object], str], Iterator[str]]:
    """Of a thing with an alert on it."""

    def told(fields: Mapping[str, object], today: str) -> Iterator[str]:
        del today
        yield _UNNOTICED.get(_word(fields, path), "")

    return told


_IMPLIED: Final[Mapping[str, Callable[[Mapping[str, object], str], Iterator[str]]]] = {
    "person": _person,
    "notice": _notice,
    "offence": _offence,
    **{
        thing: _alert(f"{thing}.alert")
        for thing in ("vehicle", "vessel", "aircraft", "container", "shipment")
    },
}


def _word(fields: Mapping[str, object], path: str) -> str:
    return _upper(fields.get(path))


def _words(fields: Mapping[str, object], path: str) -> Iterable[str]:
    told: Any = fields.get(path) or ()
    return [_upper(one) for one in ((told,) if isinstance(told, str) else told)]


def _upper(said: object) -> str:
    """A word of the contract's lists: ``Under review`` and ``UNDER-REVIEW`` are UNDER_REVIEW."""
    return str(said or "").strip().upper().replace(" ", "_").replace("-", "_")
