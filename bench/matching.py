"""Finding people under other names: recall, false alarms, speed and size of the name index."""

from __future__ import annotations

import argparse
import csv
import json
import math
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.kit import match_rivals
from bench.kit import people as lists
from bench.kit.people import Person
from bench.kit.people_set import PeopleSet, Query, kind_of, published_set
from bench.kit.report import Report, Size, percentile, progress
from comity.demo.registers import draw, lexicon
from comity.demo.registers import people as invented
from comity.demo.registers.profiles import PROFILES
from node.matching import pairs, snapshots
from node.matching.pairs import MATCH_MIN, PairScorer
from node.matching.words.readings import readings
from node.matching.words.tokens import token
from node.records.name_index import StoredName
from node.records.record import RecordId

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES = (10_000, 100_000, 1_000_000)
LARGE = 10_000_000
SMOKE_SIZES = (2_000,)
QUERIES_GENERATED = 600
SMOKE_QUERIES = 40
NOBODY_SHARE = 4
PROBABLE = 2
PAIR_ROUNDS = 3
RIVAL_QUERIES_MAX = 300
RIVAL_PEOPLE_MAX = 100_000


def arguments() -> argparse.ArgumentParser:
    """What only this bench takes."""
    parser = argparse.ArgumentParser(prog="python -m bench matching", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=lists.DATA, help="published lists (%(default)s)"
    )
    parser.add_argument("--sizes", help="people in the index, comma-separated")
    parser.add_argument("--large", action="store_true", help="also ten million people")
    parser.add_argument(
        "--people", type=Path, help="CSV: id,name,aliases;…,birth_date,country,gender"
    )
    parser.add_argument(
        "--queries", type=Path, help="CSV: query,birth_date,country,gender,expected_id"
    )
    parser.add_argument("--pairs", type=Path, help="CSV: name1,name2,schema,is_match")
    return parser


def run(size: Size, options: argparse.Namespace | None = None) -> Report:
    """Measures."""
    chosen = options or arguments().parse_args([])
    if bool(chosen.people) != bool(chosen.queries):
        raise SystemExit("--people and --queries belong together")
    if chosen.people or chosen.pairs:
        return _on_files(chosen)
    sizes = SMOKE_SIZES if size.smoke else SIZES
    if chosen.sizes:
        sizes = tuple(int(one) for one in chosen.sizes.split(","))
    sizes = (*sizes, LARGE) if chosen.large else sizes
    figures: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    notes = list(NOTES)
    if size.smoke and not chosen.sizes:
        progress("smoke: invented people only")
    elif (chosen.data / "persons").is_dir():
        for people in sizes:
            progress(f"published lists, {people:,} people")
            found = measure(published_set(chosen.data, people))
            figures[str(people)] = found
            progress(f"  {json.dumps(found)}")
            rows += _rows(f"published, {people:,}", found)
    else:
        notes.append(f"{chosen.data} is not there: only invented people were measured.")
    figures["generator"] = {}
    for people in sizes:
        progress(f"invented people, {people:,}")
        found = measure(generated_set(people, SMOKE_QUERIES if size.smoke else QUERIES_GENERATED))
        figures["generator"][str(people)] = found
        progress(f"  {json.dumps(found)}")
        rows += _rows(f"invented, {people:,}", found)
    cases = chosen.data / "matching/nomenklatura_name_cases.csv"
    if cases.is_file() and not size.smoke:
        figures["pairs"] = measure_pairs(cases)
    return Report(rows, figures, notes)


