"""``python -m scripts.train_matching.pairs``: the weights for comparing two names.

Trains on nomenklatura's labelled cases (MIT) and on constructed pairs that encode the policy: names of
OFAC's individuals and organisations (public domain) with a slip, in another order, shortened, with an
initial or glued are the same; with one word exchanged, or of somebody else, they are not.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.kit import slips
from bench.kit.people import half, invented_others, ofac
from node.matching import pairs
from scripts.train_matching.fitting import fit

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = 7
CONSTRUCTED = 1_500
CASE_WEIGHT = 50.0
FOLDS = 5
REPEATS = 8

Example = tuple[list[float], bool, float, str]


def best(first: str, second: str, *, organisation: bool) -> list[float] | None:
    """Features of the readings that agree best."""
    found = [
        pairs.features(one, other, organisation=organisation)
        for one, other in pairs.compared(first, second, organisation=organisation)
    ]
    return max(found, key=lambda values: values[1] + values[4] - values[2], default=None)


def cases(path: Path) -> list[Example]:
    """Labelled pairs."""
    found = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            person = row["schema"] == "Person"
            values = best(row["name1"], row["name2"], organisation=not person)
            if values is not None:
                group = "person" if person else "organisation"
                found.append((values, row["is_match"] == "true", CASE_WEIGHT, group))
    return found


def constructed(data: Path) -> list[Example]:
    """Pairs made by rule."""
    chance = random.Random(SEED)  # noqa: S311  # repeatable on purpose
    people = [person.names[0][0] for person in ofac(data) if half(person.key) == 0]
    people += [person.names[0][0] for person in invented_others(data)][:2000]
    chance.shuffle(people)
    found: list[Example] = []
    for at, name in enumerate(people[:CONSTRUCTED]):
        way = slips.WAYS[at % len(slips.WAYS)]
        other = people[-1 - at]
        made = [(way(name, chance), True), (other, False), (_exchanged(name, other, chance), False)]
        for text, same in made:
            values = best(name, text, organisation=False)
            if values is not None:
                found.append((values, same, 1.0, "constructed"))
    return found


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
            values, same, _, group = labelled[at]
            told.append((float(np.dot(weights, values)) + bias > 0, same, group))
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
    signs = np.array([sign for _, sign in pairs.FEATURES])

    def trained(examples: list[Example]) -> tuple[float, np.ndarray]:
        x = np.array([values for values, *_ in examples], np.float32)
        y = np.array([same for _, same, *_ in examples], np.float32)
        weight = np.array([each for _, _, each, _ in examples], np.float32)
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
