"""Finding people under other names: recall, false alarms, speed and size of the name index."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from bench.kit import people as lists
from bench.kit.match_measures import measure, measure_pairs
from bench.kit.people_made import generated_set, set_of_files
from bench.kit.people_set import published_set
from bench.kit.report import Report, Size, progress

SIZES = (10_000, 100_000, 1_000_000)
LARGE = 10_000_000
SMOKE_SIZES = (2_000,)
QUERIES_GENERATED = 600
SMOKE_QUERIES = 40


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


def _on_files(options: argparse.Namespace) -> Report:
    figures: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    if options.people:
        found = measure(set_of_files(options.people, options.queries))
        figures |= {**found, **{k: found["with_evidence"][k] for k in found["with_evidence"]}}
        figures["by_name"] = {key: found[key] for key in found["with_evidence"]}
        rows += _rows(options.people.name, found)
    if options.pairs:
        found = measure_pairs(options.pairs)
        figures |= found
        rows.append({"what": options.pairs.name, **found})
        rows = rows if not options.people else rows[:-1]
    return Report(rows, figures, NOTES)
