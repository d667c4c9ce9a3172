"""Every arrow of the architecture page is held: each is crossed once, and its contract says so."""

from __future__ import annotations

import configparser
import itertools
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grimp
import pytest
from importlinter import configuration
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract

if TYPE_CHECKING:
    from importlinter.domain.contract import Contract

configuration.configure()  # what the tool's own program does first
ROOT = Path(__file__).parents[3]
PACKAGES = ("comity", "gateway", "node")
KINDS = {
    "forbidden": ForbiddenContract,
    "independence": IndependenceContract,
    "layers": LayersContract,
}
CONFIG = configparser.ConfigParser()
CONFIG.read(ROOT / ".importlinter")
GENERATED = {"comity._vendor", "comity.api", "comity.wire"}
ROOTS = {"comity.__init__", "comity.version", "gateway.__init__", "node.__init__"}
# Where each thing may be, as docs/architecture.md says; the rest must be under its contract.
PLACES = {
    "casbin": {"comity.rulings"},
    "sql": {"comity.store", "gateway.storage", "node.storage", "node.records", "node.sources"},
    "protobuf": {
        *("comity.client", "comity.rpc", "comity.authority"),
        *("gateway.rpc", "node.rpc", "node.link"),
        *("gateway.app", "node.app", "gateway.cli", "node.cli", "comity.cli", "comity.demo"),
        # Pure: held by a contract of their own, which forbids more.
        *("comity.envelope", "comity.errors", "comity.faults", "comity.identity", "comity.ledger"),
    },
}
# One crossing of each contract.
CROSSINGS = {
    "parts": ("gateway.settings", "node.settings"),
    "kernel": ("comity.ledger", "gateway.settings"),
    "layers": ("comity.envelope", "comity.cli.render"),
    "pure": ("comity.identity.names", "sqlalchemy"),
    "casbin": ("gateway.policy", "casbin"),
    "sql": ("node.exchange.model", "sqlalchemy"),
    "protobuf": ("gateway.relay.model", "google"),
    "gateway": ("gateway.storage", "gateway.app"),
    "node": ("node.records", "node.exchange"),
}


def options(contract: str) -> dict[str, Any]:
    section = CONFIG[f"importlinter:contract:{contract}"]
    return {
        name: [line.strip() for line in value.splitlines() if line.strip()]
        if "\n" in value or name.endswith("_modules")
        else value
        for name, value in section.items()
    }


def contract_of(name: str) -> Contract:
    told = options(name)
    kind = KINDS[told.pop("type")]
    session = {"root_packages": list(PACKAGES), "include_external_packages": True}
    return kind(told.pop("name"), session, told)


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(
        *PACKAGES, include_external_packages=True, exclude_type_checking_imports=True
    )


def kept(graph: grimp.ImportGraph, contract: str) -> bool:
    return contract_of(contract).check(graph=graph, verbose=False).kept


def crossed(graph: grimp.ImportGraph, importer: str, imported: str) -> grimp.ImportGraph:
    """The code as it would be with one more import."""
    changed = deepcopy(graph)
    if imported not in changed.modules:
        changed.add_module(imported, is_squashed=True)
    changed.add_import(importer=importer, imported=imported)
    return changed


def test_the_tool_itself_sees_each_contract_broken_in_files(tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            ignore=lambda _, names: [name for name in names if not _code(name)],
        )
    shutil.copy(ROOT / ".importlinter", tmp_path)
    for importer, imported in CROSSINGS.values():
        path = tmp_path / importer.replace(".", "/")
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        with file.open("a", encoding="utf-8") as out:
            out.write(f"\nimport {imported}\n")
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [program, "--no-cache"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    for name in CROSSINGS:
        assert f"{options(name)['name']} BROKEN" in done.stdout, name


def _code(name: str) -> bool:
    return "." not in name or name.endswith(".py")


def test_every_contract_is_crossed_here() -> None:
    prefix = "importlinter:contract:"
    contracts = {name.removeprefix(prefix) for name in CONFIG.sections() if prefix in name}
    assert contracts == set(CROSSINGS)


@pytest.mark.parametrize("contract", CROSSINGS)
def test_a_contract_is_kept_as_it_is_and_broken_by_one_import(
    graph: grimp.ImportGraph, contract: str
) -> None:
    assert kept(graph, contract)
    assert not kept(crossed(graph, *CROSSINGS[contract]), contract)


def arrows() -> list[tuple[str, str, str]]:
    """Each layer importing the one above it."""
    found = []
    for contract in ("layers", "gateway", "node"):
        layers = [line.split(" | ") for line in options(contract)["layers"]]
        for above, below in itertools.pairwise(layers):
            found += [(contract, low, high) for low in below for high in above]
    return found


@pytest.mark.parametrize(("contract", "low", "high"), arrows())
def test_no_layer_imports_the_one_above_it(
    graph: grimp.ImportGraph, contract: str, low: str, high: str
) -> None:
    assert not kept(crossed(graph, low, high), contract)


@pytest.mark.parametrize("contract", PLACES)
def test_no_package_is_overlooked(graph: grimp.ImportGraph, contract: str) -> None:
    children = {child for package in PACKAGES for child in graph.find_children(package)}
    listed = options(contract)["source_modules"]
    covered = {
        child for child in children if any(f"{child}.".startswith(f"{one}.") for one in listed)
    }
    assert children - covered == (PLACES[contract] | GENERATED | ROOTS) & children


@pytest.mark.parametrize("package", options("protobuf")["source_modules"])
@pytest.mark.parametrize("thing", ["google", "grpc", "comity.api", "comity.wire"])
def test_no_use_case_knows_protobuf(graph: grimp.ImportGraph, package: str, thing: str) -> None:
    assert not kept(crossed(graph, package, thing), "protobuf")
