"""Law looked at as a whole: checked, tested, proved, compared.

What each tells is words and numbers, nothing of a matcher or a solver, so that a folder here and a node far
away tell the same. Laws are looked at one after the other, and what is being looked at is told meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from comity.policytools.checking import Finding, Weight, check
from comity.policytools.comparing import compare
from comity.policytools.proving import prove
from comity.policytools.reach import in_no_law, out_of_reach
from comity.policytools.red_lines import red_lines
from comity.policytools.situations import given
from comity.policytools.testing import run_tests

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from comity.policytools.comparing import Change, Compared
    from comity.policytools.proving import Proof
    from comity.policytools.situations import Given
    from comity.policytools.testing import LawTested
    from comity.policytools.tree import Packs, Tree
    from comity.rulings import Bundle

# Is told what is being looked at.
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Attributes:
        laws: the packs of each law that was loaded.
        rows: how many rows they have, each counted once.
        findings: what to look at.
    """

    laws: tuple[Packs, ...]
    rows: int
    findings: tuple[Finding, ...]

    @property
    def worst(self) -> Weight:
        """The weight of the worst finding."""
        return max((one.weight for one in self.findings), default=Weight.NOTE)


@dataclass(frozen=True, slots=True)
class Failed:
    """A claim that does not hold, and where it stands."""

    claim: str
    sentence: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Tested:
    """What the tests of one law said.

    Attributes:
        assertions: single expectations that were compared.
        rows: how many rows there are.
        rows_not_tested: rows that decided in no test, by id.
        elapsed_s: seconds.
    """

    packs: Packs
    claims: int
    assertions: int
    failures: tuple[Failed, ...]
    rows: int
    rows_not_tested: tuple[str, ...]
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class LineProved:
    """What became of one red line.

    Attributes:
        holds: proved for every situation there is.
        counter_example: empty where it holds; else one in a sentence, or why nothing was proved.
        elapsed_s: seconds.
    """

    id: str
    claim: str
    holds: bool
    counter_example: str
    file: str
    line: int
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class Proved:
    """The red lines of one law."""

    packs: Packs
    proofs: tuple[LineProved, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """Fields that leave otherwise, in which situations, and whether in more than before."""

    sentence: str
    more: bool


@dataclass(frozen=True, slots=True)
class Differing:
    """What one law changes against another.

    Attributes:
        rows: what stands otherwise: red lines, tests, rows and what they are read by, in sentences.
        proved: what is allowed and was not, or the other way round, of all situations, and what was not
            looked at, in sentences.
        changes: fields that leave otherwise, each with when.
    """

    packs: Packs
    rows: tuple[str, ...]
    proved: tuple[str, ...]
    changes: tuple[FieldChange, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """Everything."""
        return (*self.rows, *self.proved, *(one.sentence for one in self.changes))


def checked(tree: Tree, laws: Iterable[Packs], *, today: date, progress: Progress) -> Checked:
    """Loads laws strictly and names what a lawyer should look at.

    Raises:
        PolicyError: a law cannot be loaded at all.
    """
    ground, looked_at, laws = given(tree), list[set[str]](), tuple(laws)
    found: dict[Finding, None] = {}
    unreached: list[Finding] = []
    deciding: set[str] = set()  # a row that decides in one law is dead in none
    for packs in laws:
        bundle = tree.bundle(packs)
        found.update(dict.fromkeys(check(tree, packs, today=today)))
        own = tree.places(tree.own(packs))
        places = {row: own[row] for row in own.keys() & bundle.rows.keys() - deciding}
        dead = out_of_reach(bundle.law, ground, places, progress=_within(progress, packs))
        if all(
            one.row for one in dead
        ):  # where rows were not looked through, nothing is said of them
            deciding |= places.keys() - {one.row for one in dead}
        looked_at.append(set(places))
        unreached += dead
    found.update(dict.fromkeys(in_no_law(unreached, looked_at)))
    rows = len({row for packs in laws for row in tree.bundle(packs).rows})
    return Checked(laws, rows, tuple(found))


def tested(tree: Tree, *, progress: Progress) -> list[Tested]:
    """Runs every test beside the chosen packs.

    Raises:
        PolicyError: a law or a file of tests cannot be read.
    """
    return [_told(one) for one in run_tests(tree, progress=progress)]


def proved(tree: Tree, laws: Iterable[Packs], *, progress: Progress) -> list[Proved]:
    """Proves every red line beside the rows.

    Raises:
        PolicyError: a law, or a red line, cannot be read.
    """
    ground = given(tree)
    return [
        Proved(
            packs,
            tuple(
                _line(one)
                for one in prove(
                    tree.bundle(packs).law,
                    ground,
                    red_lines(tree, packs),
                    progress=_within(progress, packs),
                )
            ),
        )
        for packs in laws
    ]


def compared(
    before: Callable[[Packs], Bundle | None],
    after: Callable[[Packs], Bundle],
    laws: Iterable[Packs],
    ground: Given,
    *,
    around: Callable[[Packs], list[str]],
    progress: Progress,
) -> list[Differing]:
    """What laws change against the ones before them; those that have none are left out.

    Args:
        before: the law before, or nothing.
        after: the law now.
        laws: which laws.
        ground: what is taken for granted.
        around: what stands otherwise beside the rows of a law (``comity.policytools.standing.beside``).
        progress: is told what is being looked at.

    Raises:
        PolicyError: a law cannot be loaded.
    """
    done = []
    for packs in laws:
        progress(" + ".join(packs))
        old = before(packs)
        if old is not None:
            found = _differing(
                packs, compare(old, after(packs), ground, progress=_within(progress, packs))
            )
            done.append(replace(found, rows=(*around(packs), *found.rows)))
    return done


def _within(progress: Progress, packs: Packs) -> Progress:
    return lambda now: progress(f"{packs[-1]}: {now}")


def _told(one: LawTested) -> Tested:
    failures = (Failed(f.claim, f.sentence, str(f.file), f.line) for f in one.failures)
    return Tested(
        one.packs,
        one.claims,
        one.assertions,
        tuple(failures),
        one.rows,
        one.silent,
        round(one.elapsed_s, 3),
    )


def _line(one: Proof) -> LineProved:
    line = one.red_line
    return LineProved(
        line.id,
        line.claim,
        one.holds,
        one.sentence,
        str(line.file),
        line.line,
        round(one.elapsed_s, 3),
    )


def _differing(packs: Packs, one: Compared) -> Differing:
    changes = tuple(FieldChange(change.sentence, _more(change)) for change in one.changes)
    return Differing(packs, one.rows, (*one.exact.sentences, *one.left_out), changes)


def _more(change: Change) -> bool:
    return change.after > change.before
