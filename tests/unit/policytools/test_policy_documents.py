"""The policy officers' pages, followed word for word: every command prints what the page says."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.simulators.law import POLICIES
from tests.simulators.policy_pages import DOCS, FILES, played

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("page", FILES, ids=lambda page: page.name)
def test_every_command_of_the_page_prints_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(POLICIES, tmp_path / "policies")
    monkeypatch.chdir(tmp_path)
    count = 0
    for command, now in played(page):
        assert now == command.printed, f"{command.line}: python -m tests.simulators.policy_pages"
        count += 1
    assert count > 1


def test_no_page_asks_for_a_programming_language() -> None:
    for page in sorted(DOCS.glob("*.md")):
        assert "```python" not in page.read_text("utf-8"), page.name
