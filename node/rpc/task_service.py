"""`TaskService`: what desks have to do, and that it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from comity.api.admin.v1 import task_service_pb2 as api
from comity.api.admin.v1 import task_service_pb2_grpc as api_grpc
from comity.rpc import shapes

if TYPE_CHECKING:
    import grpc

    from comity.clock import Clock
    from node.exchange.tasking import Desks
    from node.rpc.callers import Callers
    from node.storage.tasks import StoredTask

PAGE_SIZE_DEFAULT: Final = 100


class TaskServicer(api_grpc.TaskServiceServicer):
    """Authenticates, validates; the use case does the rest."""

    def __init__(self, *, desks: Desks, callers: Callers, clock: Clock) -> None:
        self._desks = desks
        self._callers = callers
        self._clock = clock

    async def ListTasks(  # noqa: N802  # the contract's name
        self, request: api.ListTasksRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> api.ListTasksResponse:
        """Tasks, the most overdue first."""
        caller = self._callers.of(context)
        shapes.check(request)
        page = self._desks.page(
            caller, done=request.done, size=request.page_size or PAGE_SIZE_DEFAULT
        )
        now_ms = self._clock.now_ms()
        return api.ListTasksResponse(
            tasks=[_task(one, now_ms) for one in page.tasks], open=page.open, overdue=page.overdue
        )

    async def FinishTask(  # noqa: N802  # the contract's name
        self, request: api.FinishTaskRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> api.FinishTaskResponse:
        """A task is done."""
        caller = self._callers.of(context)
        shapes.check(request)
        done = await self._desks.finish(caller, request.task_id, note=request.note)
        return api.FinishTaskResponse(task=_task(done, self._clock.now_ms()))


def _task(one: StoredTask, now_ms: int) -> api.Task:
    message = api.Task(
        task_id=one.task_id,
        desk=one.desk,
        what=one.what,
        query_id=one.query_id,
        requester=one.requester,
        record=one.record,
        reference=one.reference,
        overdue=not one.done_ms and one.due_ms < now_ms,
        done_by=one.done_by,
        note=one.note,
    )
    message.made_at.FromMilliseconds(one.made_ms)
    message.due_at.FromMilliseconds(one.due_ms)
    if one.done_ms:
        message.done_at.FromMilliseconds(one.done_ms)
    return message
