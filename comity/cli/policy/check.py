"""``comity policy check``: load law strictly and name what a lawyer should look at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from comity.api.admin.v1 import policy_service_pb2 as api
from comity.cli.options import json_option, print_json, profile_option
from comity.cli.policy import from_node, saying
from comity.cli.policy.saying import say
from comity.errors import ExitCode
from comity.policytools import examining
from comity.policytools.checking import Weight
from comity.policytools.tree import open_tree

if TYPE_CHECKING:
    from pathlib import Path

    from comity.policytools.examining import Checked

_STYLES: Final = {Weight.ERROR: saying.BAD, Weight.WARNING: saying.WARN, Weight.NOTE: saying.DIM}


@click.command()
@saying.path_argument
@click.option(
    "--today",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Look at it as on this day, for example 2027-01-01.",
)
@click.option("--strict", is_flag=True, help="A warning counts as an error.")
@saying.node_options
@json_option
@profile_option
def check(
    path: Path | None,
    *,
    day: datetime | None,
    strict: bool,
    node: bool,
    draft: str,
    as_json: bool,
    profile: str | None,
) -> None:
    """Load law strictly; name what has ended, has no end, never decides, or breaks LED 9(4).

    With --node your node looks at PATH as it would load it, without PATH at the law in force there; with
    --draft at a draft. Ends with 65 when the law cannot be loaded or has an error.
    """
    today = (day or datetime.now(UTC)).date()
    if node or draft:
        told = from_node.examined(
            api.EXAMINATION_CHECK, path, draft, profile, day=today if day else None
        )
        found = from_node.checked(told)
    else:
        tree = open_tree(saying.folder([path] if path else []))
        tell = saying.progress("looking through")
        found = examining.checked(tree, tree.laws(), today=today, progress=tell)
        saying.progress_done()
    if as_json:
        print_json(_plain(found))
    else:
        _show(found)
    if found.worst >= (Weight.WARNING if strict else Weight.ERROR):
        click.get_current_context().exit(ExitCode.DATA)


def _plain(found: Checked) -> dict[str, object]:
    findings = [
        {
            "weight": one.weight.name.lower(),
            "file": one.file,
            "line": one.line,
            "row": one.row,
            "sentence": one.sentence,
        }
        for one in found.findings
    ]
    return {"laws": [list(one) for one in found.laws], "rows": found.rows, "findings": findings}


def _show(found: Checked) -> None:
    for one in found.findings:
        place = saying.place_of(one.file, one.line)
        say(f"{place}: {one.row} {one.sentence}.", style=_STYLES[one.weight])
    count, laws = len(found.findings), len(found.laws)
    words = "1 thing" if count == 1 else f"{count} things"
    about = f"{words} to look at" if count else "nothing to look at"
    load = "1 law of {} rows loads" if laws == 1 else f"{laws} laws of {{}} rows load"
    say(f"{load.format(found.rows)}; {about}.")
