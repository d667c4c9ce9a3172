"""Alternatives of the bench ``matching`` that need something installed; each is ``None`` without it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from node.matching.words.readings import readings
from node.matching.words.tokens import token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.kit.people import Person
    from bench.kit.people_set import Query

    Figures = dict[str, Any]
    # For each query persons with score and band, best first.
    Hits = list[list[tuple[int, float, int]]]

# Where ``make bench`` puts nomenklatura, apart from the project's own packages.
PEERS = Path(sys.prefix) / "peers"
TRIGRAM_PEOPLE_MAX = 100_000
FOUND = 10
# The threshold that nomenklatura ships with.
LOGIC_V2_MATCH = 0.7


def spelled(text: str) -> str:
    """A name in Latin letters, its words sorted: what trigrams are given, so that scripts do not decide."""
    found = readings(text)
    return " ".join(sorted(token(word).forms[0] for word in found[0])) if found else ""


def trigram(people: Sequence[Person], asked: Sequence[Query]) -> tuple[Hits, list[float]] | None:
    """PostgreSQL's pg_trgm over the same names, in a cluster of one's own: what was found, and the times."""
    if (
        not list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        or len(people) > TRIGRAM_PEOPLE_MAX
    ):
        return None
    import psycopg  # noqa: PLC0415  # only where PostgreSQL is

    from tests.simulators.postgresql import cluster  # noqa: PLC0415

    rows = [
        (number, spelled(text)) for number, person in enumerate(people) for text, _ in person.names
    ]
    with cluster() as server, psycopg.connect(server.schema(), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("CREATE TABLE held (person int, name text)")
        with connection.cursor() as cursor, cursor.copy("COPY held FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        connection.execute("CREATE INDEX ON held USING gist (name gist_trgm_ops)")
        connection.execute("ANALYZE held")
        times: list[float] = []
        hits: Hits = []
        for query in asked:
            began = time.perf_counter()
            found = connection.execute(
                "SELECT person FROM held ORDER BY name <-> %s LIMIT 30", (spelled(query.text),)
            ).fetchall()
            times.append((time.perf_counter() - began) * 1e3)
            ids = list(dict.fromkeys(row[0] for row in found))[:FOUND]
            hits.append([(one, 0.0, 0) for one in ids])
    return hits, times


def logic_v2_pairs(rows: Sequence[Mapping[str, str]], truth: Sequence[bool]) -> Figures | None:
    """Nomenklatura's logic-v2 on labelled pairs, at its own threshold."""
    told = _logic_v2({"pairs": [dict(row) for row in rows]})
    if told is None:
        return None
    matched = [score >= LOGIC_V2_MATCH for score in told["scores"]]
    both = sum(a and b for a, b in zip(matched, truth, strict=True))
    return {
        "f1": round(2 * both / max(1, sum(matched) + sum(truth)), 4),
        "us_per_pair": round(told["us_per_pair"], 1),
    }


def logic_v2_search(
    people: Sequence[Person], asked: Sequence[Query], candidates: Sequence[Sequence[int]]
) -> tuple[Hits, list[float]] | None:
    """Nomenklatura's logic-v2 over our candidates: what was found, and the times.

    It compares all names of a person, as it is meant to.
    """
    told = _logic_v2(
        {
            "queries": [
                {
                    "text": query.text,
                    "candidates": [(one, [text for text, _ in people[one].names]) for one in of],
                }
                for query, of in zip(asked, candidates, strict=True)
            ]
        }
    )
    return None if told is None else (told["found"], told["cpu_ms"])


def _logic_v2(asked: dict[str, Any]) -> dict[str, Any] | None:
    """What the other process says; ``None`` where its packages are not installed."""
    if not (PEERS / "nomenklatura").is_dir():
        return None
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "peers.json").write_text(json.dumps(asked), "utf-8")
        told = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("match_logic.py")), name],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(PEERS)},
        )
    found: dict[str, Any] = json.loads(told.stdout)
    return found
