"""Substances by their several names: whoever asks for one way to write it asks for all of them.

Registers write substances as they like, in their own language, by street name or by CAS number. What they
wrote stays and is what they are found by; the names are brought together when a question is asked.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from node.records.normalise.text import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def names_of_substance(text: str) -> tuple[str, ...]:
    """What a substance is also called, with everything it takes in; empty for one not in the table."""
    return _table().get(words(text), ())


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    """Every name, as it is compared, with all that are asked for when it is."""
    lines = [*_lines()]
    same = {names[0]: names for names, _ in lines}
    found: dict[str, tuple[str, ...]] = {}
    for names, taken_in in lines:
        every = dict.fromkeys((*names, *(name for one in taken_in for name in same[one])))
        found.update(dict.fromkeys(names, tuple(every)))
    return found


def _lines() -> Iterator[tuple[list[str], list[str]]]:
    text = resources.files("node.records.normalise").joinpath("substances.txt").read_text("utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            names, _, taken_in = line.partition(">")
            yield _split(names), _split(taken_in)


def _split(names: str) -> list[str]:
    return [found for name in names.split(";") if (found := words(name))]
