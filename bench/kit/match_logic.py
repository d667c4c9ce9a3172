"""Nomenklatura's logic-v2, in a process of its own and with packages of its own.

usage: python bench/kit/match_logic.py FOLDER
FOLDER holds ``peers.json``: ``queries`` (each with ``text`` and ``candidates``: pairs of a person's number
and names) and ``pairs`` (rows of ``name1``, ``name2``, ``schema``). Writes one JSON object: what was
found for each query, best first, and a score for each pair, with the processor time of both. ``.venv/peers``
must be on PYTHONPATH; nothing of the project is imported.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from followthemoney import model  # pyright: ignore[reportMissingImports]  # not the project's package
from nomenklatura.matching import get_algorithm  # pyright: ignore[reportMissingImports]

KEPT = 10
ALGORITHM = "logic-v2"


class Logic:
    """The algorithm; it remembers by id, so every entity gets a new one."""

    def __init__(self) -> None:
        self._algorithm = get_algorithm(ALGORITHM)
        self._settings = self._algorithm.default_config()
        self._made = 0
        self.score(
            self.entity(["Anna Example"]), self.entity(["Anna Example"])
        )  # its tables are read

    def entity(self, names: list[str], schema: str = "Person") -> Any:
        """Somebody or something with names."""
        self._made += 1
        return model.get_proxy(
            {"id": f"e{self._made}", "schema": schema, "properties": {"name": names}}
        )

    def score(self, one: Any, other: Any) -> float:
        """How sure it is that both are the same."""
        return float(self._algorithm.compare(one, other, self._settings).score)

    def ranked(self, query: dict[str, Any]) -> list[tuple[int, float, int]]:
        """The best of a query's candidates."""
        asked = self.entity([query["text"]])
        scored = [
            (number, round(self.score(asked, self.entity(names)), 4), 0)
            for number, names in query["candidates"]
        ]
        return sorted(scored, key=lambda one: (-one[1], one[0]))[:KEPT]


def main() -> int:
    """Answers everything in the folder."""
    asked = json.loads((Path(sys.argv[1]) / "peers.json").read_text("utf-8"))
    logic = Logic()
    found, times = [], []
    for query in asked.get("queries", ()):
        began = time.process_time()
        found.append(logic.ranked(query))
        times.append((time.process_time() - began) * 1e3)
    began = time.process_time()
    scores = [
        logic.score(
            logic.entity([row["name1"]], row.get("schema") or "Person"),
            logic.entity([row["name2"]], row.get("schema") or "Person"),
        )
        for row in asked.get("pairs", ())
    ]
    us = (time.process_time() - began) / max(1, len(scores)) * 1e6
    print(json.dumps({"found": found, "cpu_ms": times, "scores": scores, "us_per_pair": us}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
