"""``comity policy test``: run the tests that stand beside the rows."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from comity.cli.options import json_option, print_json
from comity.cli.policy import saying
from comity.cli.policy.saying import say
from comity.errors import ExitCode
from comity.policytools.testing import LawTested, run_tests
from comity.policytools.tree import open_tree

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@click.command()
@saying.path_argument
@json_option
def test(path: Path, *, as_json: bool) -> None:
    """Run the tests beside the rows, and name rows that no test reaches.

    Ends with 65 when a claim does not hold.
    """
    done = run_tests(open_tree(path), progress=saying.progress("testing"))
    saying.progress_done()
    failed = sum(len(one.failures) for one in done)
    if as_json:
        print_json({"failed": failed, "laws": [_plain(one) for one in done]})
    else:
        _show(done, failed)
    if failed or not any(one.claims for one in done):
        click.get_current_context().exit(ExitCode.DATA)


def _plain(one: LawTested) -> dict[str, object]:
    failures = [{**asdict(failure), "file": str(failure.file)} for failure in one.failures]
    return {
        "packs": list(one.packs),
        "claims": one.claims,
        "assertions": one.assertions,
        "failures": failures,
        "rows": one.rows,
        "rows_not_tested": list(one.silent),
        "elapsed_s": round(one.elapsed_s, 3),
    }


def _show(done: Sequence[LawTested], failed: int) -> None:
    for one in done:
        for failure in one.failures:
            say(failure.claim, style=saying.BOLD, lead="FAILED  ")
            say(failure.sentence, indent=1)
            say(saying.place_of(failure.file, failure.line), indent=1, style=saying.DIM)
    for one in done:
        reached = one.rows - len(one.silent)
        told = f"{one.claims} claims, {one.assertions} assertions"
        told += f"; {reached} of {one.rows} rows decide in one of them"
        say(told, lead=f"{' + '.join(one.packs)}: ")
        if one.silent:
            say(", ".join(one.silent), indent=1, lead="no test reaches: ", style=saying.DIM)
    claims = sum(one.claims for one in done)
    if not claims:
        say("There is no test here.", style=saying.BAD)
    elif failed:
        say(f"{failed} of {claims} claims do not hold.", style=saying.BAD)
    else:
        say(f"All {claims} claims hold.", style=saying.GOOD)
