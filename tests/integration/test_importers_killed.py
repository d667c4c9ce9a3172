"""A load killed in the middle is simply run again, and ends in the same register."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

from comity.demo.registers import registers
from node.sources.formats import importer
from node.sources.load import load
from tests.simulators.source_files import register

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 6_500
# Kills itself after two batches are stored, before the third: no signal handler, no clean-up.
LOADER = """
import os, signal, sys
from pathlib import Path
from node.sources.formats import importer
from node.sources.load import load
from tests.simulators.source_files import register

def progress(read):
    if read >= 4_000:
        os.kill(os.getpid(), signal.SIGKILL)

load(importer("register"), register(Path(sys.argv[1])), Path(sys.argv[2]), progress=progress)
"""


def _content(path: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as connection:
        return connection.execute(
            "SELECT r.source_key, r.digest, f.path, f.value FROM record r"
            " JOIN record_field f ON f.record_id = r.id ORDER BY 1, 3"
        ).fetchall()


def test_a_load_killed_in_the_middle_and_run_again_gives_the_same_register(tmp_path: Path) -> None:
    file = tmp_path / "register.jsonl"
    file.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in registers("DE-LP", ROWS, 1)),
        encoding="utf-8",
    )
    whole, cut = tmp_path / "whole.sqlite", tmp_path / "cut.sqlite"
    load(importer("register"), register(whole), file)
    died = subprocess.run(
        [sys.executable, "-c", LOADER, str(cut), str(file)],
        env={"PYTHONPATH": "."},
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    part = {row[0] for row in _content(cut)}
    assert 0 < len(part) < ROWS
    again = load(importer("register"), register(cut), file)
    assert (again.added, again.changed, again.unchanged) == (ROWS - len(part), 0, len(part))
    assert _content(cut) == _content(whole)
