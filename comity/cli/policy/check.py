"""``comity policy check``: load law strictly and name what a lawyer should look at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from comity.cli.options import json_option, print_json
from comity.cli.policy import saying
from comity.cli.policy.saying import say
from comity.errors import ExitCode
from comity.policytools.checking import Finding, Weight
from comity.policytools.checking import check as checked
from comity.policytools.reach import in_no_law, out_of_reach
from comity.policytools.situations import given
from comity.policytools.tree import open_tree

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

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
@json_option
def check(path: Path, *, day: datetime | None, strict: bool, as_json: bool) -> None:
    """Load law strictly; name what has ended, has no end, never decides, or breaks LED 9(4).

    Ends with 65 when the law cannot be loaded or has an error.
    """
    tree = open_tree(path)
    today: date = (day or datetime.now(UTC)).date()
    found: dict[Finding, None] = {}
    laws, ground = tree.laws(), given(tree)
    unreached: list[Finding] = []
    looked_at: list[set[str]] = []
    for packs in laws:
        found.update(dict.fromkeys(checked(tree, packs, today=today)))
        tell = saying.progress(f"looking through {packs[-1]}:")
        places = tree.places(tree.own(packs))
        bundle = tree.bundle(packs)
        looked_at.append(places.keys() & bundle.rows.keys())
        unreached += out_of_reach(bundle.law, ground, places, progress=tell)
    found.update(dict.fromkeys(in_no_law(unreached, looked_at)))
    saying.progress_done()
    worst = max((one.weight for one in found), default=Weight.NOTE)
    rows = len({row for packs in laws for row in tree.bundle(packs).rows})
    if as_json:
        told = [
            {
                "weight": one.weight.name.lower(),
                "file": one.file,
                "line": one.line,
                "row": one.row,
                "sentence": one.sentence,
            }
            for one in found
        ]
        print_json({"laws": [list(packs) for packs in laws], "rows": rows, "findings": told})
    else:
        for one in found:
            place = saying.place_of(one.file, one.line)
            say(f"{place}: {one.row} {one.sentence}.", style=_STYLES[one.weight])
        words = "1 thing" if len(found) == 1 else f"{len(found)} things"
        about = f"{words} to look at" if found else "nothing to look at"
        load = "1 law of {} rows loads" if len(laws) == 1 else f"{len(laws)} laws of {{}} rows load"
        say(f"{load.format(rows)}; {about}.")
    if worst >= (Weight.WARNING if strict else Weight.ERROR):
        click.get_current_context().exit(ExitCode.DATA)
