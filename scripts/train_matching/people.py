"""People to train on: published, invented by others, and both written in other scripts."""

from __future__ import annotations

import gzip
import random
from collections import defaultdict
from typing import TYPE_CHECKING

from bench.kit.people import Person, half, invented_others, ofac
from bench.kit.slips import glued, reordered, shortened, typo, with_initial
from node.matching.words.cleaning import latin
from node.matching.words.readings import readings
from node.matching.words.scripts import Script, script_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEED = 20260701
NATIVE_PEOPLE = 4_000
SLIPPED_PEOPLE = 3_000
HISTORICAL_PEOPLE = 800


def training_people(data: Path) -> list[Person]:
    """One half of OFAC's individuals, historical people with clerks' errors, and written variants."""
    chance = random.Random(SEED)  # noqa: S311  # repeatable on purpose
    people = [person for person in ofac(data) if half(person.key) == 0]
    people += list(historical(data))[:HISTORICAL_PEOPLE]
    others = [person for person in invented_others(data) if half(person.key) == 0]
    chance.shuffle(others)
    slipped = [_slipped(person, chance) for person in others[:SLIPPED_PEOPLE]]
    spelled = spellings(data)
    native = list(in_other_scripts(others[SLIPPED_PEOPLE:], spelled, chance))[:NATIVE_PEOPLE]
    # Nobody is in the index twice: whoever got a second name is no longer among those who fill it.
    written = {person.key for person in (*slipped, *native)}
    filling = [person for person in others if person.key not in written]
    return [*people, *slipped, *native, *filling]


def strangers(data: Path) -> list[Person]:
    """People who are in no index: queries that must find nobody."""
    return [person for person in invented_others(data) if half(person.key) == 1]


def historical(data: Path) -> list[Person]:
    """Splink's historical people: one cluster, the same person as several clerks wrote the name."""
    import pyarrow.parquet as pq  # noqa: PLC0415  # only training reads parquet

    table = pq.read_table(data / "matching/splink_historical_50k.parquet").to_pylist()
    found: dict[str, dict[str, None]] = defaultdict(dict)
    years: dict[str, int] = {}
    for row in table:
        if row["full_name"]:
            found[row["cluster"]][row["full_name"]] = None
        if row["dob"]:
            years[row["cluster"]] = int(str(row["dob"])[:4])
    return [
        Person(f"splink-{key}", "splink", [(name, "alias") for name in names], years.get(key, 0))
        for key, names in found.items()
        if half(key) == 0
    ]


def spellings(data: Path) -> dict[str, dict[Script, list[str]]]:
    """Words in Latin letters to their other spellings, by script (Wikidata's name items)."""
    found: dict[str, dict[Script, list[str]]] = defaultdict(lambda: defaultdict(list))
    path = data / "matching/rigour_person_name_tokens.txt.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            texts = [text.strip() for text in line.partition("=>")[0].split(",")]
            western = {latin(text) for text in texts if text and script_of(text[0]) is Script.LATIN}
            for text in texts:
                for word in western if text else ():
                    if latin(text) != word:
                        found[word][script_of(text[0])].append(text)
    return found


def in_other_scripts(
    people: list[Person], spelled: dict[str, dict[Script, list[str]]], chance: random.Random
) -> Iterator[Person]:
    """People whose every word has a spelling in one other script, written in it."""
    order = list(people)
    chance.shuffle(order)
    for person in order:
        name = person.names[0][0]
        words = readings(name)[0] if readings(name) else ()
        if len(words) < 2 or any(script_of(word[0]) is not Script.LATIN for word in words):  # noqa: PLR2004
            continue
        scripts = set.intersection(*(set(spelled.get(word, ())) for word in words)) - {Script.LATIN}
        if scripts:
            script = chance.choice(sorted(scripts))
            between = "·" if script in {Script.HAN, Script.KANA} else " "
            native = between.join(chance.choice(spelled[word][script]) for word in words)
            names = [(name, "name"), (native, "script")]
            yield Person(person.key, "native", names, person.year)


def _slipped(person: Person, chance: random.Random) -> Person:
    """The same person with a name as somebody else wrote it."""
    name = person.names[0][0]
    way = chance.choice((typo, typo, reordered, with_initial, shortened, glued))
    names = [(name, "name"), (way(name, chance), way.__name__)]
    return Person(person.key, "slip", names, person.year)
