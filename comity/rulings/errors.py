"""What is wrong with a policy, and what went wrong in a ruling."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from comity.errors import ComityError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class PolicyError(ComityError):
    """A policy that cannot be taken into force; the one in force stays.

    Args:
        file: the file at fault, or the folder where something is missing.
        line: the line at fault, counted from 1; 0 where no single line is.
        sentence: what is wrong, in a sentence for whoever writes policies.
    """

    def __init__(self, file: Path, line: int, sentence: str) -> None:
        place = f"{file}:{line}" if line else f"{file}"
        super().__init__(f"{place}: {sentence}")
        self.file = file
        self.line = line
        self.sentence = sentence


class MatcherFault(Fault):
    """A matcher raised: the ruling is a denial, and somebody is told."""


def nearest(word: str, known: Iterable[str]) -> str:
    """``; did you mean "suspect"?`` for a word that resembles a known one, else nothing."""
    close = get_close_matches(word, list(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""
