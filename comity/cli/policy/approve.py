"""``comity policy approve``: read a draft, and approve exactly what was read."""

from __future__ import annotations

import click

from comity.api.admin.v1 import policy_service_pb2 as api
from comity.cli.options import json_option, print_json, profile_option
from comity.cli.policy import remote
from comity.cli.policy.saying import say
from comity.policytools.archive import ArchiveRefused, decoded


@click.command()
@click.argument("draft_id", metavar="DRAFT")
@click.option("--yes", is_flag=True, help="Approve without asking.")
@json_option
@profile_option
def approve(draft_id: str, *, yes: bool, as_json: bool, profile: str | None) -> None:
    """Approve a draft: what it changes is shown first, and exactly that is approved.

    Two people have to, neither of them its author.
    """
    with remote.service(profile) as node:
        found = node.call("GetDraft", api.GetDraftRequest(draft_id=draft_id))
        digest = _read(found)
        if not as_json:
            remote.show_draft(found.draft)
        if not yes:
            click.confirm("Do you approve exactly this?", abort=True)
        request = api.ApproveDraftRequest(draft_id=draft_id, digest=digest)
        told = node.call("ApproveDraft", request)
    remote.refused(told.refused)
    if as_json:
        print_json(remote.plain(told.draft))
        return
    left = 2 - len(told.draft.approvals)
    more = f"{left} more has to approve it" if left > 0 else "it can be published"
    say(f"Approved; {more}.")


def _read(found: api.GetDraftResponse) -> str:
    """The digest of the files that came, not the one that the node says they have."""
    try:
        digest = decoded(found.archive).digest
    except ArchiveRefused as refused:
        raise click.ClickException(f"The draft's files cannot be read: {refused}.") from refused
    if digest != found.draft.digest:
        raise click.ClickException("The draft's files are not those that it names.")
    return digest
