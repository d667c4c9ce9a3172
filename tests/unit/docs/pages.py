"""The documents as data: pages, links, tables, programs in them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "policies").rglob("*.md")),
]
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return _FENCE.sub("", page.read_text("utf-8"))


def links(page: Path) -> list[str]:
    return _LINK.findall(prose(page))


def anchors(page: Path) -> set[str]:
    """Names of headings as a forge makes them."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def block(page: Path, mark: str) -> str:
    """The block of code after ``<!-- MARK -->``."""
    pattern = rf"<!-- {re.escape(mark)} -->\n```\w*\n(.*?)```"
    found = re.search(pattern, page.read_text("utf-8"), re.DOTALL)
    assert found is not None, f"{page} has no block {mark}"
    return found[1]


def rows(page: Path) -> list[list[str]]:
    """Rows of every table of a page, without heads and rules."""
    found = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in prose(page).splitlines()
        if line.startswith("|")
    ]
    ruled = {place for place, row in enumerate(found) if set("".join(row)) <= set("-: ")}
    heads = {place - 1 for place in ruled}
    return [row for place, row in enumerate(found) if place not in ruled | heads]
