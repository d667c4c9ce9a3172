"""``comity policy log``: revisions and drafts, and who stands behind them."""

from __future__ import annotations

import click

from comity.api.admin.v1 import policy_service_pb2 as api
from comity.cli.options import json_option, print_json, profile_option
from comity.cli.policy import remote
from comity.cli.policy.saying import say


@click.command()
@click.option("-n", "--limit", type=click.IntRange(1, 100), default=20, show_default=True)
@json_option
@profile_option
def log(*, limit: int, as_json: bool, profile: str | None) -> None:
    """Show the law in force, revisions and drafts, newest first."""
    with remote.service(profile) as node:
        policy = node.call("GetPolicy", api.GetPolicyRequest())
        revisions = node.call("ListRevisions", api.ListRevisionsRequest(page_size=limit)).revisions
        drafts = node.call("ListDrafts", api.ListDraftsRequest(page_size=limit)).drafts
    if as_json:
        told = {
            "policy": remote.plain(policy),
            "revisions": [remote.plain(one) for one in revisions],
            "drafts": [remote.plain(one) for one in drafts],
        }
        print_json(told)
        return
    number = policy.in_force.sequence
    if not number:
        say("In force are the folders of the node's settings; nothing was published yet.")
    for revision in revisions:
        note = " is in force" if revision.sequence == number else ""
        note = " waits for its day" if revision.sequence > number else note
        remote.show_revision(revision, note=note)
    for draft in drafts:
        if not draft.sequence:
            remote.show_draft(draft)
