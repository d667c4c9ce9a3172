"""``comity policy who-can``: the reverse question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from comity.api.admin.v1 import policy_service_pb2 as api
from comity.cli.options import json_option, print_json, profile_option
from comity.cli.policy import from_node, remote, saying
from comity.cli.policy.saying import say
from comity.policytools.reverse import not_looked_before
from comity.policytools.reverse import who_can as access_to
from comity.policytools.situations import given
from comity.policytools.tree import open_tree
from comity.rulings.errors import nearest

if TYPE_CHECKING:
    from pathlib import Path

    from comity.policytools.reverse import Access


@click.command("who-can")
@click.argument("words", nargs=-1, metavar="[PATH] FIELD")
@saying.node_options
@json_option
@profile_option
def who_can(
    words: tuple[str, ...], *, node: bool, draft: str, as_json: bool, profile: str | None
) -> None:
    """Tell who can learn FIELD, when, and what keeps others from it.

    PATH is one pack, FIELD for example person.addresses. With --node the law in force at your node answers,
    with --draft a draft there.
    """
    if not words:
        raise click.UsageError("Name a field, for example person.addresses.")
    *folders, field = words
    if node or draft:
        if folders:
            raise click.UsageError("A node answers by the law it has: name no folder.")
        with remote.service(profile) as service:
            request = api.WhoCanRequest(draft_id=draft, field=field)
            told = service.call("WhoCan", request, timeout_s=remote.LAWMAKING_S)
        found = from_node.ways(told)
    else:
        found = _in_folder(saying.folder(folders), field)
    if as_json:
        print_json({"field": field, "ways": [_plain(one) for one in found]})
    else:
        _show(field, found)


def _in_folder(path: Path, field: str) -> list[Access]:
    tree = open_tree(path)
    if len(tree.chosen) != 1:
        raise click.UsageError(f"Name one pack: {', '.join(tree.chosen)}.")
    paths = tree.vocabulary.paths
    if field not in paths:
        raise click.UsageError(f"There is no field {field!r}{nearest(field, paths)}.")
    found = access_to(
        tree.bundle(tree.releasing()), field, given(tree), progress=saying.progress("looking at")
    )
    saying.progress_done()
    return found


def _plain(one: Access) -> dict[str, object]:
    return {
        "row": one.row.id,
        "form": one.form.name.lower(),
        "law": one.row.law,
        "when": one.row.when,
        "unless": [row.id for row in one.unless],
        "unless_looked_at": one.looked_before,
        "proved": bool(one.example),
        "example": one.example,
        "count": one.count,
        "looked_at": one.looked_at,
        "situations": one.there_are,
    }


def _show(field: str, found: list[Access]) -> None:
    if not found:
        say(f"Nobody can learn {field}.")
    for one in found:
        if not one.looked_before:
            continue
        say(one.sentence)
        say(one.row.sentence, indent=1, style=saying.DIM)
        say(one.certainty, indent=1, style=saying.DIM)
        for row in one.unless:
            say(f"unless {row.id}, {row.when}: {row.sentence}", indent=1)
    for sentence in not_looked_before(found):
        say(sentence)
