"""Folders of law to break on purpose: a copy of the shipped one, with a word of it changed."""

from __future__ import annotations

import csv
import io
import shutil
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner, Result

from comity.cli.main import comity
from comity.policytools.tree import Tree, open_tree
from tests.simulators.law import POLICIES

if TYPE_CHECKING:
    from pathlib import Path


def copied(folder: Path) -> Path:
    """The shipped folder of law, to be changed."""
    return shutil.copytree(POLICIES, folder / "policies")


def changed(file: Path, *swaps: tuple[str, str], added: str = "") -> None:
    """Puts words in the place of others; each must be there."""
    text = file.read_text("utf-8")
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new)
    file.write_text(text + added, "utf-8")


def row_of(file: Path, **words: str) -> str:
    """A line for a table, by its header; what is not named is left empty, which is the default."""
    header = next(csv.reader([file.read_text("utf-8").splitlines()[0]]))
    told = {"reason": "OK", "law": "Code 1", "sentence": "A row that was added."}
    told |= {"duties": "-", "tell": "yes", **words}
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([told.get(name, "") for name in header])
    return out.getvalue()


def cells(file: Path, row: str, **words: str) -> None:
    """Puts words into the cells of one row."""
    lines = file.read_text("utf-8").splitlines()
    header = next(csv.reader([lines[0]]))
    for number, line in enumerate(lines):
        told = next(csv.reader([line]), [])
        if row in told[:2]:
            for column, word in words.items():
                told[header.index(column)] = word
            out = io.StringIO()
            csv.writer(out, lineterminator="").writerow(told)
            lines[number] = out.getvalue()
            break
    else:
        raise AssertionError(row)
    file.write_text("\n".join(lines) + "\n", "utf-8")


def tree_with(folder: Path, pack: str, *swaps: tuple[str, str], added: str = "") -> Tree:
    """The shipped law with rows of a pack's release changed or added."""
    root = copied(folder)
    changed(root / pack / "release.csv", *swaps, added=added)
    return open_tree(root / pack)


def run(*words: Any, columns: int = 100) -> Result:
    """``comity policy …``."""
    runner = CliRunner(env={"COLUMNS": str(columns), "NO_COLOR": "1"})
    return runner.invoke(comity, ["policy", *map(str, words)])
