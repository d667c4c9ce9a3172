"""``comity policy replay``: what a draft would have changed in past disclosures."""

from __future__ import annotations

import click

from comity.api.admin.v1 import policy_service_pb2 as api
from comity.cli.options import json_option, print_json, profile_option
from comity.cli.policy import remote, saying
from comity.cli.policy.saying import say
from comity.policytools.wording import FORMS
from comity.rulings import Form


@click.command()
@click.argument("draft_id", metavar="DRAFT")
@click.option(
    "-n", "--limit", type=click.IntRange(1, 100_000), default=10_000, show_default=True,
    help="So many disclosures are looked at.",
)  # fmt: skip
@json_option
@profile_option
def replay(draft_id: str, *, limit: int, as_json: bool, profile: str | None) -> None:
    """Rule on this node's past disclosures again, under a draft: what would have been otherwise?

    Only recorded contexts are used: who asked for what and why, and how the owner had marked the record.
    """
    request = api.ReplayDraftRequest(draft_id=draft_id, disclosures_max=limit)
    saying.progress("the node is replaying")("")
    with remote.service(profile) as node:
        told = node.call("ReplayDraft", request, timeout_s=remote.LAWMAKING_S)
    saying.progress_done()
    if as_json:
        print_json(remote.plain(told))
        return
    for one in told.changes:
        before, after = FORMS[Form[one.before.upper()]], FORMS[Form[one.after.upper()]]
        by = f", by {one.row}" if one.row else ""
        say(
            f"{one.country}, {one.purpose}: {one.field} {after} instead of {before}{by}",
            lead=f"{one.count} {'time' if one.count == 1 else 'times'}  ",
        )
    if not told.changes:
        say("Nothing would have been otherwise.")
    skipped = f", {told.without_context} of them without a context" if told.without_context else ""
    many = "disclosure" if told.disclosures == 1 else "disclosures"
    say(
        f"{told.disclosures} {many} looked at{skipped}; {told.fields} fields ruled on again.",
        style=saying.DIM,
    )
