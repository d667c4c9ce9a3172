"""The policy officers' pages, followed word for word: every command prints what the page says."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from comity.rulings.columns import COLUMNS, TIERS, Verb
from comity.rulings.effects import WORDS
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


def test_the_page_names_every_tier_column_and_effect_that_a_row_may_have() -> None:
    text = (DOCS / "README.md").read_text("utf-8")
    for word in (*TIERS, *COLUMNS[Verb.RELEASE]):
        assert f"`{word}`" in text, word
    effects = text.partition("## What happens instead")[2].partition("\n## ")[0]
    told = {word.partition(":")[0] for word in re.findall(r"`([a-z-]+(?::[A-Z0-9+]+)?)`", effects)}
    assert set(WORDS) <= told
    for verb in Verb:
        assert verb is Verb.RELEASE or f"`{verb}.csv`" in text, verb


def test_no_page_asks_for_a_programming_language() -> None:
    for page in sorted(DOCS.glob("*.md")):
        assert "```python" not in page.read_text("utf-8"), page.name
