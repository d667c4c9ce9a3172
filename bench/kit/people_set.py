"""The set "every published name but the asked": people to index, and queries with their answers.

Of each person with several names one is asked for and left out of the index; a tenth of the people are
left out whole, and a query for one of them must find nobody. Names with a slip, in another order or
shortened are asked of people who are in. The rest of the lists and recombined names fill up to the size.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.kit import slips
from bench.kit.people import Person, half, invented_others, published
from node.matching.words.readings import readings
from node.matching.words.scripts import Script, script_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SEED = 11
PER_CLASS = 250
NOBODY = 1_000
SLIPPED_PER_CLASS = 250
SCRIPTS = {
    Script.ARABIC: "Arabic",
    Script.CYRILLIC: "Cyrillic",
    Script.HAN: "Chinese",
    Script.HANGUL: "Korean",
    Script.KANA: "Japanese",
    Script.HEBREW: "Hebrew",
    Script.GREEK: "Greek",
}


@dataclass(frozen=True, slots=True)
class Query:
    """A name asked for.

    Attributes:
        expected: the person's number, or nothing for nobody.
        born: the date of birth where more than the year is known.
    """

    text: str
    expected: int | None
    kind: str
    year: int = 0
    country: str = ""
    gender: str = ""
    born: str = ""


@dataclass(frozen=True, slots=True)
class PeopleSet:
    """People to index, by number, and queries about them."""

    people: Sequence[Person]
    queries: Sequence[Query]


def kind_of(text: str, kind: str) -> str:
    """The class a query is reported under."""
    if kind == "weak":
        return "weak alias"
    for character in text:
        if character.isalpha() and script_of(character) is not Script.LATIN:
            script = script_of(character)
            indic = 0x900 <= ord(character) < 0xE00  # Devanagari to Sinhala
            return "Indic" if indic else SCRIPTS.get(script, "other script")
    found = readings(text)
    if not found or len(found[0]) == 1:
        return "mononym"
    return "alias" if kind != "name" else "name"


def published_set(data: Path, size: int, *, scored: int = 1) -> PeopleSet:
    """The set of one half of the published people at a size."""
    chance = random.Random(SEED)  # noqa: S311  # repeatable on purpose
    everybody = published(data)
    chance.shuffle(everybody)
    judged = [person for person in everybody if half(person.key) == scored]
    # OFAC and the United Nations list the same people: whoever is missing from one is in the other.
    outside = [
        person
        for number, person in enumerate(judged)
        if number % 10 == 0 and person.source == "politicians"
    ]
    gone = {person.key for person in outside}
    inside = [person for person in judged if person.key not in gone]
    asked: list[tuple[Person, str, str]] = []
    people: list[Person] = []
    taken: dict[str, int] = {}
    for person in inside:
        names = list(person.names)
        if len(names) > 1:
            text, kind = names[chance.randrange(len(names))]
            group = kind_of(text, kind)
            if taken.get(group, 0) < PER_CLASS:
                taken[group] = taken.get(group, 0) + 1
                names = [one for one in names if one[0] != text]
                asked.append((person, text, group))
        people.append(_with(person, names))
    number_of = {person.key: number for number, person in enumerate(people)}
    queries = [_query(person, text, number_of[person.key], group) for person, text, group in asked]
    queries += _slipped(people, chance)
    people += list(_filling(data, everybody, judged, size - len(people), chance))
    known = {_whole(text) for person in people for text, _ in person.names}
    strangers = [person for person in invented_others(data) if half(person.key) == scored]
    chance.shuffle(strangers)
    nobody = [
        person
        for person in [*outside[: NOBODY // 2], *strangers[:NOBODY]]
        if not any(_whole(text) in known for text, _ in person.names)
    ]
    queries += [_query(person, person.names[0][0], None, "nobody") for person in nobody[:NOBODY]]
    return PeopleSet(
        people[:size] if size < len(people) else people,
        [query for query in queries if query.expected is None or query.expected < size],
    )


def _slipped(people: Sequence[Person], chance: random.Random) -> list[Query]:
    queries = []
    for way in slips.WAYS:
        made = 0
        for number in chance.sample(range(len(people)), min(len(people), SLIPPED_PER_CLASS * 2)):
            person = people[number]
            text = person.names[0][0]
            found = readings(text)
            if found and len(found[0]) > 1 and kind_of(text, "name") == "name":
                queries.append(_query(person, way(text, chance), number, way.__name__))
                made += 1
            if made >= SLIPPED_PER_CLASS:
                break
    return queries


def _filling(
    data: Path,
    everybody: Sequence[Person],
    judged: Sequence[Person],
    count: int,
    chance: random.Random,
) -> Iterator[Person]:
    scored = {person.key for person in judged}
    real = [person for person in everybody if person.key not in scored]
    real += [person for person in invented_others(data) if half(person.key) != half(judged[0].key)]
    yield from real[: max(0, count)]
    parts = [person.names[0][0].split() for person in real if len(person.names[0][0].split()) > 1]
    for number in range(max(0, count - len(real))):
        given, family = chance.choice(parts), chance.choice(parts)
        name = " ".join([*given[:-1], family[-1]])
        yield Person(f"filled-{number}", "filled", [(name, "name")], 1930 + chance.randrange(80))


def _whole(text: str) -> tuple[str, ...]:
    return tuple(sorted(readings(text)[0])) if readings(text) else ()


def _with(person: Person, names: list[tuple[str, str]]) -> Person:
    return replace(person, names=names)


def _query(person: Person, text: str, expected: int | None, kind: str) -> Query:
    return Query(text, expected, kind, person.year, person.country, person.gender, person.born)
