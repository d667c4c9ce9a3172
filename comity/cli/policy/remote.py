"""The node's ``PolicyService`` for the commands that put law in force."""

from __future__ import annotations

import contextlib
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

import click
import grpc

from comity.api.admin.v1 import policy_service_pb2_grpc
from comity.cli.policy import saying
from comity.cli.policy.saying import say
from comity.client.errors import from_rpc
from comity.client.profile import Profile, ProfileError
from comity.errors import ExitCode
from comity.rpc.options import ADMIN_CHANNEL
from comity.rpc.tls import channel_credentials

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

# Proposing and publishing load, test and prove a whole law; the node's own limits come first.
LAWMAKING_S: Final = 1_200.0
LOOKING_S: Final = 30.0


class Service:
    """Calls of one profile's node."""

    def __init__(self, stub: Any, address: str) -> None:
        self._stub = stub
        self._address = address

    def call(self, name: str, request: Any, *, timeout_s: float = LOOKING_S) -> Any:
        """One call.

        Raises:
            ComityCallError: see ``comity.client.errors``.
        """
        try:
            return getattr(self._stub, name)(request, timeout=timeout_s, wait_for_ready=False)
        except grpc.RpcError as error:
            raise from_rpc(error, address=self._address) from error

    def told(
        self, name: str, request: Any, *, timeout_s: float = LAWMAKING_S
    ) -> Generator[Any, None, None]:
        """One call that is answered by several messages; closing it ends the call.

        Raises:
            ComityCallError: see ``comity.client.errors``.
        """
        call = getattr(self._stub, name)(request, timeout=timeout_s, wait_for_ready=False)
        try:
            yield from call
        except grpc.RpcError as error:
            raise from_rpc(error, address=self._address) from error
        finally:
            call.cancel()


@contextlib.contextmanager
def service(
    profile: str | None, *, stub: Any = policy_service_pb2_grpc.PolicyServiceStub
) -> Iterator[Service]:
    """The admin listener that a profile names.

    Args:
        profile: of the caller.
        stub: the service there; by default the law's.

    Raises:
        ProfileError: the profile cannot be used, or names no admin listener.
    """
    found = Profile.load(profile)
    if not found.admin_address:
        raise ProfileError("The profile names no admin_address: ask whoever added you at the node.")
    name: tuple[tuple[str, str], ...] = ()
    if found.server_name:
        name = (("grpc.ssl_target_name_override", found.server_name),)
    credentials = channel_credentials(found.identity, server_ca_pem=found.ca_pem)
    with grpc.secure_channel(found.admin_address, credentials, (*ADMIN_CHANNEL, *name)) as channel:
        yield Service(stub(channel), found.admin_address)


def refused(sentence: str) -> None:
    """Ends a command that a rule of the procedure refused."""
    if sentence:
        click.echo(f"refused: {sentence}", err=True)
        click.get_current_context().exit(ExitCode.REFUSED)


def at(stamp: Any) -> str:
    """A time of the wire, in UTC."""
    return f"{stamp.ToDatetime(tzinfo=UTC):%Y-%m-%d %H:%M}"


def show_draft(draft: Any) -> None:
    """A draft for people."""
    state = f"published as revision {draft.sequence}" if draft.sequence else "open"
    say(f"draft {draft.draft_id}, {state}", style=saying.BOLD)
    say(f"proposed by {draft.author} on {at(draft.proposed_at)} UTC: {draft.reason}", indent=1)
    say(", ".join(draft.packs), indent=1, lead="packs: ")
    approved = [f"{one.approver} on {at(one.approved_at)}" for one in draft.approvals]
    say(", ".join(approved) or "nobody yet", indent=1, lead="approved by: ")
    for sentence in draft.changes:
        say(sentence, indent=1, lead="· ")
    for sentence in draft.problems:
        say(sentence, indent=1, lead="WRONG  ", style=saying.BAD)
    say(draft.digest, indent=1, lead="digest: ", style=saying.DIM)


def show_revision(revision: Any, *, note: str = "") -> None:
    """A revision for people."""
    say(f"revision {revision.sequence}{note}", style=saying.BOLD)
    approvers = " and ".join(revision.approvers)
    say(f"written by {revision.author}, approved by {approvers}: {revision.reason}", indent=1)
    say(
        f"published by {revision.publisher} on {at(revision.published_at)} UTC, in force from "
        f"{at(revision.effective_at)} UTC, entry {revision.ledger_index} of the ledger",
        indent=1,
    )


def plain(message: Any) -> dict[str, Any]:
    """A message as JSON holds it; files are left out."""
    from google.protobuf.json_format import MessageToDict  # noqa: PLC0415 - only with --json

    told = MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    told.pop("archive", None)
    return dict(told)
