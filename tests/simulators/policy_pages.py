"""The policy officers' pages, played: every command is run, every block that adds lines adds them.

    ```console            $ comity policy …, and what it prints at 80 columns
    ```csv add=FILE       lines added to a file of law; ```toml add=FILE as well
    ```csv drop=FILE      the lines are taken out again

``python -m tests.simulators.policy_pages`` writes what the commands print into the pages.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from click.testing import CliRunner

from comity.cli.main import comity
from tests.simulators.law import POLICIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DOCS: Final = Path(__file__).resolve().parents[2] / "docs" / "policy-officer"
# Pages that need no running node.
FILES: Final = tuple(
    DOCS / f"{name}.md" for name in ("writing", "comparing", "proving", "refusals")
)
_BLOCK: Final = re.compile(
    r"^```(\w+)(?: (add|drop|as)=(\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Command:
    """One command of a page, with what the page says it prints."""

    page: Path
    line: str
    printed: str
    who: str = ""


def run_here(line: str) -> str:
    """What a command prints, errors included, at 80 columns."""
    words = shlex.split(line)
    if words[:2] == ["cp", "-r"]:
        shutil.copytree(words[2], words[3])
        return ""
    assert words[0] == "comity", line
    runner = CliRunner(env={"COLUMNS": "80", "NO_COLOR": "1"})
    result = runner.invoke(comity, words[1:])
    return result.output


def commands(page: Path) -> list[Command]:
    """Every command of a page, with who gives it."""
    found = []
    for block in _BLOCK.finditer(page.read_text("utf-8")):
        language, verb, who, body = block.groups()
        if language == "console":
            for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                line, _, printed = part.partition("\n")
                found.append(Command(page, line, printed, who if verb == "as" else ""))
    return found


def rewritten(page: Path, told: list[tuple[Command, str]]) -> str:
    """A page with what its commands print now."""
    text, place = page.read_text("utf-8"), 0
    for command, now in told:
        said = now if now.endswith("\n") or not now else now + "\n"
        old = f"$ {command.line}\n{command.printed}"
        place = text.index(old, place)
        new = f"$ {command.line}\n{said}"
        text = text[:place] + new + text[place + len(old) :]
        place += len(new)
    return text


def played(page: Path, run: Callable[[str], str] = run_here) -> Iterator[tuple[Command, str]]:
    """Every command of a page with what it prints now; below the present folder."""
    for block in _BLOCK.finditer(page.read_text("utf-8")):
        language, verb, file, body = block.groups()
        if verb == "add":
            with Path(file).open("a", encoding="utf-8") as opened:
                opened.write(body)
        elif verb == "drop":
            text = Path(file).read_text("utf-8")
            assert body in text, body
            Path(file).write_text(text.replace(body, ""), "utf-8")
        elif language == "console":
            for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                line, _, printed = part.partition("\n")
                yield Command(page, line, printed), run(line)


def write(page: Path) -> None:
    """Writes what the commands print into a page."""
    page.write_text(rewritten(page, list(played(page))), "utf-8")


def main() -> None:
    """Every page, each in a folder of its own."""
    for page in FILES:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(POLICIES, Path(folder) / "policies")
            os.chdir(folder)
            write(page)
            os.chdir(POLICIES.parent)
        sys.stdout.write(f"{page.name}\n")


if __name__ == "__main__":
    main()
