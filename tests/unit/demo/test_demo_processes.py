"""What a demonstration started can be found and ended by its folder, and nothing else can."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from comity.demo.processes import end, running_below

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Says that it is there, then waits.
PROGRAM = """#!{python}
import time
print("there", flush=True)
time.sleep(600)
"""


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    begun: list[subprocess.Popen[str]] = []

    def start(name: str, *arguments: object) -> subprocess.Popen[str]:
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(PROGRAM.format(python=sys.executable))
        program.chmod(0o700)
        one = subprocess.Popen(
            [str(program), *map(str, arguments)], stdout=subprocess.PIPE, text=True
        )
        begun.append(one)
        assert one.stdout is not None
        assert one.stdout.readline() == "there\n"
        return one

    yield start
    for one in begun:
        one.kill()
        one.communicate()


def test_programs_of_a_folder_are_found_nodes_first_and_the_authority_last(
    tmp_path: Path, begin: Callable[..., subprocess.Popen[str]]
) -> None:
    root = tmp_path / "demo"
    authority = begin("comity", "authority", "serve", root / "authority")
    gateway = begin("comity-gateway", "serve", "--home", root / "gateway-1")
    node = begin("comity-node", "serve", "--home", root / "DE-LP")
    assert running_below(root) == [node.pid, gateway.pid, authority.pid]


def test_nothing_else_is_found(tmp_path: Path, begin: Callable[..., subprocess.Popen[str]]) -> None:
    root = tmp_path / "demo"
    begin("comity-node", "serve", "--home", tmp_path / "demo2" / "DE-LP")  # another folder
    begin("editor", root / "node.toml")  # another program
    begin("comity-node", "serve")  # no folder
    assert running_below(root) == []
    assert end(root) == 0


def test_what_is_found_is_ended(
    tmp_path: Path, begin: Callable[..., subprocess.Popen[str]]
) -> None:
    root = tmp_path / "demo"
    node = begin("comity-node", "serve", "--home", root / "DE-LP")
    other = begin("comity-node", "serve", "--home", tmp_path / "other")
    waiting = subprocess.Popen([sys.executable, "-c", "pass"])  # ended programs do not confuse it
    waiting.wait()
    assert end(root) == 1
    assert node.wait(5) != 0
    assert other.poll() is None
