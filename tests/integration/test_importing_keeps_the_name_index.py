"""After an import the name index is up to date: the node's next start has nothing to build."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from comity.demo.registers import registers
from node.cli.importing import TAKEN_IN_NAMES_MIN
from node.cli.main import node as program
from node.matching import life, snapshots
from node.matching.life import NameIndex
from node.opening import NAME_INDEX, open_register
from node.records.name_index import PublishedNames
from node.settings import Settings
from tests.simulators.postgresql import cluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

ROWS, PEOPLE = 12_000, 2_000
# Kills itself when the first batch of names is in the index: no signal handler, no clean-up.
KILLED_WHILE_INDEXING = """
import os, signal, sys
from node.matching import snapshots
from node.cli.main import main
snapshots.BATCH_NAMES = 1_000
write = snapshots._write_batch
def written(*given):
    write(*given)
    os.kill(os.getpid(), signal.SIGKILL)
snapshots._write_batch = written
main()
"""


@pytest.fixture(name="home", params=["sqlite", "postgresql"])
def _home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """The folder of a node that has joined, on each kind of database."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "identity.json").write_text("{}", "utf-8")
    if request.param == "sqlite":
        yield home
        return
    with cluster() as server:
        (home / "node.toml").write_text(f'database = "{server.schema()}"\n', "utf-8")
        yield home


def people(path: Path, first: int, count: int) -> Path:
    """Rows of a register, the people from one number on."""
    rows = [row for row in registers("DE-LP", ROWS, 1) if row["entity"] == "person"]
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows[first : first + count]),
        encoding="utf-8",
    )
    return path


def imported(home: Path, file: Path) -> Result:
    """What the command says."""
    return CliRunner().invoke(program, ["import", "register", str(file), "--home", str(home)])


def names_in(home: Path) -> tuple[int, int]:
    """Published names in the register, and in the snapshot."""
    engine, store = open_register(home, Settings.load(home))
    names = PublishedNames(engine)
    try:
        return names.count(), snapshots.state(home / NAME_INDEX).names
    finally:
        names.close()
        store.close()
        engine.dispose()


def test_a_large_import_builds_the_index_and_a_further_one_takes_in_what_came(
    home: Path, tmp_path: Path
) -> None:
    assert imported(home, people(tmp_path / "a.jsonl", 0, PEOPLE)).exit_code == 0
    held, indexed = names_in(home)
    assert held == indexed > TAKEN_IN_NAMES_MIN
    assert imported(home, people(tmp_path / "b.jsonl", PEOPLE, PEOPLE)).exit_code == 0
    more, indexed = names_in(home)
    assert more == indexed > held
    # A start finds nothing to build.
    engine, store = open_register(home, Settings.load(home))
    index = NameIndex(PublishedNames(engine), home / NAME_INDEX)
    index.open()
    assert (index.size, index.behind) == (more, False)
    index.close()
    store.close()
    engine.dispose()


def test_an_import_killed_while_it_writes_the_index_goes_on_where_it_stopped(
    home: Path, tmp_path: Path
) -> None:
    file = people(tmp_path / "a.jsonl", 0, PEOPLE)
    died = subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_INDEXING, "import", "register", file, "--home", home],
        env={**os.environ, "PYTHONPATH": "."},
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    held, indexed = names_in(home)
    assert (held > TAKEN_IN_NAMES_MIN, indexed) == (True, 0)
    batches = [one for one in (home / NAME_INDEX / snapshots.BUILDING).iterdir() if one.is_dir()]
    assert len(batches) == 1
    assert imported(home, file).exit_code == 0  # nothing changed, and the index is finished
    assert names_in(home) == (held, held)


def test_a_few_names_are_left_to_the_start(home: Path, tmp_path: Path) -> None:
    assert imported(home, people(tmp_path / "a.jsonl", 0, 10)).exit_code == 0
    held, indexed = names_in(home)
    assert 0 < held < life.REBUILD_NAMES_MIN
    assert indexed == 0
