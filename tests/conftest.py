"""Which tests keep together when several run at once (`make test`)."""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)  # before the plugin reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests share their fixtures; the scenes of real processes share one federation."""
    for item in items:
        group = "e2e" if "/e2e/" in str(item.path) else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
