"""What is installed was resolved: pinned, hashed, of no index; floors and generated code go with it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from comity.api.query.v1 import query_service_pb2_grpc

ROOT = Path(__file__).parents[3]
LOCKED = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def pins(file: Path) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9-]+)==([^\s\\]+)", file.read_text("utf-8"), re.MULTILINE)
    return dict(found)


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


@pytest.mark.parametrize("file", LOCKED, ids=lambda one: str(one.stem))
def test_every_package_is_pinned_and_hashed_and_no_index_is_named(file: Path) -> None:
    text = file.read_text("utf-8")
    told = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert told
    assert all(re.match(r"[a-z0-9-]+==[\w.]+ ", line) for line in told), told
    for block in re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in block, block
    assert "://" not in re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)


def test_no_two_files_pin_a_package_differently() -> None:
    seen: dict[str, str] = {}
    for file in LOCKED:
        for name, version in pins(file).items():
            assert seen.setdefault(name, version) == version, name


def test_every_floor_is_at_or_below_its_pin() -> None:
    locked = pins(ROOT / "requirements/runtime.txt")
    extras = PROJECT["optional-dependencies"].values()
    for wanted in [*PROJECT["dependencies"], *(one for extra in extras for one in extra)]:
        found = re.fullmatch(r"([\w-]+)(?:\[[\w,]+\])?>=([\d.]+)", wanted)
        if found is None:
            assert wanted.startswith("comity["), f"{wanted} has no floor"
        else:
            assert numbers(found[2]) <= numbers(locked[found[1].lower()]), wanted


def test_generated_code_runs_on_the_oldest_runtime_that_may_be_installed() -> None:
    floors = dict(re.findall(r"([\w-]+)>=([\d.]+)", " ".join(PROJECT["dependencies"])))
    generated = (ROOT / "comity/api/query/v1/answer_pb2.py").read_text("utf-8")
    needs = re.search(r"Protobuf Python Version: ([\d.]+)", generated)
    assert needs is not None
    assert numbers(needs[1]) <= numbers(floors["protobuf"])
    grpc_needs = query_service_pb2_grpc.GRPC_GENERATED_VERSION
    assert numbers(grpc_needs) <= numbers(floors["grpcio"])
