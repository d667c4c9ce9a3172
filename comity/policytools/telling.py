"""Sets of words in words: of every value that a question can have, those with which something happens.

A word of which nothing is said may be anything. Long sets are told by groups, or by what they lack; what is
still too long ends with how many more there are.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from comity.policytools.space import (
    END_USER,
    NEWCOMER,
    OTHER_CASE,
    OTHER_WORD,
    alike_countries,
)
from comity.policytools.wording import attribute, listed
from comity.rulings.context import UNKNOWN
from comity.rulings.functions import REFUGEE_FROM
from comity.rulings.roles import closure

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from comity.policytools.space import Space
    from comity.rulings.law import Law

# Words that are listed one by one; longer sets are told by groups, or by what they lack.
LISTED_MAX: Final = 6
# Words and groups that are named at all.
NAMED_MAX: Final = 12
# Fields that are listed one by one.
FIELDS_MAX: Final = 60
_MARKINGS: Final = "r_rec.markings"
_PHRASES: Final[Mapping[str, str]] = {
    "r_req.agency": "{} asks",
    "r_req.country": "the asking country is {}",
    "r_req.end_user_country": "the answer is for {}",
    "r_req.role": "the role is {}",
    "r_req.case": "the case is {}",
    "r_req.purpose": "the purpose is {}",
    "r_req.instrument": "the instrument is {}",
    "r_req.treaty": "that instrument is {}",
    "r_req.offence": "the offence is {}",
    "r_rec.subject": "the record's subject is {}",
    "r_req.sought": "the person sought is {}",
    "r_req.approval": "approved by {}",
    "r_req.stage": "the stage is {}",
}
_SECTIONS: Final[Mapping[str, str]] = {
    "r_req.offence": "g2",
    "r_rec.subject": "g3",
    "r_req.sought": "g3",
}


class Telling:
    """Words of one law's questions.

    Args:
        law: the law, widened.
        wide: the same with groups that tell countries apart.
    """

    def __init__(self, law: Law, wide: Law) -> None:
        self._law = law
        self._above = {section: _above(pairs) for section, pairs in law.links.items()}
        self._alike = alike_countries(wide)
        self._members = {f"{NEWCOMER}{country}": country for country in law.vocabulary.countries}

    def told(
        self,
        space: Space,
        words: Mapping[str, frozenset[Any]],
        without: frozenset[str],
    ) -> str:
        """With which words something happens; empty where it does with any.

        Args:
            space: every value there is.
            words: each word of a question, to the values with which it happens.
            without: marks that the record may be without.
        """
        parts = []
        for name, phrase in self._phrases(space):
            here, every = words.get(name, frozenset()), frozenset(space.scalars[name])
            if name == "r_req.country" and here <= self._homes(words.get("r_req.agency", ())):
                continue  # said by who asks
            if here != every:
                parts.append(phrase.format(self._said(name, here, every)))
        if _MARKINGS in words:
            parts += self._marks(frozenset(space.sets[_MARKINGS]), words[_MARKINGS], without)
        return "; ".join(part for part in parts if part)

    def fields(self, paths: Collection[str]) -> str:
        """Fields, all of them; by groups where they are many."""
        if len(paths) <= FIELDS_MAX:
            return ", ".join(sorted(paths))
        every = frozenset(self._law.vocabulary.paths)
        return ", ".join(self._covered(frozenset(paths), every, "g4"))

    @staticmethod
    def _phrases(space: Space) -> Iterator[tuple[str, str]]:
        """Words that are told, in the order of a sentence."""
        known = [name for name in _PHRASES if name in space.scalars]
        facts = [name for name in space.scalars if ".facts." in name]
        skipped = {*known, *facts, "r_req.today", "r_field", "r_form", END_USER}
        rest = [name for name in space.scalars if name not in skipped]
        for name in known:
            yield name, _PHRASES[name]
        for name in (*rest, *facts):
            yield name, f"{attribute(name.rpartition('.')[2])} is {{}}"
        if "r_req.today" in space.scalars:
            yield "r_req.today", "the day is {}"

    def _homes(self, agencies: Collection[Any]) -> frozenset[str]:
        homes = self._law.vocabulary.agencies
        return frozenset(homes.get(one, UNKNOWN) for one in agencies)

    def _said(self, name: str, here: frozenset[Any], every: frozenset[Any]) -> str:
        if name == "r_req.today":
            return _days(here, every)
        if ".facts." in name and any(isinstance(one, int) for one in every - {True, False}):
            return _numbers(here, every)
        if name == "r_req.agency":
            return self._named(
                self._with_alike(here, NEWCOMER), self._with_alike(every, NEWCOMER), "g"
            )
        if name.endswith("country"):
            return self._named(self._with_alike(here), self._with_alike(every), "g")
        if any(isinstance(one, frozenset) for one in every):
            return _several(here, every)
        return self._named(here, every, _SECTIONS.get(name, ""))

    def _with_alike(self, here: frozenset[Any], lead: str = "") -> frozenset[str]:
        """Countries that nothing tells apart stand for each other: where one of them is, all are."""
        more = (
            f"{lead}{other}"
            for country, others in self._alike.items()
            if f"{lead}{country}" in here
            for other in others
        )
        return here.union(more)

    def _named(self, here: frozenset[Any], every: frozenset[Any], section: str) -> str:
        outside = every - here
        if len(here) <= LISTED_MAX:
            return listed(map(_word, sorted(here, key=_order)))
        if len(outside) <= LISTED_MAX:
            return f"any but {listed(map(_word, sorted(outside, key=_order)))}"
        told = self._covered(here, every, section)
        if len(told) > NAMED_MAX:
            lacks = self._covered(outside, every, section)
            if len(lacks) <= NAMED_MAX:
                return f"any but {listed(lacks)}"
            told = [*told[: NAMED_MAX - 1], f"one of {len(told) - NAMED_MAX + 1} others"]
        return listed(told)

    def _covered(self, here: frozenset[Any], every: frozenset[Any], section: str) -> list[str]:
        """Groups that lie within a set, the largest first, and what is left of it."""
        above = self._above.get(section, {})
        groups: dict[str, set[str]] = defaultdict(set)
        for one in every:
            country = self._members.get(one, "")
            for group in above.get(country or one, frozenset()):
                groups[group].add(one)
            if country:
                groups[country].add(one)
        left, told = set(here), []
        while True:
            within = [(len(held & left), name) for name, held in groups.items() if held <= here]
            most, best = max(within, key=lambda pair: (pair[0], pair[1]), default=(0, ""))
            if most <= 1:
                break
            told.append(best)
            left -= groups[best]
        return [*sorted(told), *map(_word, sorted(left, key=_order))]

    def _marks(
        self, every: frozenset[str], may: frozenset[str], without: frozenset[str]
    ) -> Iterator[str]:
        always, never = every - without, every - may
        told = []
        if always:
            told.append(f"marked {listed(self._mark_words(always, every), 'and')}")
        if never:
            marks = self._mark_words(never, every)
            if len(marks) > NAMED_MAX:
                marks = [*marks[: NAMED_MAX - 1], f"{len(marks) - NAMED_MAX + 1} other marks"]
            told.append(f"not marked {listed(marks)}")
        if told:
            yield f"the record is {listed(told, 'and')}"

    def _mark_words(self, marks: frozenset[str], every: frozenset[str]) -> list[str]:
        """Marks in words; refuge from countries by their groups."""
        refuge = {one for one in marks if one.startswith(REFUGEE_FROM)}
        plain = sorted(marks - refuge)
        if not refuge:
            return plain
        cut = len(REFUGEE_FROM)
        countries = self._with_alike(frozenset(one[cut:] for one in refuge))
        among = self._with_alike(
            frozenset(one[cut:] for one in every if one.startswith(REFUGEE_FROM))
        )
        where = "anywhere" if countries == among else self._named(countries, among, "g")
        return [*plain, f"{REFUGEE_FROM}{where}"]


def _above(pairs: Iterable[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
    direct: dict[str, set[str]] = {}
    for member, group in pairs:
        direct.setdefault(member, set()).add(group)
    return closure(direct)


def _word(value: Any) -> str:
    """One value in words."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset):
        return listed(sorted(value), "and") or "nothing"
    words: Mapping[str, str] = {
        "none": "nobody",
        OTHER_CASE: "any that no row names",
        OTHER_WORD: "anything else",
    }
    text = str(value)
    if text.startswith(NEWCOMER):
        return f"a new member of {text.removeprefix(NEWCOMER)}"
    return words.get(text, text)


