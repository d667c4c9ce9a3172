"""The life of the index is the same on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulators.postgresql import Cluster, cluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    with cluster() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database: a file, or the URL of a schema."""
    if request.param == "sqlite":
        return str(tmp_path / "node.db")
    server: Cluster = request.getfixturevalue("postgresql")
    return server.schema()
