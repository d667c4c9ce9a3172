"""``comity policy publish``: put an approved draft in force, now or from a day on."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from comity.api.admin.v1 import policy_service_pb2 as api
from comity.cli.options import json_option, print_json, profile_option
from comity.cli.policy import remote, saying


@click.command()
@click.argument("draft_id", metavar="DRAFT")
@click.option(
    "--from",
    "start",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
    help="In force from then on, in UTC; by default at once.",
)
@json_option
@profile_option
def publish(draft_id: str, *, start: datetime | None, as_json: bool, profile: str | None) -> None:
    """Publish a draft that two others approved: signed, numbered, in the ledger, in force.

    The node runs tests, checks and red lines once more; ends with 77 when anything stands against it.
    """
    request = api.PublishDraftRequest(draft_id=draft_id)
    if start is not None:
        request.effective_at.FromDatetime(start.replace(tzinfo=UTC))
    saying.progress("the node is publishing")("")
    with remote.service(profile) as node:
        told = node.call("PublishDraft", request, timeout_s=remote.LAWMAKING_S)
    saying.progress_done()
    remote.refused(told.refused)
    if as_json:
        print_json(remote.plain(told.revision))
        return
    later = told.revision.effective_at.seconds > told.revision.published_at.seconds
    remote.show_revision(told.revision, note=" waits for its day" if later else " is in force")
