"""``comity policy who-can``: the reverse question."""

from __future__ import annotations

from pathlib import Path

import click

from comity.cli.options import json_option, print_json
from comity.cli.policy import saying
from comity.cli.policy.saying import say
from comity.policytools.reverse import who_can as access_to
from comity.policytools.situations import given
from comity.policytools.tree import open_tree
from comity.policytools.wording import conditions
from comity.rulings.errors import nearest


@click.command("who-can")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("field")
@json_option
def who_can(path: Path, field: str, *, as_json: bool) -> None:
    """Tell who can learn FIELD, when, and what keeps others from it.

    PATH is one pack, FIELD for example person.addresses.
    """
    tree = open_tree(path)
    if len(tree.chosen) != 1:
        raise click.UsageError(f"Name one pack: {', '.join(tree.chosen)}.")
    paths = tree.vocabulary.paths
    if field not in paths:
        raise click.UsageError(f"There is no field {field!r}{nearest(field, paths)}.")
    found = access_to(tree.bundle(tree.laws()[0]), field, given(tree))
    if as_json:
        told = [
            {
                "row": one.row.id,
                "form": one.form.name.lower(),
                "law": one.row.law,
                "when": conditions(one.row),
                "unless": [row.id for row in one.unless],
            }
            for one in found
        ]
        print_json({"field": field, "ways": told})
        return
    if not found:
        say(f"Nobody can learn {field}.")
    for one in found:
        say(one.sentence)
        say(one.row.sentence, indent=1, style=saying.DIM)
        for row in one.unless:
            say(f"unless {row.id}, {conditions(row)}: {row.sentence}", indent=1)
