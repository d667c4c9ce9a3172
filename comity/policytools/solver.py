"""What we use of z3, untyped, and only when something is to be proved: it is an optional part."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from comity.errors import ExitCode, StartError

if TYPE_CHECKING:
    from collections.abc import Iterable

# A question that takes the solver longer than this counts as not proved (two minutes).
SOLVE_MS_MAX: Final = 120_000
# Why a solver gave up that was sent a signal; of time that is over it says "timeout".
_INTERRUPTED: Final = "interrupted"


@cache
def z3() -> Any:
    """The solver's module.

    Raises:
        StartError: it is not installed.
    """
    try:
        return importlib.import_module("z3")
    except ImportError as error:
        sentence = "Proving needs a solver: install comity[policy-tools]."
        raise StartError(sentence, exit_code=ExitCode.CONFIG) from error


def solver() -> Any:
    """A solver for finite domains."""
    made = z3().SolverFor("QF_FD")
    made.set("timeout", SOLVE_MS_MAX)
    return made


def verdict(asked: Any, *wanted: Any) -> str:
    """``sat``, ``unsat``, or ``unknown`` where the solver gives up.

    Raises:
        KeyboardInterrupt: whoever waits for it ended it. The solver takes the signal for itself and calls it
            giving up; a command that went on would say that nothing is proved, and not that it was ended.
    """
    said = str(asked.check(*wanted))
    if said == "unknown" and asked.reason_unknown().startswith(_INTERRUPTED):
        raise KeyboardInterrupt
    return said


def any_of(parts: Iterable[Any]) -> Any:
    """Or; ``True`` and ``False`` stand for themselves and are left out where they change nothing."""
    left = []
    for one in parts:
        if one is True:
            return True
        if one is not False:
            left.append(one)
    if not left:
        return False
    return left[0] if len(left) == 1 else z3().Or(left)


def all_of(parts: Iterable[Any]) -> Any:
    """And, in the same way."""
    left = []
    for one in parts:
        if one is False:
            return False
        if one is not True:
            left.append(one)
    if not left:
        return True
    return left[0] if len(left) == 1 else z3().And(left)


def negated(part: Any) -> Any:
    """Not."""
    return not part if isinstance(part, bool) else z3().Not(part)


def implied(when: Any, then: Any) -> Any:
    """If, then."""
    return any_of((negated(when), then))


def one_of(parts: Iterable[Any]) -> Any:
    """Exactly one of several propositions."""
    return z3().PbEq([(one, 1) for one in parts], 1)
