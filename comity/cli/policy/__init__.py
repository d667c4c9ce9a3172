"""``comity policy``: write law, test it, prove it, and put it in force with two approvers."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from comity.cli.lazy import Lazy, Told
from comity.errors import ExitCode
from comity.rulings.errors import PolicyError

_SUMMARIES: Final = {
    "check": "Load law strictly; name what has ended, has no end, never decides, or breaks LED 9(4).",
    "test": "Run the tests beside the rows, and name rows that no test reaches.",
    "explain": "Explain one request: each field's form, row, law, duties, and what would change it.",
    "diff": "Compare two folders of law: which field leaves in more or less, in which situations.",
    "prove": "Prove the red lines beside the rows for every situation there can be.",
    "who-can": "Tell who can learn FIELD, when, and what keeps others from it.",
    "propose": "Propose a folder of law as a draft: the node loads, tests, checks and proves it.",
    "approve": "Approve a draft: what it changes is shown first, and exactly that is approved.",
    "publish": "Publish a draft that two others approved: signed, numbered, in the ledger, in force.",
    "rollback": "Go back to the files of an earlier REVISION: a draft like any other, with two approvals.",
    "log": "Show the law in force, revisions and drafts, newest first.",
    "replay": "Rule on this node's past disclosures again, under a draft: what would have been otherwise?",
}
_COMMANDS: Final = {
    name: Told(f"comity.cli.policy.{(word := name.replace('-', '_'))}:{word}", summary)
    for name, summary in _SUMMARIES.items()
}


class _Policy(Lazy):
    """Turns what is wrong with a policy into its place, one sentence and an exit code."""

    def sentence_of(self, error: BaseException) -> tuple[str, int]:
        """A policy's error names its place by itself, as a path."""
        if isinstance(error, PolicyError):
            return str(error).replace(f"{Path.cwd()}/", ""), ExitCode.DATA
        return super().sentence_of(error)


@click.group(cls=_Policy, commands_at=_COMMANDS)
def policy() -> None:
    """Write law: check it, test it, prove it, compare it, and put it in force.

    The first commands work on folders and need no node. PATH is a pack, or the folder of all packs; left
    out, it is the folder `policies` where you are.
    """
