"""``comity policy diff``: what a changed law would change, in sentences."""

from __future__ import annotations

from pathlib import Path

import click

from comity.cli.options import json_option, print_json
from comity.cli.policy import saying
from comity.cli.policy.saying import say
from comity.policytools.comparing import Compared, compare
from comity.policytools.situations import given
from comity.policytools.tree import open_tree

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("old", type=_FOLDER)
@click.argument("new", type=_FOLDER)
@json_option
def diff(old: Path, new: Path, *, as_json: bool) -> None:
    """Compare two folders of law: which field leaves in more or less, in which situations.

    OLD and NEW are the same pack in two folders, or two folders of packs.
    """
    before, after = open_tree(old), open_tree(new)
    told: dict[str, Compared] = {}
    for packs in after.laws():
        name = " + ".join(packs)
        saying.progress("comparing")(name)
        if all((before.root / pack).is_dir() for pack in packs):
            told[name] = compare(before.bundle(packs), after.bundle(packs), given(after))
    saying.progress_done()
    if as_json:
        print_json({"laws": {name: one.sentences for name, one in told.items()}})
        return
    for name, one in told.items():
        if not one.rows:
            continue
        say(name, style=saying.BOLD)
        for sentence in one.rows:
            say(sentence, indent=1, lead="· ")
        for sentence in one.exact.sentences:
            say(sentence, indent=1, lead="= ")
        for change in one.changes:
            style = saying.WARN if change.after > change.before else ""
            say(change.sentence, indent=1, style=style, lead="→ ")
    if not any(one.rows for one in told.values()):
        say("Nothing differs.")
