"""Casbin's enforcer with a compiled matcher, and how any enforcer is given rows and asked.

Casbin's own loop and effect decide; what is exchanged is the evaluator of the matcher, through the hook
that Casbin has for it, and the logger, because Casbin logs requests.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from comity.rulings.errors import MatcherFault
from comity.rulings.matcher import CompiledExpression
from comity.rulings.pycasbin import Adapter, Enforcer, Model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Silence:
    """A logger that cannot be switched on: Casbin would log requests."""

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - the name Casbin calls
        """Never."""
        del level
        return False


class QuietModel(Model):  # type: ignore[misc]  # pycasbin's types are of no use
    """Casbin's model without what takes long at ten thousand rows and serves nobody here."""

    def print_policy(self) -> None:
        """Nothing: all rows would be written into a log that nobody reads."""

    def sort_policies_by_priority(self) -> None:
        """Casbin's order; not its map from each row's text to its place, for rows that are changed singly."""
        assertion = self["p"]["p"]
        if "p_priority" in assertion.tokens:
            place = assertion.priority_index = assertion.tokens.index("p_priority")
            assertion.policy.sort(key=lambda row: int(row[place]))


class _Rows(Adapter):  # type: ignore[misc]  # pycasbin's types are of no use
    """Hands checked rows to Casbin without going through text."""

    def __init__(
        self, rows: Sequence[list[str]], links: Mapping[str, Sequence[tuple[str, str]]]
    ) -> None:
        self._rows = rows
        self._links = links

    def load_policy(self, model: Any) -> None:
        """Casbin asks for the rows."""
        model["p"]["p"].policy.extend(self._rows)
        for section, links in self._links.items():
            model["g"][section].policy.extend(list(link) for link in links)


class CompiledEnforcer(Enforcer):  # type: ignore[misc]  # pycasbin's types are of no use
    """Casbin's enforcer with its own loop and effect; only the evaluator of the matcher is another."""

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        self.logger = Silence()
        self._matcher = ""
        self._compiled: CompiledExpression | None = None

    def compile_matcher(self, functions: Mapping[str, Callable[..., Any]]) -> str:
        """Compile the model's matcher and leave a short name of it in the model; gives its text.

        Casbin searches the text for ``eval(`` at every question, which takes longer than deciding; the
        whitelist of ``comity.rulings.matcher`` has refused it once and for all.
        """
        matcher = self.model["m"]["m"]
        text: str = matcher.value
        names = (*self.model["r"]["r"].tokens, *self.model["p"]["p"].tokens)
        self._compiled = CompiledExpression(text, functions=functions, names=names)
        self._matcher = matcher.value = "matcher"
        return text

    def _get_expression(self, expr: str, functions: object = None) -> CompiledExpression:
        del functions  # the same at every call; compiled in
        if self._compiled is None or expr != self._matcher:
            raise MatcherFault("a matcher that was not compiled")
        return self._compiled

    def view(self) -> CompiledEnforcer:
        """The same enforcer with a list of rows of its own; shares everything else."""
        view = copy.copy(self)
        model = Model()
        model.model = dict(self.model.model)
        model.model["p"] = {"p": copy.copy(self.model["p"]["p"])}
        view.model = model
        return view


def load(
    enforcer: Any,
    *,
    rows: Sequence[list[str]],
    links: Mapping[str, Sequence[tuple[str, str]]],
    functions: Mapping[str, Callable[..., bool]],
) -> None:
    """Give an enforcer its rows, groups and functions; it must have its role managers already."""
    enforcer.fm.fm.clear()  # of Casbin's own functions, some read the clock or run regular expressions
    for name, function in functions.items():
        enforcer.add_function(name, function)
    enforcer.enable_auto_save(auto_save=False)
    enforcer.set_adapter(_Rows(rows, links))
    enforcer.load_policy()


def enforce(enforcer: Any, id_column: int, *values: Any) -> tuple[bool, str]:
    """Casbin's answer and the id of the row that explains it; empty when none matched.

    Raises:
        MatcherFault: the matcher raised, or gave something that is no truth value.
    """
    try:
        allowed, row = enforcer.enforce_ex(*values)
    except MatcherFault:
        raise
    except Exception as error:
        raise MatcherFault(f"a matcher raised {type(error).__name__}") from error
    return allowed is True, row[id_column] if row else ""
