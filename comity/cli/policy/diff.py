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
from comity.policytools.standing import beside
from comity.policytools.tree import open_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.policytools.examining import Differing
    from comity.policytools.tree import Packs, Tree
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
    before, after = _pair(old, new)
    known, now = before.laws(), after.laws()

    def old_law(packs: Packs) -> Bundle | None:
        return before.bundle(packs) if packs in known else None

    found = examining.compared(
        old_law,
        after.bundle,
        now,
        given(after),
        around=lambda packs: beside(before.folders(packs)[1:], after.folders(packs)[1:]),
        progress=saying.progress("comparing"),
    )
    saying.progress_done()
    gone = [_alone(packs, "There is no such law any more.") for packs in known if packs not in now]
    fresh = [_alone(packs, "There was no such law before.") for packs in now if packs not in known]
    return [*gone, *fresh, *found]


def _pair(old: Path, new: Path) -> tuple[Tree, Tree]:
    """Two folders of the same packs; of others it could only be said that nothing common differs.

    Raises:
        click.UsageError: one pack and another, or one pack and a folder of packs.
    """
    before, after = open_tree(old), open_tree(new)
    whole = [tree.root.resolve() == path.resolve() for tree, path in ((before, old), (after, new))]
    if whole[0] is not whole[1] or (not whole[0] and before.chosen != after.chosen):
        sentence = (
            f"{old} and {new} are not the same pack in two folders, nor two folders of packs."
        )
        raise click.UsageError(sentence)
    return before, after


def _alone(packs: Packs, sentence: str) -> Differing:
    """A law that only one folder has."""
    return examining.Differing(packs, (sentence,), (), ())


def _show(told: Sequence[Differing]) -> None:
    for one in told:
        if not one.sentences:
            continue
        say(" + ".join(one.packs), style=saying.BOLD)
        for sentence in one.rows:
            say(sentence, indent=1, lead="· ")
        for sentence in one.proved:
            say(sentence, indent=1, lead="= ")
        for change in one.changes:
            style = saying.WARN if change.more else ""
            say(change.sentence, indent=1, style=style, lead="→ ")
    if not any(one.sentences for one in told):
        say("Nothing differs.")