def _order(value: Any) -> tuple[bool, int, str]:
    """Numbers by size, words by name, what nobody knows last."""
    number = value if isinstance(value, int) and not isinstance(value, bool) else 0
    return (value is None, number, str(value))


def _several(here: frozenset[Any], every: frozenset[Any]) -> str:
    """Of what may be several words: those that are always, and those that are never among them."""
    known = [one for one in here if one is not None]
    words = frozenset[str]().union(*(one for one in every if one is not None))
    told = [UNKNOWN] if None in here else []
    if known:
        always = words.intersection(*known)
        never = words.difference(*known)
        parts = [f"with {listed(sorted(always), 'and')}"] if always else []
        parts += [f"without {listed(sorted(never))}"] if never else []
        told.append(" and ".join(parts) or "known")
    return listed(told)


def _days(here: frozenset[str], every: frozenset[str]) -> str:
    """Each day stands for those up to the next."""
    return _runs(
        sorted(here),
        sorted(every),
        until=lambda day: (date.fromisoformat(day) - timedelta(days=1)).isoformat(),
    )


def _numbers(here: frozenset[Any], every: frozenset[Any]) -> str:
    """Each number stands for those up to the next; the first for those below it, too."""
    values = [sorted(one for one in some if one is not None) for some in (here, every)]
    told = _runs(*values, until=lambda number: number - 1) if values[0] else ""
    if values[0] == values[1]:
        told = "known"
    return listed(filter(None, (told, UNKNOWN if None in here else "")))


def _runs(here: list[Any], every: list[Any], *, until: Callable[[Any], Any]) -> str:
    """Neighbours among some values together: ``up to 11``, ``12 to 35``, ``from 36 on``."""
    told, place = [], 0
    while place < len(every):
        if every[place] not in here:
            place += 1
            continue
        first = place
        while place < len(every) and every[place] in here:
            place += 1
        last = until(every[place]) if place < len(every) else None
        if first == 0:
            told.append("any" if last is None else f"up to {last}")
        elif last is None:
            told.append(f"from {every[first]} on")
        else:
            told.append(f"{every[first]}" if last == every[first] else f"{every[first]} to {last}")
    return listed(told)
