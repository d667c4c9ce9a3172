"""One running federation of the installed wheel, shared by every scene that leaves it working."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from comity.client import Comity
from comity.client.profile import Profile
from comity.demo.processes import concurrently
from tests.simulators.exchange_scenes import (
    ASKER,
    OTHER,
    OWNER,
    REGISTERS,
    SECRETS,
    everything_closed,
    settled,
)
from tests.simulators.installed import federation, install, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.demo.federation import Federation
    from tests.simulators.installed import Installed


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(300))  # the first one also starts the federation


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def running(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    fed = federation(
        installed, tmp_path_factory.mktemp("fed") / "f", ASKER, OWNER, OTHER, gateways=2
    )
    try:
        fed.found()
        fed.join_all()
        for agency, register in REGISTERS.items():
            path = fed.root / f"{agency}.jsonl"
            path.write_text("".join(json.dumps(row) + "\n" for row in register))
            told = fed.load(agency, "register", path)
            assert (told["added"], told["quarantined"]) == (len(register), 0)
        concurrently(
            [lambda one=one: fed.add_caller(one, "officer", "officer") for one in (ASKER, OTHER)]
        )
        fed.start_all()
        settled(fed)
        yield fed
    finally:
        fed.stop()


@pytest.fixture
def fed(running: Federation) -> Iterator[Federation]:
    """The shared federation; after the scene it works again, its ledgers are whole, its logs silent."""
    yield running
    settled(running)
    until(lambda: everything_closed(running))
    for log in running.root.glob("*.log"):
        text = log.read_text(errors="replace")
        assert not [word for word in SECRETS if word in text], log
        assert "Traceback" not in text, log


@pytest.fixture
def asker(fed: Federation) -> Iterator[Comity]:
    with Comity.open(Profile.load(fed.profile(ASKER, "officer"))) as node:
        yield node
