"""What a law has to pass before it may be published: it loads, its tests hold, no error, every red line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from comity.errors import StartError
from comity.policytools.checking import Weight, check
from comity.policytools.proving import prove
from comity.policytools.red_lines import red_lines
from comity.policytools.situations import given
from comity.policytools.standing import broken
from comity.policytools.testing import run_tests
from comity.policytools.tree import open_tree
from comity.rulings.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from comity.policytools.tree import Packs, Tree
    from comity.rulings.shipped import Federated


def problems(
    root: Path,
    packs: Packs,
    *,
    today: date,
    directory: Federated,
    in_force: Sequence[Path] = (),
) -> list[str]:
    """Everything that keeps a law from being published, a sentence each; none when nothing does.

    Blocking, and seconds long for a large law.

    Args:
        root: the law's folder.
        packs: the packs to be in force, without the model.
        today: the day on which it is looked at.
        directory: members, groups and instruments, signed.
        in_force: the folders of the packs in force, whose red lines bind a law that gives them up, too.
    """
    try:
        tree = opened(root, packs, directory)
        return [*_problems(tree, packs, today), *broken(tree, packs, in_force)]
    except (PolicyError, StartError) as error:
        return [str(error).replace(f"{root}/", "")]


def opened(root: Path, packs: Packs, directory: Federated) -> Tree:
    """A folder of law as a node knows it: with the members, groups and instruments of its directory.

    Raises:
        PolicyError: it is no folder of law.
    """
    tree = replace(open_tree(root), chosen=packs, partial=True)
    words = tree.vocabulary.with_members(directory.members)
    tree.vocabulary = words.with_instruments(directory.instruments, directory.groups)
    return tree


def _problems(tree: Tree, packs: Packs, today: date) -> list[str]:
    tree.bundle(packs)
    found = [
        f"{one.row} {one.sentence}"
        for one in check(tree, packs, today=today)
        if one.weight >= Weight.ERROR
    ]
    claims = 0
    for law in run_tests(tree):
        claims += law.claims
        found += [f"the test “{one.claim}” fails: {one.sentence}" for one in law.failures]
    if not claims:
        found.append("there is no test beside the rows")
    lines = red_lines(tree, packs)
    if not lines:
        found.append("there is no red line beside the rows")
    proofs = prove(tree.bundle(packs).law, given(tree), lines, progress=lambda _: None)
    found += [
        f"the red line {one.red_line.id} does not hold: {one.sentence}"
        for one in proofs
        if not one.holds
    ]
    return found
