"""What can go wrong, in one tree, and what a caller is told about it.

    ComityError
    ├── Refusal             denied by a rule; carries a ``Reason`` the caller may act on
    ├── Fault               something broke; the caller learns a reference, the log learns why
    └── StartError          the program cannot start; one sentence and a documented exit code

``Reason`` is the one catalogue of coded reasons: its comments in ``proto/comity/api/query/v1/reason.proto``
say who can receive which, a test compares both. Two texts exist for every error: the public sentence
below, free of personal data, and the internal message, which stays in the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """Why a call was refused. The value is what ``google.rpc.ErrorInfo.reason`` carries."""

    INVALID_REQUEST = "INVALID_REQUEST"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    NOT_PERMITTED = "NOT_PERMITTED"
    JUSTIFICATION_REQUIRED = "JUSTIFICATION_REQUIRED"
    ADMISSION_DENIED = "ADMISSION_DENIED"
    ROUTE_DENIED = "ROUTE_DENIED"
    UNKNOWN_MEMBER = "UNKNOWN_MEMBER"
    MEMBER_SUSPENDED = "MEMBER_SUSPENDED"
    ENVELOPE_REFUSED = "ENVELOPE_REFUSED"
    EXPIRED = "EXPIRED"
    CLOCK_SKEW = "CLOCK_SKEW"
    DUPLICATE = "DUPLICATE"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    OVERLOADED = "OVERLOADED"
    TOO_LARGE = "TOO_LARGE"
    GATEWAY_UNREACHABLE = "GATEWAY_UNREACHABLE"
    DIRECTORY_STALE = "DIRECTORY_STALE"
    TOKEN_REFUSED = "TOKEN_REFUSED"
    NOT_FOUND = "NOT_FOUND"
    SHUTTING_DOWN = "SHUTTING_DOWN"
    INTERNAL = "INTERNAL"


@dataclass(frozen=True, slots=True)
class Public:
    """What a caller is told: a gRPC status by name, and a sentence."""

    status: str
    sentence: str
    retryable: bool = False


CATALOGUE: Final[dict[Reason, Public]] = {
    Reason.INVALID_REQUEST: Public("INVALID_ARGUMENT", "The request is malformed."),
    Reason.UNAUTHENTICATED: Public("UNAUTHENTICATED", "The caller could not be authenticated."),
    Reason.NOT_PERMITTED: Public("PERMISSION_DENIED", "The caller may not do this."),
    Reason.JUSTIFICATION_REQUIRED: Public(
        "INVALID_ARGUMENT", "A query needs a complete justification."
    ),
    Reason.ADMISSION_DENIED: Public(
        "PERMISSION_DENIED", "The agency's own rules do not admit this query."
    ),
    Reason.ROUTE_DENIED: Public(
        "PERMISSION_DENIED", "The federation's rules do not allow this query between these members."
    ),
    Reason.UNKNOWN_MEMBER: Public("NOT_FOUND", "No such member is in the federation's directory."),
    Reason.MEMBER_SUSPENDED: Public("PERMISSION_DENIED", "The member is suspended."),
    Reason.ENVELOPE_REFUSED: Public("INVALID_ARGUMENT", "The envelope was refused."),
    Reason.EXPIRED: Public("DEADLINE_EXCEEDED", "The query expired before it could be answered."),
    Reason.CLOCK_SKEW: Public("FAILED_PRECONDITION", "A clock is off by more than two minutes."),
    Reason.DUPLICATE: Public("ALREADY_EXISTS", "This was already sent."),
    Reason.QUOTA_EXCEEDED: Public("RESOURCE_EXHAUSTED", "The agreed capacity is used up."),
    Reason.OVERLOADED: Public("UNAVAILABLE", "The service is busy; try again.", retryable=True),
    Reason.TOO_LARGE: Public("RESOURCE_EXHAUSTED", "The message is larger than allowed."),
    Reason.GATEWAY_UNREACHABLE: Public(
        "UNAVAILABLE", "No gateway can be reached; nothing was searched.", retryable=True
    ),
    Reason.DIRECTORY_STALE: Public(
        "FAILED_PRECONDITION", "The federation's directory is too old to be trusted."
    ),
    Reason.TOKEN_REFUSED: Public("PERMISSION_DENIED", "The invitation was refused."),
    Reason.NOT_FOUND: Public("NOT_FOUND", "There is no such thing, or none the caller may see."),
    Reason.SHUTTING_DOWN: Public("UNAVAILABLE", "The service is stopping.", retryable=True),
    Reason.INTERNAL: Public("INTERNAL", "Something broke here; the reference finds it in the log."),
}


class ComityError(Exception):
    """Root of every error raised on purpose in Comity."""


class Refusal(ComityError):
    """Denied by a rule.

    Args:
        reason: the coded reason a caller may be told.
        detail: what the operator reads in the log; never sent, never personal data.
        field: the request field at fault, as a dotted path, where there is one; it is sent.
        hint: what would be right there, in words of ours; it is sent, and quotes nothing.
    """

    def __init__(
        self, reason: Reason, detail: str = "", *, field: str | None = None, hint: str = ""
    ) -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.hint = hint
        self.reason = reason
        self.detail = detail
        self.field = field


class Fault(ComityError):
    """Something that should work did not. Callers see INTERNAL and a reference."""


class ExitCode:
    """Exit codes of every program, documented in ``docs/reference/exit-codes.md`` (after sysexits.h)."""

    OK: Final = 0
    USAGE: Final = 2
    DATA: Final = 65
    UNAVAILABLE: Final = 69
    SOFTWARE: Final = 70
    CANNOT_CREATE: Final = 73
    DISK: Final = 74
    TEMPORARY: Final = 75
    REFUSED: Final = 77
    CONFIG: Final = 78
    UNSOUND: Final = 79


class StartError(ComityError):
    """The program cannot start or go on.

    Args:
        sentence: one clear sentence for the operator: what is wrong and what to do.
        exit_code: one of ``ExitCode``.
    """

    def __init__(self, sentence: str, *, exit_code: int) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code
