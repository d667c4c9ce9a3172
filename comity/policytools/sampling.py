"""Situations in which a row applies: every word it names, and of what it leaves open what other rows name."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from comity.policytools.meanings import asks_tables
from comity.policytools.wording import listed
from comity.rulings import APPROVALS, RecordLabels, RequestContext
from comity.rulings.anatomy import callables
from comity.rulings.columns import Verb
from comity.rulings.functions import ANY, NONE, REFUGEE_FROM, REFUGEE_FROM_ASKER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from comity.policytools.situations import Given
    from comity.rulings.columns import Row
    from comity.rulings.law import Law

# Situations looked at for one row; of more, a sample that is the same every time.
SITUATIONS_MAX: Final = 1_500
# Members of a group that stand for it, and words of other rows that stand for "everybody".
MEMBERS_MAX: Final = 3
OTHERS_MAX: Final = 4
_ATTRIBUTES: Final[Mapping[str, tuple[str, str]]] = {
    "who": ("agency", "g"),
    "role": ("role", ""),
    "case": ("case", ""),
    "purpose": ("purpose", ""),
    "instrument": ("instrument", ""),
    "offence": ("offence", "g2"),
    "sought": ("subject_category", "g3"),
}
_WORDS: Final[Mapping[str, str]] = {
    "role": "roles",
    "purpose": "purposes",
    "instrument": "instruments",
    "offence": "offences",
    "sought": "subjects",
    "subject": "subjects",
}

Words = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Situation:
    """One situation, with the words that vary."""

    request: RequestContext
    labels: RecordLabels
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Around:
    """Situations around a row.

    Attributes:
        looked_at: all of them, or a sample that is the same every time.
        there_are: how many there are.
    """

    looked_at: tuple[Situation, ...]
    there_are: int

    @property
    def words(self) -> str:
        """``all 35 situations``, ``1,500 of 6,912 situations, a sample``."""
        return how_many(len(self.looked_at), self.there_are)


def how_many(looked_at: int, there_are: int) -> str:
    """How many situations were looked at, in words, and whether that is a sample."""
    if looked_at == there_are:
        return f"all {there_are:,} situations around this row"
    return f"a sample of {looked_at:,} of {there_are:,} situations around this row"


def _combination(axes: Sequence[Sequence[str]], number: int) -> list[str]:
    """The combination with this number, of all that the axes make."""
    found = []
    for axis in reversed(axes):
        number, place = divmod(number, len(axis))
        found.append(axis[place])
    return found[::-1]


class Situations:
    """Situations of one law's rows about releases.

    Args:
        law: the law.
        given: what is taken for granted.
        offences: looked at before others, where a row may be about them.
        most: where there are more around a row, so many are looked at.
    """

    def __init__(
        self, law: Law, given: Given, *, offences: Sequence[str] = (), most: int = SITUATIONS_MAX
    ) -> None:
        self._law = law
        self._most = most
        self._given = given
        self._called: dict[str, Callable[..., bool]] = callables(law.links)
        self._rows = law.rows.get(Verb.RELEASE, ())
        self._offences = tuple(offences)
        self._named: dict[str, set[str]] = {}

    def around(self, row: Row, entity_types: Sequence[str]) -> Around:
        """Situations around a row, about records of some kinds: it fits in most of them."""
        axes = {column: self._axis(row, column) for column in (*_ATTRIBUTES, "subject", "marking")}
        needed = row.cells.get("approval", NONE)
        levels = sorted({"none", *APPROVALS[1::2], *({needed} - {NONE})}, key=APPROVALS.index)
        axes["approval"] = levels
        axes["stage"] = ["1", "2", "3"] if row.cells.get("stage", NONE) != NONE else ["2"]
        axes["entity"] = list(entity_types)
        words = list(axes.values())
        there_are = math.prod(map(len, words))
        if there_are > self._most:
            chance = random.Random(row.id)  # noqa: S311 - a sample that is the same every time
            chosen: Iterable[int] = chance.sample(range(there_are), self._most)
        else:
            chosen = range(there_are)
        combos = (_combination(words, number) for number in chosen)
        built = tuple(self._built(dict(zip(axes, one, strict=True))) for one in combos)
        return Around(built, there_are)

    def _axis(self, row: Row, column: str) -> list[str]:
        cell = row.cells.get(column, ANY)
        if column == "marking":
            return self._markings(cell)
        section = _ATTRIBUTES.get(column, ("", "g3"))[1]
        if column == "offence" and self._offences and asks_tables(row):
            fits = [
                one for one in self._offences if cell in (ANY, one) or self._called["g2"](one, cell)
            ]
            if fits:
                return fits[: OTHERS_MAX + 1]
        if cell != ANY:
            return [one for part in cell.split("|") for one in self._members(column, section, part)]
        usual = self._usual(column)
        if column == "instrument":  # who is party to which decides as much as any row
            return list(dict.fromkeys([*usual, *sorted(self._law.vocabulary.instruments)]))
        if column not in self._named:
            cells = {other.cells.get(column, ANY) for other in self._rows}
            parts = {part for cell in cells for part in cell.split("|")} - {ANY, NONE}
            self._named[column] = {
                one for part in parts for one in self._members(column, section, part)[:1]
            }
        found = list(dict.fromkeys([*usual, *sorted(self._named[column])]))
        return found if column == "subject" else found[: OTHERS_MAX + 1]

    def _usual(self, column: str) -> list[str]:
        attribute = _ATTRIBUTES.get(column, (column, ""))[0]
        tables = self._given.words
        table = tables.get("record" if column == "subject" else "request", {})
        return [str(table[attribute])] if attribute in table else []

    def _members(self, column: str, section: str, word: str) -> list[str]:
        """Words that belong to a word of a cell: itself, or some members of the group."""
        vocabulary = self._law.vocabulary
        if column == "case":
            return [word]
        if column == "who":
            plain: Sequence[str] = sorted(vocabulary.agencies)
        else:
            plain = sorted(getattr(vocabulary, _WORDS[column]))
        if word in plain:
            return [word]
        held = [one for one in plain if section and self._called[section](one, word)]
        return held[:MEMBERS_MAX] or [word]

    def _markings(self, cell: str) -> list[str]:
        if cell == REFUGEE_FROM_ASKER:
            return [REFUGEE_FROM + "asker"]
        if cell != ANY:
            return [cell]
        if "marking" not in self._named:
            marks = {row.cells["marking"] for row in self._rows}
            self._named["marking"] = marks - {ANY, REFUGEE_FROM_ASKER}
        return ["", *sorted(self._named["marking"])]

    def _built(self, words: Words) -> Situation:
        request: Words = {
            attribute: words[column] for column, (attribute, _) in _ATTRIBUTES.items()
        }
        request |= {"approval": words["approval"], "stage": int(words["stage"])}
        built = self._given.build(RequestContext, request)
        mark = words["marking"]
        mark = REFUGEE_FROM + built.country if mark == REFUGEE_FROM + "asker" else mark
        record = {"entity_type": words["entity"], "subject": words["subject"]}
        labels = self._given.build(RecordLabels, {**record, "markings": [mark] if mark else []})
        return Situation(built, labels, words)


_TELLING: Final[Mapping[str, str]] = {
    "who": "{} asks",
    "role": "the role is {}",
    "case": "the case is {}",
    "purpose": "the purpose is {}",
    "instrument": "the instrument is {}",
    "offence": "the offence is {}",
    "subject": "the record's subject is {}",
    "sought": "the person sought is {}",
    "marking": "the record is marked {}",
    "approval": "approved by {}",
    "stage": "the stage is {}",
    "entity": "the record is {}",
}


def common(some: Sequence[Situation], all_: Sequence[Situation]) -> str:
    """What tells some situations from all that were looked at, in words; empty when nothing does."""
    told = []
    for column, phrase in _TELLING.items():
        here = sorted({one.words[column] for one in some})
        there = {one.words[column] for one in all_}
        if set(here) == there and len(there) > 1:
            continue
        if len(there) == 1 and column in ("case", "stage", "entity", "role"):
            continue
        named = [_mark(column, word) for word in here]
        told.append(phrase.format(listed(named)))
    return "; ".join(told)


def _mark(column: str, word: str) -> str:
    if column == "marking" and not word:
        return "by nothing"
    return "nobody" if column == "approval" and word == "none" else word
