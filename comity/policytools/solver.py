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
