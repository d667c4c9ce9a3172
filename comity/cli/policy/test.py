"""``comity policy test``: run the tests that stand beside the rows."""

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
    from collections.abc import Sequence
    from pathlib import Path

    from comity.policytools.examining import Tested


@click.command()
@saying.path_argument
@saying.node_options
@json_option
@profile_option
def test(path: Path | None, *, node: bool, draft: str, as_json: bool, profile: str | None) -> None:
    """Run the tests beside the rows, and name rows that no test reaches.

    With --node your node runs those of PATH, without PATH those of the law in force there; with --draft those
    of a draft. Ends with 65 when a claim does not hold.
    """
    if node or draft:
        done = from_node.tested(from_node.examined(api.EXAMINATION_TEST, path, draft, profile))
    else:
        tree = open_tree(saying.folder([path] if path else []))
        done = examining.tested(tree, progress=saying.progress("testing"))
        saying.progress_done()
    failed = sum(len(one.failures) for one in done)
    if as_json:
        print_json({"failed": failed, "laws": [asdict(one) for one in done]})
    else:
        _show(done, failed)
    if failed or not any(one.claims for one in done):
        click.get_current_context().exit(ExitCode.DATA)


def _show(done: Sequence[Tested], failed: int) -> None:
    for one in done:
        for failure in one.failures:
            say(failure.claim, style=saying.BOLD, lead="FAILED  ")
            say(failure.sentence, indent=1)
            say(saying.place_of(failure.file, failure.line), indent=1, style=saying.DIM)
    for one in done:
        reached = one.rows - len(one.rows_not_tested)
        told = f"{one.claims} claims, {one.assertions} assertions"
        told += f"; {reached} of {one.rows} rows decide in one of them"
        say(told, lead=f"{' + '.join(one.packs)}: ")
        if one.rows_not_tested:
            rows = ", ".join(one.rows_not_tested)
            say(rows, indent=1, lead="no test reaches: ", style=saying.DIM)
    claims = sum(one.claims for one in done)
    if not claims:
        say("There is no test here.", style=saying.BAD)
    elif failed:
        say(f"{failed} of {claims} claims do not hold.", style=saying.BAD)
    else:
        say(f"All {claims} claims hold.", style=saying.GOOD)
