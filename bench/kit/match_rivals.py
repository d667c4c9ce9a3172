"""Alternatives of the bench ``matching`` that need something installed; each is ``None`` without it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.kit.report import percentile
from node.matching.words.readings import readings
from node.matching.words.tokens import token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.kit.people import Person
    from bench.kit.people_set import Query

TRIGRAM_PEOPLE_MAX = 100_000
TRIGRAM_QUERIES_MAX = 200
FOUND = 10
# The threshold that nomenklatura ships with.
LOGIC_V2_MATCH = 0.7


def spelled(text: str) -> str:
    """A name in Latin letters, its words sorted: what trigrams are given, so that scripts do not decide."""
    found = readings(text)
    return " ".join(sorted(token(word).forms[0] for word in found[0])) if found else ""


def trigram(people: Sequence[Person], queries: Sequence[Query]) -> dict[str, Any] | None:
    """PostgreSQL's pg_trgm over the same names, in a cluster of one's own."""
    if (
        not list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        or len(people) > TRIGRAM_PEOPLE_MAX
    ):
        return None
    import psycopg  # noqa: PLC0415  # only where PostgreSQL is

    from tests.simulators.postgresql import cluster  # noqa: PLC0415

    asked = [query for query in queries if query.expected is not None][:TRIGRAM_QUERIES_MAX]
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
        times, ten, one = [], 0, 0
        for query in asked:
            began = time.perf_counter()
            found = connection.execute(
                "SELECT person FROM held ORDER BY name <-> %s LIMIT 30", (spelled(query.text),)
            ).fetchall()
            times.append((time.perf_counter() - began) * 1e3)
            ids = list(dict.fromkeys(row[0] for row in found))[:FOUND]
            ten += query.expected in ids
            one += ids[:1] == [query.expected]
    total = max(1, len(asked))
    return {
        "recall_at_10": round(ten / total, 4),
        "recall_at_1": round(one / total, 4),
        "queries": len(asked),
        "p50_ms": round(percentile(times, 0.5), 2),
        "p95_ms": round(percentile(times, 0.95), 2),
    }


def logic_v2(rows: Sequence[Mapping[str, str]], truth: Sequence[bool]) -> dict[str, Any] | None:
    """Nomenklatura's logic-v2 on labelled pairs, where it is installed."""
    try:
        from followthemoney import model  # noqa: PLC0415  # not among the project's packages
        from nomenklatura.matching import get_algorithm  # noqa: PLC0415
    except ImportError:
        return None
    algorithm = get_algorithm("logic-v2")
    settings = algorithm.default_config()

    def entity(key: str, name: str, schema: str) -> Any:
        return model.get_proxy({"id": key, "schema": schema, "properties": {"name": [name]}})

    first = entity("a", "Anna Example", "Person")
    algorithm.compare(first, entity("b", "Anna Example", "Person"), settings)
    began, matched = time.process_time(), []
    for number, row in enumerate(rows):
        schema = row.get("schema") or "Person"
        # It remembers by id, so every id is used once.
        left = entity(f"l{number}", row["name1"], schema)
        right = entity(f"r{number}", row["name2"], schema)
        matched.append(algorithm.compare(left, right, settings).score >= LOGIC_V2_MATCH)
    us = (time.process_time() - began) / max(1, len(rows)) * 1e6
    both = sum(a and b for a, b in zip(matched, truth, strict=True))
    return {
        "f1": round(2 * both / max(1, sum(matched) + sum(truth)), 4),
        "us_per_pair": round(us, 1),
    }
