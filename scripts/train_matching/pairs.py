"""``python -m scripts.train_matching.pairs``: the weights for comparing two names.

Trains on nomenklatura's labelled cases (MIT) and on constructed pairs that encode the policy: names of
OFAC's individuals (public domain) and of invented people with a slip, in another order, shortened, with an
initial or glued are the same, and so is a name in another script or with a word in another known spelling;
with one word exchanged, also for a known one that is nearly spelled so, or of somebody else, they are not.
Organisations and ships (OFAC) stay the same with a slip and in capitals, and differ by a word or a country.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pycountry import countries
from rapidfuzz import process
from rapidfuzz.distance import Indel

from bench.kit import slips
from bench.kit.people import half, invented_others, ofac, ofac_others
from node.matching import pairs
from node.matching.words.cleaning import latin
from node.matching.words.readings import readings
from node.matching.words.scripts import Script, script_of
from node.matching.words.tokens import token
from scripts.train_matching import people as training
from scripts.train_matching.fitting import fit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SEED = 7
CONSTRUCTED = 1_500
CASE_WEIGHT = 200.0
FOLDS = 5
REPEATS = 8


class Example(NamedTuple):
    """One pair: its features, whether it is one name, and its weight."""

    values: list[float]
    same: bool
    weight: float
    group: str


def example(
    first: str, second: str, *, same: bool, weight: float, group: str, organisation: bool
) -> Example | None:
    """An example of the readings that agree best."""
    found = [
        pairs.features(one, other, organisation=organisation)
        for one, other in pairs.compared(first, second, organisation=organisation)
    ]
    if not found:
        return None
    values = max(found, key=lambda one: one[1] + one[4] - one[2])
    return Example(values, same, weight, group)


def cases(path: Path) -> list[Example]:
    """Labelled pairs."""
    found = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            person = row["schema"] == "Person"
            one = example(
                row["name1"],
                row["name2"],
                same=row["is_match"] == "true",
                weight=CASE_WEIGHT,
                group="person" if person else "organisation",
                organisation=not person,
            )
            found += [one] if one is not None else []
    return found


def constructed(data: Path) -> list[Example]:
    """Pairs made by rule."""
    chance = random.Random(SEED)  # noqa: S311  # repeatable on purpose
    people = [person.names[0][0] for person in ofac(data) if half(person.key) == 0]
    people += [person.names[0][0] for person in invented_others(data)][:2000]
    chance.shuffle(people)
    vocabulary = _common_words(person.names[0][0] for person in invented_others(data))
    found: list[Example] = []
    for at, name in enumerate(people[:CONSTRUCTED]):
        way = slips.WAYS[at % len(slips.WAYS)]
        other = people[-1 - at]
        made = [(way(name, chance), True), (other, False), (_exchanged(name, other, chance), False)]
        beside = _neighbour(name, vocabulary, chance)
        made += [(beside, False)] if beside else []
        found += _made([(name, text, same) for text, same in made], organisation=False)
    return found


def spelled_otherwise(data: Path) -> list[Example]:
    """Names in another script and in other known spellings, and the same with one word exchanged."""
    chance = random.Random(SEED)  # noqa: S311  # repeatable on purpose
    people = [person for person in invented_others(data) if half(person.key) == 0]
    spelled = training.spellings(data)
    native = list(training.in_other_scripts(people, spelled, chance))[: CONSTRUCTED * 2]
    found: list[Example] = []
    for at, person in enumerate(native):
        (name, _), (written, _) = person.names
        other = native[-1 - at].names[0][0]
        pairs_made = [(name, written, True), (_exchanged(name, other, chance), written, False)]
        words = readings(name)[0]
        place = chance.randrange(len(words))
        known = sorted(spelled[words[place]].get(Script.LATIN, ()))
        if known:
            changed = [*words[:place], chance.choice(known), *words[place + 1 :]]
            pairs_made.append((name, " ".join(changed), True))
        found += _made(pairs_made, organisation=False)
    return found


def organisations(data: Path) -> list[Example]:
    """Organisations and ships: a slip is none, another word or country is another one."""
    chance = random.Random(SEED)  # noqa: S311  # repeatable on purpose
    names = [name for key, name in ofac_others(data) if half(key) == 0]
    chance.shuffle(names)
    lands = [country.name for country in countries if " " not in country.name]
    found: list[Example] = []
    for at, name in enumerate(names[:CONSTRUCTED]):
        other = names[-1 - at]
        here, there = chance.sample(lands, 2)
        pairs_made = [
            (name, slips.typo(name.title(), chance), True),
            (f"{name} {here}", f"{name} {there}", False),
            (name, _exchanged(name, other, chance), False),
            (name, other, False),
        ]
        found += _made(pairs_made, organisation=True)
    return found


def _made(pairs_made: list[tuple[str, str, bool]], *, organisation: bool) -> list[Example]:
    found = (
        example(
            first, second, same=same, weight=1.0, group="constructed", organisation=organisation
        )
        for first, second, same in pairs_made
    )
    return [one for one in found if one is not None]


def _common_words(names: Iterable[str]) -> list[str]:
    """Words in Latin letters that several names hold, as names have them."""
    counted = Counter(word for name in names for word in set(name.split()) if word.isalpha())
    western = (word for word in counted if script_of(word[0]) is Script.LATIN)
    return sorted(word for word in western if counted[word] >= pairs.KNOWN_MIN and len(word) > 2)  # noqa: PLR2004


def _neighbour(name: str, vocabulary: list[str], chance: random.Random) -> str:
    """A name with one word exchanged for a common one that is nearly spelled so; empty where none is."""
    words = name.replace(",", " ").split()
    place = chance.randrange(len(words))
    own = token(latin(words[place].lower()) or "-")
    near = process.extract(
        words[place].title(), vocabulary, scorer=Indel.normalized_similarity, score_cutoff=0.7
    )
    others = [token(latin(word.lower())) for word, _, _ in near]
    another = [
        word
        for (word, _, _), other in zip(near, others, strict=True)
        if set(own.folds).isdisjoint(other.folds) and set(own.symbols).isdisjoint(other.symbols)
    ]
    return (
        " ".join([*words[:place], chance.choice(another), *words[place + 1 :]]) if another else ""
    )


def _exchanged(name: str, other: str, chance: random.Random) -> str:
    words = name.replace(",", " ").split()
    words[chance.randrange(len(words))] = chance.choice(other.replace(",", " ").split())
    return " ".join(words)


Told = tuple[bool, bool, str]


def held_out(
    labelled: list[Example],
    made: list[Example],
    trained: Callable[[list[Example]], tuple[float, np.ndarray]],
    seed: int,
) -> list[Told]:
    """What is said of each labelled pair by a model that never saw it, and what is true."""
    order = np.random.default_rng(seed).permutation(len(labelled))
    told: list[Told] = []
    for fold in range(FOLDS):
        away = set(order[fold::FOLDS].tolist())
        bias, weights = trained(
            [*(one for at, one in enumerate(labelled) if at not in away), *made]
        )
        for at in sorted(away):
            one = labelled[at]
            logit = float(np.dot(weights, one.values)) + bias
            told.append((logit > 0, one.same, one.group))
    return told


def f1(told: list[Told]) -> float:
    """The harmonic mean of precision and recall."""
    both = sum(said and same for said, same, _ in told)
    return 2 * both / (sum(said for said, _, _ in told) + sum(same for _, same, _ in told))


def main() -> int:
    """Trains, and tells how well it does on cases it has not seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    labelled = cases(options.data / "matching/nomenklatura_name_cases.csv")
    made = constructed(options.data)
    made += spelled_otherwise(options.data)
    made += organisations(options.data)
    signs = np.array([sign for _, sign in pairs.FEATURES])

    def trained(examples: list[Example]) -> tuple[float, np.ndarray]:
        x = np.array([one.values for one in examples], np.float32)
        y = np.array([one.same for one in examples], np.float32)
        weight = np.array([one.weight for one in examples], np.float32)
        return fit(x, y, weight, signs)

    told: dict[str, list[float]] = {"person": [], "organisation": [], "all": []}
    for seed in range(SEED, SEED + REPEATS):
        found = held_out(labelled, made, trained, seed)
        for group, scores in told.items():
            scores.append(f1([one for one in found if group in {one[2], "all"}]))
    for group, scores in told.items():
        print(f"cross-validated F1 {group}: {np.mean(scores):.3f} ± {np.std(scores):.3f} by split")
    bias, weights = trained([*labelled, *made])
    stored = {
        "bias": round(bias, 4),
        "weights": {
            name: round(float(one), 4)
            for (name, _), one in zip(pairs.FEATURES, weights, strict=True)
        },
        "trained": "scripts/train_matching/pairs.py; see docs/reference/name-matching-model.md",
    }
    target = Path(pairs.__file__).parent / pairs.FILE
    target.write_text(json.dumps(stored, indent=2) + "\n", "utf-8")
    print(json.dumps(stored, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
