"""What we use of z3, untyped, and only when something is to be proved: it is an optional part."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from comity.errors import ExitCode, StartError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.policytools.limits import Limit

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


def solver(*, varied: bool = False) -> Any:
    """A solver for finite domains; a varied one guesses at random, the same way every time."""
    made = z3().SolverFor("QF_FD")
    made.set("timeout", SOLVE_MS_MAX)
    if varied:
        made.set("phase", "random")
    return made


def within(asked: Any, limit: Limit) -> bool:
    """Lets a solver take no longer for its next question than there is time; whether that is less than usual.

    Raises:
        TooLong: there is no time left.
    """
    limit.look()
    left_ms = int(limit.left_s() * 1_000) if limit.bounded else SOLVE_MS_MAX
    asked.set("timeout", max(1, min(left_ms, SOLVE_MS_MAX)))
    return left_ms < SOLVE_MS_MAX


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


def held(model: Any, choice: Mapping[Any, Any], *, single: bool) -> list[Any]:
    """Values whose propositions are true in a model; of a word that has a single one no more is sought.

    By the solver's own functions: its Python wraps each answer in objects, which takes longer than asking.

    Args:
        model: the model.
        choice: each value, to the declaration of its proposition.
        single: whether the word has exactly one value.
    """
    made = z3()
    context, said = model.ctx.ref(), model.model
    true = []
    for value, declared in choice.items():
        told = made.Z3_model_get_const_interp(context, said, declared.ast)
        if told and made.Z3_get_bool_value(context, told) == made.Z3_L_TRUE:
            true.append(value)
            if single:
                break
    return true


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
    return left[0] if len(left) == 1 else _joined(left, conjunction=False)


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
    return left[0] if len(left) == 1 else _joined(left, conjunction=True)


def _joined(parts: list[Any], *, conjunction: bool) -> Any:
    """And, or or, of propositions.

    What ``z3.And`` does, without asking of each part first what it is and where it belongs: a law of ten
    thousand rows joins a million of them, and that was most of the time.
    """
    made, context = z3(), parts[0].ctx
    held = (made.Ast * len(parts))(*(one.as_ast() for one in parts))
    join = made.Z3_mk_and if conjunction else made.Z3_mk_or
    return made.BoolRef(join(context.ref(), len(parts), held), context)


def negated(part: Any) -> Any:
    """Not."""
    return not part if isinstance(part, bool) else z3().Not(part)


def implied(when: Any, then: Any) -> Any:
    """If, then."""
    return any_of((negated(when), then))


def one_of(parts: Iterable[Any]) -> Any:
    """Exactly one of several propositions."""
    return z3().PbEq([(one, 1) for one in parts], 1)
