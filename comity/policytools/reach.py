"""Rows that can never decide anything: no situation fits, or every one is decided by an earlier row."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from comity.policytools.checking import Finding, Weight
from comity.policytools.searching import Search
from comity.policytools.solver import all_of, negated
from comity.policytools.space import NotEncodable
from comity.policytools.theory import Theories

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from comity.policytools.situations import Given
    from comity.policytools.theory import Theory
    from comity.policytools.tree import Place
    from comity.rulings.law import Law

# Laws of more rows are not looked through row by row.
REACH_ROWS_MAX: Final = 2_000


def out_of_reach(
    law: Law, given: Given, places: Mapping[str, Place], *, progress: Callable[[str], None]
) -> list[Finding]:
    """Rows among ``places`` that never decide, with what stands before them."""
    theories = Theories(law, given)
    found: list[Finding] = []
    for verb, rows in law.rows.items():
        if len(rows) > REACH_ROWS_MAX or not any(row.id in places for row in rows):
            continue
        progress(verb)
        try:
            found += _of_verb(theories.of(verb), places)
        except NotEncodable as error:
            sentence = f"rows of {verb} were not looked through: {error}"
            found.append(Finding(Weight.NOTE, "", 0, "", sentence))
    return found


def in_no_law(found: Iterable[Finding], laws: Iterable[Collection[str]]) -> list[Finding]:
    """Of findings in several laws, those about rows that decide in none: a pack may tighten the core's row.

    Args:
        found: of every law, one after the other.
        laws: the rows that were looked at in each.
    """
    held = Counter(row for rows in laws for row in rows)
    about: dict[str, list[Finding]] = {}
    for one in found:
        about.setdefault(one.row or one.sentence, []).append(one)
    return [some[0] for some in about.values() if not some[0].row or len(some) == held[some[0].row]]


def _of_verb(theory: Theory, places: Mapping[str, Place]) -> Iterator[Finding]:
    undecided = Search(
        theory
    )  # what no earlier row decides; it grows with each row, and is built once
    earlier: list[tuple[str, Any]] = []
    for row in theory.taken.rows:
        fits = theory.encoding.match(row, theory.reading)
        if row.id in places and not undecided.possible(fits):
            place, sentence = places[row.id], _why_never(theory, fits, earlier)
            yield Finding(Weight.WARNING, str(place.file), place.line, row.id, sentence)
        if theory.taken.first_decides:
            undecided.keep(negated(fits))
            earlier.append((row.id, fits))


def _why_never(theory: Theory, fits: Any, earlier: list[tuple[str, Any]]) -> str:
    if not theory.possible(fits):
        return "can never fit: its conditions exclude each other"
    alone = [row for row, one in earlier if not theory.possible(all_of((fits, negated(one))))]
    by = alone[0] if alone else "several earlier rows together"
    return f"never decides: {by} stands before it in every situation"
