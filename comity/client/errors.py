"""What a call can end with, in one tree.

    ComityCallError
    ├── RequestError         change the question: malformed, no justification, too large, sent twice
    ├── AccessError          who asks may not ask this, or is not known
    ├── MissingError         no such member, no such query
    ├── BusyError            capacity is used up, or the node or its gateways cannot work right now
    ├── ConditionError       a clock or the directory is wrong; an operator has to act
    ├── ExpiredError         no reply by the deadline; what was searched is unknown
    ├── FaultError           something broke at the node; ``reference`` finds it in its log
    ├── Unreachable          no node answered; nothing was asked
    └── ClosedError          the client or the conversation was used after it ended

Each carries the coded ``reason`` (``None`` where no node spoke), the request ``field`` at fault, the
``reference`` and whether the same question may be put again at once (``retryable``). A repeated question
is a new query with its own ledger entries, so nothing here repeats one by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import grpc

from comity.errors import CATALOGUE, ComityError, Reason
from comity.rpc.errors import refusal_of

if TYPE_CHECKING:
    from comity.errors import Refusal


class ComityCallError(ComityError):
    """A call to the node did not end with a reply.

    Args:
        sentence: what happened, without personal data.
        reason: the coded reason, where a node gave one.
        field: the request field at fault, as a dotted path.
        reference: finds the case in the node's log.
        hint: what would be right in ``field``, in words.
    """

    def __init__(
        self,
        sentence: str,
        *,
        reason: Reason | None = None,
        field: str | None = None,
        reference: str | None = None,
        hint: str = "",
    ) -> None:
        told = [sentence]
        if field:
            told.append(f"(field {field}: {hint})" if hint else f"(field {field})")
        if reference:
            told.append(f"(reference {reference})")
        super().__init__(" ".join(told))
        self.sentence = sentence
        self.reason = reason
        self.field = field
        self.reference = reference
        self.hint = hint

    @property
    def retryable(self) -> bool:
        """Whether the same question may succeed when put again soon."""
        return self.reason is not None and CATALOGUE[self.reason].retryable


class RequestError(ComityCallError):
    """The question has to change."""


class AccessError(ComityCallError):
    """Who asks may not ask this, or is not known."""


class MissingError(ComityCallError):
    """No such member or query, or none the caller may see."""


class BusyError(ComityCallError):
    """Capacity is used up, or the node or its gateways cannot work right now."""


class ConditionError(ComityCallError):
    """A clock or the directory is wrong; an operator has to act."""


class ExpiredError(ComityCallError):
    """No reply by the deadline. Sources may have been searched; the node's record of the query tells."""


class FaultError(ComityCallError):
    """Something broke at the node."""


class Unreachable(ComityCallError):
    """No node answered: nothing was asked and nothing searched."""

    @property
    def retryable(self) -> bool:
        """Always: nothing was asked."""
        return True


class ClosedError(ComityCallError):
    """The client or the conversation was used after it ended."""


ERRORS: Final[dict[Reason, type[ComityCallError]]] = {
    Reason.INVALID_REQUEST: RequestError,
    Reason.UNAUTHENTICATED: AccessError,
    Reason.NOT_PERMITTED: AccessError,
    Reason.JUSTIFICATION_REQUIRED: RequestError,
    Reason.ADMISSION_DENIED: AccessError,
    Reason.ROUTE_DENIED: AccessError,
    Reason.UNKNOWN_MEMBER: MissingError,
    Reason.MEMBER_SUSPENDED: AccessError,
    Reason.ENVELOPE_REFUSED: RequestError,
    Reason.EXPIRED: ExpiredError,
    Reason.CLOCK_SKEW: ConditionError,
    Reason.DUPLICATE: RequestError,
    Reason.QUOTA_EXCEEDED: BusyError,
    Reason.OVERLOADED: BusyError,
    Reason.TOO_LARGE: RequestError,
    Reason.GATEWAY_UNREACHABLE: BusyError,
    Reason.DIRECTORY_STALE: ConditionError,
    Reason.TOKEN_REFUSED: AccessError,
    Reason.NOT_FOUND: MissingError,
    Reason.SHUTTING_DOWN: BusyError,
    Reason.INTERNAL: FaultError,
}

CLOSED: Final = "This client is closed."
CUT_OFF: Final = "The node ended the stream before its end; what was searched is unknown."


def coded(
    reason: Reason,
    *,
    field: str | None = None,
    reference: str | None = None,
    hint: str = "",
) -> ComityCallError:
    """The error for a coded reason, with the catalogue's sentence."""
    return ERRORS[reason](
        CATALOGUE[reason].sentence, reason=reason, field=field, reference=reference, hint=hint
    )


def again(error: ComityCallError) -> ComityCallError:
    """The same error for another caller; one instance raised twice would mix up their tracebacks."""
    return type(error)(
        error.sentence,
        reason=error.reason,
        field=error.field,
        reference=error.reference,
        hint=error.hint,
    )


def from_refusal(refusal: Refusal) -> ComityCallError:
    """The error for a refusal that a node sent; its detail is the node's reference."""
    return coded(
        refusal.reason,
        field=refusal.field,
        reference=refusal.detail or None,
        hint=refusal.hint,
    )


def from_rpc(error: grpc.RpcError, *, address: str) -> ComityCallError:
    """The error for a call that failed. What gRPC says of it reaches no one: only a node's code counts."""
    refusal = refusal_of(error)
    if refusal is not None:
        return from_refusal(refusal)
    code = error.code() if isinstance(error, grpc.Call | grpc.aio.AioRpcError) else None
    if code is grpc.StatusCode.UNAVAILABLE:
        return Unreachable(_unreachable(error, address))
    if code is grpc.StatusCode.UNIMPLEMENTED:
        return Unreachable(f"What answers at {address} is no Comity node, or of another release.")
    if code is grpc.StatusCode.CANCELLED:
        return ClosedError(CLOSED)
    # gRPC's own limits, met before any node's rule.
    local: dict[grpc.StatusCode | None, Reason] = {
        grpc.StatusCode.DEADLINE_EXCEEDED: Reason.EXPIRED,
        grpc.StatusCode.RESOURCE_EXHAUSTED: Reason.TOO_LARGE,
    }
    return coded(local.get(code, Reason.INTERNAL))


def _unreachable(error: grpc.RpcError, address: str) -> str:
    details: object = getattr(error, "details", str)()
    told = str(details).lower()
    if "handshake read failed" in told:
        return (
            f"What answers at {address} ended the connection before either side was authenticated: it is "
            "busy, is no Comity node, or does not know this profile's certificate."
        )
    if "certificate" in told or "handshake" in told or "ssl" in told:
        return (
            f"The node at {address} could not be authenticated: the profile's CA did not issue its "
            "certificate, or the address is not in it."
        )
    return f"No node answers at {address}; nothing was asked."
