"""``python -m scripts.train_matching``: reference frequencies, then the model's weights."""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
from pathlib import Path

import numpy as np

from bench.kit.people import invented_others
from node.matching import model
from node.matching.features import FEATURES, NAMES
from node.matching.gathering import gather
from node.matching.index.building import build
from node.matching.index.frequencies import Frequencies, reference
from node.matching.index.tokenising import PublishedName, tokenise
from node.matching.query import asked_for
from node.matching.ranking import weighed
from scripts.train_matching import people as training
from scripts.train_matching.fitting import fit
from scripts.train_matching.reference import write

KEPT = 40
STRANGERS = 6_000
INSTALLING = """Reads a Parquet file, for which it needs a package that nothing else does:
  .venv/bin/uv pip install --python .venv/bin/python --require-hashes -r requirements/training.txt"""
QUERIES_MAX = 8_000


def examples(data: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features of candidates, whether each is the person asked for, and its weight."""
    chance = random.Random(training.SEED)  # noqa: S311  # repeatable on purpose
    people = training.training_people(data)
    rows, queries = [], []
    for number, person in enumerate(people):
        names = list(person.names)
        if len(names) > 1:
            at = chance.randrange(len(names)) if person.source != "slip" else 1
            queries.append((names.pop(at)[0], number, person.source))
        rows += [PublishedName(len(rows), number, text) for text, _ in names]
    chance.shuffle(queries)
    queries = queries[:QUERIES_MAX]
    outside = training.strangers(data)[:STRANGERS]
    queries += [(person.names[0][0], -1, "stranger") for person in outside]
    chunk = tokenise(rows)
    segment = build([lambda: chunk], [reference()])
    frequencies = Frequencies((segment, reference()))
    print(f"{len(rows)} names, {len(queries)} queries")
    found, right, weight = [], [], []
    for text, number, _ in queries:
        for one in asked_for(text, frequencies)[:1]:
            gathered = gather(segment, one)
            if not len(gathered.rows):
                continue
            x, _ = weighed(segment, one, gathered, frequencies)
            best = np.argsort(-(x[:, 0] + 0.3 * x[:, 10]))[:KEPT]
            same = segment.arrays.row_record[gathered.rows[best]] == number
            found.append(x[best])
            right.append(same)
            weight.append(np.where(same, 1.0 / max(1, same.sum()), 1.0))
    return np.concatenate(found), np.concatenate(right), np.concatenate(weight)


def main() -> int:
    """Trains."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.train_matching",
        description=__doc__,
        epilog=INSTALLING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="lists (%(default)s)"
    )
    parser.add_argument(
        "--keep-reference", action="store_true", help="does not count the frequencies anew"
    )
    parser.add_argument("--examples", type=Path, help="also write the examples there")
    options = parser.parse_args()
    if importlib.util.find_spec("pyarrow") is None:
        parser.error(f"pyarrow is not installed.\n{INSTALLING}")
    if not options.keep_reference:
        write(invented_others(options.data))
    x, y, weight = examples(options.data)
    if options.examples:
        np.savez(options.examples, x=x, y=y, weight=weight)
    signs = np.array([sign for _, sign in FEATURES])
    bias, weights = fit(x, y.astype(np.float32), weight.astype(np.float32), signs)
    stored = {
        "bias": round(bias, 4),
        "weights": {name: round(float(one), 4) for name, one in zip(NAMES, weights, strict=True)},
        "trained": "scripts/train_matching; see docs/reference/name-matching-model.md",
    }
    target = Path(model.__file__).parent / model.FILE
    target.write_text(json.dumps(stored, indent=2) + "\n", "utf-8")
    print(json.dumps(stored, indent=2))
    return 0


raise SystemExit(main())
