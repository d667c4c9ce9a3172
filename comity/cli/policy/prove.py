"""``comity policy prove``: red lines as theorems; a broken one is shown by an example."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from comity.cli.options import json_option, print_json
from comity.cli.policy import saying
from comity.cli.policy.saying import say
from comity.errors import ExitCode
from comity.policytools import proving
from comity.policytools.red_lines import red_lines
from comity.policytools.situations import given
from comity.policytools.tree import open_tree

if TYPE_CHECKING:
    from pathlib import Path

    from comity.policytools.tree import Packs


@click.command()
@saying.path_argument
@json_option
def prove(path: Path, *, as_json: bool) -> None:
    """Prove the red lines beside the rows for every situation there can be.

    Ends with 65 when one does not hold, or cannot be proved.
    """
    tree = open_tree(path)
    ground = given(tree)
    done: list[tuple[Packs, list[proving.Proof]]] = []
    for packs in tree.laws():
        lines = red_lines(tree, packs)
        tell = saying.progress(f"proving {packs[-1]}:")
        law = tree.bundle(packs).law
        done.append((packs, proving.prove(law, ground, lines, progress=tell)))
    saying.progress_done()
    broken = sum(not one.holds for _, proofs in done for one in proofs)
    if as_json:
        told = [{"packs": list(packs), "proofs": [_plain(p) for p in all_]} for packs, all_ in done]
        print_json({"broken": broken, "laws": told})
    else:
        for packs, proofs in done:
            _show(packs, proofs)
        _sum_up(broken, sum(len(proofs) for _, proofs in done))
    if broken or not any(proofs for _, proofs in done):
        click.get_current_context().exit(ExitCode.DATA)


def _plain(one: proving.Proof) -> dict[str, object]:
    return {
        "id": one.red_line.id,
        "claim": one.red_line.claim,
        "holds": one.holds,
        "counter_example": one.sentence,
        "file": str(one.red_line.file),
        "line": one.red_line.line,
        "elapsed_s": round(one.elapsed_s, 3),
    }


def _show(packs: Packs, proofs: list[proving.Proof]) -> None:
    say(f"{len(proofs)} red lines", lead=f"{' + '.join(packs)}: ")
    for one in proofs:
        lead = "holds   " if one.holds else "BROKEN  "
        style = saying.DIM if one.holds else saying.BAD
        say(one.red_line.claim, indent=1, lead=lead, style=style)
        if not one.holds:
            say(one.sentence + ".", indent=2)
            place = saying.place_of(one.red_line.file, one.red_line.line)
            say(f"{one.red_line.id}, {place}", indent=2, style=saying.DIM)


def _sum_up(broken: int, count: int) -> None:
    if not count:
        say("There is no red line here.", style=saying.BAD)
    elif broken:
        say(f"{broken} of {count} red lines do not hold.", style=saying.BAD)
    else:
        say(f"All {count} red lines hold.", style=saying.GOOD)
