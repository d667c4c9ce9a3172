"""``comity task``: what desks of the agency have to do about what left, or about a record kept silent."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

import click
from rich.text import Text

from comity.api.admin.v1 import task_service_pb2 as api
from comity.api.admin.v1 import task_service_pb2_grpc
from comity.cli.grid import Cell, clean, natural, print_rows
from comity.cli.lines import DIM
from comity.cli.options import console, json_option, print_json, profile_option
from comity.cli.policy import remote

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

LISTED_MAX: Final = 500
_HEADER: Final = ("due (UTC)", "state", "task", "desk", "what", "record", "asked by")


def _service(profile: str | None) -> AbstractContextManager[remote.Service]:
    return remote.service(profile, stub=task_service_pb2_grpc.TaskServiceStub)


@click.group()
def task() -> None:
    """See what desks have to do, and say that it is done.

    A duty that people carry out is a task, written with the disclosure that made it; so is that somebody met
    a record that is kept silent.
    """


@task.command("list")
@click.option("--done", is_flag=True, help="Those that are done, too.")
@json_option
@profile_option
def list_tasks(*, done: bool, as_json: bool, profile: str | None) -> None:
    """List tasks, the most overdue first."""
    with _service(profile) as node:
        found = node.call("ListTasks", api.ListTasksRequest(page_size=LISTED_MAX, done=done))
    if as_json:
        print_json(remote.plain(found))
        return
    out = console()
    if not found.tasks:
        out.print("Nothing is to be done.")
        return
    rows = [tuple(Cell(place, Text(word, style=DIM)) for place, word in enumerate(_HEADER))]
    rows += [
        tuple(Cell(place, Text(word)) for place, word in enumerate(_row(one)))
        for one in found.tasks
    ]
    print_rows(out, rows, [natural(rows, place) for place in range(len(_HEADER))])
    out.print(f"{found.open} open, {found.overdue} overdue")


@task.command("done")
@click.argument("task_id", metavar="TASK")
@click.option(
    "--note", default="", metavar="TEXT", help="What was done; goes into the ledger, names nobody."
)
@json_option
@profile_option
def finish(task_id: str, *, note: str, as_json: bool, profile: str | None) -> None:
    """Say that TASK is done."""
    request = api.FinishTaskRequest(task_id=task_id.lower(), note=note)
    with _service(profile) as node:
        done = node.call("FinishTask", request).task
    if as_json:
        print_json(remote.plain(done))
        return
    console().print(f"{done.task_id} is done: {clean(done.what)} of the {clean(done.desk)}")


def _row(one: Any) -> tuple[str, ...]:
    state = "OVERDUE" if one.overdue else "open"
    if one.HasField("done_at"):
        state = f"done {remote.at(one.done_at)} by {clean(one.done_by)}"
    return (
        f"{one.due_at.ToDatetime(tzinfo=UTC):%Y-%m-%d %H:%M}",
        state,
        one.task_id,
        clean(one.desk),
        clean(one.what),
        f"{one.record} ({clean(one.reference)})",
        clean(one.requester),
    )
