"""The wheel is complete: what programs read at run time is in it, and nothing else is."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from comity.version import __version__
from tests.simulators.installed import ROOT

if TYPE_CHECKING:
    from tests.simulators.installed import Installed

POLICIES = (
    "comity/_policies/core/release.csv",
    "comity/_policies/eu-member/ask.csv",
    "comity/_policies/federation/route.csv",
    "comity/_policies/model/release.conf",
    "comity/_policies/vocabulary.toml",
)


def beside_the_code() -> set[str]:
    """Tables, mappings and word lists that stand beside the modules that read them."""
    found = (path for top in ("comity", "gateway", "node") for path in (ROOT / top).rglob("*"))
    return {
        path.relative_to(ROOT).as_posix()
        for path in found
        if path.is_file() and path.suffix in {".toml", ".txt", ".json", ".npz", ".mako", ".typed"}
    }


def test_the_wheel_holds_packs_migrations_registers_and_mappings(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = set(wheel.namelist())
    assert len(beside_the_code()) > 10
    assert not ({*POLICIES, *beside_the_code()} - names)
    assert [name for name in names if "/migrations/versions/" in name and name.startswith("node/")]
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"comity", "gateway", "node"}


@pytest.mark.parametrize("program", ["comity", "comity-gateway", "comity-node"])
def test_every_program_runs_from_the_wheel(installed: Installed, program: str) -> None:
    told = installed.run(program, "--version")
    assert (told.returncode, told.stderr) == (0, "")
    assert __version__ in told.stdout
    where = installed.run("python", "-c", "import comity, gateway, node; print(node.__file__)")
    assert where.stdout.startswith(str(installed.packages))


def test_every_command_of_the_wheel_can_be_imported(installed: Installed) -> None:
    told = installed.run("comity", "--help")
    assert told.returncode == 0
    assert "not available" not in told.stdout
