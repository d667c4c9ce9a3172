"""What a law that loads may still have wrong: ended rows, endless exceptions, conditions LED 9(4) forbids.

Loading is strict already; a word that nobody knows never gets this far. Rows that can never decide are found
by ``comity.policytools.reach``, because that takes a solver.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from comity.policytools.tree import Place, known_keys, line_of, read_toml
from comity.rulings.anatomy import callables
from comity.rulings.columns import Verb
from comity.rulings.errors import PolicyError, nearest
from comity.rulings.functions import ANY, NONE
from comity.rulings.vocabulary import MISUSE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from comity.policytools.tree import Packs, Tree
    from comity.rulings import Bundle
    from comity.rulings.columns import Row

# A row that ends within so many days is told.
SOON_DAYS: Final = 90
DOMESTIC: Final = "domestic.toml"
_MISUSE: Final = re.compile(r"(^|&)(not-)?misuse[<>]")
_RETENTION: Final = re.compile(r"retain-(\d+)d")


class Weight(IntEnum):
    """How bad a finding is: only errors keep a law from being published."""

    NOTE = 1
    WARNING = 2
    ERROR = 3


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something to look at, with the row and where it stands."""

    weight: Weight
    file: str
    line: int
    row: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Domestic:
    """Conditions that domestic law puts on the same data (LED 9(4)).

    Attributes:
        toward: members who may not be given stricter ones.
        duties: the conditions; ``retain-180d`` allows any longer time, too.
    """

    file: Path
    line: int
    toward: str
    field: str
    duties: frozenset[str]
    law: str

    def stricter(self, duty: str) -> bool:
        """Whether a condition is stricter than the domestic ones."""
        days = _RETENTION.fullmatch(duty)
        if days is None:
            return duty not in self.duties
        known = [_RETENTION.fullmatch(one) for one in self.duties]
        kept = [int(one[1]) for one in known if one is not None]
        return not kept or int(days[1]) < max(kept)


def check(tree: Tree, packs: Packs, *, today: date) -> list[Finding]:
    """Everything to look at in one law, worst first.

    Raises:
        PolicyError: the law cannot be loaded at all.
    """
    bundle = tree.bundle(packs)
    places = tree.places(packs)
    found = [
        finding
        for row in bundle.rows.values()
        for finding in _of_row(row, places.get(row.id, Place(tree.root, 0)), today)
    ]
    for pack in packs:
        for one in read_domestic(tree.root / pack / DOMESTIC, bundle):
            found += _stricter(bundle, one, places)
    found += _decisions(tree, bundle, today)
    return sorted(found, key=lambda one: (-one.weight, one.file, one.line, one.sentence))


def _of_row(row: Row, place: Place, today: date) -> Iterator[Finding]:
    def finding(weight: Weight, sentence: str) -> Finding:
        return Finding(weight, str(place.file), place.line, row.id, sentence)

    first, last = row.cells["from"], row.cells["until"]
    if last != NONE:
        left = (date.fromisoformat(last) - today).days
        if left < 0:
            yield finding(Weight.WARNING, f"ended on {last}; nothing happens any more by this row")
        elif left <= SOON_DAYS:
            yield finding(Weight.NOTE, f"ends on {last}, in {left} days")
    if first != NONE and date.fromisoformat(first) > today:
        days = (date.fromisoformat(first) - today) // timedelta(days=1)
        yield finding(Weight.NOTE, f"is not in force before {first}, in {days} days")
    exception = row.cells.get("case", ANY) != ANY or row.cells.get("tier") == "override"
    if exception and last == NONE:
        yield finding(Weight.ERROR, "is an exception for one case and has no end")


def _decisions(tree: Tree, bundle: Bundle, today: date) -> Iterator[Finding]:
    """Decisions about misuse that are none any more, or about nobody, or asked for and not kept."""
    words, file = bundle.law.vocabulary, tree.root / MISUSE
    asking = [row for row in bundle.rows.values() if _MISUSE.search(row.cells["when"])]
    if words.misuse is None:
        for row in asking:
            sentence = f"asks for a misuse score, and there is no {MISUSE}: it counts as the worst"
            yield Finding(Weight.WARNING, str(file), 0, row.id, sentence)
        return
    for one in words.misuse.values():
        line = line_of(file, f"{one.agency},")
        if one.agency not in words.agencies:
            sentence = f"{one.agency} is no member that this law knows"
            yield Finding(Weight.WARNING, str(file), line, "", sentence)
        left = (one.until - today).days
        if left < 0:
            sentence = f"the decision about {one.agency} ended on {one.until}; it has no score"
            yield Finding(Weight.WARNING, str(file), line, "", sentence)
        elif left <= SOON_DAYS:
            sentence = f"the decision about {one.agency} ends on {one.until}, in {left} days"
            yield Finding(Weight.NOTE, str(file), line, "", sentence)


def read_domestic(file: Path, bundle: Bundle) -> list[Domestic]:
    """Domestic conditions written beside a pack's rows; none where there is no such file.

    Raises:
        PolicyError: an unknown word.
    """
    if not file.is_file():
        return []
    told = read_toml(file)
    known_keys(file, 0, told, frozenset({"same"}))
    return [_domestic(file, one, bundle) for one in told.get("same", ())]


def _domestic(file: Path, told: Mapping[str, Any], bundle: Bundle) -> Domestic:
    line = line_of(file, str(told.get("law", "")))
    known_keys(file, line, told, frozenset({"toward", "field", "duties", "law"}))
    words = bundle.law.vocabulary
    groups = {group for pairs in bundle.law.links.values() for _, group in pairs}
    known = {
        "toward": words.countries | frozenset(words.agencies) | groups,
        "field": words.paths | groups,
    }
    for name, allowed in known.items():
        word = told.get(name)
        if word not in allowed:
            raise PolicyError(file, line, f'unknown {name} "{word}"{nearest(str(word), allowed)}')
    for duty in told.get("duties", ()):
        if duty not in words.duties:
            raise PolicyError(file, line, f'unknown duty "{duty}"{nearest(duty, words.duties)}')
    return Domestic(
        file=file,
        line=line,
        toward=str(told["toward"]),
        field=str(told["field"]),
        duties=frozenset(told.get("duties", ())),
        law=str(told.get("law", "LED 9(4)")),
    )


def _stricter(bundle: Bundle, one: Domestic, places: Mapping[str, Place]) -> Iterator[Finding]:
    called = callables(bundle.law.links)
    for row in bundle.law.rows.get(Verb.RELEASE, ()):
        if row.cells["effect"] != "allow" or not _concerns(row, one, bundle, called):
            continue
        for duty in filter(one.stricter, row.duties):
            place = places.get(row.id, Place(one.file, one.line))
            home = ", ".join(sorted(one.duties)) or "no condition at all"
            sentence = (
                f'gives {one.toward} the condition "{duty}" for {one.field}, which is stricter than '
                f"domestic law ({home}; {one.law}): LED 9(4)"
            )
            yield Finding(Weight.ERROR, str(place.file), place.line, row.id, sentence)


def _concerns(
    row: Row, one: Domestic, bundle: Bundle, called: Mapping[str, Callable[..., bool]]
) -> bool:
    """Whether a grant reaches these members and these fields."""
    who, field = row.cells["who"], row.cells["field"]
    reaches = who == ANY or called["g"](who, one.toward) or called["g"](one.toward, who)
    paths = bundle.law.vocabulary.paths
    covered = {path for path in paths if field == ANY or called["g4"](path, field)}
    return reaches and any(called["g4"](path, one.field) for path in covered)
