"""``comity policy diff``: what a changed law would change, in sentences."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.api.admin.v1 import policy_service_pb2 as api
from comity.cli.options import json_option, print_json, profile_option
from comity.cli.policy import from_node, saying
from comity.cli.policy.saying import say
from comity.policytools import examining
from comity.policytools.situations import given
from comity.policytools.tree import open_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.policytools.examining import Differing
    from comity.policytools.tree import Packs
    from comity.rulings import Bundle

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("folders", nargs=-1, metavar="[OLD] [NEW]", type=_FOLDER)
@saying.node_options
@json_option
@profile_option
def diff(
    folders: tuple[Path, ...], *, node: bool, draft: str, as_json: bool, profile: str | None
) -> None:
    """Compare two folders of law: which field leaves in more or less, in which situations.

    OLD and NEW are the same pack in two folders, or two folders of packs. With --node, NEW alone is compared
    with the law in force at your node; with --draft, a draft there is.
    """
    if len(folders) != (0 if draft else 1 if node else 2):
        raise click.UsageError(
            "Name two folders, OLD and NEW; with --node NEW alone, with --draft none."
        )
    if node or draft:
        new = folders[0] if folders else None
        told = from_node.differing(from_node.examined(api.EXAMINATION_COMPARE, new, draft, profile))
    else:
        told = _in_folders(*folders)
    if as_json:
        laws = {" + ".join(one.packs): list(one.sentences) for one in told}
        print_json({"laws": laws})
    else:
        _show(told)


def _in_folders(old: Path, new: Path) -> list[Differing]:
    before, after = open_tree(old), open_tree(new)

    def old_law(packs: Packs) -> Bundle | None:
        known = all((before.root / pack).is_dir() for pack in packs)
        return before.bundle(packs) if known else None

    tell = saying.progress("comparing")
    found = examining.compared(old_law, after.bundle, after.laws(), given(after), progress=tell)
    saying.progress_done()
    return found


def _show(told: Sequence[Differing]) -> None:
    for one in told:
        if not one.rows:
            continue
        say(" + ".join(one.packs), style=saying.BOLD)
        for sentence in one.rows:
            say(sentence, indent=1, lead="· ")
        for sentence in one.proved:
            say(sentence, indent=1, lead="= ")
        for change in one.changes:
            style = saying.WARN if change.more else ""
            say(change.sentence, indent=1, style=style, lead="→ ")
    if not any(one.rows for one in told):
        say("Nothing differs.")
