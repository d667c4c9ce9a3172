"""``comity policy prove``: red lines as theorems; a broken one is shown by an example."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from comity.api.admin.v1 import policy_service_pb2 as api
from comity.cli.options import json_option, print_json, profile_option
from comity.cli.policy import from_node, saying
from comity.cli.policy.saying import say
from comity.errors import ExitCode
from comity.policytools import examining
from comity.policytools.tree import open_tree

if TYPE_CHECKING:
    from pathlib import Path

    from comity.policytools.examining import Proved


@click.command()
@saying.path_argument
@saying.node_options
@json_option
@profile_option
def prove(path: Path | None, *, node: bool, draft: str, as_json: bool, profile: str | None) -> None:
    """Prove the red lines beside the rows for every situation there can be.

    With --node your node proves those of PATH, without PATH those of the law in force there; with --draft
    those of a draft. Ends with 65 when one does not hold, or cannot be proved.
    """
    if node or draft:
        done = from_node.proved(from_node.examined(api.EXAMINATION_PROVE, path, draft, profile))
    else:
        tree = open_tree(saying.folder([path] if path else []))
        done = examining.proved(tree, tree.laws(), progress=saying.progress("proving"))
        saying.progress_done()
    lines = [line for one in done for line in one.proofs]
    broken = sum(not line.holds for line in lines)
    if as_json:
        print_json({"broken": broken, "laws": [asdict(one) for one in done]})
    else:
        for one in done:
            _show(one)
        _sum_up(broken, len(lines))
    if broken or not lines:
        click.get_current_context().exit(ExitCode.DATA)


def _show(law: Proved) -> None:
    say(f"{len(law.proofs)} red lines", lead=f"{' + '.join(law.packs)}: ")
    for one in law.proofs:
        lead = "holds   " if one.holds else "BROKEN  "
        style = saying.DIM if one.holds else saying.BAD
        say(one.claim, indent=1, lead=lead, style=style)
        if not one.holds:
            say(one.counter_example + ".", indent=2)
            place = saying.place_of(one.file, one.line)
            say(f"{one.id}, {place}", indent=2, style=saying.DIM)


def _sum_up(broken: int, count: int) -> None:
    if not count:
        say("There is no red line here.", style=saying.BAD)
    elif broken:
        say(f"{broken} of {count} red lines do not hold.", style=saying.BAD)
    else:
        say(f"All {count} red lines hold.", style=saying.GOOD)
