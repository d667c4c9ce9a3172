"""STIX 2.1 bundles: what indicators and observables name exactly (OASIS STIX 2.1, 4.7, 6 and 9).

One record for each address, domain, URL, mail or network card address and file hash. Of an indicator only a
pattern counts that is one comparison, or several of which any may hold: ``[domain-name:value = '…']``. A part
of a pattern that holds only together with another would say more than its author did, so AND, FOLLOWEDBY and
the like are quarantined, as are objects that are no observables. ``line`` is the object's ordinal.

What bears a TLP marking of RED or AMBER, or a marking that nobody here knows, is marked
``originator-controlled``; reports of threats are assessments, evaluated by nobody yet.
"""

from __future__ import annotations

import json
import re
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from comity.errors import ExitCode, StartError
from node.records import normalise
from node.records.record import Labels
from node.records.values import Listing
from node.sources import building
from node.sources.jsonrows import parsed
from node.sources.reading import document
from node.sources.rows import Item, Read, UnusableRowError, Why, quarantined

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from node.records.record import Record

SOURCE: Final = "stix"
# Comparisons of one pattern; more is a list, not an indicator.
COMPARISONS_MAX: Final = 200
# Object paths that name an observable (STIX 2.1, 6), and its kind here.
_PATHS: Final = {
    "ipv4-addr:value": "IP",
    "ipv6-addr:value": "IP",
    "domain-name:value": "DOMAIN",
    "url:value": "URL",
    "email-addr:value": "EMAIL",
    "mac-addr:value": "MAC",
    **{
        f"file:hashes.{quoted}": "HASH"
        for name in ("MD5", "SHA-1", "SHA-256")
        for quoted in (name, f"'{name}'")
    },
}
# TLP 1.0 WHITE and GREEN, and TLP 2.0 CLEAR and GREEN: may be passed on within a community.
_OPEN: Final = frozenset(
    f"marking-definition--{one}"
    for one in (
        "613f2e26-407d-48c7-9eca-b8e91df99dc9",
        "34098fce-860f-48ae-8e50-ebd3cc5e41da",
        "94868c89-83c2-464b-929b-a1a8aa3c8487",
        "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    )
)
_COMPARISON: Final = re.compile(
    r"\s*(?P<path>[a-z0-9-]+:[\w.'-]+)\s*=\s*'(?P<value>(?:[^'\\]|\\.)*)'\s*", re.ASCII
)
_OR: Final = re.compile(r"\]\s*OR\s*\[|OR\s")
_ESCAPED: Final = re.compile(r"\\(.)")


def read(path: Path) -> Iterator[Item]:
    """Every observable that the bundle names exactly.

    Raises:
        StartError: no STIX bundle.
    """
    try:
        whole = parsed(document(path))
    except UnusableRowError as error:
        raise StartError(f"{path} is not JSON: {error.detail}.", exit_code=ExitCode.DATA) from error
    listed = whole.get("objects") if isinstance(whole, dict) else None
    if not isinstance(listed, list) or whole.get("type") != "bundle":
        raise StartError(f"{path} is no STIX bundle.", exit_code=ExitCode.DATA)
    for ordinal, told in enumerate(listed, start=1):
        try:
            found = [_record(told, kind, value) for kind, value in _observables(told)]
        except UnusableRowError as error:
            yield quarantined(ordinal, error, _raw(told))
        else:
            yield from (Read(ordinal, record) for record in found)


def _raw(told: Any) -> str:
    try:
        return json.dumps(told, ensure_ascii=False)
    except RecursionError:
        return "nested too deeply to show"


def _observables(told: Any) -> list[tuple[str, Any]]:
    """Kinds and values, as they stand there."""
    kind = told.get("type") if isinstance(told, dict) else None
    if not isinstance(kind, str):
        raise UnusableRowError(Why.NOT_PARSABLE, "not an object of STIX")
    if kind == "indicator":
        if told.get("pattern_type", "stix") != "stix":
            raise UnusableRowError(Why.UNSUPPORTED_ENTITY, "a pattern in another language")
        named: list[tuple[str, Any]] = [*_compared(_text(told, "pattern"))]
    elif kind == "file":
        hashes = told.get("hashes")
        told_hashes = hashes.items() if isinstance(hashes, dict) else ()
        named = [(f"file:hashes.{one}", value) for one, value in told_hashes]
    else:
        named = [(f"{kind}:value", told.get("value"))]
    known = [(_PATHS[path], value) for path, value in named if path in _PATHS]
    if not known:
        raise UnusableRowError(Why.UNSUPPORTED_ENTITY, kind)
    if kind == "indicator" and len(known) < len(named):
        raise UnusableRowError(Why.UNSUPPORTED_ENTITY, "a pattern of other things")
    return known


def _compared(pattern: str) -> list[tuple[str, str]]:
    """Path and value of each comparison of a pattern in which any may hold."""
    found: list[tuple[str, str]] = []
    inner = pattern.strip()
    if not (inner.startswith("[") and inner.endswith("]")):
        raise UnusableRowError(Why.UNSUPPORTED_ENTITY, "a pattern with a qualifier")
    place, end = 1, len(inner) - 1
    while len(found) < COMPARISONS_MAX:
        one = _COMPARISON.match(inner, place, end)
        if one is None:
            break
        found.append((one["path"], _ESCAPED.sub(r"\1", one["value"])))
        place = one.end()
        if place == end:
            return found
        # Within an observation, or between two: ``… OR …``, ``…] OR […``.
        joined = _OR.match(inner, place, end)
        if joined is None:
            break
        place = joined.end()
    raise UnusableRowError(Why.UNSUPPORTED_ENTITY, "a pattern that is more than exact values")


def _text(told: dict[str, Any], name: str) -> str:
    value = told.get(name, "")
    if not isinstance(value, str):
        raise UnusableRowError(Why.BAD_VALUE, f"{name} is not text")
    return building.tidy(value)


def _record(told: dict[str, Any], kind: str, value: Any) -> Record:
    number = _text(told, "id")
    if not number:
        raise UnusableRowError(Why.MISSING_KEY, "no id")
    normal = normalise.observable(kind, value) if isinstance(value, str) else ""
    if not normal:
        raise UnusableRowError(Why.BAD_VALUE, f"not a well-formed {kind.lower()}")
    return building.record(
        source=SOURCE,
        key=f"{number}:{blake2b(f'{kind}:{normal}'.encode(), digest_size=8).hexdigest()}",
        entity_type="observable",
        values={
            "observable.observable_type": kind,
            "observable.value": normal,
            "observable.first_seen": _text(told, "valid_from"),
            "observable.last_seen": _text(told, "valid_until"),
            "observable.summary": _text(told, "description") or _text(told, "name"),
            "observable.listings": (Listing(publisher="STIX", number=number),),
        },
        labels=Labels("object", _markings(told)),
        assertion=building.UNEVALUATED,
    )


def _markings(told: dict[str, Any]) -> frozenset[str]:
    named = told.get("object_marking_refs", ())
    known = isinstance(named, (list, tuple)) and all(isinstance(one, str) for one in named)
    if known and not told.get("granular_markings") and _OPEN.issuperset(named):
        return frozenset()
    return frozenset({"originator-controlled"})
