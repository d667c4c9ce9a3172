"""``comity policy rollback``: propose an earlier revision again."""

from __future__ import annotations

import click

from comity.api.admin.v1 import policy_service_pb2 as api
from comity.cli.options import json_option, print_json, profile_option
from comity.cli.policy import remote, saying


@click.command()
@click.argument("sequence", type=click.IntRange(min=1), metavar="REVISION")
@saying.reason_option
@json_option
@profile_option
def rollback(sequence: int, *, reason: str, as_json: bool, profile: str | None) -> None:
    """Go back to the files of an earlier REVISION: a draft like any other, with two approvals."""
    request = api.RollbackPolicyRequest(sequence=sequence, reason=reason)
    with remote.service(profile) as node:
        told = node.call("RollbackPolicy", request, timeout_s=remote.LAWMAKING_S)
    remote.refused(told.refused)
    if as_json:
        print_json(remote.plain(told.draft))
    else:
        remote.show_draft(told.draft)
