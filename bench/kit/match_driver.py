"""The measured process of the bench ``matching``: maps a snapshot and answers queries, nothing else.

usage: python -m bench.kit.match_driver FOLDER
FOLDER holds ``index`` (a snapshot), ``queries.json``, ``years.npy`` and ``known.json`` (country, sex
and date of birth by person). Writes one JSON object: for each query what was found, and the process's own
figures.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

_began = time.perf_counter()

import numpy as np  # noqa: E402  # the clock starts before anything is loaded
from rapidfuzz import fuzz  # noqa: E402

from node.matching import evidence, snapshots  # noqa: E402
from node.matching.evidence import NOTHING, Evidence  # noqa: E402
from node.matching.gathering import gather  # noqa: E402
from node.matching.index.frequencies import Frequencies, reference  # noqa: E402
from node.matching.matcher import likeness  # noqa: E402
from node.matching.model import shipped  # noqa: E402
from node.matching.query import asked_for  # noqa: E402
from node.matching.ranking import rank, warm  # noqa: E402
from node.matching.settling import WEIGHED_MIN, settle  # noqa: E402

if TYPE_CHECKING:
    from node.matching.evidence import Beside
    from node.matching.ranking import Ranked

KEPT = 10


class Driver:
    """One register's index, searched as the matcher does."""

    def __init__(self, folder: Path) -> None:
        snapshot = snapshots.load(folder / "index")
        if snapshot is None:
            raise SystemExit("no snapshot of this version")
        self.segment = snapshot.segments["person"]
        self.frequencies = Frequencies((self.segment, reference()))
        self.model = shipped()
        self.years = np.load(folder / "years.npy", mmap_mode="r")
        self.known: dict[str, list[str]] = json.loads((folder / "known.json").read_text("utf-8"))

    def stored(self, record: int) -> Evidence:
        """What is known of a person."""
        year = int(self.years[record])
        country, sex, born = self.known.get(str(record), ("", "", ""))
        return known(born or (f"{year:04}" if year else ""), country, sex)

    def search(self, query: dict[str, Any], beside: Evidence) -> list[tuple[int, float, int]]:
        """Person, score and band of the best, best first, for somebody who may see everybody."""
        asked = asked_for(query["text"], self.frequencies)
        ranked, _ = rank([self.segment], asked, self.frequencies, self.model)
        near = [(one, self._beside(one, beside)) for one in ranked]
        told = settle(
            likeness(one, found, "person.names", names_counted=self.frequencies.names)
            for one, found in near
            if one.alike or one.logit + found.logit >= WEIGHED_MIN
        )
        hits = {int(one.record_id): (one.score, int(one.band)) for one in told}
        # Nobody is told of the others; recall counts them all the same.
        near.sort(key=lambda pair: (-pair[0].logit - pair[1].logit, pair[0].record_id))
        for one, _ in near:
            hits.setdefault(one.record_id, (0.0, 0))
        return [(record, *said) for record, said in hits.items()][:KEPT]

    def _beside(self, one: Ranked, beside: Evidence) -> Beside:
        return evidence.weigh(beside, NOTHING if beside == NOTHING else self.stored(one.record_id))

    def token_sort(self, text: str) -> tuple[list[tuple[int, float, int]], list[int]]:
        """The same candidates, ranked by rapidfuzz's token_sort_ratio of their spellings; and all of them."""
        segment, best = self.segment, dict[int, float]()
        for one in asked_for(text, self.frequencies):
            for row in gather(segment, one).rows.tolist():
                words = " ".join(self._spelled(word) for word in segment.row_words(row))
                score = fuzz.token_sort_ratio(one.spelled, words) / 100
                record = int(segment.arrays.row_record[row])
                best[record] = max(best.get(record, 0.0), score)
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))[:KEPT]
        return [(record, round(score, 4), 0) for record, score in ranked], list(best)

    def _spelled(self, word: int) -> str:
        return str(self.segment.forms[int(self.segment.arrays.word_form[word])])


def resident_mb() -> float:
    """The most memory this process ever held; ``getrusage`` would tell of its parent's before the fork."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def beside(query: dict[str, Any]) -> Evidence:
    """What a query knows beside the name."""
    return known(query["born"], query["country"], query["sex"])


def known(born: str, countries: str, sex: str) -> Evidence:
    """What is known beside a name; several countries are apart by semicolons."""
    nations = tuple(one.strip() for one in countries.split(";") if one.strip())
    return Evidence((born,) if born else (), nations, sex)


def main() -> int:
    """Answers every query: by name alone, timed; with what is known; and as the alternative does."""
    folder = Path(sys.argv[1])
    driver = Driver(folder)
    warm([driver.segment], driver.frequencies, driver.model)
    start_s, start_cpu_s = time.perf_counter() - _began, time.process_time()
    queries = json.loads((folder / "queries.json").read_text("utf-8"))
    names, times, cpu = [], [], []
    for query in queries:
        began, began_cpu = time.perf_counter(), time.thread_time()
        names.append(driver.search(query, Evidence()))
        times.append((time.perf_counter() - began) * 1e3)
        cpu.append((time.thread_time() - began_cpu) * 1e3)
    rss_mb = resident_mb()
    sorted_by_tokens = [driver.token_sort(query["text"]) for query in queries]
    result = {
        "start_s": start_s,
        "start_cpu_s": start_cpu_s,
        "rss_mb": rss_mb,
        "ms": times,
        "cpu_ms": cpu,
        "by_name": names,
        "with_evidence": [driver.search(query, beside(query)) for query in queries],
        "token_sort": [found for found, _ in sorted_by_tokens],
        "candidates": [candidates for _, candidates in sorted_by_tokens],
    }
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