NOTES = (
    "recall: a published name left out of the index is asked for; ± is the 95 % interval of recall@10.",
    "Weak aliases and single words are in by_class, not in the total.",
    "precision: of the best hits that are at least probable, those that are right.",
    "token_sort: rapidfuzz's ratio over our candidates; logic_v2: nomenklatura's over the same.",
    "pg_trgm: PostgreSQL's own search; it and logic_v2 answer a sample, up to 100,000 people.",
    "null: not installed, or too many people.",
    "build_s is processor time; p50_ms and p95_ms are wall time of one thread.",
)


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
        **_judged(people.queries, found["by_name"]),
        "with_evidence": _judged(people.queries, found["with_evidence"]),
        "token_sort": _ranked(people.queries, found["token_sort"]),
        **_rivals(people, found),
        "by_class": _by_class(people.queries, found["by_name"]),
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
    counted = [at for at, query in enumerate(people.queries) if _counts(query)]
    some = counted[:: max(1, -(-len(counted) // RIVAL_QUERIES_MAX))]
    asked = [people.queries[at] for at in some]
    ours = _ranked(asked, [found["by_name"][at] for at in some])["recall_at_10"]
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
            **_ranked(asked, one[0]),
            "ours_recall_at_10": ours,
            "p50_ms": round(percentile(one[1], 0.5), 2),
            "p95_ms": round(percentile(one[1], 0.95), 2),
        }
        for name, one in told.items()
    }


def _counts(query: Query) -> bool:
    return query.expected is not None and query.kind in COUNTED


def _write(folder: Path, people: PeopleSet) -> None:
    years = np.array([person.year for person in people.people], np.int16)
    np.save(folder / "years.npy", years)
    known = {
        number: (person.country, person.gender)
        for number, person in enumerate(people.people)
        if person.source == "file"
    }
    (folder / "known.json").write_text(json.dumps(known), "utf-8")
    asked = [
        {
            "text": query.text,
            "year": query.year,
            # Published lists write countries in ways of their own; only files are taken at their word.
            "country": query.country if known else "",
            "sex": query.gender if known else "",
        }
        for query in people.queries
    ]
    (folder / "queries.json").write_text(json.dumps(asked), "utf-8")


def _judged(queries: Sequence[Query], found: Sequence[Any]) -> dict[str, Any]:
    probable = right = alarms = nobody = 0
    for query, hits in zip(queries, found, strict=True):
        likely = bool(hits) and hits[0][2] == PROBABLE
        nobody += query.expected is None
        alarms += likely and query.expected is None
        probable += likely
        right += likely and hits[0][0] == query.expected
    return {
        **_ranked(queries, found),
        "false_alarm_probable": round(alarms / nobody, 4) if nobody else None,
        "precision_probable": round(right / probable, 4) if probable else None,
        "recall_probable": round(right / max(1, len(queries) - nobody), 4),
        "nobody_queries": nobody,
    }


def _ranked(queries: Sequence[Query], found: Sequence[Any]) -> dict[str, Any]:
    counted = [
        ([hit[0] for hit in hits], query.expected)
        for query, hits in zip(queries, found, strict=True)
        if _counts(query)
    ]
    total = max(1, len(counted))
    ten = sum(expected in hits for hits, expected in counted) / total
    one = sum(hits[:1] == [expected] for hits, expected in counted) / total
    return {
        "recall_at_1": round(one, 4),
        "recall_at_10": round(ten, 4),
        "recall_margin": round(_margin(ten, total), 4),
        "queries": len(counted),
    }


def _margin(share: float, count: int) -> float:
    """Half of Wilson's 95 % interval: what another sample of queries may give."""
    z = 1.96
    spread = math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return z / (1 + z * z / count) * spread


# Slips and hopeless classes are told apart from published names.
COUNTED = frozenset(
    {
        *("name", "alias", "file", "Arabic", "Cyrillic", "Chinese", "Korean", "Japanese", "Hebrew"),
        *("Greek", "Indic", "other script"),
    }
)


def _by_class(queries: Sequence[Query], found: Sequence[Any]) -> dict[str, Any]:
    groups: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for query, hits in zip(queries, found, strict=True):
        if query.expected is not None:
            ids = [hit[0] for hit in hits]
            groups[query.kind].append((query.expected in ids, ids[:1] == [query.expected]))
    return {
        kind: {
            "queries": len(some),
            "recall_at_10": round(share := sum(ten for ten, _ in some) / len(some), 3),
            "recall_margin": round(_margin(share, len(some)), 3),
            "recall_at_1": round(sum(one for _, one in some) / len(some), 3),
        }
        for kind, some in sorted(groups.items())
    }


def _rows(what: str, found: dict[str, Any]) -> list[dict[str, Any]]:
    def row(label: str, figures: dict[str, Any]) -> dict[str, Any]:
        return {
            "what": label,
            "queries": figures.get("queries"),
            "recall@10": figures.get("recall_at_10"),
            "±": figures.get("recall_margin"),
            "recall@1": figures.get("recall_at_1"),
            "false alarms": figures.get("false_alarm_probable"),
            "precision": figures.get("precision_probable"),
            "p50 ms": figures.get("p50_ms"),
            "p95 ms": figures.get("p95_ms"),
        }

    return [
        row(what, found),
        row("  with what is known", found["with_evidence"]),
        row("  token_sort", found["token_sort"]),
        *(row(f"  {one}", found[one]) for one in ("pg_trgm", "logic_v2") if found[one]),
        *(row(f"  {kind}", some) for kind, some in found["by_class"].items()),
    ]


def generated_set(size: int, asked_for: int) -> PeopleSet:
    """Invented people as one agency writes them, asked for as another one does."""
    chance = random.Random(size)  # noqa: S311  # repeatable on purpose
    cultures = tuple(lexicon.CULTURES)
    own, other = PROFILES["DE-LP"], PROFILES["FR-PJ"]
    people: list[Person] = []
    queries: list[Query] = []
    wanted = min(size, asked_for)
    asked = {*chance.sample(range(size), wanted), *range(size, size + wanted // NOBODY_SHARE)}
    for number in range(size + wanted // NOBODY_SHARE):
        source = draw.Draw(1, "bench", number)
        being = invented.being(source, cultures=cultures)
        held = invented.names(being, source, own)
        if number < size:
            names = [(one["full"], "name") for one in held]
            people.append(Person(f"i{number}", "invented", names, being.year))
        if number in asked:
            written = invented.names(being, draw.Draw(2, "ask", number), other)[-1]["full"]
            if number >= size:
                queries.append(Query(written, None, "nobody", being.year))
            elif written not in {one["full"] for one in held}:
                queries.append(Query(written, number, kind_of(written, "alias"), being.year))
    return PeopleSet(people, queries)


def _on_files(options: argparse.Namespace) -> Report:
    figures: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    if options.people:
        found = measure(_set_of(options.people, options.queries))
        figures |= {**found, **{k: found["with_evidence"][k] for k in found["with_evidence"]}}
        figures["by_name"] = {key: found[key] for key in found["with_evidence"]}
        rows += _rows(options.people.name, found)
    if options.pairs:
        found = measure_pairs(options.pairs)
        figures |= found
        rows.append({"what": options.pairs.name, **found})
        rows = rows if not options.people else rows[:-1]
    return Report(rows, figures, NOTES)


def _set_of(people_file: Path, queries_file: Path) -> PeopleSet:
    people: list[Person] = []
    number_of: dict[str, int] = {}
    with people_file.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names = [row["name"], *(row.get("aliases") or "").split(";")]
            number_of[row["id"]] = len(people)
            texts = [(name.strip(), "name") for name in names if name.strip()]
            people.append(Person(row["id"], "file", texts, *_known(row)))
    queries: list[Query] = []
    with queries_file.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            expected = (row.get("expected_id") or "").strip()
            number = number_of.get(expected, -1) if expected else None
            queries.append(Query(row["query"], number, "file", *_known(row)))
    return PeopleSet(people, queries)


def _known(row: dict[str, str]) -> tuple[int, str, str]:
    year = (row.get("birth_date") or "")[:4]
    sex = (row.get("gender") or "")[:1].upper()
    return int(year) if year.isdigit() else 0, (row.get("country") or "").strip().casefold(), sex


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
