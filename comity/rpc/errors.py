"""The edge where internal errors become what a caller may know, and back again.

Rules:

* Only ``Refusal`` carries a reason outward. Anything else becomes INTERNAL with a random reference;
  the log line with that reference holds the exception's type and place, never request contents.
* A peer that leaves while it is written to is no fault: the call is over, and nobody is there to be told.
* The outermost interceptor is ``Guard``: grpc.aio would otherwise send an exception's text to the peer.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from comity.errors import CATALOGUE, Reason, Refusal
from comity.faults import record_fault
from comity.logs import about

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

DOMAIN: Final = "comity"
DETAILS_KEY: Final = "grpc-status-details-bin"
# Methods of all services of a process; each is wrapped once, not for each call.
METHODS_MAX: Final = 256

log = logging.getLogger(__name__)

Request = TypeVar("Request")
Response = TypeVar("Response")


def public_status(refusal: Refusal, *, reference: str | None = None) -> status_pb2.Status:
    """The rich status (AIP-193) for a refusal: code, public sentence, ErrorInfo, field violation."""
    public = CATALOGUE[refusal.reason]
    status = status_pb2.Status(
        code=grpc.StatusCode[public.status].value[0], message=public.sentence
    )
    metadata: dict[str, str] = {}
    if refusal.field:
        metadata["field"] = refusal.field
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=refusal.field, description=refusal.hint or public.sentence
        )
        status.details.add().Pack(error_details_pb2.BadRequest(field_violations=[violation]))
    if refusal.hint:
        metadata["hint"] = refusal.hint
    if reference:
        metadata["reference"] = reference
    info = error_details_pb2.ErrorInfo(
        reason=refusal.reason.value, domain=DOMAIN, metadata=metadata
    )
    status.details.add().Pack(info)
    return status


def as_refusal(error: BaseException) -> tuple[Refusal, str | None]:
    """The refusal to tell for any error, with a reference when it was unexpected."""
    if isinstance(error, Refusal):
        return error, None
    return Refusal(Reason.INTERNAL), record_fault(error)


async def end_with(context: grpc.aio.ServicerContext[Any, Any], error: BaseException) -> NoReturn:
    """Ends the RPC with what the caller may know of ``error``."""
    refusal, reference = as_refusal(error)
    if reference is None and refusal.detail:
        told = about(refusal.reason)
        log.info("refused: %s: %s", refusal.reason, refusal.detail, extra=told)
    status = public_status(refusal, reference=reference)
    await context.abort(
        grpc.StatusCode[CATALOGUE[refusal.reason].status],
        status.message,
        ((DETAILS_KEY, status.SerializeToString()),),
    )
    raise AssertionError  # abort() always raises; its stub does not say so


# Calls that last until their caller has enough; nothing is lost where they are cut.
ENDLESS: Final = ("grpc.health.v1.Health/Watch", ".ServerReflection/ServerReflectionInfo")


class Guard(grpc.aio.ServerInterceptor):
    """Outermost interceptor: no exception's text leaves the process.

    Attributes:
        calls: tasks of the calls that run.
        work: those of them that come to an end of their own.
    """

    def __init__(self) -> None:
        self.calls: set[asyncio.Task[Any]] = set()
        self.work: set[asyncio.Task[Any]] = set()

    async def intercept_service(  # type: ignore[override]  # the stub's type variables are unbound
        self,
        continuation: Callable[
            [grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Request, Response]]
        ],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Request, Response] | None:
        """Wraps the handler found by ``continuation``."""
        call = asyncio.current_task()
        if call is not None:
            kinds = [self.calls]
            if not handler_call_details.method.endswith(ENDLESS):
                kinds.append(self.work)
            for kind in kinds:
                kind.add(call)
                call.add_done_callback(kind.discard)
        handler = await continuation(handler_call_details)
        return _guarded(handler) if handler is not None else handler


@lru_cache(maxsize=METHODS_MAX)
def _guarded(handler: grpc.RpcMethodHandler[Any, Any]) -> grpc.RpcMethodHandler[Any, Any]:
    wrap = {
        (False, False): ("unary_unary", grpc.unary_unary_rpc_method_handler),
        (False, True): ("unary_stream", grpc.unary_stream_rpc_method_handler),
        (True, False): ("stream_unary", grpc.stream_unary_rpc_method_handler),
        (True, True): ("stream_stream", grpc.stream_stream_rpc_method_handler),
    }
    name, make = wrap[bool(handler.request_streaming), bool(handler.response_streaming)]
    behaviour = getattr(handler, name)
    guard = _guard_generator if inspect.isasyncgenfunction(behaviour) else _guard_coroutine
    return make(guard(behaviour), handler.request_deserializer, handler.response_serializer)


def _guard_coroutine(behaviour: Callable[[Any, Any], Awaitable[Any]]) -> Callable[[Any, Any], Any]:
    async def call(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        try:
            return await behaviour(request, context)
        except (asyncio.CancelledError, grpc.aio.AbortError):
            raise
        except Exception as error:  # noqa: BLE001  # the one place that must catch everything
            await _ended(context, _only(error))

    return call


def _guard_generator(
    behaviour: Callable[[Any, Any], AsyncIterator[Any]],
) -> Callable[[Any, Any], AsyncIterator[Any]]:
    async def call(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:
        try:
            async for response in behaviour(request, context):
                yield response
        except (asyncio.CancelledError, grpc.aio.AbortError):
            raise
        except Exception as error:  # noqa: BLE001  # the one place that must catch everything
            await _ended(context, _only(error))

    return call


async def _ended(context: grpc.aio.ServicerContext[Any, Any], error: BaseException) -> NoReturn:
    """Ends an RPC that failed.

    gRPC fails a write on a call that is over, and cancels the call's task a moment later: what comes first
    is chance, and both mean the same.
    """
    if isinstance(error, grpc.aio.InternalError):
        log.info("a call was over while it was written to")
        raise asyncio.CancelledError from error
    await end_with(context, error)


def _only(error: BaseException) -> BaseException:
    """The one error inside nested exception groups, so that a task group does not hide a refusal.

    A refusal comes before a fault, and a fault before the news that the call is over.
    """
    if isinstance(error, BaseExceptionGroup):
        refusals, rest = error.split(Refusal)
        if refusals is not None or rest is None:
            return _first(refusals or error)
        _, faults = rest.split(grpc.aio.InternalError)
        return _first(faults or error)
    return error


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def refusal_of(error: grpc.RpcError) -> Refusal | None:
    """The coded refusal a server sent, or ``None`` when the failure carries none (a dead connection)."""
    found: tuple[tuple[str, Any], ...] = getattr(error, "trailing_metadata", tuple)() or ()
    for key, value in found:
        if key == DETAILS_KEY:
            try:
                return _refusal_in(value)
            except DecodeError:
                return None
    return None


def _refusal_in(details: bytes) -> Refusal | None:
    for detail in status_pb2.Status.FromString(details).details:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info) and info.domain == DOMAIN and info.reason in Reason.__members__:
            told = info.metadata
            return Refusal(
                Reason(info.reason),
                told.get("reference", ""),
                field=told.get("field") or None,
                hint=told.get("hint", ""),
            )
    return None
