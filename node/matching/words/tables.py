"""The word lists beside this package: one entry a line, its parts apart by spaces, ``#`` for a remark."""

from __future__ import annotations

from importlib import resources


def read(name: str) -> list[list[str]]:
    """The entries of a list."""
    text = resources.files("node.matching.words").joinpath(name).read_text("utf-8")
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]
