"""``comity policy propose``: hand a folder of law in as a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from comity.api.admin.v1 import policy_service_pb2 as api
from comity.cli.options import json_option, print_json, profile_option
from comity.cli.policy import from_node, remote, saying
from comity.cli.policy.saying import say
from comity.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@saying.path_argument
@saying.reason_option
@json_option
@profile_option
def propose(path: Path | None, *, reason: str, as_json: bool, profile: str | None) -> None:
    """Propose a folder of law as a draft: the node loads, tests, checks and proves it.

    PATH is the pack that is to be in force, for example policies/eu-member. Ends with 65 when something is
    wrong with the draft; it is kept all the same, and cannot be published.
    """
    packs, archive = from_node.packed(saying.folder([path] if path else []))
    saying.progress("the node is looking at")("the draft")
    request = api.ProposeDraftRequest(packs=packs, archive=archive, reason=reason)
    with remote.service(profile) as node:
        told = node.call("ProposeDraft", request, timeout_s=remote.LAWMAKING_S)
    saying.progress_done()
    remote.refused(told.refused)
    if as_json:
        print_json(remote.plain(told.draft))
    else:
        remote.show_draft(told.draft)
        if not told.draft.problems:
            say("Two others now have to approve it: comity policy approve " + told.draft.draft_id)
    if told.draft.problems:
        click.get_current_context().exit(ExitCode.DATA)
