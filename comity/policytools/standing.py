"""What stands beside the rows, compared: red lines, tests, what holds at home; and red lines in force.

Rules:

* A red line that is in force binds whatever comes after it. A draft may give one up or put another in its
  place, but not break it in the same breath: its rows are held against the red lines in force, too.
* What keeps watch over rows is no row, and a change of it is told like one: whoever approves a draft reads
  which red lines and tests are gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from comity.policytools.checking import DOMESTIC
from comity.policytools.proving import prove
from comity.policytools.red_lines import read_red_lines
from comity.policytools.situations import given
from comity.policytools.tree import GIVEN, RED_LINES, TESTS, read_toml
from comity.rulings.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from comity.policytools.tree import Packs, Tree

# Sentences about tests; how many more there are is said.
SENTENCES_MAX: Final = 20

# A red line or a test as it is written: its kind, and its words.
Written = tuple[str, "Mapping[str, Any]"]


def beside(old: Sequence[Path], new: Sequence[Path]) -> list[str]:
    """What stands otherwise beside the rows of a law's packs, in sentences.

    Args:
        old: the folders of its packs before.
        new: the folders of its packs now.

    Raises:
        PolicyError: a file is not TOML.
    """
    return [*_packs(old, new), *_red_lines(old, new), *_tests(old, new), *_home(old, new)]


def within(sentences: Sequence[str], most: int) -> list[str]:
    """So many sentences at most; the last one says how many are left out."""
    if len(sentences) <= most:
        return list(sentences)
    left = len(sentences) - most + 1
    return [*sentences[: most - 1], f"and {left} more: comity policy diff tells them all."]


def broken(tree: Tree, packs: Packs, in_force: Sequence[Path]) -> list[str]:
    """Red lines in force that a law gives up or changes, and breaks; a sentence each.

    Args:
        tree: the law that is to be in force.
        packs: its packs.
        in_force: the folders of the packs in force now.
    """
    law = tree.bundle(packs).law
    try:
        known = _written_lines([tree.root / pack for pack in packs])
        lines = []
        for file, told in _files(in_force, RED_LINES):
            kept = {name for name, one in _lines_of(told) if known.get(name) == one}
            lines += [one for one in read_red_lines(file, law) if one.id not in kept]
    except PolicyError as error:
        return [f"a red line in force cannot be held against it: {error.sentence}"]
    asked = [one for one in lines if one.verb in law.models]
    return [
        f"it breaks a red line that is in force, {one.red_line.id} (“{one.red_line.claim}”): {one.sentence}; "
        "give the red line up by a draft of its own first"
        for one in prove(law, given(tree), asked, progress=lambda _: None)
        if not one.holds
    ]


def _packs(old: Sequence[Path], new: Sequence[Path]) -> Iterator[str]:
    was, now = ({one.name for one in each} for each in (old, new))
    for name in sorted(was - now):
        yield f"the pack {name} is in force no more, with all its rows and red lines."
    for name in sorted(now - was):
        yield f"the pack {name} is in force, too."


def _red_lines(old: Sequence[Path], new: Sequence[Path]) -> Iterator[str]:
    before, after = _written_lines(old), _written_lines(new)
    for name in sorted({*before, *after}):
        was, now = before.get(name), after.get(name)
        if was is None and now is not None:
            yield f"new red line {name}: {now[1].get('claim', '')}"
        elif was is not None and now is None:
            yield f"the red line {name} is given up: {was[1].get('claim', '')}"
        elif was is not None and now is not None and was != now:
            words = sorted(
                word for word in {*was[1], *now[1]} if was[1].get(word) != now[1].get(word)
            )
            told = "; ".join(
                f"{word} was {was[1].get(word, '-')}, is {now[1].get(word, '-')}" for word in words
            )
            yield f"the red line {name} is another: {told or f'{now[0]} in place of {was[0]}'}."


def _written_lines(folders: Sequence[Path]) -> dict[str, Written]:
    return {name: one for _, told in _files(folders, RED_LINES) for name, one in _lines_of(told)}


def _lines_of(told: Mapping[str, Any]) -> Iterator[tuple[str, Written]]:
    for kind, lines in told.items():
        for one in lines if isinstance(lines, list) else ():
            yield str(one.get("id", "")), (kind, one)


def _tests(old: Sequence[Path], new: Sequence[Path]) -> Iterator[str]:
    before, after = (dict(_claims(each)) for each in (old, new))
    gone = [f"test gone: “{claim}”." for claim in before if claim not in after]
    other = [
        f"test changed: “{claim}”."
        for claim, one in before.items()
        if claim in after and after[claim] != one
    ]
    told = gone + other
    yield from told[:SENTENCES_MAX]
    if len(told) > SENTENCES_MAX:
        yield f"and {len(told) - SENTENCES_MAX} more tests are gone or changed."
    fresh = len(after.keys() - before.keys())
    if fresh:
        yield "1 test is new." if fresh == 1 else f"{fresh} tests are new."


def _claims(folders: Sequence[Path]) -> Iterator[tuple[str, Any]]:
    """Each test by its claim, with the requests and records that its file describes."""
    for _, told in _files(folders, TESTS):
        around = told.get("given", {})
        for kind, tests in told.items():
            for one in tests if isinstance(tests, list) and kind != "packs" else ():
                names = {name: around.get(f"{name}s", {}).get(one.get(name)) for name in _NAMED}
                yield str(one.get("claim", "")), (kind, one, names)


_NAMED: Final = ("request", "record")


def _home(old: Sequence[Path], new: Sequence[Path]) -> Iterator[str]:
    was, now = (dict(_named(_files(each, DOMESTIC))) for each in (old, new))
    for name in sorted({*was, *now}):
        if was.get(name) != now.get(name):
            yield f"what holds at home ({name}) is written otherwise."
    taken = [
        read_toml(file) if (file := each[0].parent / GIVEN).is_file() else {} for each in (old, new)
    ]
    if taken[0] != taken[1]:
        yield f"what tests take for granted ({GIVEN}) is another."


def _named(files: Iterable[tuple[Path, Any]]) -> Iterator[tuple[str, Any]]:
    for file, told in files:
        yield f"{file.parent.name}/{file.name}", told


def _files(folders: Sequence[Path], pattern: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    for folder in folders:
        for file in sorted(folder.glob(pattern)):
            yield file, read_toml(file)
