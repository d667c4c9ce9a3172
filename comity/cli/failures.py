"""What a person is told when a command fails, and the exit code that scripts look at."""

from __future__ import annotations

import errno
from typing import Final

from comity.cli.sentences import PartError
from comity.client import errors
from comity.errors import CATALOGUE, ExitCode, Reason, Refusal, StartError
from comity.faults import record_fault

# After a shell's custom: 128 and the signal's number.
INTERRUPTED: Final = 130

_CODES: Final[dict[type[errors.ComityCallError], int]] = {
    errors.RequestError: ExitCode.DATA,
    errors.AccessError: ExitCode.REFUSED,
    errors.MissingError: ExitCode.DATA,
    errors.BusyError: ExitCode.UNAVAILABLE,
    errors.ConditionError: ExitCode.CONFIG,
    errors.ExpiredError: ExitCode.UNAVAILABLE,
    errors.FaultError: ExitCode.SOFTWARE,
    errors.Unreachable: ExitCode.UNAVAILABLE,
    errors.ClosedError: ExitCode.SOFTWARE,
}
# No space, no quota, or a file beyond what this process may write.
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
REASON_CODES: Final[dict[Reason, int]] = {
    reason: _CODES[kind] for reason, kind in errors.ERRORS.items()
}


def sentence_of(error: BaseException) -> tuple[str, int]:
    """One sentence and the exit code for anything that ended a command."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", INTERRUPTED
    if isinstance(error, errors.ComityCallError):
        reason = f"{error.reason}: " if error.reason else ""
        return f"{reason}{error}", _CODES[type(error)]
    if isinstance(error, StartError):
        return str(error), error.exit_code
    if isinstance(error, PartError | ModuleNotFoundError):
        return _missing(error), ExitCode.CONFIG
    if isinstance(error, Refusal):
        return f"{error.reason}: {CATALOGUE[error.reason].sentence}", REASON_CODES[error.reason]
    return _broken(error)


def _broken(error: BaseException) -> tuple[str, int]:
    """What nobody foresaw, but for the one thing that can happen at any write."""
    if isinstance(error, OSError) and error.errno in _FULL:
        what = error.filename or "A file"
        return f"{what} cannot be written: the disk is full.", ExitCode.DISK
    reference = record_fault(error)
    return f"Something broke here (reference {reference}).", ExitCode.SOFTWARE


def _missing(error: PartError | ModuleNotFoundError) -> str:
    if isinstance(error, PartError):
        return str(error)
    name = (error.name or "a part").partition(".")[0]
    return f"{name} is not installed; comity[server] brings it."
