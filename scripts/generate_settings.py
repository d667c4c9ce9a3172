"""Writes docs/operator/settings.md from the settings classes: the page says what the programs read."""

from __future__ import annotations

import inspect
import json
import re
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

import gateway.settings
import node.settings

PAGE: Final = Path(__file__).parents[1] / "docs/operator/settings.md"
HEAD: Final = """# Settings

Generated from `node/settings.py` and `gateway/settings.py` by `make generate`; do not edit.

A node reads `HOME/node.toml`, a gateway `HOME/gateway.toml`; every setting has a safe default, so the file
may be missing. It is read once, at start. An unknown name or a value of the wrong type stops the start with
the file's name (exit code 78), because a mistyped limit must not silently be the default. `comity-node check`
and `comity-gateway check` try the file without starting anything.

Environment variables: `COMITY_NODE_HOME` and `COMITY_GATEWAY_HOME` stand for `--home`, `COMITY_AUTHORITY`
for the authority's `--dir`, `COMITY_PROFILE` for a caller's `--profile`.
"""
_ATTRIBUTE: Final = re.compile(r"^    (\w+): (.*?)(?=^    \w+: |\Z)", re.DOTALL | re.MULTILINE)


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for title, kind in (
        ("Node: `node.toml`", node.settings.Settings),
        ("Gateway: `gateway.toml`", gateway.settings.Settings),
    ):
        parts.append(f"\n## {title}\n\n| setting | default | means |\n|---|---|---|\n")
        told = _sentences(kind)
        parts += [
            f"| `{part.name}` | `{_toml(part.default)}` | {told[part.name]} |\n"
            for part in fields(kind)
        ]
    return "".join(parts)


def _sentences(kind: type[Any]) -> dict[str, str]:
    """Each attribute's sentence in the class's docstring."""
    _, _, attributes = inspect.getdoc(kind).partition("Attributes:\n")  # type: ignore[union-attr]
    return {
        name: " ".join(text.split()).replace("``", "`")
        for name, text in _ATTRIBUTE.findall(attributes)
    }


def _toml(value: object) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
