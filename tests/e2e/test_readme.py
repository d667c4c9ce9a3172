"""README's commands end well, and print what README says they print."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from comity.errors import ExitCode
from tests.unit.docs.pages import ROOT, block

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.simulators.installed import Installed

README = ROOT / "README.md"
DATA = ROOT.parent / "shared" / "data"
# Of the demonstration on real lists; the ledgers are a gateway's and four agencies'.
QUESTIONS, LEDGERS = 5, 5
PROFILE = ".state/demo/callers/FR-PJ/officer"
# README shows the demonstration as wide as this.
COLUMNS = "100"
# What differs from run to run, or with every field that the contract gains: references of records, times,
# numbers, the width of columns.
CHANGES = (
    (r"\b[A-Z]{2}-[0-9A-F]{4}…", "XX-0000…"),
    (r"[\d,]+\.?\d* ms\b", "0 ms"),
    (r"node offline( for \d+ s)?", "node offline"),
    (r"\b\d+ (entries|other fields|fields)\b", r"0 \1"),
    (r"withheld \d+", "withheld 0"),
    (r" +", " "),
)


def settled(text: str) -> list[str]:
    for pattern, instead in CHANGES:
        text = re.sub(pattern, instead, text)
    return [line.strip() for line in text.splitlines() if line.strip()]


def left_out(shown: list[str], printed: list[str]) -> list[str]:
    """Lines of README that the program did not print, or not in this order; it may print more."""
    lines = iter(printed)
    return [line for line in shown if line not in lines]


def environment(installed: Installed, **more: str) -> dict[str, str]:
    """What a shell has, without anything of Comity."""
    return {
        "PATH": f"{installed.programs}:{os.environ['PATH']}",
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "COLUMNS": COLUMNS,
        **more,
    }


def run(
    installed: Installed, folder: Path, *command: str, **more: str
) -> subprocess.CompletedProcess[str]:
    """A command in a folder of its own, to its end."""
    return subprocess.run(
        command,
        cwd=folder,
        env=environment(installed, **more),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_the_demonstration_prints_what_readme_shows_and_leaves_nothing(
    installed: Installed, tmp_path: Path
) -> None:
    done = run(installed, tmp_path, "comity", "demo", "run", TMPDIR=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    for part in ("output: make demo", "output: make demo, ledgers"):
        missing = left_out(settled(block(README, part)), settled(done.stdout))
        assert missing == [], done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.shared_data
@pytest.mark.skipif(not DATA.is_dir(), reason="the folder ../shared/data is absent")
def test_the_demonstration_on_real_lists_ends_well_and_leaves_nothing(
    installed: Installed, tmp_path: Path
) -> None:
    done = run(
        installed, tmp_path, "comity", "demo", "run", "--data", str(DATA), TMPDIR=str(tmp_path)
    )
    assert (done.returncode, done.stderr) == (0, "")
    # Five questions: something was found for each, and every receipt verified.
    ends = re.findall(r"released (\d+) fields.*receipts (\d+)/(\d+)", done.stdout)
    assert len(ends) == QUESTIONS
    assert all(int(fields) and got == due != "0" for fields, got, due in ends)
    assert len(re.findall(r"\d+ entries, sound", done.stdout)) == LEDGERS
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def up(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder in which `comity demo up` was called; what it started has ended afterwards."""
    folder = tmp_path_factory.mktemp("clone")
    programs = folder / ".venv" / "bin"
    programs.parent.mkdir()
    programs.symlink_to(installed.programs)
    begun = run(installed, folder, "comity", "demo", "up")
    try:
        assert begun.returncode == 0, begun.stderr
        yield folder
    finally:
        ended = run(installed, folder, "comity", "demo", "down")
    assert ended.stdout == "ended 6 processes and removed .state/demo\n"
    assert not (folder / ".state" / "demo").exists()


def sound(installed: Installed, folder: Path, *command: str) -> str:
    """What a command prints that ends well and complains of nothing."""
    done = run(installed, folder, *command, COMITY_PROFILE=f"{PROFILE}/profile.toml")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_second_demonstration_beside_it_is_refused_in_one_sentence(
    up: Path, installed: Installed
) -> None:
    done = run(installed, up, "comity", "demo", "up")
    assert done.returncode == ExitCode.CANNOT_CREATE
    assert done.stderr.count("\n") == 1
    assert "`make down` ends and removes what runs there" in done.stderr


def test_the_hands_on_commands_work(up: Path, installed: Installed) -> None:
    told = sound(installed, up, "sh", "-e", "-c", block(README, "run: hands-on"))
    assert "DE-LP  1 hit, " in told
    assert "WBAXX3101CA123456" in told
    assert re.search(r"officer +vehicle +investigate", told)
    assert "sound" in told


def test_the_python_example_works(up: Path, installed: Installed) -> None:
    code = block(README, "run: python")
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    python = str(installed.programs / "python")
    told = sound(installed, up, python, "-W", "error", "-c", code).splitlines()
    assert "DE-LP 1974" in told
    assert "GB-CA hit only" in told
    assert told[-1] == "not searched: none"


def test_the_example_without_our_code_works(up: Path, installed: Installed) -> None:
    code = block(README, "run: reflection")
    assert "comity " not in code.replace("comity.api.query.v1", "")
    banned = "import sys\nsys.modules['comity'] = None\n"
    python = str(installed.programs / "python")
    told = sound(installed, up, python, "-W", "error", "-c", banned + code, PROFILE)
    assert '"vin": "WBAXX3101CA123456"' in told
    assert '"outcome": "OUTCOME_HIT"' in told
