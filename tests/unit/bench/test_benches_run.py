"""Every bench runs from end to end, tiny, and says its figures under the names others rely on.

Nothing here looks at how large a figure is.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bench.__main__ import BENCHES

ROOT = Path(__file__).parents[3]
# A bench that takes longer than this hangs.
PATIENCE_S = 300
LOADED = {
    f"{way}_{in_flight}"
    for way in ("lookup", "search", "converse")
    for in_flight in (1, 16, 64, 128)
}
NAMES = {
    "envelope": {"seal_1_us", "seal_10_us", "seal_50_us", "open_us"},
    "relay": {
        "gateway_cpu_us_per_query",
        "queries_per_s",
        "p50_ms",
        "p99_ms",
        "bare_relay_cpu_us",
        "nginx_cpu_us",
        "small_answers_cpu_us",
        "small_answers_queries_per_s",
    },
    "matching": {"generator"},
    "policy": {"10", "test_assertions_per_s", "prove_s"},
    "exchange": {
        "overhead_ms",
        "queries_per_s",
        "plain_queries_per_s",
        "fanout_20_p50_ms",
        "bare_chain_p50_ms",
        "bare_chain_queries_per_s",
        "commit_p50_ms",
        *LOADED,
    },
}


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    with subprocess.Popen(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            told = running.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            running.terminate()  # killed, it could not end what it started
            told = running.communicate()
    return subprocess.CompletedProcess(running.args, running.returncode, *told)


@pytest.mark.parametrize("name", NAMES)
def test_a_bench_ends_with_one_line_of_its_named_figures(name: str) -> None:
    done = bench(name, "--smoke")
    assert done.returncode == 0, done.stderr
    last: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert last["bench"] == name
    assert set(last["figures"]) == NAMES[name]
    for load in LOADED & set(last["figures"]):
        figures = last["figures"][load]
        assert set(figures) == {"p50_ms", "p99_ms", "queries_per_s", "cpu_us"}
        assert set(figures["cpu_us"]) == {"client", "node A", "gateway", "node B"}


def test_help_and_no_name_list_every_bench() -> None:
    for arguments, code in ((["--help"], 0), ([], 2)):
        done = bench(*arguments)
        assert done.returncode == code
        for name in BENCHES:
            assert f"\n  {name} " in done.stdout


def processes_naming(words: str) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue  # it ended meanwhile
        if words in command:
            found.append(command)
    return found


def test_an_interrupted_bench_leaves_no_folder_and_no_process(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bench", "relay", "--smoke"],
        cwd=ROOT,
        env={"TMPDIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs its tests in the background has SIGINT ignored, and so has what it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # one call
    ) as running:
        assert running.stderr is not None
        assert any(
            "founded" in line for line in running.stderr
        )  # others may have a word to say before
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 130
    assert list(tmp_path.iterdir()) == []
    ends_s = time.monotonic() + 10
    while left := processes_naming(str(tmp_path)):  # a killed process takes a moment to vanish
        assert time.monotonic() < ends_s, left


def test_a_file_of_people_is_asked_with_all_that_it_says_beside_a_name(tmp_path: Path) -> None:
    """Namesakes born in one year are told apart by the day, by one of several countries, by sex."""
    people, queries = tmp_path / "people.csv", tmp_path / "queries.csv"
    people.write_text(
        "id,name,aliases,birth_date,country,gender\n"
        "a,Katarina Blomqvist,Käthe Blomqvist;Kaja Lind,1974-03-09,SE,f\n"
        "b,Katarina Blomqvist,,1974-11-21,FI;NO,f\n"
        "c,Ottokar Zwierz,,1960,PL,m\n"
        "d,Ottokar Zwierz,,1960,PL,f\n",
        "utf-8",
    )
    queries.write_text(
        "query,birth_date,country,gender,expected_id\n"
        "BLOMQVIST Katarina,1974-11-21,,,b\n"
        "Katarina Blomquist,1974,NO,,b\n"
        "Katarina Blomqvist,1974-03-09,,,a\n"
        "Zwierz Ottokar,1960,PL,f,d\n"
        "Heinrich Vollmoeller,,,,\n",
        "utf-8",
    )
    done = bench("matching", "--people", str(people), "--queries", str(queries))
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])["figures"]
    assert figures["recall_at_1"] == 1
    assert figures["by_name"]["recall_at_1"] < 1
    assert figures["false_alarm_probable"] == 0
