"""Measuring one set of people: the index is built, and every query asked in a process of its own."""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.kit import match_rivals
from bench.kit.match_scores import by_class, counts, judged, ranked
from bench.kit.report import percentile, progress
from node.matching import pairs, snapshots
from node.matching.pairs import MATCH_MIN, PairScorer
from node.matching.words.readings import readings
from node.matching.words.tokens import token
from node.records.name_index import StoredName
from node.records.record import RecordId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.kit.people import Person
    from bench.kit.people_set import PeopleSet

PAIR_ROUNDS = 3
RIVAL_QUERIES_MAX = 300
RIVAL_PEOPLE_MAX = 100_000


class ListedNames:
    """People's names as the index builder reads them from a register."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._people = people
        self.total = sum(len(person.names) for person in people)
        self._at = (0, 0)

    def count(self) -> int:
        """Names there are."""
        return self.total

    def after(self, number: int, limit: int) -> list[StoredName]:
        """The following names; read once, in order."""
        person, last = self._at
        if number != last:
            raise ValueError("read in order")
        found: list[StoredName] = []
        while person < len(self._people) and len(found) < limit:
            for text, _ in self._people[person].names:
                last += 1
                found.append(StoredName(last, RecordId(person), "person.names", text))
            person += 1
        self._at = (person, last)
        return found


def measure(people: PeopleSet) -> dict[str, Any]:
    """All figures of one set."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.process_time()
        names = ListedNames(people.people)
        snapshots.build(names, folder / "index")  # type: ignore[arg-type]  # reads like the register's
        build_s = time.process_time() - began
        state = snapshots.state(folder / "index")
        _write(folder, people)
        progress(f"  {len(people.queries)} queries")
        command = [sys.executable, "-m", "bench.kit.match_driver", name]
        told = subprocess.run(command, check=True, capture_output=True, text=True)
        found = json.loads(told.stdout)
    return {
        **judged(people.queries, found["by_name"]),
        "with_evidence": judged(people.queries, found["with_evidence"]),
        "token_sort": ranked(people.queries, found["token_sort"]),
        **_rivals(people, found),
        "by_class": by_class(people.queries, found["by_name"]),
        "p50_ms": round(percentile(found["ms"], 0.5), 2),
        "p95_ms": round(percentile(found["ms"], 0.95), 2),
        "p50_cpu_ms": round(percentile(found["cpu_ms"], 0.5), 2),
        "build_s": round(build_s, 1),
        "bytes_per_name": round(state.stored_bytes / max(1, state.names), 1),
        "names": state.names,
        "rss_mb": round(found["rss_mb"], 1),
        "start_s": round(found["start_s"], 2),
        "start_cpu_s": round(found["start_cpu_s"], 2),
    }


def _rivals(people: PeopleSet, found: dict[str, Any]) -> dict[str, Any]:
    """The alternatives that need something installed, on a sample that every one of them is asked for."""
    counted = [at for at, query in enumerate(people.queries) if counts(query)]
    some = counted[:: max(1, -(-len(counted) // RIVAL_QUERIES_MAX))]
    asked = [people.queries[at] for at in some]
    ours = ranked(asked, [found["by_name"][at] for at in some])["recall_at_10"]
    told = {
        "pg_trgm": match_rivals.trigram(people.people, asked),
        "logic_v2": match_rivals.logic_v2_search(
            people.people, asked, [found["candidates"][at] for at in some]
        )
        if len(people.people) <= RIVAL_PEOPLE_MAX
        else None,
    }
    return {
        name: None
        if one is None
        else {
            **ranked(asked, one[0]),
            "ours_recall_at_10": ours,
            "p50_ms": round(percentile(one[1], 0.5), 2),
            "p95_ms": round(percentile(one[1], 0.95), 2),
        }
        for name, one in told.items()
    }


def _write(folder: Path, people: PeopleSet) -> None:
    years = np.array([person.year for person in people.people], np.int16)
    np.save(folder / "years.npy", years)
    known = {
        number: (person.country, person.gender, person.born)
        for number, person in enumerate(people.people)
        if person.source == "file"
    }
    (folder / "known.json").write_text(json.dumps(known), "utf-8")
    asked = [
        {
            "text": query.text,
            "born": query.born or (f"{query.year:04}" if query.year else ""),
            # Published lists write countries in ways of their own; only files are taken at their word.
            "country": query.country if known else "",
            "sex": query.gender if known else "",
        }
        for query in people.queries
    ]
    (folder / "queries.json").write_text(json.dumps(asked), "utf-8")


def measure_pairs(path: Path) -> dict[str, Any]:
    """F1 at the product's own threshold, and the time for a pair."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    scorer = PairScorer.shipped()
    truth = [row["is_match"].strip().casefold() in {"true", "1", "yes", "t"} for row in rows]
    best_us = math.inf
    scores: list[float] = []
    for _ in range(PAIR_ROUNDS):
        # What was compared before must not make the next round cheaper.
        for remembered in (readings, token, pairs.meet):
            remembered.cache_clear()
        began = time.process_time()
        scores = [
            scorer.score(row["name1"], row["name2"], organisation=row.get("schema") != "Person")
            for row in rows
        ]
        best_us = min(best_us, (time.process_time() - began) / max(1, len(rows)) * 1e6)
    matched = [score >= MATCH_MIN for score in scores]
    both = sum(a and b for a, b in zip(matched, truth, strict=True))
    return {
        "f1": round(2 * both / max(1, sum(matched) + sum(truth)), 4),
        "us_per_pair": round(best_us, 1),
        "pairs": len(rows),
        "logic_v2": match_rivals.logic_v2_pairs(rows, truth),
    }
